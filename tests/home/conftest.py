"""What the pages of home stand on: the real round and workshops, registration open, and a small course."""

from datetime import datetime

import pytest
from sqlalchemy import select

from portal.accounts.models import Agency
from portal.awards.models import Entry, Round
from portal.core import clock
from portal.core.db import db
from portal.courses.course import Course
from portal.programme import workshops
from portal.programme.models import Workshop
from tests import packs, rows

OPENS = datetime.fromisoformat("2023-02-06T08:30:00+07:00")
CLOSES = datetime.fromisoformat("2023-02-17T16:30:00+07:00")


@pytest.fixture
def round_2566(app) -> Round:
    return rows.the_round()


@pytest.fixture
def offered(round_2566) -> list[Workshop]:
    """Both workshops, with 2 seats each, open for registration; PMQA 4.0 first."""
    rows.the_programme()
    found = list(workshops.published())
    for row in found:
        row.capacity, row.registration_opens_at, row.registration_closes_at = 2, OPENS, CLOSES
    db.session.commit()
    return found


@pytest.fixture
def course(app) -> Course:
    """Of the award PMQA 4.0, two parts published, one coming."""
    return packs.publish()


def let_in(agency: Agency, *tracks: str) -> None:
    """The agency's entries in these tracks passed stage 1."""
    for track in db.session.scalars(select(Round)).one().tracks:
        if track.code in tracks:
            db.session.add(Entry(track=track, agency=agency, stage1_passed_on=clock.today()))
    db.session.commit()
