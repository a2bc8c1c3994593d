"""Calendars of attendance as files to keep, and the day as of which somebody asks for one; what stands in them is attendance_calendars' matter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import Response

from portal.core import clock, dates, sheets
from portal.core.i18n import _, language

LONGEST = 60  # letters of a typed day


@dataclass(frozen=True)
class Asked:
    """The day that was typed, or why it is none; nothing typed: now."""

    day: date | None = None
    typed: str = ""
    wrong: str = ""


def asked_day(arguments: Mapping[str, str]) -> Asked:
    """The day as of which is asked, in any of the ways people write one; a day to come is none."""
    typed = arguments.get("as_of", "").strip()[:LONGEST]
    if not typed:
        return Asked()
    try:
        day = dates.parse_date(typed)
    except dates.BadDate as no:
        return Asked(None, typed, str(no))
    if day > clock.today():
        said = dates.thai_date(day, lang="en" if language() == "en" else "th")
        return Asked(None, typed, _("วันที่ %(day)s ยังมาไม่ถึง เลือกวันนี้หรือวันก่อนหน้า", day=said))
    return Asked(day, typed)


def of_attendance(body: bytes, code: str, asked: Asked) -> Response:
    """A calendar of attendance as a file to keep, named after whose it is and as of when."""
    name = _("การเข้าอบรม %(code)s", code=code)
    return sheets.download(body, f"{name} {asked.day.isoformat()}.ics" if asked.day else f"{name}.ics")
