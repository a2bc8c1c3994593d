"""What answers are worth in other systems, fractions of a mark per choice, as our credits and back; and the tags that carry what they have no place for."""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from portal.authoring.brought import LeftOut, Row
from portal.authoring.foreign_text import text_of_html
from portal.core.i18n import _

# The only marks that Moodle takes, in per cent.
TAKEN = (
    *("100", "90", "83.33333", "80", "75", "70", "66.66667", "60", "50", "40", "33.33333", "30"),
    *("25", "20", "16.66667", "14.28571", "12.5", "11.11111", "10", "5", "0"),
)
YES = ("ถูก", "ถูกต้อง", "จริง", "ใช่", "true", "t", "yes")
NO = ("ผิด", "ไม่ถูกต้อง", "เท็จ", "ไม่ใช่", "false", "f", "no")
TRUE_FALSE = ("ถูก", "ผิด")
NEAR = 0.02

_TAG = re.compile(
    r"(lesson|difficulty|topic|source|time|credit|weights|edits|tones|least|most|unit):\s*(.*?)\s*"
)
_GAP_TAG = re.compile(r"gap-(\d{1,2}):(?:edits:([012])|tones:(true))")
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FACT, _SEED = re.compile(r"[A-Z][A-Z0-9]*-\d{2,3}"), re.compile(r"F\d{2}")
_NUMBER = re.compile(r"[-+]?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})(?:[eE][-+]?\d{1,2})?")


def fraction(text: str) -> float:
    """A mark in per cent as files write it. Refuses with LeftOut what is none."""
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        value = float("nan")
    if not -1000 <= value <= 1000:
        raise LeftOut(_("คะแนนของคำตอบ “%(text)s” ไม่ใช่ตัวเลข", text=text[:20]))
    return value


def number(text: str) -> int | float | None:
    """A number as files write it; None for what is none."""
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def choices(found: Sequence[tuple[str, float, str]], *, is_single: bool) -> Row:
    """Kind, credit and choices of (text, per cent, why). Refuses with LeftOut where nothing is right."""
    marks = [mark for _text, mark, _why in found]
    if len(found) < 2 or max(marks) <= 0:
        raise LeftOut(_("ไม่มีคำตอบที่ถูก หรือมีตัวเลือกไม่ถึงสองข้อ"))
    rows = [_choice(text, mark, why) for text, mark, why in found]
    if is_single:
        return _single(rows, marks)
    rights = [mark for mark in marks if mark > 0]
    if sum(rights) < 99:
        raise LeftOut(_("คะแนนของคำตอบที่ถูกรวมกันไม่ถึง 100"))
    for row, mark in zip(rows, marks, strict=True):
        row["correct"] = mark > 0
    table: Row = {"kind": "multiple", "choice": rows}
    if _is_share(marks):
        table["credit"] = "share"
    else:
        table["credit"] = "weights"
        _weigh(rows, whole(marks))
    return table


def _single(rows: list[Row], marks: Sequence[float]) -> Row:
    best = marks.index(max(marks))
    for at, row in enumerate(rows):
        row["correct"] = at == best
    words = [text_of_html(str(row["text"])).lower() for row in rows]
    if len(rows) == 2 and words[0] in YES and words[1] in NO:
        return {"kind": "true_false", "choice": _fixed(rows)}
    if len(rows) == 2 and words[0] in NO and words[1] in YES:
        return {"kind": "true_false", "choice": _fixed(rows[::-1])}
    table: Row = {"kind": "single", "choice": rows}
    others = [mark for at, mark in enumerate(marks) if at != best]
    if max(others) > 0 or marks[best] < 100 - NEAR:
        table["credit"] = "weights"
        _weigh(rows, whole(marks))
    return table


def _fixed(rows: Sequence[Row]) -> list[Row]:
    return [row | {"text": text} for row, text in zip(rows, TRUE_FALSE, strict=True)]


def _choice(text: str, mark: float, why: str) -> Row:
    return {"text": text, "correct": mark > 0} | ({"why": why} if why else {})


def _weigh(rows: Sequence[Row], weights: Sequence[int]) -> None:
    for row, weight in zip(rows, weights, strict=True):
        row["weight"] = weight


def _is_share(marks: Sequence[float]) -> bool:
    """Whether each right choice gives its share, and each wrong one takes away as much."""
    rights = [mark for mark in marks if mark > 0]
    share = 100 / len(rights)
    wrongs = [mark for mark in marks if mark <= 0]
    return all(abs(mark - share) < 0.01 for mark in rights) and all(
        abs(mark + share) < 0.01 for mark in wrongs
    )


def whole(marks: Sequence[float]) -> list[int]:
    """Marks as whole numbers; three thirds stay a whole: what was cut goes to the first ones."""
    found = [int(min(max(mark, -100), 100)) for mark in marks]
    rights = [at for at, mark in enumerate(marks) if mark > 0]
    missing = round(sum(marks[at] for at in rights)) - sum(found[at] for at in rights)
    for at in sorted(rights, key=lambda at: found[at] - marks[at])[: max(missing, 0)]:
        found[at] += 1
    return found


def taken(mark: float) -> str:
    """The nearest mark that Moodle takes."""
    near = min(TAKEN, key=lambda one: abs(float(one) - abs(mark)))
    return f"-{near}" if mark < 0 and near != "0" else near


def marks_of(table: Row) -> list[str]:
    """What each choice is worth for Moodle."""
    rows = table["choice"]
    if table.get("credit") == "weights":
        return [taken(row.get("weight", 0)) for row in rows]
    if table["kind"] != "multiple":
        return ["100" if row.get("correct") else "0" for row in rows]
    share = 100 / max(1, sum(bool(row.get("correct")) for row in rows))
    wrong = -share if table.get("credit") == "share" else -100.0
    return [taken(share if row.get("correct") else wrong) for row in rows]


def tags_of(table: Row) -> list[str]:
    """What only we know of a question, as tags: read back by `tell`."""
    known: Row = {
        key: table[key]
        for key in ("lesson", "difficulty", "topic", "time", "edits", "tones", "least", "most", "unit")
        if key in table
    }
    source = table.get("fact") or table.get("seed") or ("advice" if table.get("advice") else "")
    if source:
        known["source"] = source
    if table["kind"] in ("multiple", "matching", "cloze", "ordering"):
        known["credit"] = table.get("credit", "exact")
    if table.get("credit") == "weights":
        known["weights"] = " ".join(str(row.get("weight", 0)) for row in table["choice"])
    for number, gap in enumerate(table.get("gap", ()), 1):
        known |= {f"gap-{number}:{key}": gap[key] for key in ("edits", "tones") if gap.get(key)}
    return [
        f"{key}:{str(value).lower() if isinstance(value, bool) else value}" for key, value in known.items()
    ]


def tell(table: Row, tags: Sequence[str]) -> None:
    """Take over what the tags say, where it makes sense; other tags are not ours."""
    said = {found[1]: found[2] for tag in tags if (found := _TAG.fullmatch(tag))}
    for key in ("lesson", "topic"):
        if _CODE.fullmatch(said.get(key, "")) and len(said[key]) <= 40:
            table[key] = said[key]
    if said.get("difficulty") in ("easy", "medium", "hard"):
        table["difficulty"] = said["difficulty"]
    gaps = dict(enumerate(table.get("gap", ()), 1))
    for found in filter(None, map(_GAP_TAG.fullmatch, tags)):
        gaps.get(int(found[1]), {}).update({"edits": int(found[2])} if found[2] else {"tones": True})
    _tell_source(table, said.get("source", ""))
    _tell_counts(table, said)
    _tell_credit(table, said)


def _tell_source(table: Row, source: str) -> None:
    if _SEED.fullmatch(source):
        table["seed"] = source
    elif _FACT.fullmatch(source):
        table["fact"] = source
    elif source == "advice":
        table["advice"] = True


def _tell_counts(table: Row, said: dict[str, str]) -> None:
    fits: dict[str, Any] = {
        "time": (1, 3600, None),
        "edits": (0, 2, "short"),
        "least": (1, 9999, "writing"),
        "most": (1, 9999, "writing"),
    }
    for key, (least, most, kind) in fits.items():
        text = said.get(key, "")
        if (
            text.isdecimal()
            and len(text) < 5
            and least <= int(text) <= most
            and kind in (None, table["kind"])
        ):
            table[key] = int(text)
    if said.get("unit") and len(said["unit"]) <= 40 and table["kind"] == "numeric":
        table["unit"] = said["unit"]
    if said.get("tones") in ("true", "false") and table["kind"] == "short":
        table["tones"] = said["tones"] == "true"


def _tell_credit(table: Row, said: dict[str, str]) -> None:
    credit = said.get("credit")
    if credit in ("exact", "share") and table["kind"] in (
        "single",
        "multiple",
        "matching",
        "cloze",
        "ordering",
    ):
        table.pop("credit", None)
        for row in table.get("choice", ()):
            row.pop("weight", None)
        if credit == "share":
            table["credit"] = "share"
    weights = said.get("weights", "").split()
    if credit == "weights" and len(weights) == len(table.get("choice", ())):
        found = [number(weight) for weight in weights]
        if all(isinstance(weight, int) and -100 <= weight <= 100 for weight in found):
            table["credit"] = "weights"
            for row, weight in zip(table["choice"], found, strict=True):
                row["weight"] = weight
