"""Who asked to be erased is named by no certificate any more; that one was issued, and ended, is still told."""

from collections.abc import Callable

import pytest

from portal import erasing
from portal.accounts import audit
from portal.certificates import awarding, issuing
from portal.certificates.models import Certificate
from portal.core.db import db
from tests import packs
from tests.cast import Cast
from tests.learning.taking import take
from tests.pages import Client

WHY = "ลบข้อมูลตามคำขอ"


@pytest.fixture
def one(cast: Cast, issue: Callable[..., Certificate]) -> Certificate:
    packs.publish()
    return issue(cast.lamai)


@pytest.mark.both_databases
def test_the_row_ends_and_keeps_a_pseudonym(
    one: Certificate, cast: Cast, issue: Callable[..., Certificate]
) -> None:
    old, revoked = one, issue(cast.lamai, subject="other")
    one = issuing.replace(old, by=cast.orn)
    issuing.revoke(revoked, by=cast.orn, why="ออกผิดคน ควรเป็นละไมอีกคน")
    audit.note("certificate.revoke", revoked, by=cast.orn, why=revoked.ended_why)
    name = erasing.erase(cast.lamai, by=cast.orn)
    for each in (old, revoked, one):
        assert (each.holder, each.claim, each.is_standing) == (name, "", False)
    assert (old.replaced_by, old.ended_why) == (one, "")
    assert (revoked.ended_why, one.ended_why) == (WHY, WHY)
    assert [event.detail for event in audit.events_of(revoked)] == [{}]
    assert one.agency_name["th"] == "กรมตัวอย่าง"


def test_its_page_says_so_without_the_name_and_nothing_is_made_of_it(
    client: Client, one: Certificate, cast: Cast
) -> None:
    address, name = f"/certificates/{one.code}", one.holder
    shown = issuing.address(one)
    erasing.erase(cast.lamai, by=cast.orn)
    db.session.commit()
    for path in (address, f"/certificates/check?q={shown.partition('#')[2]}"):
        client.get(path)
        assert client.page.h1 == "ใบประกาศนี้ถูกเพิกถอนแล้ว"
        assert WHY in client.page.text
        assert name not in client.page.main
        assert "ผู้ใช้ที่ลบแล้ว" not in client.page.main
    (listed,) = client.get("/certificates/revoked.json").get_json()["revokedCredentials"]
    assert listed["revocationReason"] == WHY
    assert client.get(f"{address}.jwt").status_code == 410
    client.sign_in(cast.orn)
    assert client.get(f"{address}.pdf").status_code == 410
    assert client.get(f"/organize{address}").status_code == 200


def test_an_erased_person_is_given_no_other(cast: Cast) -> None:
    course = packs.publish()
    for module in ("op", "c1"):
        take(cast.lamai, course, module)
    assert len(awarding.of(course).waiting) == 1
    erasing.erase(cast.lamai, by=None)
    assert awarding.of(course).lines == []
