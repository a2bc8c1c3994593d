"""What answers to a QTI item are right and what they are worth, read from its declarations and its response processing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from portal.authoring.brought import LeftOut
from portal.authoring.foreign_answers import plainly
from portal.authoring.foreign_marks import number
from portal.authoring.xml_tree import Node
from portal.core.i18n import _


@dataclass(frozen=True)
class Declared:
    """A response: its correct values in their order, and what each value is worth where that is told."""

    name: str
    cardinality: str
    base_type: str
    correct: tuple[str, ...]
    mapping: dict[str, float] = field(default_factory=dict)
    default: float = 0.0
    full: float = 0.0  # what the best answer is worth

    def marks(self, keys: Sequence[str]) -> list[float]:
        """What each choice is worth, in per cent."""
        if self.mapping and self.full > 0:
            return [100 * self.mapping.get(key, self.default) / self.full for key in keys]
        share = 100.0 if self.cardinality == "single" else 100 / max(1, len(self.correct))
        return [share if key in self.correct else 0.0 for key in keys]

    def typed(self) -> list[tuple[str, float]]:
        """Typed answers and what they are worth, in per cent."""
        best = max(self.mapping.values(), default=0)
        found = {key: 100 * value / best for key, value in self.mapping.items()} if best > 0 else {}
        return [(text, 100.0) for text in self.correct] + [
            (text, mark) for text, mark in found.items() if text not in self.correct
        ]


def declared(item: Node) -> dict[str, Declared]:
    return {one.attributes.get("identifier", ""): _declared(one) for one in item.all("response-declaration")}


def _declared(node: Node) -> Declared:
    values = node.one("correct-response")
    correct = tuple(" ".join("".join(one.texts()).split()) for one in values.all("value")) if values else ()
    mapping, default, full = {}, 0.0, 0.0
    table = node.one("mapping")
    if table is not None:
        rows = table.all("map-entry")
        mapping = {row.attributes.get("map-key", ""): _number(row, "mapped-value") for row in rows}
        default = _number(table, "default-value")
        rights = [value for value in mapping.values() if value > 0]
        is_single = node.attributes.get("cardinality") == "single"
        full = max(rights, default=0.0) if is_single else sum(rights)
        if "upper-bound" in table.attributes:
            full = min(full, _number(table, "upper-bound")) or full
    return Declared(
        node.attributes.get("identifier", ""),
        node.attributes.get("cardinality", "single"),
        node.attributes.get("base-type", ""),
        correct,
        mapping,
        default,
        full,
    )


def _number(node: Node, name: str) -> float:
    text = node.attributes.get(name, "0")
    found = number(text)
    if found is None:
        raise LeftOut(_("คะแนนของคำตอบ “%(text)s” ไม่ใช่ตัวเลข", text=text[:20]), node.line)
    return float(found)


def tolerance(item: Node, name: str, answer: int | float) -> int | float:
    """How far a number may be from the answer, told by the <equal> that compares this response; 0 where none does."""
    for equal in (one for one in item.walk() if one.name == "equal"):
        if any(one.name == "variable" and one.attributes.get("identifier") == name for one in equal.walk()):
            mode = equal.attributes.get("tolerance-mode", "exact")
            given = [number(part) for part in equal.attributes.get("tolerance", "").split()]
            if mode == "exact" or not given or None in given:
                return 0
            most = max(Decimal(str(part)) for part in given)
            return plainly(most if mode == "absolute" else abs(Decimal(str(answer))) * most / 100)
    return 0
