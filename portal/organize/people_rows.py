"""Everybody's passes of a course as rows of an export, a portion at a time however many there are; agencies are coverage_table's matter."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import bindparam, select

from portal.accounts.models import Agency, User
from portal.core import clock
from portal.core.db import read_rows
from portal.core.i18n import _, in_lang, language
from portal.courses.course import Course
from portal.learning.models import ModulePass

AT_ONCE = 2_000  # people

_PEOPLE = (
    select(User.id, User.code, User.name, User.email, User.agency_id, User.approved_at)
    .where(User.id > bindparam("after"))
    .order_by(User.id)
    .limit(AT_ONCE)
)
_PASSES = (
    select(ModulePass.user_id, ModulePass.agency_id, ModulePass.module, ModulePass.passed_at)
    .where(
        ModulePass.user_id > bindparam("after"),
        ModulePass.user_id <= bindparam("last"),
        ModulePass.course == bindparam("course"),
        ModulePass.ended_at.is_(None),
    )
    .order_by(ModulePass.user_id)
)
_AGENCIES = select(Agency.id, Agency.code, Agency.name_th, Agency.name_en, Agency.ministry_th)


def columns(course: Course) -> list[str]:
    """The headings: who, for which agency, then the day in Bangkok on which each part was passed there."""
    parts = [f"{module.part} {in_lang(module, 'title')}" for module in course.counted_modules]
    return [
        _("รหัสหน่วยงาน"),
        _("หน่วยงาน"),
        _("กระทรวง"),
        _("รหัสผู้เรียน"),
        _("ชื่อ"),
        _("อีเมล"),
        _("ยังอยู่ในหน่วยงาน"),
        *parts,
        _("ผ่านครบทุกส่วน"),
    ]


def rows(course: Course) -> Iterator[list[object]]:
    """One row for each person and agency: that of now, and every other for which they passed something. In portions."""
    in_english = language() == "en"
    agencies = {
        row.id: (row.code, (in_english and row.name_en) or row.name_th, row.ministry_th)
        for row in read_rows(_AGENCIES)
    }
    modules = [module.code for module in course.counted_modules]
    required = {module.code for module in course.required_modules}
    after = 0
    while people := read_rows(_PEOPLE, after=after).all():
        last = people[-1].id
        passed = _passed(course, after, last)
        for person in people:
            here = person.agency_id if person.approved_at else None
            theirs = passed.get(person.id, {})
            for agency in {here: None, **dict.fromkeys(theirs)} if here or theirs else ():
                if agency is None and agency not in theirs:
                    continue
                days = theirs.get(agency, {})
                yield [
                    *agencies.get(agency, ("", "", "")),
                    person.code,
                    person.name,
                    person.email,
                    _("ใช่") if agency == here and here else _("ไม่ใช่"),
                    *(days.get(module, "") for module in modules),
                    _("ครบ") if required and required <= days.keys() else _("ยังไม่ครบ"),
                ]
        after = last


def _passed(course: Course, after: int, last: int) -> dict[int, dict[int | None, dict[str, Any]]]:
    """By person and agency, the day on which each module was passed."""
    found: dict[int, dict[int | None, dict[str, Any]]] = {}
    for row in read_rows(_PASSES, after=after, last=last, course=course.code):
        theirs = found.setdefault(row.user_id, {}).setdefault(row.agency_id, {})
        theirs[row.module] = clock.local(row.passed_at).date()
    return found
