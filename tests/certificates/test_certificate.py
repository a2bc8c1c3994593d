"""The public page of a certificate: everybody with the code reads whether it stands, and only what is printed on it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from portal.certificates import claims, issuing, keys
from portal.certificates.models import Certificate
from portal.core.db import db
from tests import packs
from tests.cast import Cast
from tests.certificates.test_claims import text_of
from tests.core import papers as reading
from tests.pages import Client


@pytest.fixture
def one(cast: Cast, issue: Callable[..., Certificate]) -> Certificate:
    packs.publish()
    return issue(cast.lamai)


def page_of(one: Certificate) -> str:
    return f"/certificates/{one.code}"


def test_it_is_valid_and_says_what_is_printed(client: Client, one: Certificate) -> None:
    answer = client.get(page_of(one))
    assert (answer.status_code, answer.headers["X-Robots-Tag"]) == (200, "noindex")
    assert client.page.h1 == "ใบประกาศนี้ถูกต้อง"
    for part in ("ละไม ตั้งใจ", "กรมตัวอย่าง", "หลักสูตรตัวอย่าง", "13 กุมภาพันธ์ 2566", issuing.shown(one.code)):
        assert part in client.page.text
    assert "lamai@" not in client.page.text
    assert f"{page_of(one)}.pdf" not in client.page.links()


def test_the_code_is_taken_as_people_type_it(client: Client, one: Certificate) -> None:
    assert client.get(f"/certificates/{issuing.shown(one.code).lower()}").status_code == 200
    for typed in (issuing.shown(one.code).lower(), f"http://localhost{page_of(one)}", f" {one.code} "):
        answer = client.get("/certificates/check", query_string={"q": typed})
        assert answer.headers["Location"] == page_of(one)


def test_revoked_it_says_when_and_why(client: Client, one: Certificate, cast: Cast) -> None:
    issuing.revoke(one, by=cast.orn, why="ออกผิดคน")
    db.session.commit()
    assert client.get(page_of(one)).status_code == 200
    assert client.page.h1 == "ใบประกาศนี้ถูกเพิกถอนแล้ว"
    assert "เหตุผล: ออกผิดคน" in client.page.text


def test_replaced_it_leads_to_the_other(client: Client, one: Certificate, cast: Cast) -> None:
    other = issuing.replace(one, by=cast.orn)
    db.session.commit()
    client.get(page_of(one))
    assert client.page.h1 == "ใบประกาศนี้มีใบใหม่แทนแล้ว"
    assert page_of(other) in client.page.links()


@pytest.mark.parametrize("code", ["NOBODY22NOBO", "x", "ไม่มี", "%F0%9F%99%82", "A" * 500])
def test_a_code_that_nobody_has_is_said_so(client: Client, code: str) -> None:
    assert client.get(f"/certificates/{code}").status_code == 404
    assert client.page.h1 == "ไม่พบใบประกาศรหัสนี้"


def test_a_row_that_was_changed_behind_our_back_is_not_believed(client: Client, one: Certificate) -> None:
    one.holder = "คนอื่น"
    db.session.commit()
    client.get(page_of(one))
    assert client.page.h1 == "ใบประกาศนี้ไม่ถูกต้อง"
    assert "คนอื่น" not in client.page.text


def test_a_claim_is_believed_by_its_signature(client: Client, one: Certificate) -> None:
    for shown in (issuing.address(one), one.claim, f"#{one.claim}"):
        assert client.get("/certificates/check", query_string={"q": shown}).status_code == 200
        assert client.page.h1 == "ใบประกาศนี้ถูกต้อง"
        assert "ลายมือชื่อดิจิทัลในคิวอาร์ตรงกัน" in client.page.text


def test_the_server_knows_that_a_good_signature_was_revoked(
    client: Client, one: Certificate, cast: Cast
) -> None:
    issuing.revoke(one, by=cast.orn, why="ออกผิดคน")
    db.session.commit()
    client.get("/certificates/check", query_string={"q": one.claim})
    assert client.page.h1 == "ใบประกาศนี้ถูกเพิกถอนแล้ว"


def test_one_bit_changed_is_not_believed(client: Client, one: Certificate) -> None:
    head, body, mark = one.claim.split(".")
    changed = f"{head}.{body}.{'B' if mark[0] == 'A' else 'A'}{mark[1:]}"
    client.get("/certificates/check", query_string={"q": changed})
    assert client.page.h1 == "ใบประกาศนี้ไม่ถูกต้อง"
    assert "ละไม" not in client.page.main


def test_a_key_that_is_not_ours_is_told_apart(client: Client, one: Certificate) -> None:
    claim, _kid = claims.opened(one.claim, public_keys=keys.public_keys())
    foreign = claims.sealed(claim, kid="stranger", sign=lambda data: keys.sign(one.key, data))
    client.get("/certificates/check", query_string={"q": foreign})
    assert client.page.h1 == "ยืนยันใบประกาศนี้ไม่ได้"


def test_rightly_signed_and_not_among_ours_is_said_so(client: Client, one: Certificate) -> None:
    claim, kid = claims.opened(one.claim, public_keys=keys.public_keys())
    text = claims.sealed(
        replace(claim, code="LOST22222222"),
        kid=kid,
        sign=lambda data: keys.sign(one.key, data),
    )
    assert client.get("/certificates/check", query_string={"q": text}).status_code == 200
    assert "ไม่พบใบนี้ในระบบ" in client.page.h1


@pytest.mark.parametrize(
    "text",
    [
        "ก",
        "x" * 20_000,
        "a.b.c",
        "🙂",
        f"{text_of(b'{}')}..",
        "' OR 1=1 --",
        "http://localhost/certificates/NOBODY22NOBO#x",
    ],
)
def test_what_is_no_certificate_is_said_so(client: Client, text: str) -> None:
    answer = client.get("/certificates/check", query_string={"q": text})
    assert answer.status_code == 422
    assert client.page.h1 == "อ่านข้อความนี้ไม่ได้"


def test_the_paper_goes_to_its_holder_the_coordinator_of_then_and_organizers(
    client: Client, one: Certificate, cast: Cast
) -> None:
    for person, status in (
        (cast.lamai, 200),
        (cast.mali, 200),
        (cast.orn, 200),
        (cast.sakda, 404),
        (cast.wit, 404),
    ):
        client.sign_in(person)
        answer = client.get(f"{page_of(one)}.pdf")
        assert answer.status_code == status, person.name
    client.sign_in(cast.lamai)
    client.get(page_of(one))
    assert f"{page_of(one)}.pdf" in client.page.links()
    answer = client.get(f"{page_of(one)}.pdf?lang=en")
    assert "13 February 2023" in " ".join(reading.read(answer.data)[0])
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_coordinator_keeps_to_the_agency_of_the_day_of_issue(
    client: Client, one: Certificate, cast: Cast
) -> None:
    cast.lamai.agency = cast.province
    cast.sakda.role = cast.mali.role
    db.session.commit()
    client.sign_in(cast.sakda)
    assert client.get(f"{page_of(one)}.pdf").status_code == 404
    client.sign_in(cast.mali)
    assert client.get(f"{page_of(one)}.pdf").status_code == 200


def test_what_does_not_stand_is_not_printed_any_more(client: Client, one: Certificate, cast: Cast) -> None:
    issuing.revoke(one, by=cast.orn, why="ออกผิดคน")
    db.session.commit()
    client.sign_in(cast.lamai)
    assert client.get(f"{page_of(one)}.pdf").status_code == 410


def test_the_form_to_check_is_open_to_everybody(client: Client) -> None:
    assert client.get("/certificates/check").status_code == 200
    assert client.page.h1 == "ตรวจใบประกาศ"


def test_on_the_own_page_stand_those_that_stand(
    client: Client, cast: Cast, issue: Callable[..., Certificate]
) -> None:
    packs.publish()
    one = issue(cast.lamai)
    client.sign_in(cast.lamai)
    client.get("/me")
    assert {page_of(one), f"{page_of(one)}.pdf"} <= set(client.page.links())
    issuing.revoke(one, by=cast.orn, why="ออกผิดคน")
    db.session.commit()
    client.get("/me")
    assert page_of(one) not in client.page.links()
