"""The questions of a quiz.toml changed as text: all that was not changed keeps its bytes, comments too; what a question means is quizzes' matter.

A question is told as a table: the keys of the file as a dict, its choices, pairs and the like as lists of dicts.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from portal.authoring.quiz_text import (
    PARTS,
    QUESTION,
    NotEditable,
    Row,
    checked,
    closed,
    joined,
    plain,
    split,
    text_of,
    value,
)
from portal.core import toml_text
from portal.core.errors import Refused
from portal.core.i18n import _
from portal.core.toml_text import Piece

__all__ = ["QUESTION", "NotEditable", "text_of"]  # what is needed beside the questions

ORDER = (
    *("id", "kind", "lesson", "difficulty", "topic", "text", "left", "right", "correct", "weight", "why"),
    *(
        "accepted",
        "options",
        "answer",
        "tolerance",
        "unit",
        "edits",
        "tones",
        "others",
        "least",
        "most",
        "model",
    ),
    *("credit", "time", "fact", "seed", "advice"),
)
MANY_LINES = ("text", "model")  # of the question itself: always between three quotes


class IdTaken(Refused):
    """The file has a question with this id already."""

    def __init__(self, id_: Any) -> None:
        super().__init__(_("รหัสคำถาม %(id)s ใช้แล้ว เลือกรหัสอื่น", id=id_), field="id")


def tables_of(body: bytes) -> list[dict[str, Any]]:
    """Every question as a table. Refuses NotEditable."""
    return split(body).tables


def table_of(body: bytes, id_: str) -> dict[str, Any]:
    """The question with this id as a table. Refuses NoSuchQuestion, NotEditable."""
    file = split(body)
    return file.tables[file.place_of(id_)]


def add_questions(body: bytes, tables: Sequence[Row]) -> bytes:
    """The file with these questions after its last one. Refuses NotEditable, IdTaken."""
    file = split(body)
    taken = {table.get("id") for table in file.tables}
    for table in tables:
        if table.get("id") in taken:
            raise IdTaken(table.get("id"))
        taken.add(table.get("id"))
    at = file.questions[-1] + 1 if file.questions else len(file.parts)
    new = "".join(f"\n{written(table)}" for table in tables)
    before, after = ("".join(map(joined, parts)) for parts in (file.parts[:at], file.parts[at:]))
    text = f"{closed(before)}{new}{'' if not after or after.startswith(chr(10)) else chr(10)}{after}"
    return checked(file, text if tables else before + after, [*file.tables, *tables])


def replace_question(body: bytes, id_: str, table: Row) -> bytes:
    """The file with this table in the place of the question; values that are equal keep the way they were written.

    Refuses NoSuchQuestion, NotEditable, and IdTaken where the table's id is that of another question.
    """
    file = split(body)
    place = file.place_of(id_)
    if any(one.get("id") == table.get("id") for at, one in enumerate(file.tables) if at != place):
        raise IdTaken(table.get("id"))
    if plain(file.tables[place]) == plain(table):
        return body
    at = file.questions[place]
    old = joined(file.parts[at])
    new = _changed(file.parts[at], file.tables[place], table).rstrip("\n") + (_tail(old) or "\n")
    texts = [new if number == at else joined(part) for number, part in enumerate(file.parts)]
    return checked(file, "".join(texts), [*file.tables[:place], table, *file.tables[place + 1 :]])


def remove_question(body: bytes, id_: str) -> bytes:
    """The file without this question and the comments right above it. Refuses NoSuchQuestion, NotEditable."""
    file = split(body)
    place = file.place_of(id_)
    gone = file.questions[place]
    text = "".join(joined(part) for at, part in enumerate(file.parts) if at != gone)
    if gone == len(file.parts) - 1:
        text = closed(text.rstrip("\n"))
    return checked(file, text, [*file.tables[:place], *file.tables[place + 1 :]])


def move_question(body: bytes, id_: str, place: int) -> bytes:
    """The file with this question at this place, counted from 0, and with it the comments right above.

    Refuses NoSuchQuestion, NotEditable.
    """
    file = split(body)
    order = list(range(len(file.tables)))
    order.remove(was := file.place_of(id_))
    order.insert(max(0, min(place, len(order))), was)
    if order == sorted(order):
        return body
    texts = [joined(part) for part in file.parts]
    gaps = [_tail(texts[at]) for at in file.questions]  # stay where they are
    questions = [texts[at].rstrip("\n") for at in file.questions]
    for at, one, gap in zip(file.questions, order, gaps, strict=True):
        texts[at] = questions[one] + (gap or "\n")
    return checked(file, "".join(texts), [file.tables[one] for one in order])


def lost_comments(before: bytes, after: bytes) -> list[str]:
    """The comments of one text that another no longer has, in their order. Refuses NotEditable."""
    there = Counter(toml_text.comments(text_of(after)))
    lost = []
    for comment in toml_text.comments(text_of(before)):
        if there[comment] > 0:
            there[comment] -= 1
        else:
            lost.append(comment)
    return lost


def written(table: Row) -> str:
    """A question as text, as authors write it. Refuses NotEditable for a value that TOML cannot say."""
    lines = [f"[[{QUESTION}]]", *_lines(table, MANY_LINES).values()]
    return (
        "\n".join(lines) + "\n" + "".join(_part(part, row) for part in PARTS for row in table.get(part, ()))
    )


def _part(name: str, row: Row) -> str:
    lines = [f"[[{QUESTION}.{name}]]", *_lines(row, ()).values()]
    return "".join(f"  {line}\n" for line in lines)


def _lines(table: Row, many_lines: Sequence[str]) -> dict[str, str]:
    keys = [key for key in ORDER if key in table]
    keys += [key for key in table if key not in ORDER and key not in PARTS]
    return {key: f"{toml_text.key(key)} = {value(table[key], key in many_lines)}" for key in keys}


def _tail(text: str) -> str:
    return text[len(text.rstrip("\n")) :]


def _changed(part: Sequence[Piece], before: Row, after: Row) -> str:
    """One question with other values; its comments stay where what they stand beside stays."""
    head, *rest = part
    if any(not piece.is_array or piece.name.removeprefix(f"{QUESTION}.") not in PARTS for piece in rest):
        raise NotEditable()
    own = {key: value for key, value in after.items() if key not in PARTS}
    was = {key: value for key, value in before.items() if key not in PARTS}
    lead = closed(head.lead)
    text = closed(lead + toml_text.changed(head.body, was, own, _lines(after, MANY_LINES)))
    for name in PARTS:
        pieces = [piece for piece in rest if piece.name == f"{QUESTION}.{name}"]
        text += _rows(name, pieces, before.get(name, []), after.get(name, []))
    return text


def _rows(name: str, pieces: Sequence[Piece], before: Sequence[Row], after: Sequence[Row]) -> str:
    """The choices, pairs … of a question; each is written into the one it was, or anew."""
    if len(pieces) != len(before):
        raise NotEditable()
    text = ""
    for row, was in zip(after, _matches(before, after), strict=True):
        if was is None:
            text += _part(name, row)
        else:
            piece = pieces[was]
            body = closed(toml_text.changed(piece.body, before[was], row, _lines(row, ())))
            body = closed(body.rstrip("\n")) if was == len(pieces) - 1 else body
            text += str(replace(piece, lead=closed(piece.lead), body=body))
    return text


def _matches(before: Sequence[Row], after: Sequence[Row]) -> list[int | None]:
    """Which of the rows before each row was: the same one, else one with the same words, else the one in its place."""
    free = list(range(len(before)))
    found: list[int | None] = [None] * len(after)
    for is_match in (_is_equal, _has_its_words, _is_in_its_place):
        for at, row in enumerate(after):
            if found[at] is None:
                found[at] = next((old for old in free if is_match(before, old, row, at)), None)
                free = [old for old in free if old != found[at]]
    return found


def _is_equal(before: Sequence[Row], old: int, row: Row, _at: int) -> bool:
    return plain(before[old]) == plain(row)


def _has_its_words(before: Sequence[Row], old: int, row: Row, _at: int) -> bool:
    return any(row.get(key) and row.get(key) == before[old].get(key) for key in ("text", "left", "accepted"))


def _is_in_its_place(_before: Sequence[Row], old: int, _row: Row, at: int) -> bool:
    return old == at
