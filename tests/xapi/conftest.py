"""A person who starts, passes, completes and attends, and record stores to tell of it."""

from collections.abc import Callable, Iterator

import pytest

from portal.attendance import roll
from portal.core.db import db
from portal.courses.course import Course
from portal.participation import registration
from portal.participation.models import AttendanceState, Registration
from tests import packs
from tests.cast import Cast
from tests.learning.taking import take
from tests.participation.conftest import cast, make_workshop, track
from tests.rows import once
from tests.xapi import store

__all__ = ["cast", "make_workshop", "track"]


@pytest.fixture
def course(app) -> Course:
    """Two published parts that count, one that is coming."""
    return packs.publish()


@pytest.fixture(scope="module")
def running_ralph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[store.Ralph]:
    """It takes seconds to start: one for all tests of a file."""
    with store.ralph(tmp_path_factory.mktemp("ralph")) as found:
        yield found


@pytest.fixture
def ralph(running_ralph: store.Ralph, app) -> Iterator[store.Ralph]:
    app.config["LRS_URL"] = running_ralph.url
    yield running_ralph
    app.config["LRS_URL"] = None
    running_ralph.forget()


@pytest.fixture
def small(app) -> Iterator[store.Small]:
    with store.small() as found:
        app.config["LRS_URL"] = found.url
        yield found
    app.config["LRS_URL"] = None


@pytest.fixture
@once
def seat(cast: Cast, make_workshop) -> Registration:
    seat = registration.register(make_workshop(), user=cast.lamai)
    db.session.commit()
    return seat


@pytest.fixture
def noted(seat: Registration) -> Callable[[AttendanceState], None]:
    """noted(state) — an organizer notes it of the first day."""

    def note(state: AttendanceState) -> None:
        roll.mark(seat, seat.workshop.sessions[0], state=state, by=None, how="roster", why="test")
        db.session.commit()

    return note


@pytest.fixture
def busy(cast: Cast, course: Course, noted) -> None:
    """Two quizzes passed, which is the whole course, one begun in vain before, and a day attended: seven statements."""
    take(cast.lamai, course, "op", mistakes=2)
    for module in ("op", "c1"):
        take(cast.lamai, course, module)
    noted(AttendanceState.ATTENDED)
    db.session.commit()
