"""A certificate is issued once for what was earned, says what was true that day, and is never taken away in silence."""

import threading
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.certificates import claims, issuing, keys
from portal.certificates.earning import Earned
from portal.certificates.issuing import AlreadyEnded, WhyNeeded
from portal.certificates.models import Certificate, CertificateKind, SigningKey
from portal.core.db import db, writing
from tests.cast import Cast

pytestmark = pytest.mark.both_databases


def earned_by(user_id: int, agency_id: int | None) -> Earned:
    title = {"th": "หลักสูตรตัวอย่าง", "en": "A sample course"}
    facts = {"modules": ["op", "c1"]}
    return Earned(user_id, agency_id, CertificateKind.COURSE, "sample", title, facts, date(2023, 2, 12))


@pytest.fixture
def earned(cast: Cast) -> Earned:
    return earned_by(cast.lamai.id, cast.agency.id)


@pytest.fixture
def issued(earned: Earned, cast: Cast) -> Certificate:
    (certificate,) = issuing.issue([earned], by=cast.orn)
    db.session.commit()
    return certificate


def read(certificate: Certificate) -> claims.Claim:
    claim, kid = claims.opened(issuing.address(certificate), public_keys=keys.public_keys())
    assert kid == certificate.key.kid
    return claim


def test_it_holds_the_names_of_the_day_also_when_they_change(issued: Certificate, cast: Cast) -> None:
    before = cast.lamai.name, cast.agency.name_th
    cast.lamai.name, cast.agency.name_th = "ละไม ใจใหม่", "กรมชื่อใหม่"
    db.session.commit()
    said = read(issued)
    assert (said.holder, said.agency) == (issued.holder, issued.agency_name["th"]) == before


def test_issuing_again_gives_the_same_one(issued: Certificate, earned: Earned, cast: Cast) -> None:
    assert issuing.issue([earned], by=cast.orn) == [issued]
    assert db.session.scalar(select(func.count(Certificate.id))) == 1


def test_two_who_issue_at_once_make_one(app: Flask, earned: Earned, cast: Cast) -> None:
    db.session.commit()
    together, codes, failed = threading.Barrier(2), [], []

    def issue() -> None:
        try:
            with app.app_context(), writing():
                together.wait()
                codes.append(issuing.issue([earned], by=None)[0].code)
                db.session.commit()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=issue) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(set(codes)) == 1
    assert db.session.scalar(select(func.count(Certificate.id))) == 1


def test_many_are_issued_in_their_order(cast: Cast) -> None:
    people = [cast.sakda, cast.lamai, cast.mali]
    made = issuing.issue([earned_by(one.id, one.agency_id) for one in people], by=cast.orn)
    assert [one.user_id for one in made] == [one.id for one in people]
    assert len({one.code for one in made}) == 3


def test_somebody_of_no_agency_has_one_too(cast: Cast) -> None:
    (certificate,) = issuing.issue([earned_by(cast.wit.id, None)], by=None)
    assert read(certificate).agency == ""


def test_revoked_it_says_when_by_whom_and_why_and_another_may_follow(
    issued: Certificate, earned: Earned, cast: Cast
) -> None:
    issuing.revoke(issued, by=cast.orn, why=" ออกผิดคน ")
    assert not issued.is_standing
    assert (issued.ended_by_id, issued.ended_why) == (cast.orn.id, "ออกผิดคน")
    assert issuing.held_by(cast.lamai) == []
    (other,) = issuing.issue([earned], by=cast.orn)
    assert other.code != issued.code


def test_revoking_needs_a_reason(issued: Certificate, cast: Cast) -> None:
    with pytest.raises(WhyNeeded):
        issuing.revoke(issued, by=cast.orn, why="  ")
    assert issued.is_standing


def test_it_cannot_be_ended_twice(issued: Certificate, cast: Cast) -> None:
    issuing.revoke(issued, by=cast.orn, why="ออกผิดคน")
    with pytest.raises(AlreadyEnded):
        issuing.revoke(issued, by=cast.orn, why="อีกครั้ง")
    with pytest.raises(AlreadyEnded):
        issuing.replace(issued, by=cast.orn)


def test_replaced_it_leads_to_the_one_with_the_name_of_today(issued: Certificate, cast: Cast) -> None:
    cast.lamai.name = "ละไม ใจใหม่"
    other = issuing.replace(issued, by=cast.orn)
    assert issued.replaced_by == other
    assert (other.holder, other.earned_on, other.is_standing) == ("ละไม ใจใหม่", issued.earned_on, True)
    assert issuing.held_by(cast.lamai) == [(other.code, other.title, other.issued_at)]


def test_a_code_is_found_as_people_type_it(issued: Certificate) -> None:
    shown = issuing.shown(issued.code)
    assert len(shown) == 14
    assert issuing.by_code(f" {shown.lower()} ") == issued
    assert issuing.by_code("no-such-code") is None


def test_what_an_old_key_signed_stays_good(issued: Certificate, cast: Cast) -> None:
    old = issued.key
    keys.turn_over()
    (other,) = issuing.issue([earned_by(cast.mali.id, cast.agency.id)], by=cast.orn)
    assert other.key.kid != old.kid
    assert old.retired_at is not None
    assert read(issued).code == issued.code
    assert read(other).code == other.code


def test_with_another_secret_a_new_key_signs(app: Flask, issued: Certificate, cast: Cast) -> None:
    secret, app.secret_key = app.secret_key, "another secret, also long enough for all"
    try:
        with pytest.raises(LookupError):
            keys.sign(issued.key, b"x")
        (other,) = issuing.issue([earned_by(cast.mali.id, cast.agency.id)], by=cast.orn)
    finally:
        app.secret_key = secret
    assert other.key.kid != issued.key.kid
    assert db.session.scalar(select(func.count(SigningKey.id))) == 2


def test_a_copy_of_the_database_holds_no_key_that_signs(issued: Certificate) -> None:
    raw = issued.key.private
    assert len(raw) > 32
    assert issued.key.public not in raw
