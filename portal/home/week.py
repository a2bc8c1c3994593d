"""What an agency's coordinator does this week, the most pressing first; told from what the agency page has read, without a query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import url_for

from portal.core import clock, dates
from portal.core.i18n import _, _n, in_lang, language
from portal.home.plan import Plan
from portal.home.team import SeatsOfTeam
from portal.learning.assignments import Standing

MOST = 5
A_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Task:
    text: str
    href: str


def tasks(
    *, waiting: int, seats: Sequence[SeatsOfTeam], standing: Sequence[Standing], plans: Mapping[str, Plan]
) -> list[Task]:
    """At most five: people who wait, offers, assignments due or late, workshops of the next days, then the first gaps."""
    found = [*_people(waiting), *_offers(seats), *_assigned(standing), *_workshops(seats), *_gaps(plans)]
    return found[:MOST]


def _people(waiting: int) -> list[Task]:
    text = _n("ยืนยันเพื่อนร่วมงานที่รออยู่ %(num)d คน", "ยืนยันเพื่อนร่วมงานที่รออยู่ %(num)d คน", waiting)
    return [Task(text, "#h-waiting")] if waiting else []


def _offers(seats: Sequence[SeatsOfTeam]) -> list[Task]:
    return [
        Task(
            _("ให้ %(names)s ตอบรับที่นั่งที่เสนอให้", names=", ".join(one.offered)),
            url_for("teams.team", code=one.workshop.code),
        )
        for one in seats
        if one.offered
    ]


def _assigned(standing: Sequence[Standing]) -> list[Task]:
    until = clock.today() + A_WEEK
    due = [one for one in standing if not one.is_passed and one.due_on and one.due_on <= until]
    late = sum(one.is_late for one in due)
    found = []
    if late:
        text = _n("ตามงานที่มอบหมายและเลยกำหนด %(num)d เรื่อง", "ตามงานที่มอบหมายและเลยกำหนด %(num)d เรื่อง", late)
        found.append(Task(text, url_for("home.assign", course=due[0].course, module=due[0].module)))
    found += [
        Task(
            _("%(name)s ต้องผ่านส่วนที่มอบหมายภายใน %(day)s", name=one.name, day=_day(one.due_on)),
            url_for("home.assign", course=one.course, module=one.module),
        )
        for one in due
        if not one.is_late
    ]
    return found


def _workshops(seats: Sequence[SeatsOfTeam]) -> list[Task]:
    today = clock.today()
    return [
        Task(
            _(
                "ไปอบรม %(title)s %(day)s จำนวน %(count)s คน",
                title=in_lang(one.workshop, "title"),
                day=_day(one.workshop.starts_on),
                count=len(one.confirmed),
            ),
            url_for("teams.team", code=one.workshop.code),
        )
        for one in seats
        if one.confirmed and today <= one.workshop.starts_on <= today + A_WEEK
    ]


def _gaps(plans: Mapping[str, Plan]) -> list[Task]:
    """The first gap of each course; with the course's name where there are several."""
    found = [
        (plan.course, plan.gaps[0].module) for plan in plans.values() if plan.gaps and not plan.gaps[0].asked
    ]
    return [
        Task(
            _("หาคนเรียนและสอบ %(title)s", title=in_lang(module, "title"))
            if len(found) == 1
            else _(
                "หาคนเรียนและสอบ %(title)s ของ %(course)s",
                title=in_lang(module, "title"),
                course=in_lang(course, "title"),
            ),
            f"#plan-{course.code}",
        )
        for course, module in found
    ]


def _day(day: date | None) -> str:
    return dates.short_date(day, lang="en" if language() == "en" else "th") if day else ""
