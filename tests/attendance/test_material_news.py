"""News of materials: each told once, those of an hour together, to each reader what is theirs."""

from datetime import datetime
from functools import partial

import pytest
from sqlalchemy import select

from portal.attendance import material_news
from portal.core import clock
from portal.core.db import db
from portal.mail.models import Told
from portal.participation import registration
from portal.programme.models import Audience, MaterialVersion, WorkshopStatus
from tests.participation import telling
from tests.participation.telling import all_of, present
from tests.participation.test_messages import body


@pytest.fixture
def workshop(clock_at, make_workshop):
    return telling.ahead(clock_at, make_workshop)


@pytest.fixture
def seat(workshop, cast):
    return telling.seated(workshop, cast.lamai)


@pytest.fixture
def hand_out(workshop):
    """hand_out("สไลด์", …) — one more material, now."""
    return partial(telling.hand_out, workshop)


def announce(workshop):
    return all_of(material_news.due, material_news.announce, workshop)


def test_what_became_ready_within_an_hour_is_one_mail_and_what_came_later_another(
    workshop, seat, cast, mails, hand_out, clock_at
):
    hand_out("สไลด์")
    clock_at("2023-02-08T09:40:00+07:00")
    hand_out("แบบฝึกหัด")
    assert material_news.due() == []
    clock_at("2023-02-08T10:30:00+07:00")
    hand_out("วิดีโอ")
    assert announce(workshop) == 1
    text = body(mails(cast.lamai)[-1])
    assert "- สไลด์\n- แบบฝึกหัด\n" in text
    assert "วิดีโอ" not in text
    clock_at("2023-02-08T11:30:00+07:00")
    assert announce(workshop) == 1
    assert "- วิดีโอ\n" in body(mails(cast.lamai)[-1])
    assert announce(workshop) == 0


def test_a_material_is_told_of_once_also_when_its_file_changes(workshop, seat, kinds, hand_out, clock_at):
    material = hand_out()
    clock_at("2023-02-08T10:00:00+07:00")
    announce(workshop)
    material.versions.append(MaterialVersion(number=2, url="https://video.example/2"))
    db.session.commit()
    clock_at("2023-02-08T12:00:00+07:00")
    assert announce(workshop) == 0
    assert kinds().count("materials_ready") == 1


def test_one_that_is_hidden_withdrawn_or_of_a_draft_is_not_told_of(workshop, seat, hand_out, clock_at):
    later = hand_out(visible_from=datetime.fromisoformat("2023-02-09T09:00:00+07:00"))
    gone = hand_out()
    gone.withdrawn_at = clock.now()
    workshop_is = workshop.status
    workshop.status = WorkshopStatus.DRAFT
    db.session.commit()
    clock_at("2023-02-09T10:00:00+07:00")
    assert material_news.due() == []
    workshop.status = workshop_is
    db.session.commit()
    assert announce(workshop) == 1
    assert db.session.scalars(select(Told.key)).all() == [f"material:{later.code}"]


def test_one_for_those_who_came_waits_for_the_end_and_goes_to_them(
    workshop, seat, cast, ked, kinds, hand_out, clock_at
):
    registration.register(workshop, user=ked)
    hand_out(audience=Audience.ATTENDED)
    clock_at("2023-02-20T12:00:00+07:00")
    present(seat)
    assert material_news.due() == []
    clock_at("2023-02-22T01:00:00+07:00")
    assert announce(workshop) == 1
    assert kinds(cast.lamai) == ["registered", "materials_ready"]
    assert kinds(ked) == ["registered"]


def test_in_one_mail_each_reads_only_what_is_theirs(workshop, seat, cast, ked, mails, hand_out, clock_at):
    registration.register(workshop, user=ked)
    clock_at("2023-02-22T00:00:00+07:00")
    present(seat)
    hand_out("เฉพาะผู้มา", audience=Audience.ATTENDED)
    hand_out("ของทุกคน", audience=Audience.EVERYONE)
    clock_at("2023-02-22T01:00:00+07:00")
    assert announce(workshop) == 2
    assert "เฉพาะผู้มา" in mails(cast.lamai)[-1].text
    assert "ของทุกคน" in mails(ked)[-1].text
    assert "เฉพาะผู้มา" not in mails(ked)[-1].text


def test_what_was_ready_long_ago_is_no_news(workshop, seat, hand_out, clock_at):
    hand_out()
    clock_at("2023-02-16T09:00:00+07:00")
    assert material_news.due() == []


def test_a_workshop_where_nobody_has_a_seat_is_noted_and_asked_no_more(workshop, hand_out, clock_at):
    hand_out()
    clock_at("2023-02-08T10:00:00+07:00")
    assert material_news.due() == [workshop.id]
    assert announce(workshop) == 0
    assert material_news.due() == []


def test_the_look_is_one_query(workshop, queries):
    with queries() as statements:
        assert material_news.due() == []
    assert len(statements) == 1
