"""The modules of a course.toml and the files that a new lesson, quiz or course begins with, as text; comments and all that is not changed keep their bytes."""

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from portal.core import toml_text
from portal.core.errors import Refused
from portal.core.i18n import _, _l

BOM = "\ufeff"
SOURCES = ("S",)


class NotEditable(Refused):
    """The file is no TOML, or its modules are written in a way that only a text editor can change."""

    text = _l("course.toml แก้ด้วยแบบฟอร์มไม่ได้ แก้เป็นข้อความแทน")


class CodeTaken(Refused):
    """The course has something of this name already."""

    def __init__(self, code: str) -> None:
        super().__init__(_("รหัส %(code)s ใช้แล้ว เลือกคำอื่น", code=code), field="code")


def modules_of(body: bytes) -> list[dict[str, Any]]:
    """The modules as tables. Refuses NotEditable."""
    return _modules(_text(body))


def with_lesson(body: bytes, module: str, slug: str) -> bytes:
    """The course with this lesson as the last one of a module, which is a published one then. Refuses CodeTaken, NotEditable."""
    lessons = _module(body, module).get("lessons", [])
    if slug in lessons:
        raise CodeTaken(slug)
    return change_module(body, module, {"status": "published", "lessons": [*lessons, slug]})


def without_lesson(body: bytes, module: str, slug: str) -> bytes:
    """The course without this lesson; a module without any is a coming one. Unchanged where no module has it. Refuses NotEditable."""
    table = next((one for one in modules_of(body) if one.get("code") == module), {})
    lessons = table.get("lessons", [])
    if slug not in lessons:
        return body
    rest = [one for one in lessons if one != slug]
    return change_module(body, module, {"lessons": rest} if rest else {"status": "coming", "lessons": []})


def change_module(body: bytes, module: str, values: Mapping[str, Any]) -> bytes:
    """The course with these values in one of its modules. Refuses NotEditable."""
    before = _module(body, module)
    after = {**before, **values}
    text = _text(body)
    at = [one.get("code") for one in _modules(text)].index(module)
    pieces = toml_text.pieces(text)
    place = [number for number, piece in enumerate(pieces) if piece.is_array and piece.name == "module"][at]
    lines = {key: f"{toml_text.key(key)} = {toml_text.value(value)}" for key, value in after.items()}
    piece = pieces[place]
    texts = [str(piece) for piece in pieces]
    texts[place] = piece.lead + toml_text.changed(piece.body, before, after, lines)
    return _written(body, "".join(texts), [after if one == before else one for one in _modules(text)])


def with_module(body: bytes, table: Mapping[str, Any]) -> bytes:
    """The course with this module after its last one. Refuses CodeTaken, NotEditable."""
    text = _text(body)
    modules = _modules(text)
    if any(one.get("code") == table["code"] for one in modules):
        raise CodeTaken(str(table["code"]))
    lines = [f"{toml_text.key(key)} = {toml_text.value(value)}" for key, value in table.items()]
    text = f"{text.rstrip(chr(10))}\n\n" + "\n".join(["[[module]]", *lines]) + "\n"
    return _written(body, text, [*modules, dict(table)])


def new_course(title: str, title_en: str, tracks: Sequence[str], summary: str, summary_en: str) -> bytes:
    """The course.toml of a course without modules."""
    words = {"title": title, "title_en": title_en, "track": list(tracks)}
    words |= {"summary": summary, "summary_en": summary_en}
    head = "".join(f"{key} = {toml_text.value(value)}\n" for key, value in words.items())
    return f"{head}\n[completion]\nmembers = 1\nmodules = []\n".encode()


def new_lesson(title: str, title_en: str, minutes: int) -> bytes:
    """A lesson with its head and a first heading to write under."""
    words = {
        "title": title,
        "title_en": title_en,
        "summary_en": "",
        "minutes": minutes,
        "sources": list(SOURCES),
    }
    head = "".join(f"{key} = {toml_text.value(value)}\n" for key, value in words.items())
    return f"+++\n{head}+++\n## {title}\n\n".encode()


def new_quiz(title: str, title_en: str, pass_mark: int) -> bytes:
    """A quiz without questions."""
    words = {"title": title, "title_en": title_en, "pass_mark": pass_mark, "shuffle": True}
    return "".join(f"{key} = {toml_text.value(value)}\n" for key, value in words.items()).encode()


def _module(body: bytes, code: str) -> dict[str, Any]:
    found = next((one for one in modules_of(body) if one.get("code") == code), None)
    if found is None:
        raise NotEditable(_("ไม่มีบท %(code)s ใน course.toml", code=code))
    return found


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8").removeprefix(BOM).replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise NotEditable() from error


def _modules(text: str) -> list[dict[str, Any]]:
    try:
        found = tomllib.loads(text).get("module", [])
    except (ValueError, RecursionError) as error:
        raise NotEditable() from error
    headers = [piece for piece in toml_text.pieces(text) if piece.is_array and piece.name == "module"]
    if not isinstance(found, list) or len(headers) != len(found):
        raise NotEditable()
    return found


def _written(body: bytes, text: str, modules: Sequence[Mapping[str, Any]]) -> bytes:
    """The text as the file was written. Refuses NotEditable unless it says just these modules."""
    if _modules(text) != list(modules):
        raise NotEditable()
    if b"\r\n" in body:
        text = text.replace("\n", "\r\n")
    return ((BOM if body.startswith(BOM.encode()) else "") + text).encode()
