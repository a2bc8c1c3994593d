"""The settings of a quiz.toml changed as text: all that was not changed keeps its bytes, comments too; what a setting means is quizzes' matter."""

from collections.abc import Mapping, Sequence
from typing import Any

from portal.authoring.quiz_text import (
    QUESTION,
    NotEditable,
    Row,
    checked,
    closed,
    joined,
    split,
    value,
    values_of,
)
from portal.core import toml_text
from portal.core.toml_text import Piece

TABLES = ("feedback", "draw")  # of the quiz itself, after its keys


def settings_of(body: bytes) -> dict[str, Any]:
    """All but the questions: the quiz's own keys, `feedback` as a dict, `draw` a number or a list of dicts. Refuses NotEditable."""
    return _settings_in("".join(map(joined, split(body).parts)))


def replace_settings(body: bytes, values: Row) -> bytes:
    """The file with these settings; what is equal keeps the way it was written. Refuses NotEditable."""
    file = split(body)
    before = settings_of(body)
    if before == dict(values):
        return body
    pieces = [piece for at, part in enumerate(file.parts) if at not in file.questions for piece in part]
    if any(piece.name not in ("", *TABLES) for piece in pieces):
        raise NotEditable()
    own, was = _keys(values), _keys(before)
    head = closed(toml_text.changed(pieces[0].body, was, own, _lines(own)).rstrip("\n"))
    for name in TABLES:
        olds = [piece for piece in pieces if piece.name == name]
        head += _table(name, olds, before.get(name), values.get(name))
    questions = "".join(joined(file.parts[at]) for at in file.questions).rstrip("\n")
    text = f"{head}\n{closed(questions)}" if questions else head
    if _settings_in(text) != dict(values):
        raise NotEditable()
    return checked(file, text, file.tables)


def _settings_in(text: str) -> dict[str, Any]:
    return {key: given for key, given in values_of(text).items() if key != QUESTION}


def _keys(settings: Row) -> dict[str, Any]:
    """What stands before the first table."""
    return {key: one for key, one in settings.items() if not isinstance(one, dict) and not _is_tables(one)}


def _lines(table: Mapping[str, Any]) -> dict[str, str]:
    return {key: f"{toml_text.key(key)} = {value(given, False)}" for key, given in table.items()}


def _is_tables(given: Any) -> bool:
    return isinstance(given, list) and bool(given) and isinstance(given[0], dict)


def _table(name: str, olds: Sequence[Piece], before: Any, after: Any) -> str:
    """[feedback] or all [[draw]] with an empty line above each, as they should be."""
    if before == after:
        return "".join(f"\n{closed(str(piece).strip(chr(10)))}" for piece in olds)
    if isinstance(after, dict) and olds and isinstance(before, dict):
        body = toml_text.changed(olds[0].body, before, after, _lines(after))
        return f"\n{closed(olds[0].lead)}{closed(body.rstrip(chr(10)))}"
    if isinstance(after, dict):
        return f"\n[{name}]\n" + "".join(f"{line}\n" for line in _lines(after).values())
    rows = after if _is_tables(after) else []
    return "".join(f"\n[[{name}]]\n" + "".join(f"{line}\n" for line in _lines(row).values()) for row in rows)
