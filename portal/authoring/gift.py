"""GIFT, Moodle's text format for questions, as our questions and back; what a kind means is told by quizzes.

Read as Moodle reads it: a blank line ends a question, a backslash takes the force of `: # = { } ~`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from portal.authoring import foreign_answers, foreign_marks, foreign_text
from portal.authoring.brought import MOST_BYTES, Brought, LeftOut, Reading, Row, Unreadable, most_of
from portal.authoring.foreign_answers import Typed
from portal.authoring.gift_writing import ARROW, ARROW_SHOWN, write
from portal.core import delimited
from portal.core.i18n import _

__all__ = ["read", "write"]

BLANK = "……"  # where the answer stands within the sentence
MOST_COMMENT = 5_000  # letters of a comment that are looked at
FORMATS = ("html", "markdown", "plain", "moodle")

_ESCAPED = ":#={}~\\]"
_PLACES = {mark: chr(0xE000 + at) for at, mark in enumerate(_ESCAPED)}
_NEW_LINE = "\ue00f"
_ESCAPE = re.compile(r"\\([:#={}~\\\]n])")
_BACK = str.maketrans({place: mark for mark, place in _PLACES.items()} | {_NEW_LINE: "\n"})
_FORMAT = re.compile(r"\s*\[(\w+)\]")
_NAME = re.compile(r"::((?:(?!::).)*)::", re.DOTALL)
_WEIGHT = re.compile(r"%(-?\d{1,3}(?:[.,]\d*)?)%")
_COMMENT = re.compile(r"\[(id|tag):((?:\\.|[^\]\\])*)\]")
_TRUE_FALSE = re.compile(r"(T|TRUE|F|FALSE)\s*(?=#|$)")
_IMAGE = re.compile(r"!\[([^\]]*)\]\(@@PLUGINFILE@@[^)]*\)")


@dataclass
class _Block:
    """One question of the file: its lines without comments, and what the comments say."""

    line: int
    text: str
    id: str
    tags: list[str]

    def line_at(self, place: int) -> int:
        return self.line + self.text.count("\n", 0, max(place, 0))


@dataclass
class _Texts:
    """The texts of one question, in the format it is written in."""

    reading: Reading
    line: int
    format: str = "moodle"

    def block(self, text: str) -> str:
        format_, text = self._of(text)
        if format_ == "markdown":
            return self._without_images(text)
        return (
            foreign_text.from_html(text, self._image)
            if self._is_html(format_, text)
            else foreign_text.from_plain(text)
        )

    def line_of(self, text: str) -> str:
        format_, text = self._of(text)
        if format_ == "markdown":
            return " ".join(self._without_images(text).split())
        return (
            foreign_text.line_of_html(text, self._image)
            if self._is_html(format_, text)
            else foreign_text.line_of_plain(text)
        )

    def plain(self, text: str) -> str:
        """A typed answer: never any marks."""
        return " ".join(_unescaped(text).split())

    def _of(self, text: str) -> tuple[str, str]:
        found = _FORMAT.match(text)
        if found and found[1] in FORMATS:
            return found[1], _unescaped(text[found.end() :]).strip()
        return self.format, _unescaped(text).strip()

    def _is_html(self, format_: str, text: str) -> bool:
        return format_ == "html" or (format_ == "moodle" and foreign_text.is_html(text))

    def _image(self, _address: str, words: str) -> str | None:
        self.reading.notes(self.line, _("GIFT เก็บภาพไม่ได้ ใส่ภาพ “%(words)s” เองหลังนำเข้า", words=words))
        return None

    def _without_images(self, text: str) -> str:
        return _IMAGE.sub(lambda found: self._image("", found[1]) or found[1], text)


def read(data: bytes, filename: str, *, taken: Mapping[str, bytes] | None = None, room: int = 0) -> Brought:
    """The questions of a GIFT file, in UTF-8, UTF-16 or Windows Thai. Refuses with Unreadable what is no text."""
    if len(data) > MOST_BYTES:
        raise Unreadable(_("ไฟล์ใหญ่เกินไป ต้องไม่เกิน %(most)d เมกะไบต์", most=MOST_BYTES // 1024 // 1024))
    try:
        text = delimited.decoded(data)
    except delimited.Unreadable:
        raise Unreadable(_("ไฟล์นี้ไม่ใช่ข้อความ UTF-8 หรือ Windows ภาษาไทย")) from None
    reading = Reading(filename, taken or {}, room)
    for block in _blocks(foreign_text.without_control(text)):
        try:
            if (table := _question(block, reading)) is not None:
                reading.comes(table, block.line)
        except LeftOut as no:
            reading.leaves_out(no.line or block.line, f"{no} ({most_of(_unescaped(block.text[:500]))})")
    return reading.done()


def _blocks(text: str) -> list[_Block]:
    blocks: list[_Block] = []
    lines: list[str] = []
    begins, id_, tags = 0, "", list[str]()
    for number, line in enumerate([*text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), ""], 1):
        bare = line.strip()
        if lines and _is_at_an_end(lines, bare):
            blocks.append(_Block(begins, "\n".join(lines).rstrip("\n"), id_, tags))
            lines, id_, tags = [], "", []
        if bare.startswith("//"):
            for key, value in _COMMENT.findall(bare[:MOST_COMMENT]):
                bare_value = re.sub(r"\\(.)", r"\1", value)
                id_ = bare_value if key == "id" else id_
                tags += [bare_value] if key == "tag" else []
            lines += [""] if lines else []
        elif bare:
            begins = begins if lines else number
            lines.append(_ESCAPE.sub(lambda found: _PLACES.get(found[1], _NEW_LINE), bare))
        elif lines:
            blocks.append(_Block(begins, "\n".join(lines).rstrip("\n"), id_, tags))
            lines, id_, tags = [], "", []
    return blocks


def _is_at_an_end(lines: list[str], bare: str) -> bool:
    """Whether a question ends without a blank line: after a category, and before a name or category once its answers did."""
    said = [line for line in lines if line]
    is_next = bare.startswith(("::", "$CATEGORY:")) and "}" in said[-1]
    return said[0].startswith("$CATEGORY:") or is_next


def _unescaped(text: str) -> str:
    return text.translate(_BACK)


def _question(block: _Block, reading: Reading) -> Row | None:
    """The question of a block; None for a category, which is no question."""
    if block.text.startswith("$CATEGORY:"):
        return None
    text, place = foreign_text.measured(block.text), 0
    if name := _NAME.match(text):
        place = name.end()
    opens, closes = text.find("{", place), text.find("}", place)
    if opens < 0 and closes < 0:
        raise LeftOut(_("ข้อความไม่มีคำตอบในวงเล็บปีกกา จึงไม่ใช่คำถาม"))
    if opens < 0 or closes < opens:
        raise LeftOut(_("วงเล็บปีกกาไม่ครบคู่"), block.line_at(opens if closes < 0 else closes))
    if "{" in text[opens + 1 : closes] or "{" in text[closes:] or "}" in text[closes + 1 :]:
        raise LeftOut(_("มีวงเล็บปีกกามากกว่าหนึ่งคู่ ถ้าเป็นข้อความให้เขียน \\{ และ \\}"), block.line_at(opens))
    after = text[closes + 1 :].strip()
    asked = text[place:opens] + (f"{BLANK}{text[closes + 1 :]}" if after else "")
    texts = _Texts(reading, block.line)
    if (found := _FORMAT.match(asked)) and found[1] in FORMATS:
        texts.format = found[1]
    body, _mark, general = (
        text[opens + 1 : closes].rpartition("####")
        if "####" in text[opens:closes]
        else (text[opens + 1 : closes], "", "")
    )
    table = _answered(body.strip(), texts, block)
    table["text"] = texts.block(asked)
    if not table["text"]:
        raise LeftOut(_("คำถามไม่มีข้อความ"))
    foreign_answers.explain(table, texts.block(general) if general.strip() else "")
    if block.id:
        table["id"] = block.id
    foreign_marks.tell(table, block.tags)
    return table


def _answered(body: str, texts: _Texts, block: _Block) -> Row:
    """The answers of a question, by the marks that tell their kind."""
    if not body:
        return {"kind": "writing"}
    if body.startswith("#"):
        return _numeric(body[1:], texts)
    if body.startswith(">"):
        return _ordering(body[1:], texts)
    if "~" in body:
        return _choices(body, texts)
    if "=" in body and ARROW in body:
        return _matching(body, texts)
    if found := _TRUE_FALSE.match(body):
        return _true_false(found[1][0] == "T", body[found.end() :], texts)
    typed = [_typed(part, texts) for part in body.split("=") if part.strip()]
    return foreign_answers.short(typed, texts.reading, block.line)


def _typed(part: str, texts: _Texts) -> Typed:
    weight, part = _weighed(part.strip(), 100.0)
    answer, _mark, why = part.partition("#")
    return Typed(texts.plain(answer), weight, texts.line_of(why) if why.strip() else "")


def _weighed(part: str, default: float) -> tuple[float, str]:
    found = _WEIGHT.match(part)
    return (foreign_marks.fraction(found[1]), part[found.end() :]) if found else (default, part)


def _choices(body: str, texts: _Texts) -> Row:
    found = []
    for part in (one.strip() for one in body.replace("=", "~=").split("~")):
        if part:
            weight, rest = (100.0, part[1:]) if part.startswith("=") else _weighed(part, 0.0)
            answer, _mark, why = rest.partition("#")
            found.append((texts.line_of(answer), weight, texts.line_of(why) if why.strip() else ""))
    return foreign_marks.choices(found, is_single="=" in body)


def _true_false(is_true: bool, rest: str, texts: _Texts) -> Row:
    """After the key stand what is said to a wrong answer, and to a right one."""
    wrong, right = (*[part.strip() for part in rest.split("#")[1:]], "", "")[:2]
    said = (right, wrong) if is_true else (wrong, right)
    words = zip(foreign_marks.TRUE_FALSE, (is_true, not is_true), said, strict=True)
    rows = [
        {"text": text, "correct": ok} | ({"why": texts.line_of(why)} if why else {})
        for text, ok, why in words
    ]
    return {"kind": "true_false", "choice": rows}


def _matching(body: str, texts: _Texts) -> Row:
    found = []
    for part in body.split("="):
        left, mark, right = part.strip().partition(ARROW)
        if part.strip() and not mark:
            raise LeftOut(_("คู่ของคำถามจับคู่ต้องมี ->"))
        if mark:
            found.append(
                (
                    texts.line_of(left).replace(ARROW_SHOWN, ARROW),
                    foreign_text.line_of_plain(_unescaped(right)),
                )
            )
    return foreign_answers.matching(found)


def _ordering(body: str, texts: _Texts) -> Row:
    """The first line holds settings of the page, each further one an item."""
    settings, *items = [line.strip() for line in body.split("\n")]
    table = foreign_answers.ordering([texts.line_of(item) for item in items if item])
    words = settings.upper().split()
    return table if {"ALL_OR_NOTHING", "EXACT"} & set(words) else table | {"credit": "share"}


def _numeric(body: str, texts: _Texts) -> Row:
    body, mark, wrong = body.partition("~")
    found = []
    for part in (one.strip() for one in body.split("=")):
        if part:
            weight, rest = _weighed(part, 100.0)
            answer, _mark, why = rest.partition("#")
            value, tolerance = foreign_answers.span(_unescaped(answer))
            found.append(
                foreign_answers.Number(value, tolerance, weight, texts.line_of(why) if why.strip() else "")
            )
    said = texts.line_of(wrong.partition("#")[2]) if mark and "#" in wrong else ""
    return foreign_answers.numeric(found, said, texts.reading, texts.line)
