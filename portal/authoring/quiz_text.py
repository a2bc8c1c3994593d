"""A quiz.toml in pieces that are its text when joined: what question_text and settings_text change, and how what they wrote is made sure of."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.core import toml_text
from portal.core.errors import Refused
from portal.core.i18n import _, _l
from portal.core.toml_text import Piece

QUESTION = "question"
PARTS = ("choice", "pair", "item", "wrong", "gap", "criterion")
BOM = "\ufeff"

Row = Mapping[str, Any]


class NotEditable(Refused):
    """The file is no TOML, or its questions are written in a way that only a text editor can change."""

    text = _l("ไฟล์นี้แก้ด้วยแบบฟอร์มไม่ได้ แก้เป็นข้อความแทน")


class NoSuchQuestion(Refused):
    """There is no question with this id in the file."""


@dataclass
class QuizText:
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


def text_of(body: bytes) -> str:
    """The file without the mark and the line ends of Windows. Refuses NotEditable."""
    try:
        return body.decode("utf-8").removeprefix(BOM).replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise NotEditable() from error


def values_of(text: str) -> dict[str, Any]:
    """What the text says. Refuses NotEditable."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotEditable() from error


def tables_in(text: str) -> list[dict[str, Any]]:
    """The questions in a text. Refuses NotEditable."""
    found = values_of(text).get(QUESTION, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise NotEditable()
    return found


def split(body: bytes) -> QuizText:
    """The file in its parts. Refuses NotEditable."""
    text = text_of(body)
    tables = tables_in(text)
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
    return QuizText(parts, questions, tables, begins, "\r\n" if is_crlf else "\n")


def joined(part: Sequence[Piece]) -> str:
    """The text of a part."""
    return "".join(map(str, part))


def closed(text: str) -> str:
    """The text with a line end at its end."""
    return text if not text or text.endswith("\n") else f"{text}\n"


def checked(file: QuizText, text: str, tables: Sequence[Row]) -> bytes:
    """The text as a file. Refuses NotEditable unless it says just these questions."""
    if tables_in(text) != list(map(plain, tables)):
        raise NotEditable()
    return (file.begins + text.replace("\n", file.line_end)).encode()


def plain(table: Row) -> dict[str, Any]:
    """The table as a file tells it: lists for tuples, no list of parts that is empty."""
    told: dict[str, Any] = {}
    for key, given in table.items():
        if key in PARTS:
            if given:
                told[key] = [plain(row) for row in given]
        else:
            told[key] = list(given) if isinstance(given, tuple) else given
    return told


def value(given: Any, many_lines: bool) -> str:
    """A value as authors write it. Refuses NotEditable for what TOML cannot say."""
    try:
        return toml_text.value(given, many_lines=many_lines)
    except TypeError as error:
        raise NotEditable() from error
