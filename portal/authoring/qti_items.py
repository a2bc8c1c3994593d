"""QTI 2.1 and 3.0 items as our questions: which interaction is which of our kinds; the package they come in is qti's matter, their marks qti_marks'.

Both versions are read as one: names of 3.0 without `qti-`, names of 2.1 with hyphens for capitals.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from portal.authoring import foreign_answers, foreign_images, foreign_marks, foreign_text, qti_marks
from portal.authoring.brought import LeftOut, Reading, Row, joined
from portal.authoring.foreign_answers import Number, Typed
from portal.authoring.qti_marks import Declared
from portal.authoring.xml_tree import Node
from portal.core.i18n import _

ITEM = "assessment-item"
BLANK = "……"
INLINE = ("text-entry-interaction", "inline-choice-interaction")
HIDDEN = (
    "feedback-inline",
    "feedback-block",
    "rubric-block",
    "template-inline",
    "template-block",
    "printed-variable",
)

_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_TRAILING = " \t\n.?:_…*"

Files = Callable[[str], bytes | None]


def plain_names(node: Node) -> None:
    """Rename all elements and attributes so that both versions are called alike."""
    for one in node.walk():
        one.name = _plain(one.name)
        one.attributes = {_plain(key): value for key, value in one.attributes.items()}


def _plain(name: str) -> str:
    return _CAPITAL.sub("-", name.removeprefix("qti-")).lower()


@dataclass
class _Item:
    """One item while it is read."""

    node: Node
    reading: Reading
    files: Files
    declared: dict[str, Declared]
    body: Node
    interactions: list[Node]

    def answers_of(self, interaction: Node) -> Declared:
        found = self.declared.get(interaction.attributes.get("response-identifier", ""))
        if found is None:
            raise LeftOut(_("ไม่มีคำตอบที่ถูก"), interaction.line)
        return found

    def html(self, node: Node, swap: Callable[[Node], str | None] = lambda _node: None) -> str:
        """What stands within as HTML, without what is not shown; `swap` gives other HTML for an element."""
        parts = []
        for one in node.inside:
            if isinstance(one, str):
                parts.append(escape(foreign_text.without_gaps(one), quote=False))
            elif (instead := swap(one)) is not None:
                parts.append(instead)
            elif one.name == "object" and one.attributes.get("type", "").startswith("image/"):
                parts.append(
                    f'<img src="{escape(one.attributes.get("data", ""))}" alt="{escape(one.text())}">'
                )
            elif one.name == "img":
                parts.append(one.outer())
            elif one.name not in HIDDEN:
                parts.append(f"<{one.name}>{self.html(one, swap)}</{one.name}>")
        return "".join(parts)

    def line(self, node: Node) -> str:
        return foreign_text.line_of_html(self.html(node), self.image(node))

    def image(self, node: Node) -> foreign_text.Image:
        def shown(address: str, words: str) -> str | None:
            body = self.files(address)
            held = {} if body is None else {address: body}
            return foreign_images.shown(self.reading, node.line, address, words, held)

        return shown

    def text(self, swap: Callable[[Node], str | None]) -> str:
        """The question: all that stands around the interaction, and its prompt."""
        return foreign_text.from_html(self.html(self.body, swap), self.image(self.body))

    def asked(self) -> str:
        """The question of an item with one block interaction."""

        def prompt(node: Node) -> str | None:
            if node is not self.interactions[0]:
                return None
            said = node.one("prompt")
            return f"<p>{self.html(said)}</p>" if said else ""

        return self.text(prompt)

    def said(self) -> dict[str, str]:
        """What is said afterwards, by its identifier."""
        shown = [one for one in self.node.walk() if one.name in ("modal-feedback", "feedback-block")]
        found: dict[str, str] = {}
        for one in shown:
            key = one.attributes.get("identifier", "")
            found[key] = joined([found.get(key, ""), self.line(one)])
        return found


def question(node: Node, reading: Reading, files: Files) -> Row:
    """The question of an item with plain names. Refuses with LeftOut what is none of our kinds."""
    body = node.one("item-body")
    if node.attributes.get("adaptive") == "true" or any(
        one.name == "template-declaration" for one in node.walk()
    ):
        raise LeftOut(_("ข้อที่ปรับตัวหรือสุ่มตัวเลขใช้ในระบบนี้ไม่ได้"), node.line)
    if body is None:
        raise LeftOut(_("ไม่มีคำถามในไฟล์นี้"), node.line)
    interactions = [one for one in body.walk() if one.name.endswith("-interaction")]
    _refuse_unknown(body, interactions)
    item = _Item(node, reading, files, qti_marks.declared(node), body, interactions)
    table = _cloze(item) if len(interactions) > 1 else _READERS[interactions[0].name](item)
    if not table["text"]:
        raise LeftOut(_("คำถามไม่มีข้อความ"), body.line)
    used = table.pop("used", ())
    others = [text for key, text in item.said().items() if key not in used]
    table["said"] = joined([table.get("said", ""), *others])
    foreign_answers.explain(table, "")
    name = node.attributes.get("identifier", "").lower().replace("_", "-")
    return table | ({"id": name} if name else {})


def _refuse_unknown(body: Node, interactions: Sequence[Node]) -> None:
    if not interactions:
        raise LeftOut(_("ไม่มีคำถามในไฟล์นี้"), body.line)
    for one in interactions:
        if one.name not in _READERS:
            raise LeftOut(_("คำถามชนิด %(kind)s ใช้ในระบบนี้ไม่ได้", kind=one.name[:60]), one.line)
    if len(interactions) > 1 and any(one.name not in INLINE for one in interactions):
        raise LeftOut(_("มีหลายคำถามในข้อเดียว"), interactions[1].line)
    math = next((one for one in body.walk() if one.name == "math"), None)
    if math:
        raise LeftOut(_("สูตร MathML ใช้ในระบบนี้ไม่ได้"), math.line)


def _choice(item: _Item) -> Row:
    interaction = item.interactions[0]
    given = item.answers_of(interaction)
    rows = interaction.all("simple-choice")
    keys = [row.attributes.get("identifier", "") for row in rows]
    said = item.said() | {
        one.attributes.get("identifier", ""): item.line(one)
        for row in rows
        for one in row.walk()
        if one.name == "feedback-inline"
    }
    is_single = given.cardinality == "single"
    found = [
        (item.line(row), mark, said.get(key, ""))
        for row, key, mark in zip(rows, keys, given.marks(keys), strict=True)
    ]
    table = foreign_marks.choices(found, is_single=is_single)
    if not is_single and not given.mapping:
        foreign_marks.tell(table, ["credit:exact"])
    return table | {"text": item.asked(), "used": keys}


def _order(item: _Item) -> Row:
    interaction = item.interactions[0]
    given = item.answers_of(interaction)
    texts = {row.attributes.get("identifier", ""): item.line(row) for row in interaction.all("simple-choice")}
    if set(given.correct) != set(texts):
        raise LeftOut(_("ลำดับที่ถูกไม่ครบทุกรายการ"), interaction.line)
    return foreign_answers.ordering([texts[key] for key in given.correct]) | {"text": item.asked()}


def _match(item: _Item) -> Row:
    """The set whose members have one partner each is the left one."""
    interaction = item.interactions[0]
    given = item.answers_of(interaction)
    sets = interaction.all("simple-match-set")
    if len(sets) != 2:
        raise LeftOut(_("คำถามจับคู่ต้องมีสองด้าน"), interaction.line)
    sides = [
        {one.attributes.get("identifier", ""): item.line(one) for one in side.all("simple-associable-choice")}
        for side in sets
    ]
    pairs = [pair.split() for pair in given.correct]
    if any(len(pair) != 2 or pair[0] not in sides[0] or pair[1] not in sides[1] for pair in pairs):
        raise LeftOut(_("คู่ที่ถูกไม่ตรงกับรายการ"), interaction.line)
    for left, right in ((0, 1), (1, 0)):
        partners = {pair[left]: pair[right] for pair in pairs}
        if len(partners) == len(pairs) == len(sides[left]):
            found = [(text, sides[right][partners[key]]) for key, text in sides[left].items()]
            unused = sides[right].keys() - set(partners.values())
            table = foreign_answers.matching(
                [*found, *(("", text) for key, text in sides[right].items() if key in unused)]
            )
            if not given.mapping:
                table.pop("credit")
            return table | {"text": item.asked()}
    raise LeftOut(_("แต่ละรายการต้องจับคู่ได้เพียงคู่เดียว"), interaction.line)


def _text_entry(item: _Item) -> Row:
    """One field: a number, a short answer after the question, or a gap within it."""
    interaction = item.interactions[0]
    given = item.answers_of(interaction)
    text = item.text(lambda node: foreign_text.GAP.format(1) if node is interaction else None)
    before, _gap, after = text.partition(foreign_text.GAP.format(1))
    is_last = not after.strip(_TRAILING)
    asked = before.rstrip() if is_last else f"{before}{BLANK}{after}"
    if given.base_type in ("float", "integer"):
        return _numeric(item, interaction, given) | {"text": asked}
    if not is_last:
        return _cloze(item)
    found = [Typed(answer, mark, "") for answer, mark in given.typed()]
    return foreign_answers.short(found, item.reading, interaction.line) | {"text": asked}


def _numeric(item: _Item, interaction: Node, given: Declared) -> Row:
    found = []
    for answer, mark in given.typed():
        value = foreign_marks.number(answer)
        if value is None:
            raise LeftOut(_("คำตอบ “%(text)s” ไม่ใช่ตัวเลข", text=answer[:40]), interaction.line)
        found.append(Number(value, qti_marks.tolerance(item.node, given.name, value), mark, ""))
    return foreign_answers.numeric(found, "", item.reading, interaction.line)


def _cloze(item: _Item) -> Row:
    places = {id(one): at for at, one in enumerate(item.interactions, 1)}

    def gap(node: Node) -> str | None:
        return foreign_text.GAP.format(places[id(node)]) if id(node) in places else None

    text = foreign_text.OPEN_GAP.sub(r"{{\1}}", item.text(gap))
    rows = [
        _inline_choice(item, one) if one.name == INLINE[1] else _entry(item, one) for one in item.interactions
    ]
    return {"kind": "cloze", "text": text, "gap": rows, "credit": "share"}


def _entry(item: _Item, interaction: Node) -> Row:
    given = item.answers_of(interaction)
    if given.base_type in ("float", "integer"):
        found = _numeric(item, interaction, given)
        if found.get("tolerance"):
            raise LeftOut(_("ช่องว่างตัวเลขที่มีค่าคลาดเคลื่อนใช้ในระบบนี้ไม่ได้"), interaction.line)
        return {"accepted": [str(found["answer"])]}
    rights = [answer for answer, mark in given.typed() if mark >= foreign_answers.FULL]
    if not rights:
        raise LeftOut(_("ไม่มีคำตอบที่ถูก"), interaction.line)
    return {"accepted": rights}


def _inline_choice(item: _Item, interaction: Node) -> Row:
    given = item.answers_of(interaction)
    texts = {one.attributes.get("identifier", ""): item.line(one) for one in interaction.all("inline-choice")}
    right = next((key for key in given.correct if key in texts), None)
    if right is None:
        raise LeftOut(_("ไม่มีคำตอบที่ถูก"), interaction.line)
    return {"options": list(texts.values()), "answer": texts[right]}


def _extended_text(item: _Item) -> Row:
    given = item.declared.get(item.interactions[0].attributes.get("response-identifier", ""))
    table: Row = {"kind": "writing", "text": item.asked()}
    if given and given.correct and given.correct[0]:
        table["model"] = foreign_text.from_plain(given.correct[0])
    return table


_READERS: dict[str, Callable[[_Item], Row]] = {
    "choice-interaction": _choice,
    "order-interaction": _order,
    "match-interaction": _match,
    "text-entry-interaction": _text_entry,
    "inline-choice-interaction": _cloze,
    "extended-text-interaction": _extended_text,
}
