"""Dates: written in พ.ศ. for Thai, read in either era, never guessed."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, strategies as st

from portal.core import dates
from portal.core.dates import BadDate

WORKSHOP = date(2023, 2, 20)
days = st.dates(min_value=date(1857, 1, 1), max_value=date(2199, 12, 31))


def test_a_thai_date_is_written_in_the_buddhist_era() -> None:
    assert dates.thai_date(WORKSHOP) == "20 กุมภาพันธ์ 2566"
    assert dates.short_date(WORKSHOP) == "20 ก.พ. 2566"


def test_english_keeps_the_gregorian_year() -> None:
    assert dates.thai_date(WORKSHOP, lang="en") == "20 February 2023"
    assert dates.short_date(WORKSHOP, lang="en") == "20 Feb 2023"


def test_the_weekday_comes_from_the_gregorian_date() -> None:
    assert dates.weekday(date(2023, 2, 20)) == "จันทร์"
    assert dates.weekday(date(2023, 3, 22)) == "พุธ"
    assert dates.weekday(date(2023, 1, 15), lang="en") == "Sunday"


@pytest.mark.parametrize(
    ("first", "last", "thai", "short", "english"),
    [
        (date(2023, 2, 20), date(2023, 2, 20), "20 กุมภาพันธ์ 2566", "20 ก.พ. 2566", "20 February 2023"),
        (
            date(2023, 2, 20),
            date(2023, 2, 21),
            "20–21 กุมภาพันธ์ 2566",
            "20–21 ก.พ. 2566",
            "20–21 February 2023",
        ),
        (
            date(2023, 2, 28),
            date(2023, 3, 1),
            "28 กุมภาพันธ์ – 1 มีนาคม 2566",
            "28 ก.พ. – 1 มี.ค. 2566",
            "28 February – 1 March 2023",
        ),
        (
            date(2022, 12, 20),
            date(2023, 1, 15),
            "20 ธันวาคม 2565 – 15 มกราคม 2566",
            "20 ธ.ค. 2565 – 15 ม.ค. 2566",
            "20 December 2022 – 15 January 2023",
        ),
        (
            date(2022, 2, 20),
            date(2023, 2, 20),
            "20 กุมภาพันธ์ 2565 – 20 กุมภาพันธ์ 2566",
            "20 ก.พ. 2565 – 20 ก.พ. 2566",
            "20 February 2022 – 20 February 2023",
        ),
    ],
)
def test_a_range_says_nothing_twice(first: date, last: date, thai: str, short: str, english: str) -> None:
    assert dates.date_range(first, last) == thai
    assert dates.short_range(first, last) == short
    assert dates.date_range(first, last, lang="en") == english
    assert dates.date_range(last, first) == thai


def test_a_late_evening_in_london_is_the_next_day_in_bangkok() -> None:
    moment = datetime(2023, 2, 19, 20, 30, tzinfo=UTC)
    assert dates.thai_date(moment) == "20 กุมภาพันธ์ 2566"
    assert dates.weekday(moment) == "จันทร์"
    assert dates.time_of(moment) == "03:30 น."
    assert dates.date_time(moment) == "20 ก.พ. 2566 03:30 น."
    assert dates.date_time(moment, lang="en") == "20 Feb 2023, 03:30"
    assert dates.time_of(moment, lang="en") == "03:30"


def test_a_moment_without_a_zone_is_nobodys_day() -> None:
    with pytest.raises(ValueError, match="time zone"):
        dates.thai_date(datetime(2023, 2, 20, 9, 0))


def test_a_date_hangs_in_three_pieces() -> None:
    assert dates.hanging(date(2023, 2, 20), date(2023, 2, 21)) == ("20–21", "กุมภาพันธ์ 2566", "จันทร์–อังคาร")
    assert dates.hanging(date(2023, 3, 22)) == ("22", "มีนาคม 2566", "พุธ")
    assert dates.hanging(date(2023, 2, 28), date(2023, 3, 1)).month == "ก.พ. – มี.ค. 2566"
    assert dates.hanging(date(2023, 2, 20), lang="en") == ("20", "February 2023", "Monday")


def test_the_last_day_has_no_days_left_and_the_next_is_late() -> None:
    due = date(2023, 3, 22)
    assert dates.days_left(due, date(2023, 2, 13)) == 37
    assert dates.days_left(due, due) == 0
    assert dates.days_left(due, date(2023, 3, 24)) == -2


@pytest.mark.parametrize(
    "text",
    [
        "2023-03-22",
        "2566-03-22",
        "2566/3/22",
        "22 มีนาคม 2566",
        "22มีนาคม2566",
        "  22  มีนาคม   2566 ",
        "22\u00a0มีนาคม\u200b 2566",
        "22 มี.ค. 2566",
        "22 มีค 2566",
        "22 มี. ค. 2566",
        "22-มี.ค.-2566",
        "22/3/2566",
        "22/03/2566",
        "22-3-2566",
        "22.3.2566",
        "22/3/2023",
        "๒๒ มีนาคม ๒๕๖๖",
        "๒๒/๓/๒๕๖๖",
        "22 มีนาคม พ.ศ. 2566",
        "22 มีนาคม พ.ศ.2566",
        "22 มีนาคม ค.ศ. 2023",
        "วันที่ 22 มีนาคม 2566",
        "วันพุธที่ 22 มีนาคม พ.ศ. 2566",
        "22 March 2023",
        "22 mar 2023",
    ],
)
def test_people_write_one_day_in_many_ways(text: str) -> None:
    assert dates.parse_date(text) == date(2023, 3, 22)


@pytest.mark.parametrize(
    "text", ["22 มีนาคม 66", "22/3/66", "22/3/23", "22 มี.ค. 256", "66-3-22", "22 มีนาคม 25660"]
)
def test_a_short_year_is_refused_and_asks_for_four_digits(text: str) -> None:
    with pytest.raises(BadDate) as no:
        dates.parse_date(text)
    assert "22 มีนาคม 2566" in str(no.value)


@pytest.mark.parametrize("text", ["22/3/66", "22 มี.ค. 66"])
def test_the_refusal_of_two_digits_says_so(text: str) -> None:
    with pytest.raises(BadDate, match="สี่หลัก"):
        dates.parse_date(text)


@pytest.mark.parametrize(
    "text",
    [
        "22 มีนาคม 2300",
        "2399-03-22",
        "22/3/2200",
        "22/3/1700",
        "22 มีนาคม 3109",
        "22 มี.ค. ค.ศ. 2566",
        "22 มี.ค. พ.ศ. 2023",
    ],
)
def test_a_year_of_neither_era_is_refused_not_guessed(text: str) -> None:
    with pytest.raises(BadDate, match="ไม่ชัดว่าเป็น"):
        dates.parse_date(text)


def test_the_29th_of_february_follows_the_gregorian_year() -> None:
    assert dates.parse_date("29 ก.พ. 2567") == date(2024, 2, 29)
    with pytest.raises(BadDate, match="เดือนกุมภาพันธ์ 2566 มี 28 วัน"):
        dates.parse_date("29 ก.พ. 2566")


@pytest.mark.parametrize(
    "text", ["31 เมษายน 2566", "0/3/2566", "32/1/2566", "3/22/2566", "2566-13-01", "2566-00-10"]
)
def test_a_day_outside_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(BadDate, match="ไม่มี"):
        dates.parse_date(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "พรุ่งนี้",
        "22",
        "มีนาคม 2566",
        "22 มีนา 2566",
        "22 ก.พ.ร. 2566",
        "22/3-2566",
        "20–21 ก.พ. 2566",
        "²² มีนาคม 2566",
    ],
)
def test_what_is_no_date_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BadDate, match="เขียนแบบ 22 มีนาคม 2566"):
        dates.parse_date(text)


@given(days)
def test_every_written_date_is_read_back(day: date) -> None:
    for lang in ("th", "en"):
        assert dates.parse_date(dates.thai_date(day, lang=lang)) == day
        assert dates.parse_date(dates.short_date(day, lang=lang)) == day
    assert dates.parse_date(day.isoformat()) == day
    assert dates.parse_date(f"{day.year + 543}-{day:%m-%d}") == day
    assert dates.parse_date(f"{day.day}/{day.month}/{day.year + 543}") == day


@given(days, days)
def test_a_range_ends_as_its_last_day_is_written(one: date, other: date) -> None:
    last = max(one, other)
    assert dates.date_range(one, other).endswith(dates.thai_date(last).split(" ", 1)[1])


@given(st.text(max_size=30))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    try:
        year = dates.parse_date(text).year
    except BadDate:
        return
    assert year in dates.GREGORIAN


@given(st.datetimes(min_value=datetime(1960, 1, 1), max_value=datetime(2199, 1, 1)))
def test_every_zone_shows_the_same_moment(moment: datetime) -> None:
    there = moment.replace(tzinfo=UTC).astimezone(timezone(timedelta(hours=-8)))
    assert dates.date_time(there) == dates.date_time(moment.replace(tzinfo=UTC))
