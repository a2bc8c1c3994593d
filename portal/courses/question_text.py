"""The questions of a quiz.toml changed as text: all that was not changed keeps its bytes, comments too; what a question means is quizzes' matter.

A question is told as a table: the keys of the file as a dict, its choices, pairs and the like as lists of dicts.
"""

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from portal.core import toml_text
from portal.core.errors import Refused
from portal.core.i18n import _, _l
from portal.core.toml_text import Piece

QUESTION = "question"
PARTS = ("choice", "pair", "item", "wrong", "gap", "criterion")
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
TABLES = ("feedback", "draw")  # of the quiz itself, after its keys
BOM = "\ufeff"

Row = Mapping[str, Any]


class NotEditable(Refused):
    """The file is no TOML, or its questions are written in a way that only a text editor can change."""

    text = _l("ไฟล์นี้แก้ด้วยแบบฟอร์มไม่ได้ แก้เป็นข้อความแทน")


class NoSuchQuestion(Refused):
    """There is no question with this id in the file."""


class IdTaken(Refused):
    """The file has a question with this id already."""

    def __init__(self, id_: Any) -> None:
        super().__init__(_("รหัสคำถาม %(id)s ใช้แล้ว เลือกรหัสอื่น", id=id_), field="id")


@dataclass
class _File:
    """A quiz.toml in parts: joined, they are the text. A part is a question with its choices, or what stands between."""

    parts: list[list[Piece]]
    questions: list[int]  # which parts are questions, in the order of the file
    tables: list[dict[str, Any]]
    begins: str
    line_end: str

    def place_of(self, id_: str) -> int:
        for place, table in enumerate(self.tables):
            if table.get("id") == id_:
                return place
        raise NoSuchQuestion(_("ไม่มีคำถาม %(id)s ในไฟล์นี้แล้ว", id=id_))


def tables_of(body: bytes) -> list[dict[str, Any]]:
    """Every question as a table. Refuses NotEditable."""
    return _split(body).tables


def table_of(body: bytes, id_: str) -> dict[str, Any]:
    """The question with this id as a table. Refuses NoSuchQuestion, NotEditable."""
    file = _split(body)
    return file.tables[file.place_of(id_)]


def add_questions(body: bytes, tables: Sequence[Row]) -> bytes:
    """The file with these questions after its last one. Refuses NotEditable, IdTaken."""
    file = _split(body)
    taken = {table.get("id") for table in file.tables}
    for table in tables:
        if table.get("id") in taken:
            raise IdTaken(table.get("id"))
        taken.add(table.get("id"))
    at = file.questions[-1] + 1 if file.questions else len(file.parts)
    new = "".join(f"\n{written(table)}" for table in tables)
    before, after = ("".join(map(_joined, parts)) for parts in (file.parts[:at], file.parts[at:]))
    text = f"{_closed(before)}{new}{'' if not after or after.startswith(chr(10)) else chr(10)}{after}"
    return _checked(file, text if tables else before + after, [*file.tables, *tables])


def replace_question(body: bytes, id_: str, table: Row) -> bytes:
    """The file with this table in the place of the question; values that are equal keep the way they were written.

    Refuses NoSuchQuestion, NotEditable, and IdTaken where the table's id is that of another question.
    """
    file = _split(body)
    place = file.place_of(id_)
    if any(one.get("id") == table.get("id") for at, one in enumerate(file.tables) if at != place):
        raise IdTaken(table.get("id"))
    if _plain(file.tables[place]) == _plain(table):
        return body
    at = file.questions[place]
    old = _joined(file.parts[at])
    new = _changed(file.parts[at], file.tables[place], table).rstrip("\n") + (_tail(old) or "\n")
    texts = [new if number == at else _joined(part) for number, part in enumerate(file.parts)]
    return _checked(file, "".join(texts), [*file.tables[:place], table, *file.tables[place + 1 :]])


def remove_question(body: bytes, id_: str) -> bytes:
    """The file without this question and the comments right above it. Refuses NoSuchQuestion, NotEditable."""
    file = _split(body)
    place = file.place_of(id_)
    gone = file.questions[place]
    text = "".join(_joined(part) for at, part in enumerate(file.parts) if at != gone)
    if gone == len(file.parts) - 1:
        text = _closed(text.rstrip("\n"))
    return _checked(file, text, [*file.tables[:place], *file.tables[place + 1 :]])


def move_question(body: bytes, id_: str, place: int) -> bytes:
    """The file with this question at this place, counted from 0, and with it the comments right above.

    Refuses NoSuchQuestion, NotEditable.
    """
    file = _split(body)
    order = list(range(len(file.tables)))
    order.remove(was := file.place_of(id_))
    order.insert(max(0, min(place, len(order))), was)
    if order == sorted(order):
        return body
    texts = [_joined(part) for part in file.parts]
    gaps = [_tail(texts[at]) for at in file.questions]  # stay where they are
    questions = [texts[at].rstrip("\n") for at in file.questions]
    for at, one, gap in zip(file.questions, order, gaps, strict=True):
        texts[at] = questions[one] + (gap or "\n")
    return _checked(file, "".join(texts), [file.tables[one] for one in order])


def settings_of(body: bytes) -> dict[str, Any]:
    """All but the questions: the quiz's own keys, `feedback` as a dict, `draw` a number or a list of dicts. Refuses NotEditable."""
    file = _split(body)
    return {
        key: value for key, value in _values("".join(map(_joined, file.parts))).items() if key != QUESTION
    }


def replace_settings(body: bytes, values: Row) -> bytes:
    """The file with these settings; what is equal keeps the way it was written. Refuses NotEditable."""
    file = _split(body)
    before = settings_of(body)
    if before == dict(values):
        return body
    pieces = [piece for at, part in enumerate(file.parts) if at not in file.questions for piece in part]
    if any(piece.name not in ("", *TABLES) for piece in pieces):
        raise NotEditable()
    own, was = (
        {key: value for key, value in given.items() if not isinstance(value, dict) and not _is_tables(value)}
        for given in (values, before)
    )
    lines = {key: f"{toml_text.key(key)} = {_value(value, False)}" for key, value in own.items()}
    head = _closed(toml_text.changed(pieces[0].body, was, own, lines).rstrip("\n"))
    for name in TABLES:
        olds = [piece for piece in pieces if piece.name == name]
        if before.get(name) == values.get(name):
            head += "".join(f"\n{_closed(str(piece).strip(chr(10)))}" for piece in olds)
        else:
            head += _tables_written(name, olds, before.get(name), values.get(name))
    questions = "".join(_joined(file.parts[at]) for at in file.questions).rstrip("\n")
    text = f"{head}\n{_closed(questions)}" if questions else head
    if {key: value for key, value in _values(text).items() if key != QUESTION} != dict(values):
        raise NotEditable()
    return _checked(file, text, file.tables)


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _tables_written(name: str, olds: Sequence[Piece], before: Any, after: Any) -> str:
    """A table such as [feedback], or tables such as [[draw]], with other values."""
    if isinstance(after, dict):
        lines = {key: f"{toml_text.key(key)} = {_value(value, False)}" for key, value in after.items()}
        if olds and isinstance(before, dict):
            return f"\n{_closed(olds[0].lead)}" + _closed(
                toml_text.changed(olds[0].body, before, after, lines).rstrip("\n")
            )
        return f"\n[{name}]\n" + "".join(f"{line}\n" for line in lines.values())
    if not _is_tables(after):
        return ""
    return "".join(
        f"\n[[{name}]]\n"
        + "".join(f"{toml_text.key(key)} = {_value(value, False)}\n" for key, value in row.items())
        for row in after
    )


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
    return {key: f"{toml_text.key(key)} = {_value(table[key], key in many_lines)}" for key in keys}


def _value(given: Any, many_lines: bool) -> str:
    try:
        return toml_text.value(given, many_lines=many_lines)
    except TypeError as error:
        raise NotEditable() from error


def text_of(body: bytes) -> str:
    """The file without the mark and the line ends of Windows. Refuses NotEditable."""
    try:
        return body.decode("utf-8").removeprefix(BOM).replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise NotEditable() from error


def _values(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotEditable() from error


def _tables(text: str) -> list[dict[str, Any]]:
    found = _values(text).get(QUESTION, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise NotEditable()
    return found


def _split(body: bytes) -> _File:
    text = text_of(body)
    tables = _tables(text)
    parts: list[list[Piece]] = [[]]
    questions: list[int] = []
    for piece in toml_text.pieces(text):
        is_question = piece.is_array and piece.name == QUESTION
        is_inside = bool(questions) and questions[-1] == len(parts) - 1
        if is_question or (is_inside and not piece.name.startswith(f"{QUESTION}.")):
            parts.append([])
        if is_question:
            questions.append(len(parts) - 1)
        parts[-1].append(piece)
    if len(questions) != len(tables):
        raise NotEditable()  # question = [{…}, …]
    is_crlf = b"\r\n" in body and body.count(b"\r\n") == body.count(b"\n")
    begins = BOM if body.startswith(BOM.encode()) else ""
    return _File(parts, questions, tables, begins, "\r\n" if is_crlf else "\n")


def _joined(part: Sequence[Piece]) -> str:
    return "".join(map(str, part))


def _tail(text: str) -> str:
    return text[len(text.rstrip("\n")) :]


def _closed(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"


def _checked(file: _File, text: str, tables: Sequence[Row]) -> bytes:
    """The text as a file. Refuses NotEditable unless it says just these questions."""
    if _tables(text) != list(map(_plain, tables)):
        raise NotEditable()
    return (file.begins + text.replace("\n", file.line_end)).encode()


def _plain(table: Row) -> dict[str, Any]:
    """The table as a file tells it: lists for tuples, no list of parts that is empty."""
    plain: dict[str, Any] = {}
    for key, value in table.items():
        if key in PARTS:
            if value:
                plain[key] = [_plain(row) for row in value]
        else:
            plain[key] = list(value) if isinstance(value, tuple) else value
    return plain


def _changed(part: Sequence[Piece], before: Row, after: Row) -> str:
    """One question with other values; its comments stay where what they stand beside stays."""
    head, *rest = part
    if any(not piece.is_array or piece.name.removeprefix(f"{QUESTION}.") not in PARTS for piece in rest):
        raise NotEditable()
    own = {key: value for key, value in after.items() if key not in PARTS}
    was = {key: value for key, value in before.items() if key not in PARTS}
    lead = _closed(head.lead)
    text = _closed(lead + toml_text.changed(head.body, was, own, _lines(after, MANY_LINES)))
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
            body = _closed(toml_text.changed(piece.body, before[was], row, _lines(row, ())))
            body = _closed(body.rstrip("\n")) if was == len(pieces) - 1 else body
            text += str(replace(piece, lead=_closed(piece.lead), body=body))
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
    return _plain(before[old]) == _plain(row)


def _has_its_words(before: Sequence[Row], old: int, row: Row, _at: int) -> bool:
    return any(row.get(key) and row.get(key) == before[old].get(key) for key in ("text", "left", "accepted"))


def _is_in_its_place(_before: Sequence[Row], old: int, _row: Row, at: int) -> bool:
    return old == at
