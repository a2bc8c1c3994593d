"""Dates as people write them, in พ.ศ. for Thai and in the Gregorian calendar for English; what time it is now is core.clock's matter."""

import re
from calendar import monthrange
from datetime import date, datetime
from typing import Literal, NamedTuple

from portal.core.clock import BANGKOK
from portal.core.errors import Refused
from portal.core.i18n import _, language
from portal.core.thai import plain_digits, tidy

Lang = Literal["th", "en"]

ERA = 543  # พ.ศ. = ค.ศ. + 543 for every date since 1941; the only place where it is added or taken away
BUDDHIST_FROM = 2400
GREGORIAN = range(1800, 2200)


def _names(text: str) -> list[str]:
    return text.split()


MONTHS = {
    "th": _names("มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม"),
    "en": _names("January February March April May June July August September October November December"),
}
SHORT_MONTHS = {
    "th": _names("ม.ค. ก.พ. มี.ค. เม.ย. พ.ค. มิ.ย. ก.ค. ส.ค. ก.ย. ต.ค. พ.ย. ธ.ค."),
    "en": _names("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"),
}
WEEKDAYS = {
    "th": _names("จันทร์ อังคาร พุธ พฤหัสบดี ศุกร์ เสาร์ อาทิตย์"),
    "en": _names("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
}


class BadDate(Refused):
    """What was written is no date, or could be two; the text says how to write it."""


class Hanging(NamedTuple):
    """A date set in the hanging column: figure "20–21", month "กุมภาพันธ์ 2566", weekdays "จันทร์–อังคาร"."""

    figure: str
    month: str
    weekdays: str


def day_of(moment: date) -> date:
    """The day in Bangkok of an aware moment; a date is its own day. Refuses a naive datetime with ValueError."""
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            raise ValueError("a moment without a time zone has no day")
        return moment.astimezone(BANGKOK).date()
    return moment


def year_of(day: date, *, lang: Lang = "th") -> int:
    """The year as written: 2566 in Thai, 2023 in English."""
    return day_of(day).year + (ERA if lang == "th" else 0)


def thai_date(day: date, *, lang: Lang = "th") -> str:
    """20 กุมภาพันธ์ 2566; in English 20 February 2023."""
    return _one(day_of(day), MONTHS, lang)


def short_date(day: date, *, lang: Lang = "th") -> str:
    """20 ก.พ. 2566; in English 20 Feb 2023."""
    return _one(day_of(day), SHORT_MONTHS, lang)


def date_range(first: date, last: date, *, lang: Lang = "th") -> str:
    """20–21 กุมภาพันธ์ 2566, 28 กุมภาพันธ์ – 1 มีนาคม 2566 or 20 ธันวาคม 2565 – 15 มกราคม 2566; one day is written once."""
    return _range(first, last, MONTHS, lang)


def short_range(first: date, last: date, *, lang: Lang = "th") -> str:
    """20–21 ก.พ. 2566, 28 ก.พ. – 1 มี.ค. 2566 or 20 ธ.ค. 2565 – 15 ม.ค. 2566; one day is written once."""
    return _range(first, last, SHORT_MONTHS, lang)


def weekday(day: date, *, lang: Lang = "th") -> str:
    """จันทร์ or Monday, always from the Gregorian date."""
    return WEEKDAYS[lang][day_of(day).weekday()]


def time_of(moment: datetime, *, lang: Lang = "th") -> str:
    """The time in Bangkok: 09:02 น., in English 09:02."""
    return f"{moment.astimezone(BANGKOK):%H:%M}" + (" น." if lang == "th" else "")


def date_time(moment: datetime, *, lang: Lang = "th") -> str:
    """16 มี.ค. 2566 09:12 น., in English 16 Mar 2023, 09:12; both in Bangkok."""
    between = " " if lang == "th" else ", "
    return short_date(moment, lang=lang) + between + time_of(moment, lang=lang)


def hanging(first: date, last: date | None = None, *, lang: Lang = "th") -> Hanging:
    """A day or a run of days in three pieces for the hanging column."""
    first, last = sorted((day_of(first), day_of(last or first)))
    one_month = (first.year, first.month) == (last.year, last.month)
    month = f"{MONTHS[lang][first.month - 1]} {year_of(first, lang=lang)}"
    if not one_month:
        names = [SHORT_MONTHS[lang][day.month - 1] for day in (first, last)]
        month = f"{names[0]} – {names[1]} {year_of(last, lang=lang)}"
    if first == last:
        return Hanging(str(first.day), month, weekday(first, lang=lang))
    return Hanging(
        f"{first.day}–{last.day}", month, f"{weekday(first, lang=lang)}–{weekday(last, lang=lang)}"
    )


def days_left(to: date, today: date) -> int:
    """Whole days from today to a day: 0 on the day itself, negative after it."""
    return (to - today).days


def _one(day: date, months: dict[str, list[str]], lang: Lang) -> str:
    return f"{day.day} {months[lang][day.month - 1]} {year_of(day, lang=lang)}"


def _range(first: date, last: date, months: dict[str, list[str]], lang: Lang) -> str:
    first, last = sorted((day_of(first), day_of(last)))
    end = _one(last, months, lang)
    if first == last:
        return end
    if first.year != last.year:
        return f"{_one(first, months, lang)} – {end}"
    if first.month != last.month:
        return f"{first.day} {months[lang][first.month - 1]} – {end}"
    return f"{first.day}–{end}"


_YEAR_FIRST = re.compile(r"(\d{3,})[-/](\d{1,2})[-/](\d{1,2})", re.ASCII)
_NUMBERS = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d+)", re.ASCII)
_WORDS = re.compile(r"(?:(?:วัน\D*)?ที่ ?)?(\d{1,2}) ?([^\d/]+?) ?(\d+)", re.ASCII)


def _bare(text: str) -> str:
    return re.sub(r"[\s.\-]", "", text).lower()


_MONTH_NUMBERS = {
    _bare(name): number
    for names in (*MONTHS.values(), *SHORT_MONTHS.values())
    for number, name in enumerate(names, start=1)
}


def parse_date(text: str) -> date:
    """The day meant by 22 มีนาคม 2566, 22 มี.ค. 2566, 22/3/2566, 2566-03-22 or 2023-03-22, in Thai or Arabic digits.

    A year from 2400 on is พ.ศ. Refuses with BadDate a year of two digits, one that is neither plainly พ.ศ. nor
    plainly ค.ศ., and a day that is not in the calendar.
    """
    written = " ".join(plain_digits(tidy(text)).split())
    if found := _YEAR_FIRST.fullmatch(written):
        year, month, day = found[1], int(found[2]), int(found[3])
        return _day(_gregorian(year, ""), month, day)
    if found := _NUMBERS.fullmatch(written):
        return _day(_gregorian(found[4], ""), int(found[3]), int(found[1]))
    if found := _WORDS.fullmatch(written):
        name, era = _month_and_era(found[2])
        if name in _MONTH_NUMBERS:
            return _day(_gregorian(found[3], era), _MONTH_NUMBERS[name], int(found[1]))
    raise BadDate(_("อ่านวันที่ “%(text)s” ไม่ได้ เขียนแบบ 22 มีนาคม 2566 หรือ 22/3/2566", text=written[:40]))


def _month_and_era(text: str) -> tuple[str, str]:
    bare = _bare(text)
    return (bare[:-2], bare[-2:]) if bare.endswith(("พศ", "คศ")) else (bare, "")


def _gregorian(text: str, era: str) -> int:
    """The Gregorian year of a written one; nothing is guessed, and 543 is taken away at most once."""
    if len(text) != 4:
        raise BadDate(_("เขียนปีให้ครบสี่หลัก เช่น 22 มีนาคม 2566"))
    written = int(text)
    buddhist = written >= BUDDHIST_FROM
    year = written - ERA if buddhist else written
    if year not in GREGORIAN or era == ("คศ" if buddhist else "พศ"):
        raise BadDate(_("ปี %(year)s ไม่ชัดว่าเป็น พ.ศ. หรือ ค.ศ. เขียนปี พ.ศ. สี่หลัก เช่น 22 มีนาคม 2566", year=text))
    return year


def _day(year: int, month: int, day: int) -> date:
    if not 1 <= month <= 12:
        raise BadDate(_("ไม่มีเดือนที่ %(month)d เขียนวัน เดือน ปี ตามลำดับ เช่น 22/3/2566", month=month))
    days = monthrange(year, month)[1]
    if 1 <= day <= days:
        return date(year, month, day)
    lang: Lang = "en" if language() == "en" else "th"
    raise BadDate(
        _(
            "ไม่มีวันที่ %(day)d ในเดือนนี้ เดือน%(month)s %(year)d มี %(days)d วัน เขียนแบบ 22 มีนาคม 2566",
            day=day,
            month=MONTHS[lang][month - 1],
            year=year + (ERA if lang == "th" else 0),
            days=days,
        )
    )
