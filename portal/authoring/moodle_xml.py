"""Moodle XML as our questions and back: what a question of each type of Moodle is among our kinds; what is worth what is foreign_marks' matter."""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from portal.authoring import (
    foreign_answers,
    foreign_images,
    foreign_marks,
    foreign_text,
    moodle_cloze,
    xml_tree,
)
from portal.authoring.brought import Brought, LeftOut, Reading, Row, Unreadable, joined, most_of
from portal.authoring.foreign_answers import Number, Typed
from portal.authoring.moodle_writing import RUBRIC, write
from portal.authoring.xml_tree import Node
from portal.core.i18n import _

__all__ = ["read", "write"]

PLUGIN_FILE = "@@PLUGINFILE@@/"
ROOT = "quiz"
ALL_OR_NOTHING = ("-1", "ALL_OR_NOTHING")


@dataclass
class _Asked:
    """One <question> while it is read."""

    node: Node
    reading: Reading
    whys: list[str] = field(default_factory=list)

    def block(self, node: Node | None) -> str:
        """The Markdown of an element that holds <text> and perhaps files."""
        return self._text(node, foreign_text.from_html, foreign_text.from_plain)

    def line(self, node: Node | None) -> str:
        return " ".join(self._text(node, foreign_text.line_of_html, foreign_text.line_of_plain).split())

    def plain(self, node: Node | None) -> str:
        """A typed answer: never any marks."""
        return " ".join(node.text("text").split()) if node else ""

    def _text(self, node: Node | None, of_html: Callable[..., str], of_plain: Callable[[str], str]) -> str:
        text = node.text("text") if node else ""
        if node is None or not text:
            return ""
        files = _files(node)

        def image(address: str, words: str) -> str | None:
            return foreign_images.shown(
                self.reading, node.line, address.removeprefix(PLUGIN_FILE), words, files
            )

        format_ = node.attributes.get("format") or self.node_format
        if format_ == "markdown":
            return foreign_text.with_images(text, PLUGIN_FILE, image)
        if format_ == "plain_text" or (format_ == "moodle_auto_format" and not foreign_text.is_html(text)):
            return of_plain(text)
        return of_html(text, image)

    @property
    def node_format(self) -> str:
        asked = self.node.one("questiontext")
        return (asked.attributes.get("format") if asked else None) or "html"

    def answers(self) -> list[tuple[Node, float]]:
        return [
            (one, foreign_marks.fraction(one.attributes.get("fraction") or "0"))
            for one in self.node.all("answer")
        ]


def read(data: bytes, filename: str, *, taken: Mapping[str, bytes] | None = None, room: int = 0) -> Brought:
    """The questions of a Moodle XML file. Refuses with Unreadable what is no such file."""
    return read_tree(xml_tree.parse(data), filename, taken=taken, room=room)


def read_tree(
    root: Node, filename: str, *, taken: Mapping[str, bytes] | None = None, room: int = 0
) -> Brought:
    if root.name != ROOT:
        raise Unreadable(_("ไฟล์นี้ไม่ใช่ Moodle XML: เริ่มด้วย <%(name)s>", name=root.name[:40]))
    reading = Reading(filename, taken or {}, room)
    for node in root.all("question"):
        if node.attributes.get("type") == "category":
            continue
        try:
            reading.comes(_question(_Asked(node, reading)), node.line)
        except LeftOut as no:
            name = node.text("name", "text") or foreign_text.text_of_html(
                node.text("questiontext", "text")[:500]
            )
            reading.leaves_out(no.line or node.line, f"{no} ({most_of(name)})")
    return reading.done()


def _files(node: Node) -> dict[str, bytes]:
    found = {}
    for file in node.all("file"):
        try:
            name = file.attributes.get("path", "/").strip("/") + "/" + file.attributes.get("name", "")
            found[name.lstrip("/")] = base64.b64decode("".join(file.texts()))
        except binascii.Error:
            continue  # noted where the image stands
    return found


def _question(asked: _Asked) -> Row:
    node = asked.node
    type_ = node.attributes.get("type", "")
    reader = _READERS.get(type_)
    if reader is None:
        raise LeftOut(_("คำถามชนิด %(kind)s ใช้ในระบบนี้ไม่ได้", kind=type_[:40] or "?"))
    table = reader(asked)
    if "text" not in table:
        table["text"] = asked.block(node.one("questiontext"))
    if not table["text"]:
        raise LeftOut(_("คำถามไม่มีข้อความ"))
    table["said"] = joined([table.get("said", ""), *asked.whys])
    foreign_answers.explain(table, asked.block(node.one("generalfeedback")))
    if idnumber := node.text("idnumber"):
        table["id"] = idnumber
    foreign_marks.tell(table, [tag.text("text") for tag in (node.one("tags") or Node("", {}, 0)).all("tag")])
    _count_losses(asked)
    return table


def _count_losses(asked: _Asked) -> None:
    node = asked.node
    if node.one("hint"):
        asked.reading.counts(_("คำใบ้ไม่ได้นำเข้า"), node.line)
    grade = foreign_marks.number(node.text("defaultgrade") or "1")
    if grade not in (1, None) and node.attributes.get("type") != "essay":
        asked.reading.counts(_("คะแนนเต็มของข้อไม่ได้นำเข้า ทุกข้อในระบบนี้เท่ากัน"), node.line)


def _multichoice(asked: _Asked) -> Row:
    is_single = asked.node.text("single").lower() not in ("false", "0")
    found = [(asked.line(one), mark, asked.line(one.one("feedback"))) for one, mark in asked.answers()]
    return foreign_marks.choices(found, is_single=is_single)


def _truefalse(asked: _Asked) -> Row:
    """Old files call the answers in the language of their site: then the first one is true."""
    answers = asked.answers()
    if len(answers) != 2:
        raise LeftOut(_("คำถามถูกผิดต้องมีสองคำตอบ"))
    if answers[0][0].text("text").lower() == "false":
        answers.reverse()
    rows = []
    for (one, mark), text in zip(answers, foreign_marks.TRUE_FALSE, strict=True):
        why = asked.line(one.one("feedback"))
        rows.append({"text": text, "correct": mark >= foreign_answers.FULL} | ({"why": why} if why else {}))
    return {"kind": "true_false", "choice": rows}


def _shortanswer(asked: _Asked) -> Row:
    found = [Typed(asked.plain(one), mark, asked.line(one.one("feedback"))) for one, mark in asked.answers()]
    if asked.node.text("usecase") == "1":
        asked.reading.counts(_("ตัวพิมพ์เล็กใหญ่ไม่ถูกแยกในระบบนี้"), asked.node.line)
    return foreign_answers.short(found, asked.reading, asked.node.line)


def _numerical(asked: _Asked) -> Row:
    found = []
    for one, mark in asked.answers():
        text = one.text("text") or "".join(part for part in one.inside if isinstance(part, str)).strip()
        value, _margin = foreign_answers.span(text)
        tolerance = foreign_marks.number(one.text("tolerance") or "0") or 0
        found.append(Number(value, abs(tolerance), mark, asked.line(one.one("feedback"))))
    table = foreign_answers.numeric(found, "", asked.reading, asked.node.line)
    units = (asked.node.one("units") or Node("", {}, 0)).all("unit")
    same = [
        unit.text("unit_name") for unit in units if foreign_marks.number(unit.text("multiplier") or "1") == 1
    ]
    if same and same[0]:
        table["unit"] = same[0]
    if len(units) > len(same[:1]):
        asked.reading.notes(asked.node.line, _("หน่วยอื่นของคำตอบไม่ได้นำเข้า"))
    return table


def _matching(asked: _Asked) -> Row:
    found = []
    for one in asked.node.all("subquestion"):
        right = one.text("answer", "text")
        found.append((asked.line(one), foreign_text.line_of_plain(right)))
    return foreign_answers.matching(found)


def _ordering(asked: _Asked) -> Row:
    answers = sorted(asked.answers(), key=lambda one: one[1])
    asked.whys += [asked.line(one.one("feedback")) for one, _mark in answers]
    table = foreign_answers.ordering([asked.line(one) for one, _mark in answers])
    return table if asked.node.text("gradingtype") in ALL_OR_NOTHING else table | {"credit": "share"}


def _cloze(asked: _Asked) -> Row:
    text, gaps = moodle_cloze.held(asked.node.text("questiontext", "text"))
    rows = []
    for kind, answers in gaps:
        row, said = moodle_cloze.gap(kind, answers)
        rows.append(row)
        asked.whys.append(said)
    return _with_gaps(asked, text, rows)


def _missing_words(asked: _Asked) -> Row:
    """Words to be picked or dragged into the text."""
    node = asked.node
    boxes = [
        (box, foreign_text.line_of_html(box.text("text")))
        for box in node.all("selectoption") or node.all("dragbox")
    ]
    options = [(words, box.text("group")) for box, words in boxes]
    return _with_gaps(asked, *moodle_cloze.numbered(node.text("questiontext", "text"), options))


def _with_gaps(asked: _Asked, text: str, gaps: list[Row]) -> Row:
    """The question whose text has marks where these gaps stand."""
    node = asked.node.one("questiontext")
    if node is None or not gaps:
        raise LeftOut(_("ไม่มีช่องว่างในข้อความ"))
    rest = [one for one in node.inside if not (isinstance(one, Node) and one.name == "text")]
    asking = Node(node.name, node.attributes, node.line, [*rest, Node("text", {}, node.line, [text])])
    return {"kind": "cloze", "text": moodle_cloze.placed(asked.block(asking)), "gap": gaps, "credit": "share"}


def _essay(asked: _Asked) -> Row:
    table: Row = {"kind": "writing"}
    for key, name in (("least", "minwordlimit"), ("most", "maxwordlimit")):
        if isinstance(count := foreign_marks.number(asked.node.text(name)), int) and count > 0:
            table[key] = count
    known = asked.node.one("graderinfo")
    if known and (found := RUBRIC.fullmatch(known.text("text"))):
        table["criterion"] = [
            {"text": text} | ({"why": why} if why else {})
            for text, _mark, why in (line[2:].partition(" — ") for line in found[1].strip().split("\n"))
        ]
        table["model"] = found[2].strip()
    elif model := asked.block(known):
        table["model"] = model
    return table


_READERS: dict[str, Callable[[_Asked], Row]] = {
    "multichoice": _multichoice,
    "truefalse": _truefalse,
    "shortanswer": _shortanswer,
    "numerical": _numerical,
    "matching": _matching,
    "match": _matching,
    "ordering": _ordering,
    "cloze": _cloze,
    "multianswer": _cloze,
    "gapselect": _missing_words,
    "ddwtos": _missing_words,
    "essay": _essay,
}
