"""Who has earned a certificate: every part passed, or enough sessions attended, as the facts stand."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from portal.accounts.models import User
from portal.attendance import roll
from portal.certificates import earning
from portal.certificates.earning import BadRule, Earned
from portal.certificates.models import CertificateKind
from portal.core import clock
from portal.core.db import db
from portal.courses.course import Course
from portal.learning.models import ModulePass
from portal.participation import registration
from portal.participation.models import AttendanceState, Registration
from portal.programme.models import Workshop
from tests import packs
from tests.cast import Cast
from tests.learning.taking import take

ATTENDED, PARTIAL, *_others = AttendanceState


@pytest.fixture
def course(app) -> Course:
    """Two published parts that count, one that is coming."""
    return packs.publish()


@pytest.fixture
def workshop(make_workshop: Callable[..., Workshop]) -> Workshop:
    return make_workshop()


def seat_of(person: User, workshop: Workshop) -> Registration:
    return registration.register(workshop, user=person)


def come(seat: Registration, *days: int, state: AttendanceState = ATTENDED) -> None:
    for day in days:
        roll.mark(seat, seat.workshop.sessions[day], state=state, by=None, how="roster")
    db.session.commit()


def test_a_course_is_earned_with_its_last_part_for_the_agency_of_then(
    cast: Cast, course: Course, clock_at: Callable[[str], None]
) -> None:
    take(cast.lamai, course, "op")
    assert earning.of_course(course) == []
    clock_at("2023-02-14T23:30:00+07:00")
    cast.lamai.agency = cast.province
    take(cast.lamai, course, "c1")
    title = {"th": course.title_th, "en": course.title_en}
    assert earning.of_course(course) == [
        Earned(
            cast.lamai.id,
            cast.province.id,
            CertificateKind.COURSE,
            "sample",
            title,
            {"modules": ["op", "c1"]},
            date(2023, 2, 14),
        )
    ]


def test_passing_again_does_not_make_it_later(
    cast: Cast, course: Course, clock_at: Callable[[str], None]
) -> None:
    for module in ("op", "c1"):
        take(cast.lamai, course, module)
    clock_at("2023-03-01T09:00:00+07:00")
    cast.lamai.agency = cast.province
    take(cast.lamai, course, "op")
    (earned,) = earning.of_course(course)
    assert (earned.on, earned.agency_id) == (date(2023, 2, 13), cast.agency.id)


def test_a_part_that_does_not_count_any_more_is_missing(cast: Cast, course: Course) -> None:
    attempts = [take(cast.lamai, course, module) for module in ("op", "c1")]
    assert len(earning.of_course(course)) == 1
    first = select(ModulePass).where(ModulePass.attempt_id == attempts[0].id)
    db.session.scalars(first).one().ended_at = clock.now()
    assert earning.of_course(course) == []


def test_only_those_asked_for_are_told(cast: Cast, course: Course) -> None:
    for person in (cast.lamai, cast.mali):
        for module in ("op", "c1"):
            take(person, course, module)
    assert [one.user_id for one in earning.of_course(course, [cast.mali.id])] == [cast.mali.id]
    assert len(earning.of_course(course)) == 2


def test_a_workshop_is_earned_by_all_its_sessions_where_no_rule_says_otherwise(
    cast: Cast, workshop: Workshop
) -> None:
    seat = seat_of(cast.lamai, workshop)
    come(seat, 0)
    assert earning.of_workshop(workshop) == []
    come(seat, 1)
    (earned,) = earning.of_workshop(workshop)
    assert (earned.user_id, earned.agency_id) == (cast.lamai.id, cast.agency.id)
    assert (earned.on, earned.facts) == (date(2023, 2, 21), {"attended": 2, "sessions": 2})


def test_part_of_a_session_is_not_a_session(cast: Cast, workshop: Workshop) -> None:
    seat = seat_of(cast.lamai, workshop)
    come(seat, 0)
    come(seat, 1, state=PARTIAL)
    assert earning.of_workshop(workshop) == []


def test_the_latest_rule_holds(cast: Cast, workshop: Workshop) -> None:
    come(seat_of(cast.lamai, workshop), 0)
    earning.set_sessions_needed(workshop, 1, by=cast.orn)
    assert [one.on for one in earning.of_workshop(workshop)] == [date(2023, 2, 20)]
    earning.set_sessions_needed(workshop, 2, by=cast.orn)
    assert earning.of_workshop(workshop) == []


@pytest.mark.parametrize("sessions", [0, -1, 3])
def test_a_rule_nobody_could_keep_is_refused(cast: Cast, workshop: Workshop, sessions: int) -> None:
    with pytest.raises(BadRule):
        earning.set_sessions_needed(workshop, sessions, by=cast.orn)


def test_a_session_that_was_called_off_is_not_asked_for(cast: Cast, workshop: Workshop) -> None:
    come(seat_of(cast.lamai, workshop), 0)
    earning.set_sessions_needed(workshop, 2, by=cast.orn)
    workshop.sessions[1].is_cancelled = True
    assert earning.sessions_needed(workshop) == 1
    assert len(earning.of_workshop(workshop)) == 1


def test_who_gave_up_the_seat_has_earned_nothing(cast: Cast, workshop: Workshop) -> None:
    seat = seat_of(cast.lamai, workshop)
    come(seat, 0, 1)
    registration.cancel(seat, by=cast.lamai)
    assert earning.of_workshop(workshop) == []


def test_the_same_queries_for_one_person_and_for_many(
    cast: Cast, workshop: Workshop, queries: Callable[[], object]
) -> None:
    come(seat_of(cast.lamai, workshop), 0, 1)
    with queries() as one:  # type: ignore[attr-defined]
        earning.of_workshop(workshop)
    come(seat_of(cast.mali, workshop), 0, 1)
    with queries() as two:  # type: ignore[attr-defined]
        assert len(earning.of_workshop(workshop)) == 2
    assert len(two) == len(one)
