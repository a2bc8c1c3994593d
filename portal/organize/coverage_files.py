"""The file beside each picture of coverage: its figures as columns and rows; what they count is the pictures' and the groups' matter."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

from portal.core.i18n import _, in_lang
from portal.courses.course import Course
from portal.learning import coverage
from portal.organize import coverage_groups, coverage_pictures, coverage_table, people_rows
from portal.organize.coverage_groups import Group


class Table(NamedTuple):
    """Headings, and rows that are made when they are asked for."""

    columns: list[str]
    rows: Callable[[], Iterable[Sequence[object]]]


def _people(course: Course) -> Table:
    return Table(people_rows.columns(course), partial(people_rows.rows, course))


def _days(course: Course) -> Table:
    days = coverage_pictures.curve(course).days
    return Table([_("วันที่"), _("ครบแล้ว (หน่วยงาน)")], lambda: days)


def _funnel(course: Course) -> Table:
    stages = coverage_pictures.funnel(course)
    return Table([_("ขั้น"), _("คน")], lambda: [(stage.name, stage.people) for stage in stages])


def _ministries(course: Course) -> Table:
    agencies = coverage_table.directory(course).agencies
    groups = coverage_groups.by_ministry(agencies, coverage.whole(course))
    columns, rows = _groups(course, groups)
    return Table([_("กระทรวง"), *columns], lambda: rows)


def _tracks(course: Course) -> Table:
    """A track is named alike in every round, so its key, which begins with the year, stands before it."""
    agencies = coverage_table.directory(course).agencies
    groups = coverage_groups.by_track(agencies, coverage.whole(course))
    columns, rows = _groups(course, groups)
    keyed = [[group.key, *row] for group, row in zip(groups, rows, strict=True)]
    return Table([_("รหัส"), _("รอบหรือประเภท"), *columns], lambda: keyed)


def _groups(course: Course, groups: Sequence[Group]) -> tuple[list[str], list[list[Any]]]:
    """The figures of groups with their names first, and the headings of the figures."""
    parts = [f"{module.part} {in_lang(module, 'title')}" for module in course.counted_modules]
    rows = [
        [
            one.name,
            one.agencies,
            one.begun,
            one.complete,
            *(count for _part, count, _share in one.shares(course)),
        ]
        for one in groups
    ]
    return [_("เข้าร่วม"), _("เริ่มแล้ว"), _("ครบแล้ว"), *parts], rows


# By the name of the file.
TABLES: dict[str, Callable[[Course], Table]] = {
    "people": _people,
    "days": _days,
    "funnel": _funnel,
    "ministries": _ministries,
    "tracks": _tracks,
}
