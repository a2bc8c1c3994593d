"""TOML as text that people wrote: its tables, lines and comments, and values as people would write them; what TOML means is toml's matter.

All text here is TOML with `\\n` line ends. What is not changed keeps its bytes.
"""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}(?!")'
    r"|'''.*?'{3,5}(?!')"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|(?P<comment>#[^\n]*)"
    r"|(?P<open>[\[{])|(?P<close>[\]}])"
    r"|(?P<end>\n)",
    re.DOTALL,
)
_HEADER = re.compile(r"[ \t]*\[(\[?)[ \t]*([A-Za-z0-9_.\- \t]+?)[ \t]*\]")
_KEY = re.compile(r"""[ \t]*([A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')[ \t]*=""")
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\r]")


@dataclass(frozen=True)
class Piece:
    """A table of a file: its header line with the comments right above it, and its body.

    The first piece of a file has no name: it is what stands before the first header.
    """

    name: str
    is_array: bool
    lead: str
    body: str

    def __str__(self) -> str:
        return self.lead + self.body


def pieces(text: str) -> list[Piece]:
    """The tables of a file in their order; joined, they are the text."""
    starts, commented = _line_starts(text)
    found = [("", False, 0, 0)]
    for start in starts:
        if line := _HEADER.match(text, start):
            name = ".".join(part.strip() for part in line[2].split("."))
            end = text.find("\n", start) + 1 or len(text)
            found.append((name, bool(line[1]), _above(text, start, commented), end))
    ends = [above for _name, _array, above, _end in found[1:]] + [len(text)]
    return [
        Piece(name, is_array, text[above:body], text[body:end])
        for (name, is_array, above, body), end in zip(found, ends, strict=True)
    ]


def statements(body: str) -> list[str]:
    """The keys of a table with their values, its comments and its empty lines, each with its line end."""
    starts, _commented = _line_starts(body)
    ends = [*starts[1:], len(body)]
    return [body[start:end] for start, end in zip(starts, ends, strict=True) if end > start]


def comments(text: str) -> Iterator[str]:
    """Every comment, with its #."""
    for token in _TOKEN.finditer(text):
        if token["comment"]:
            yield token["comment"].rstrip()


def key_of(statement: str) -> str:
    """The key that a statement gives a value to; "" for a comment or an empty line."""
    found = _KEY.match(statement)
    return found[1].strip("\"'") if found else ""


def changed(body: str, before: Mapping[str, Any], after: Mapping[str, Any], lines: Mapping[str, str]) -> str:
    """The body of a table with other values. What is equal keeps its bytes; what is changed, the comment at its end.

    `lines` has every key of `after` as a line without its end, in the order in which new ones are put.
    """
    kept: list[tuple[str, str]] = []
    for statement in statements(body):
        name = key_of(statement)
        if name not in before:
            kept.append(("", statement))
        elif name in after:
            kept.append(
                (name, statement if _same(before[name], after[name]) else _again(statement, lines[name]))
            )
    last = -1
    for name, line in lines.items():
        at = next((at for at, (known, _line) in enumerate(kept) if known == name), None)
        if at is None:
            last = last + 1
            kept.insert(last, (name, _indented(line, kept)))
        else:
            last = max(last, at)
    return "".join(_ended(statement) if name else statement for name, statement in kept)


def key(name: str) -> str:
    """A key as it stands before the `=`."""
    return name if _PLAIN_KEY.fullmatch(name) else _line(name)


def value(given: Any, *, many_lines: bool = False) -> str:
    """A text, number, flag, moment, or list of them; a text of several lines, or of `many_lines`, between three quotes.

    Raises TypeError for anything else.
    """
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, str):
        return _block(given) if many_lines or "\n" in given else _line(given)
    if isinstance(given, int | float):
        return repr(given)
    if isinstance(given, Decimal):
        return format(given, "f")
    if isinstance(given, datetime | date | time):
        return given.isoformat()
    if isinstance(given, list | tuple):
        return f"[{', '.join(value(one) for one in given)}]"
    raise TypeError(f"no TOML for {type(given).__name__}")


def _line(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{_CONTROL.sub(_escaped, escaped)}"'


def _block(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"""', '""\\"')
    if escaped.endswith('"') and not escaped.endswith('\\"'):
        escaped = f'{escaped[:-1]}\\"'
    first = "\n" if escaped.startswith("\n") else ""  # the one right after the quotes is not part of the text
    return f'"""{first}{_CONTROL.sub(_escaped, escaped)}"""'


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def _same(one: Any, other: Any) -> bool:
    return one == other and isinstance(one, bool) is isinstance(other, bool)


def _again(statement: str, line: str) -> str:
    """A new line in the place of a statement, with its indent and the comment at its end."""
    inside, _hash, end = statement, "", ""
    for token in _TOKEN.finditer(statement):
        if token["comment"]:
            inside, end = statement[: token.start()], token["comment"].rstrip()
        elif token["end"] and token.end() < len(statement):
            inside, end = statement, ""  # inside of a value of several lines
    gap = inside[len(inside.rstrip(" \t")) :] if end else ""
    return f"{_indent(statement)}{line.lstrip()}{gap}{end}\n"


def _indented(line: str, kept: Sequence[tuple[str, str]]) -> str:
    """A new line with its line end, as deep as the others."""
    indent = next((_indent(statement) for name, statement in kept if name), _indent(line))
    return f"{indent}{line.lstrip()}\n"


def _ended(statement: str) -> str:
    return statement if statement.endswith("\n") else f"{statement}\n"


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _line_starts(text: str) -> tuple[list[int], set[int]]:
    """Where a line begins that is not inside of a value, and where a comment does."""
    starts, commented, depth = [0], set[int](), 0
    for token in _TOKEN.finditer(text):
        if token["open"]:
            depth += 1
        elif token["close"]:
            depth = max(depth - 1, 0)
        elif token["comment"]:
            commented.add(token.start())
        elif token["end"] and depth == 0:
            starts.append(token.end())
    return starts, commented


def _above(text: str, start: int, commented: Set[int]) -> int:
    """Where the comments begin that stand right above a line, without an empty line between."""
    while start > 0:
        before = text.rfind("\n", 0, start - 1) + 1
        if before + len(_indent(text[before:start])) not in commented:
            break
        start = before
    return start
