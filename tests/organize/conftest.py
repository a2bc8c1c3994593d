"""What the organizer's pages stand on: a round with its tracks, a small course, agencies in any number, อร signed in."""

from collections.abc import Callable, Sequence
from datetime import datetime

import pytest

from portal.accounts.models import Agency, User
from portal.awards.models import Entry, Round, Track
from portal.core import clock
from portal.core.db import db
from portal.courses.course import Course
from portal.learning.models import Attempt, ModulePass
from tests import packs, rows
from tests.pages import Client


@pytest.fixture
def track(app) -> Track:
    return rows.laid("track", _track)


def _track() -> Track:
    round_ = Round(year_be=2566, title_th="รางวัลคุณภาพ พ.ศ. 2566")
    track = Track(round=round_, code="pmqa40", name_th="รางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0")
    db.session.add_all([round_, track])
    return track


@pytest.fixture
def course(app) -> Course:
    """Two parts published, one coming; complete with two people who passed both."""
    return packs.publish()


@pytest.fixture
def orn(client, cast) -> Client:
    """A browser in which the organizer is signed in."""
    client.sign_in(cast.orn)
    found: Client = client
    return found


def passed_stage_1(agency: Agency, track: Track) -> None:
    db.session.add(Entry(track=track, agency=agency, stage1_passed_on=clock.today()))
    db.session.flush()


def passes(user: User, course: Course, modules: Sequence[str], at: str = "2023-02-10T10:00:00+07:00") -> None:
    """The person passed these modules at this moment, for the agency of now."""
    moment = datetime.fromisoformat(at)
    for module in modules:
        attempt = Attempt(
            user_id=user.id,
            agency_id=user.agency_id,
            course=course.code,
            module=module,
            edition_id=course.edition_id,
            seed=1,
            started_at=moment,
            submitted_at=moment,
            score=4,
            max_score=4,
            passed=True,
        )
        db.session.add(attempt)
        db.session.flush()
        db.session.add(
            ModulePass(
                user_id=user.id,
                agency_id=user.agency_id,
                course=course.code,
                module=module,
                attempt_id=attempt.id,
                passed_at=moment,
            )
        )
    db.session.flush()


@pytest.fixture
def make_agencies(cast) -> Callable[..., list[Agency]]:
    """make_agencies(30, per_agency=2): invented agencies with approved learners."""
    made = 0

    def make(count: int, *, per_agency: int = 1, ministry: str = "กระทรวงตัวอย่าง") -> list[Agency]:
        nonlocal made
        agencies = [
            Agency(
                code=f"X{number:03}", name_th=f"หน่วยงานที่ {number:03}", ministry_th=ministry, is_sample=True
            )
            for number in range(made, made + count)
        ]
        now = clock.now()
        for agency in agencies:
            for at in range(per_agency):
                email = f"{agency.code}-{at}@demo.example"
                user = User(email=email, name="คน ตัวอย่าง", agency=agency, confirmed_at=now, approved_at=now)
                db.session.add(user)
        db.session.add_all(agencies)
        made += count
        db.session.commit()
        return agencies

    return make
