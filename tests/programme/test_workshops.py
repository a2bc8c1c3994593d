"""What is on offer, and one workshop whole."""

import pytest

from portal.core.db import db
from portal.programme import workshops
from portal.programme.models import Talk, Workshop, WorkshopStatus
from portal.programme.workshops import workshop_by_code
from tests.programme.offer import offered


@pytest.fixture
def first(programme_2566):
    return offered("pmqa40-2566")


def test_workshops_on_offer_stand_by_date(first):
    assert [workshop.code for workshop in workshops.published()] == ["pmqa40-2566", "excellence-2566"]


@pytest.mark.parametrize("status", [WorkshopStatus.DRAFT, WorkshopStatus.CANCELLED])
def test_drafts_and_cancelled_workshops_are_not_on_offer_but_organizers_see_them(first, status):
    first.status = status
    db.session.flush()
    assert [workshop.code for workshop in workshops.published()] == ["excellence-2566"]
    assert len(workshops.all_workshops()) == 2


def test_a_closed_workshop_stays_on_the_list(first):
    first.status = WorkshopStatus.CLOSED
    db.session.flush()
    assert len(workshops.published()) == 2


def test_a_draft_is_found_only_by_those_who_may_see_drafts(first):
    first.status = WorkshopStatus.DRAFT
    db.session.flush()
    assert workshop_by_code("pmqa40-2566") is None
    assert workshop_by_code("pmqa40-2566", drafts=True) is first


def test_a_cancelled_workshop_is_still_found_by_its_address(first):
    first.status = WorkshopStatus.CANCELLED
    db.session.flush()
    assert workshop_by_code("pmqa40-2566") is first


def test_an_unknown_code_is_nothing(programme_2566):
    assert workshop_by_code("no-such") is None


def test_everybody_who_speaks_is_named_once(programme_2566):
    names = [speaker.code for speaker in workshops.speakers_of(offered("excellence-2566"))]
    assert names == ["opdc-deputy", "kku-quality", "kku-team-1", "kku-team-2"]


def test_the_list_asks_the_same_for_two_and_for_thirty_workshops(first, queries):
    def cost():
        db.session.commit()
        db.session.expunge_all()
        with queries() as statements:
            for workshop in workshops.published():
                assert workshop.round.year_be == 2566
                assert [track.code for track in workshop.tracks]
                assert workshops.speakers_of(workshop) is not None
        return len(statements)

    two = cost()
    whole = offered("pmqa40-2566")
    for number in range(28):
        copy = Workshop(
            code=f"copy-{number}",
            round=whole.round,
            title_th="สำเนา",
            starts_on=whole.starts_on,
            ends_on=whole.ends_on,
        )
        copy.tracks.extend(whole.tracks)
        copy.talks.append(Talk(code="only", title_th="หัวข้อ"))
        db.session.add(copy)
    assert cost() == two == 2


def test_one_workshop_whole_takes_two_queries(programme_2566, queries):
    db.session.expunge_all()
    with queries() as statements:
        workshop = offered("pmqa40-2566")
        assert [place.speaker.name for talk in workshop.talks for place in talk.speakers]
        assert [session.day for session in workshop.sessions]
        assert [track.name_th for track in workshop.tracks]
        assert workshop.round.year_be
    assert len(statements) == 2
