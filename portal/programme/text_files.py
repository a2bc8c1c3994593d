"""A workshop's text written as its file and read back: the same words, in one order of keys; which words may stand there is files' matter.

Comments of a file are not kept: what is written holds the workshop and nothing else.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from portal.core.clock import BANGKOK
from portal.core.errors import Refused
from portal.core.i18n import _, _l
from portal.core.toml import BadContent, Finding, parse
from portal.programme.files import DATES, FACTS, MEMO, Known, SessionText, TalkText, WorkshopText, workshop_of
from portal.programme.letters import bad_letters
from portal.programme.questions import Question

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\t": "\\t"})
_QUOTES = re.compile(r'"{3,}|"+\Z')


class Unwritable(Refused):
    """A text holds letters that no file should hold."""

    text = _l("มีอักขระควบคุมซึ่งมองไม่เห็น ลบออกก่อน")


def read(text: str, *, tracks: Known | None = None, speakers: frozenset[str] | None = None) -> WorkshopText:
    """The workshop that was written here. Refuses with BadContent. None: any track, any speaker may be named."""
    findings: list[Finding] = []
    table = parse(text.encode(), "", findings)
    workshop = workshop_of(table, tracks=tracks, speakers=speakers) if table is not None else None
    if findings or workshop is None:
        raise BadContent(findings)
    return workshop


def as_kept(text: str) -> WorkshopText:
    """The workshop that was written here, whatever would be refused in it today. Of what is no TOML: ValueError."""
    table = parse(text.encode(), "", [])
    if table is None:
        raise ValueError("what is kept was written by write")
    return workshop_of(table, tracks=None, speakers=None)


def write(text: WorkshopText) -> str:
    """The file of this workshop. What is empty is left out. Refuses with Unwritable control characters in any text.

    Texts begin and end without blanks, as they are read: then reading this gives an equal WorkshopText.
    """
    blocks = [_head(text)]
    blocks += [_table("session", _session(one)) for one in text.sessions]
    for talk in text.talks:
        blocks.append(_table("talk", _talk(talk)))
        blocks += [_table("talk.point", _point(one)) for one in talk.points]
    for question in text.questions:
        blocks.append(_table("question", _question(question)))
        blocks += [
            _table("question.choice", [("code", one.code), *_pair("label", one.label)])
            for one in question.choices
        ]
    return "\n\n".join(blocks) + "\n"


def tidied(text: WorkshopText, *, is_lenient: bool = False) -> WorkshopText:
    """The same workshop with its texts as a file gives them back: no blanks around them, lines ended alike.

    `is_lenient`: control characters are dropped, where else they would be refused.
    """
    tidy: WorkshopText = _tidy(text, is_lenient)
    return tidy


def _tidy(value: Any, is_lenient: bool) -> Any:
    if type(value) is str:
        value = value.replace("\r\n", "\n")
        return (value.translate(dict.fromkeys(map(ord, bad_letters(value)))) if is_lenient else value).strip()
    if is_dataclass(value) and not isinstance(value, type):
        now = {one.name: _tidy(getattr(value, one.name), is_lenient) for one in fields(value)}
        return replace(value, **now)
    if isinstance(value, dict):
        return {key: _tidy(part, is_lenient) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_tidy(part, is_lenient) for part in value)
    return value


Lines = list[tuple[str, Any]]


def _head(text: WorkshopText) -> str:
    lines: Lines = [("code", text.code), ("round", text.round_year), *_pair("title", text.title)]
    for key in MEMO:
        lines += _pair(key, text.notes.get(key) or {})
    lines += [(DATES, text.notes.get(DATES)), ("tracks", list(text.tracks))]
    written = [_line(key, value) for key, value in lines if _is_told(value) or key == "tracks"]
    terms = ("starts_on", "ends_on", "venue", "capacity", "per_agency", "guaranteed", "guaranteed_until")
    window = ("offer_hours", "registration_opens_at", "registration_closes_at", "status", FACTS)
    for key in (*terms, *window):
        value = getattr(text, key)
        if _is_told(value) and (key, value) != ("offer_hours", 0):
            written.append(_line(key, value))
    return "\n".join(written)


def _session(one: SessionText) -> Lines:
    starts, ends = (at and at.astimezone(BANGKOK).time() for at in (one.starts_at, one.ends_at))
    return [
        ("code", one.code),
        *_pair("title", one.title),
        ("on", one.day),
        ("starts", starts),
        ("ends", ends),
        ("room", one.room),
        ("link", one.link),
        ("cancelled", one.is_cancelled or None),
    ]


def _talk(one: TalkText) -> Lines:
    return [
        ("code", one.code),
        *_pair("title", one.title),
        *_pair("description", one.description),
        ("speakers", one.speakers),
        ("session", one.session),
        (FACTS, one.facts),
    ]


def _point(one: Mapping[str, Any]) -> Lines:
    return [*_pair("text", one), (FACTS, one.get(FACTS))]


def _question(one: Question) -> Lines:
    return [
        ("code", one.code),
        ("kind", one.kind),
        *_pair("label", one.label),
        ("required", one.is_required or None),
        ("when", one.when and {"question": one.when.question, "is": one.when.is_}),
    ]


def _pair(key: str, pair: Mapping[str, Any]) -> Lines:
    return [(key, pair.get("th")), (f"{key}_en", pair.get("en"))]


def _table(name: str, lines: Lines) -> str:
    return "\n".join([f"[[{name}]]", *(_line(key, value) for key, value in lines if _is_told(value))])


def _is_told(value: Any) -> bool:
    return value is not None and value not in ("", (), [])


def _line(key: str, value: Any) -> str:
    return f"{key} = {_value(value)}"


def _value(value: Any) -> str:
    """One value as TOML writes it."""
    match value:
        case str():  # words of an enum too
            return _string(str(value))
        case bool():
            return "true" if value else "false"
        case datetime():
            return _moment(value)
        case dict():
            inside = ", ".join(f"{key} = {_value(part)}" for key, part in value.items())
            return f"{{ {inside} }}"
        case list() | tuple():
            return _list(value)
        case _:  # numbers, days and hours
            return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _list(values: Iterable[Any]) -> str:
    return "[" + ", ".join(map(_value, values)) + "]"


def _moment(moment: datetime) -> str:
    """In Bangkok, as people write it; before 1920 its clocks were minutes and seconds away from UTC, which TOML cannot say."""
    local = moment.astimezone(BANGKOK)
    return (
        moment.astimezone(UTC) if (local.utcoffset() or timedelta()) % timedelta(minutes=1) else local
    ).isoformat()


def _string(text: str) -> str:
    if found := bad_letters(text):
        raise Unwritable(_("“%(text)s” มีอักขระควบคุมซึ่งมองไม่เห็น ลบออกก่อน", text=_visible(text, found)))
    if "\n" not in text:
        return f'"{text.translate(_ESCAPES)}"'
    escaped = _QUOTES.sub(lambda run: '\\"' * len(run[0]), text.replace("\\", "\\\\"))
    return f'"""\n{escaped}"""'


def _visible(text: str, bad: str) -> str:
    return text.translate(dict.fromkeys(map(ord, bad), "□"))[:40]
