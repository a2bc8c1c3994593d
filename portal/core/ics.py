"""Calendars as RFC 5545 text; which events a person or a workshop has is the business of the rooms above."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache

from icalendar import Calendar, Event as VEvent, Timezone, vCalAddress, vDuration, vText
from icalendar.parser import param_value

from portal.core import clock

PRODID = "-//PMQA training portal//TH"
ZONE = "Asia/Bangkok"
REFRESH = timedelta(hours=1)
LINE = 75  # octets at most, without the line break
CARET = ord(
    "^"
)  # of a name: what follows belongs to it, and some readers look at lines before they join them
END, END_OF_EVENT = b"END:VCALENDAR\r\n", b"END:VEVENT\r\n"

_breaks = re.compile("\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_controls = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Person:
    """Who calls a meeting, or who comes; the name may hold anything a person types."""

    name: str
    email: str


@dataclass(frozen=True)
class Attendee(Person):
    """Who comes. `params` adds parameters of our own, such as {"X-ATTENDANCE": "attended"}."""

    partstat: str = "NEEDS-ACTION"
    role: str = "REQ-PARTICIPANT"
    rsvp: bool = False
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Event:
    """One meeting: aware moments, or dates for whole days, of which `end` is the last day itself (None: that one day).

    The uid never changes; `sequence` rises with every change that a calendar must take over.
    """

    uid: str
    start: date
    end: date | None = None
    summary: str
    sequence: int = 0
    description: str = ""
    location: str = ""
    url: str = ""
    status: str = "CONFIRMED"
    organizer: Person | None = None
    attendees: tuple[Attendee, ...] = ()
    guests: bytes = b""  # many of them, as lines of `standing` + `guest`
    last_modified: datetime | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


def calendar(
    name: str, events: Iterable[Event], *, method: str | None = None, stamp: datetime | None = None
) -> bytes:
    """The calendar as a file: UTF-8, CRLF, lines of at most 75 octets, the zone Asia/Bangkok spelled out.

    The same input gives the same bytes: DTSTAMP is `stamp`, else an event's own last change, else now.
    Refuses with ValueError a naive moment and an event that ends before it starts.
    """
    vcalendar = Calendar()
    vcalendar.add("version", "2.0")
    vcalendar.add("prodid", PRODID)
    if method:
        vcalendar.add("method", method)
    vcalendar["X-WR-CALNAME"] = vText(_line(name))
    vcalendar["X-WR-TIMEZONE"] = vText(ZONE)
    vcalendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    vcalendar["X-PUBLISHED-TTL"] = vDuration(REFRESH)
    vcalendar.add_component(_zone())
    head = vcalendar.to_ical().removesuffix(END)
    return b"".join((head, *(_written(event, stamp) for event in events), END))


def standing(partstat: str, params: Mapping[str, str]) -> bytes:
    """The first half of an ATTENDEE line: how somebody stands. Any `guest` may follow.

    Long lists come in halves, because thousands of lines repeat a few standings, and each person at every session.
    What RFC 5545 takes for granted (an individual, required, no answer asked for) is left out of them.
    """
    return _folded(f"ATTENDEE;{_parameters({'PARTSTAT': partstat, **params}, is_typed=False)}")


def guest(person: Person, params: Mapping[str, str]) -> bytes:
    """The second half: who it is. A line may be folded anywhere, so this one begins where the first is folded."""
    return _folded(f" ;{_parameters({'CN': person.name, **params}, is_typed=True)}:{_mailto(person)}")


def _folded(line: str) -> bytes:
    """As icalendar folds, but by octets: letter by letter it was half of a large calendar's time."""
    octets = line.encode()
    start, most, pieces = 0, LINE, []
    while len(octets) - start > most:
        end = start + most
        while octets[end] & 0xC0 == 0x80:  # within a letter
            end -= 1
        run = end
        while octets[run - 1] == CARET:
            run -= 1
        end -= (end - run) % 2
        pieces.append(octets[start:end])
        start, most = end, LINE - 1
    return b"\r\n ".join((*pieces, octets[start:], b""))[:-1]


def _parameters(params: Mapping[str, str], *, is_typed: bool) -> str:
    """As icalendar writes them, without the dictionary it makes of them; what people typed is always quoted."""
    return ";".join(f"{key}={param_value(_line(value), is_typed)}" for key, value in params.items())


@cache
def _zone() -> Timezone:
    """The VTIMEZONE of every calendar; 20 ms to work out."""
    return Timezone.from_tzid(ZONE)


def _written(event: Event, stamp: datetime | None) -> bytes:
    body = bytes(_vevent(event, stamp).to_ical())
    return body.removesuffix(END_OF_EVENT) + event.guests + END_OF_EVENT if event.guests else body


def _vevent(event: Event, stamp: datetime | None) -> VEvent:
    vevent = VEvent()
    vevent.add("uid", _line(event.uid))
    vevent.add("sequence", event.sequence)
    vevent.add("dtstamp", _utc(stamp or event.last_modified or clock.now()))
    _add_times(vevent, event)
    vevent.add("status", event.status)
    vevent.add("summary", _line(event.summary))
    if event.description:
        vevent.add("description", _text(event.description))
    if event.location:
        vevent.add("location", _line(event.location))
    if event.url:
        vevent.add("url", _line(event.url))
    if event.last_modified:
        vevent.add("last-modified", _utc(event.last_modified))
    if event.organizer:
        vevent.add("organizer", _address(event.organizer, {}), encode=False)
    for attendee in event.attendees:
        vevent.add("attendee", _attendee(attendee), encode=False)
    for key, value in event.extra.items():
        vevent[key] = vText(_text(value))
    return vevent


def _add_times(vevent: VEvent, event: Event) -> None:
    start, end = event.start, event.end
    if isinstance(start, datetime) != isinstance(event.start if end is None else end, datetime):
        raise ValueError("an event starts and ends either at moments or on days")
    if end is not None and end < start:
        raise ValueError("an event cannot end before it starts")
    if isinstance(start, datetime):
        vevent.add("dtstart", _local(start))
        if isinstance(end, datetime):
            vevent.add("dtend", _local(end))
        return
    vevent.add("dtstart", start)
    vevent.add("dtend", (end or start) + timedelta(days=1))  # RFC 5545: the day after the last one


def _attendee(person: Attendee) -> vCalAddress:
    params = {"CUTYPE": "INDIVIDUAL", "ROLE": person.role, "PARTSTAT": person.partstat}
    return _address(person, {**params, "RSVP": "TRUE" if person.rsvp else "FALSE", **person.params})


def _address(person: Person, params: Mapping[str, str]) -> vCalAddress:
    address = vCalAddress(_mailto(person))
    for key, value in {"CN": person.name, **params}.items():
        address.params[key] = _line(value)
    return address


def _mailto(person: Person) -> str:
    return "mailto:" + "".join(_line(person.email).split())


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment in a calendar must be aware")
    return moment


def _local(moment: datetime) -> datetime:
    return clock.local(_aware(moment))


def _utc(moment: datetime) -> datetime:
    return _aware(moment).astimezone(UTC)


def _text(text: str) -> str:
    """Text of one or more lines, without what ends a line by surprise."""
    return _controls.sub("", _breaks.sub("\n", text))


def _line(text: str) -> str:
    return " ".join(_text(text).split("\n")).strip()
