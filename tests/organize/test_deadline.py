"""Before the report is due, coordinators read which parts nobody of their agency has passed: theirs only, and once a time."""

from datetime import date

import pytest
from sqlalchemy import select

from portal import jobs
from portal.accounts.models import Role
from portal.awards.models import Milestone
from portal.core import clock
from portal.core.db import db
from portal.mail.models import OutboxMessage, Told
from portal.organize import deadline
from portal.participation import portions
from tests import cast as people
from tests.organize.conftest import passed_stage_1, passes
from tests.participation.test_races import at_once


@pytest.fixture
def due(track) -> None:
    """The report is due on 22 March."""
    db.session.add(Milestone(round=track.round, code="report", on=date(2023, 3, 22), label_th="ส่งรายงาน"))
    db.session.commit()


@pytest.fixture
def writing(cast, course, track, due):
    """กรมตัวอย่าง and จังหวัดสมมติ both write a report; each has a coordinator."""
    passed_stage_1(cast.agency, track)
    passed_stage_1(cast.province, track)
    other = people.person("pen@demo.example", "เพ็ญ สมมติ", Role.COORDINATOR, agency=cast.province)
    db.session.commit()
    return other


def warn() -> int:
    told = 0
    while (warning := deadline.due()) is not None:
        told += deadline.warn(warning)
        db.session.commit()
    return told


def mails() -> list[OutboxMessage]:
    return list(db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


@pytest.mark.parametrize(
    ("at", "subject"),
    [
        ("2023-03-08T07:59:00+07:00", None),
        ("2023-03-08T08:00:00+07:00", "อีก 14 วันครบกำหนดส่งรายงาน ยังมีหมวดที่ไม่มีใครผ่าน"),
        ("2023-03-10T12:00:00+07:00", "อีก 12 วันครบกำหนดส่งรายงาน ยังมีหมวดที่ไม่มีใครผ่าน"),
        ("2023-03-15T08:00:00+07:00", "อีก 7 วันครบกำหนดส่งรายงาน ยังมีหมวดที่ไม่มีใครผ่าน"),
        ("2023-03-21T08:00:00+07:00", "พรุ่งนี้ครบกำหนดส่งรายงาน ยังมีหมวดที่ไม่มีใครผ่าน"),
        ("2023-03-22T23:59:00+07:00", "วันนี้ครบกำหนดส่งรายงาน ยังมีหมวดที่ไม่มีใครผ่าน"),
        ("2023-03-23T00:00:00+07:00", None),
    ],
)
def test_it_is_told_in_the_morning_fourteen_seven_and_one_day_before(writing, clock_at, at, subject):
    clock_at(at)
    assert warn() == (2 if subject else 0)
    assert {mail.subject for mail in mails()} == ({subject} if subject else set())


def test_each_time_is_told_once(writing, clock_at):
    for at in ("08", "09", "15", "16", "21", "22"):
        clock_at(f"2023-03-{at}T09:00:00+07:00")
        warn()
    assert len(mails()) == 2 * 3


def test_each_reads_of_their_own_agency_and_of_no_other(writing, cast, course, clock_at):
    passes(cast.lamai, course, ["op"])
    db.session.commit()
    clock_at("2023-03-08T08:00:00+07:00")
    warn()
    texts = {mail.to_email: mail.text for mail in mails()}
    assert set(texts) == {"mali@demo.example", "pen@demo.example"}
    ours, theirs = texts["mali@demo.example"], texts["pen@demo.example"]
    assert "กรมตัวอย่าง ต้องส่งรายงานภายใน 22 มีนาคม 2566" in ours
    assert "- หมวด 1 การนำองค์การ" in ours
    assert "ลักษณะสำคัญขององค์การ" not in ours
    assert "- ลักษณะสำคัญขององค์การ\n- หมวด 1 การนำองค์การ" in theirs
    for text, other in ((ours, ("จังหวัดสมมติ", "เพ็ญ")), (theirs, ("กรมตัวอย่าง", "มะลิ", "ละไม"))):
        assert not any(name in text for name in other)


def test_who_covers_all_has_no_report_or_may_not_sign_in_is_left_in_peace(
    writing, cast, course, track, clock_at
):
    passes(cast.lamai, course, ["op", "c1"])
    writing.disabled_at = clock.now()
    people.person("new@demo.example", "ใหม่", Role.COORDINATOR, agency=cast.province, approved=False)
    db.session.commit()
    clock_at("2023-03-08T08:00:00+07:00")
    assert warn() == 0
    assert mails() == []
    assert db.session.scalars(select(Told.key)).all() == ["uncovered:2023-03-22-14"]


def test_an_agency_whose_entry_did_not_pass_writes_no_report(cast, course, track, due, clock_at):
    clock_at("2023-03-08T08:00:00+07:00")
    assert warn() == 0


def test_without_a_day_on_which_it_is_due_nothing_is_asked_further(cast, track, queries):
    with queries() as statements:
        assert deadline.due() is None
    assert len(statements) == 1


@pytest.mark.both_databases
def test_workers_at_once_write_once_to_many_a_portion_at_a_time(app, writing, cast, clock_at, monkeypatch):
    monkeypatch.setattr(portions, "PORTION", 3)
    for at in range(7):
        people.person(f"c{at}@demo.example", f"คนที่ {at}", Role.COORDINATOR, agency=cast.agency)
    db.session.commit()
    clock_at("2023-03-08T08:00:00+07:00")

    def work() -> None:
        while jobs.run().has_done:
            pass

    at_once(app, [work] * 3)
    assert not jobs.run().has_failed
    told = [mail.to_email for mail in mails()]
    assert len(told) == len(set(told)) == 9
