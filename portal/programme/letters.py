"""Which letters and lines the texts of the programme may hold, and which addresses may stand in a link; what the texts mean is files' matter."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from portal.core.i18n import _
from portal.core.toml import Finding, Table

Path = tuple[str | int, ...]


def is_web_address(text: str) -> bool:
    """Whether this is an address that may stand in a link: http or https, with a host, in one piece."""
    try:
        parts = urlsplit(text)
        is_whole = bool(parts.hostname) and parts.port != 0 and not re.search(r"\s", text)
        return is_whole and parts.scheme in ("http", "https")
    except ValueError:
        return False


def bad_letters(text: str) -> str:
    """The letters of a text that no file and no database should hold: control characters, halves of letters."""
    return "".join(
        one for one in text if unicodedata.category(one) in ("Cc", "Cs") and one not in ("\n", "\t")
    )


def refuse_control_characters(table: Table) -> None:
    for path, text in _strings(table.values, ()):
        if bad_letters(text):
            line = next(
                (
                    table.file.lines[path[:end]]
                    for end in range(len(path), 0, -1)
                    if path[:end] in table.file.lines
                ),
                1,
            )
            table.file.findings.append(
                Finding(table.file.name, line, _("%(key)s มีอักขระควบคุมซึ่งมองไม่เห็น ลบออกก่อน", key=_key(path)))
            )


def _strings(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _strings(part, (*path, key))


def _key(path: Path) -> str:
    return next((part for part in reversed(path) if isinstance(part, str)), "")


def one_line(table: Table, key: str, *, most: int) -> str:
    """A text of one line, or ""."""
    text = table.text(key, required=False, most=most)
    if "\n" in text:
        table.complain(key, _("%(key)s ต้องเป็นบรรทัดเดียว", key=key))
    return text


def line_pair(table: Table, key: str, *, most: int, required: bool = True) -> dict[str, str]:
    pair = table.pair(key, required=required, most=most)
    if any("\n" in text for text in pair.values()):
        table.complain(key, _("%(key)s ต้องเป็นบรรทัดเดียว", key=key))
    return pair
