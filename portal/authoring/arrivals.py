"""Questions of other systems made whole for a quiz of ours: an id, a lesson, a source, and which of them are there already; reading and keeping them is exchange's matter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.authoring import foreign_text, question_text
from portal.authoring.brought import Row
from portal.core.toml import CODE, MOST_LETTERS_OF_A_CODE
from portal.courses import figures, pack
from portal.courses.questions import SOURCES

_UNSAID = (("tolerance", 0), ("credit", "exact"), ("edits", 0), ("tones", False))
_BLANK: Row = {"id": "", "kind": ""}


@dataclass
class Arrivals:
    """What the course has already, while questions are completed one by one."""

    module: str
    taken: set[str]
    present: Mapping[str, Row]
    lessons: Sequence[str]
    lesson: str  # that answers questions of which no file says it
    difficulty: str
    reserved: set[str]  # ids that questions of the file bring along
    renamed: int = 0
    same: int = 0
    number: int = 0

    def completed(self, table: Row) -> Row | None:
        """The question with all that a file of ours must say of it; None where the quiz has just this one."""
        given = {"lesson": self.lesson, "difficulty": self.difficulty}
        whole: Row = {**_BLANK, **given, **table}
        if whole["lesson"] not in self.lessons:
            whole["lesson"] = self.lesson
        if not any(key in whole for key in SOURCES):
            whole["advice"] = True
        if whole["id"] and _normal(self.present.get(whole["id"])) == _normal(whole):
            self.same += 1
            return None
        if not CODE.fullmatch(whole["id"]) or len(whole["id"]) > MOST_LETTERS_OF_A_CODE:
            whole["id"] = ""
        if whole["id"] in self.taken:
            self.renamed += 1
            whole["id"] = ""
        whole["id"] = whole["id"] or self._next()
        self.taken.add(whole["id"])
        return whole

    def _next(self) -> str:
        while True:
            self.number += 1
            if (id_ := f"{self.module}-{self.number:02}") not in self.taken and id_ not in self.reserved:
                return id_


def ids_of(files: Mapping[str, bytes]) -> set[str]:
    """Every id of the course: none may be given twice."""
    found: set[str] = set()
    for path, body in files.items():
        if path.endswith(f"/{pack.QUIZ}"):
            try:
                found |= {str(table.get("id")) for table in question_text.tables_of(body)}
            except question_text.NotEditable:
                continue  # the checker tells of a doubled id when this file can be read
    return found


def _normal(value: Any) -> Any:
    """A question without what another system cannot keep: two that differ only in that are the same."""
    if isinstance(value, dict):
        return {key: _normal(one) for key, one in value.items() if (key, one) not in _UNSAID}
    if isinstance(value, list):
        return [_normal(one) for one in value]
    return (
        foreign_text.without_relative_links(figures.without_tags(value.strip()))
        if isinstance(value, str)
        else value
    )
