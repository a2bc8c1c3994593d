"""What a question without choices must have: pairs, items, a number, accepted texts, gaps, a rubric; choices stand in choice_shapes."""

import re
import string
from collections.abc import Sequence
from decimal import Decimal
from html import unescape

from portal.core import thai
from portal.core.i18n import _
from portal.core.toml import Table
from portal.courses import figures
from portal.courses.choice_shapes import credit_of
from portal.courses.course import (
    Accepted,
    Cloze,
    Credit,
    Criterion,
    Foreseen,
    Gap,
    Matching,
    Numeric,
    Option,
    Ordering,
    Short,
    Writing,
)
from portal.courses.prose import Prose

SHARED = (Credit.EXACT, Credit.SHARE)
PAIRS = (2, 10)
MOST_OTHERS = 10
ITEMS = (3, 10)
GAPS = (1, 20)
OPTIONS = (2, 10)
CRITERIA = (3, 6)
MOST_ACCEPTED = 20
LONGEST_ACCEPTED = 200
MOST_EDITS = 2
MOST_WORDS = 2000

_TAG = re.compile(r"<[^>]*>")
_GAP = re.compile(r"\{\{(\d{1,3})\}\}")
# Markdown would read a gap after bold text as its attributes: letters for private use stand in its place meanwhile.
_IN_A_LINK = re.compile("<a\\b[^>]*>(?:(?!</a>).)*\ue000", re.DOTALL)
_HELD = re.compile("\ue000(\\d{1,3})\ue001")


def _counted(row: Table, key: str, bounds: tuple[int, int]) -> list[Table]:
    """The tables `[[question.key]]`, with a finding when there are too few or too many."""
    rows = row.tables(key)
    least, most = bounds
    if key in row.values and not least <= len(rows) <= most:
        row.complain(
            None,
            _(
                "คำถามชนิดนี้ต้องมี %(few)d–%(many)d [[question.%(key)s]]",
                few=least,
                many=most,
                key=key,
            ),
        )
    return rows


def plain(html: str) -> str:
    """What HTML of a pack reads as, on one line."""
    return " ".join(unescape(_TAG.sub("", html)).split())


def _option(key: str, text: str, prose: Prose, *, row: Table, name: str) -> Option:
    html = prose.inline(text, row.file.name, row.line_of(name))
    return Option(key, html, plain(html))


def _same(text: str) -> str:
    return thai.normalise_answer(text)


def matching(row: Table, prose: Prose) -> Matching:
    """Lefts a, b, … and each different right once as 1, 2, …; those that belong to no left come last."""
    credit = credit_of(row, SHARED)
    lefts: list[Option] = []
    rights: dict[str, Option] = {}
    right_of: dict[str, str] = {}
    seen: set[str] = set()
    for pair, key in zip(_counted(row, "pair", PAIRS), string.ascii_lowercase, strict=False):
        left, right = pair.text("left"), pair.text("right")
        pair.done()
        if left and _same(left) in seen:
            pair.complain("left", _("รายการนี้ซ้ำกับรายการก่อนหน้า"))
        seen.add(_same(left))
        if _same(right) not in rights:
            rights[_same(right)] = _option(str(len(rights) + 1), right, prose, row=pair, name="right")
        lefts.append(_option(key, left, prose, row=pair, name="left"))
        right_of[key] = rights[_same(right)].key
    others = row.texts("others", required=False)
    if len(others) > MOST_OTHERS:
        row.complain("others", _("%(key)s มีได้ไม่เกิน %(most)d รายการ", key="others", most=MOST_OTHERS))
    for text in others:
        if _same(text) in rights:
            row.complain("others", _("“%(text)s” ใน others ซ้ำกับที่มีแล้ว", text=text))
        else:
            rights[_same(text)] = _option(str(len(rights) + 1), text, prose, row=row, name="others")
    if lefts and len(rights) < 2:
        row.complain(None, _("คำถามจับคู่ต้องมีด้านขวาต่างกันอย่างน้อยสองอย่าง"))
    return Matching(tuple(lefts), tuple(rights.values()), right_of, credit)


def ordering(row: Table, prose: Prose) -> Ordering:
    """Items a, b, … in the right order."""
    credit = credit_of(row, SHARED)
    items: list[Option] = []
    seen: set[str] = set()
    for item, key in zip(_counted(row, "item", ITEMS), string.ascii_lowercase, strict=False):
        text = item.text("text")
        item.done()
        if text and _same(text) in seen:
            item.complain("text", _("รายการนี้ซ้ำกับรายการก่อนหน้า"))
        seen.add(_same(text))
        items.append(_option(key, text, prose, row=item, name="text"))
    return Ordering(tuple(items), credit)


def numeric(row: Table, _prose: Prose) -> Numeric:
    answer, tolerance = row.decimal("answer"), row.decimal("tolerance", required=False)
    if tolerance is not None and tolerance < 0:
        row.complain("tolerance", _("%(key)s ต้องไม่น้อยกว่า %(least)d", key="tolerance", least=0))
    return Numeric(
        answer or Decimal(0), abs(tolerance or Decimal(0)), row.text("unit", required=False, most=40)
    )


def accepted(row: Table) -> Accepted:
    """The typed answers of a short question or of a gap, and how far an answer may be from them."""
    texts = tuple(figures.without_tags(text) for text in row.texts("accepted"))
    edits = row.number("edits", required=False, most=MOST_EDITS)
    tones = row.flag("tones", required=False)
    if row.values.get("accepted") == [] or len(texts) > MOST_ACCEPTED:
        row.complain("accepted", _("accepted ต้องมี 1–%(most)d คำตอบ", most=MOST_ACCEPTED))
    for text in texts:
        if len(text) > LONGEST_ACCEPTED:
            row.complain(
                "accepted", _("%(key)s ยาวเกิน %(most)d ตัวอักษร", key="accepted", most=LONGEST_ACCEPTED)
            )
        elif not thai.answer_key(text):
            row.complain("accepted", _("คำตอบ “%(text)s” ไม่มีตัวอักษรให้เทียบ", text=text))
    return Accepted(texts, edits or 0, tones is True)


def short(row: Table, prose: Prose) -> Short:
    taken = accepted(row)
    foreseen = []
    for wrong in row.tables("wrong", required=False):
        text = figures.without_tags(wrong.text("text", most=LONGEST_ACCEPTED))
        why = prose.inline(wrong.text("why"), row.file.name, wrong.line_of("why"))
        wrong.done()
        if text and thai.answer_key(text) in map(thai.answer_key, taken.texts):
            wrong.complain("text", _("คำตอบนี้อยู่ใน accepted แล้ว จึงผิดไม่ได้"))
        foreseen.append(Foreseen(text, why))
    return Short(taken, tuple(foreseen))


def text_with_gaps(row: Table, text: str, prose: Prose) -> str:
    """The HTML of a cloze with `{{1}}` where a field stands: every gap once, in the order of [[question.gap]]."""
    html = prose.block(_GAP.sub("\ue000\\1\ue001", text), row.file.name, row.line_of("text"))
    held = [int(number) for number in _HELD.findall(plain(html))]
    gaps = row.values.get("gap")
    wanted = list(range(1, len(gaps) + 1)) if isinstance(gaps, list) else held
    if held != wanted or len(held) != len(_HELD.findall(html)):
        row.complain("text", _("ในข้อความต้องมี {{1}} {{2}} … ตามลำดับ ช่องละหนึ่งแห่ง เท่ากับจำนวน [[question.gap]]"))
    if _IN_A_LINK.search(html):
        row.complain("text", _("ช่องว่างอยู่ในลิงก์ไม่ได้"))
    return _HELD.sub(r"{{\1}}", html)


def cloze(row: Table, prose: Prose) -> Cloze:
    credit = credit_of(row, SHARED)
    gaps = [_gap(gap, number, prose) for number, gap in enumerate(_counted(row, "gap", GAPS), 1)]
    return Cloze(tuple(gaps), credit)


def _gap(row: Table, number: int, prose: Prose) -> Gap:
    if "options" not in row.values:
        typed = accepted(row)
        row.done()
        return Gap(number, typed)
    texts, answer = row.texts("options"), row.text("answer")
    row.done()
    if not OPTIONS[0] <= len(texts) <= OPTIONS[1]:
        row.complain("options", _("options ต้องมี %(few)d–%(many)d ตัวเลือก", few=OPTIONS[0], many=OPTIONS[1]))
    options = tuple(
        _option(key, text, prose, row=row, name="options")
        for key, text in zip(string.ascii_lowercase, texts, strict=False)
    )
    if len(set(map(_same, texts))) < len(texts):
        row.complain("options", _("ตัวเลือกใน options ซ้ำกัน"))
    if answer and answer not in texts:
        row.complain("answer", _("answer ต้องเป็นหนึ่งใน options"))
    return Gap(number, None, options, _key_of(answer, texts))


def _key_of(answer: str, texts: Sequence[str]) -> str:
    return string.ascii_lowercase[texts.index(answer)] if answer in texts[:26] else ""


def writing(row: Table, prose: Prose) -> Writing:
    """The rubric and the model answer; how many words are told, never refused."""
    least = row.number("least", required=False, least=1, most=MOST_WORDS)
    most = row.number("most", required=False, least=1, most=MOST_WORDS)
    if least and most and most < least:
        row.complain("most", _("%(key)s ต้องไม่น้อยกว่า %(least)d", key="most", least=least))
    criteria = []
    rows = _counted(row, "criterion", CRITERIA)
    for criterion, key in zip(rows, string.ascii_lowercase, strict=False):
        html = prose.inline(criterion.text("text"), row.file.name, criterion.line_of("text"))
        why = criterion.text("why", required=False)
        why_html = prose.inline(why, row.file.name, criterion.line_of("why")) if why else ""
        criterion.done()
        criteria.append(Criterion(key, html, why_html))
    model = prose.block(row.text("model"), row.file.name, row.line_of("model"))
    return Writing(tuple(criteria), model, least or 0, most or 0)
