"""A stolen key is believed nowhere any more: each way out says so plainly, and what the portal itself issued stands, signed again."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jwt as pyjwt
import pytest
from flask import Flask
from joserfc.jwk import KeySet
from sqlalchemy import select

from portal.certificates import checker, claims, distrusting, issuing, keys, papers
from portal.certificates.claims import Claim
from portal.certificates.distrusting import Again, NoKey, WhyNeeded
from portal.certificates.models import Certificate, SigningKey
from portal.core.db import db
from tests.cast import Cast
from tests.core import papers as reading
from tests.pages import Client

WHY = "กุญแจรั่ว"
TITLE = "ลงนามด้วยกุญแจที่เลิกเชื่อถือแล้ว"


@pytest.fixture
def one(cast: Cast, issue: Callable[..., Certificate]) -> Certificate:
    return issue(cast.lamai)


def distrust(key: SigningKey) -> Again:
    again = Again()
    distrusting.distrust(key.kid, why=WHY, by=None)
    while distrusting.sign_again(key, again):
        db.session.commit()
    return again


def said_in(one: Certificate) -> tuple[Claim, str]:
    return claims.opened(one.claim, public_keys=keys.public_keys())


def forged(one: Certificate, key: SigningKey, **other: str) -> str:
    """What a thief signs with the stolen key."""
    claim = replace(issuing.claim_of(one), **other)
    return claims.sealed(claim, kid=key.kid, sign=lambda data: keys.sign(key, data))


@pytest.mark.both_databases
def test_what_it_signed_is_signed_again_on_the_same_facts(
    one: Certificate, cast: Cast, issue: Callable[..., Certificate]
) -> None:
    gone, old, before = issue(cast.mali), one.key, issuing.claim_of(one)
    issuing.revoke(gone, by=cast.orn, why="ออกผิดคน")
    assert distrust(old).signed == 2
    assert said_in(one) == (before, one.key.kid)
    assert old.kid not in {one.key.kid, gone.key.kid}
    assert said_in(gone)[0].holder == gone.holder
    assert not gone.is_standing
    assert db.session.get(SigningKey, old.id).distrusted_why == WHY  # type: ignore[union-attr]


def test_again_it_goes_on_and_a_retired_key_leaves_the_one_of_now(one: Certificate) -> None:
    old, now = one.key, keys.turn_over()
    distrusting.distrust(old.kid, why=WHY, by=None)
    distrusting.distrust(old.kid, why="อย่างอื่น", by=None)
    assert (old.distrusted_why, keys.current()) == (WHY, now)
    assert distrust(old).signed == 1
    assert distrust(old).signed == 0


def test_a_row_that_was_changed_is_not_signed(client: Client, one: Certificate) -> None:
    one.holder = "คนอื่น"
    assert distrust(one.key).left == [one.code]
    client.get(f"/certificates/{one.code}")
    assert client.page.h1 == "ใบประกาศนี้ไม่ถูกต้อง"


def test_a_key_that_is_not_there_and_no_reason_are_refused(one: Certificate) -> None:
    with pytest.raises(NoKey):
        distrusting.distrust("none", why=WHY, by=None)
    with pytest.raises(WhyNeeded):
        distrusting.distrust(one.key.kid, why=" ", by=None)


def test_the_page_of_its_code_and_the_paper_are_good_under_the_new_key(
    client: Client, one: Certificate, cast: Cast
) -> None:
    old = one.claim
    distrust(one.key)
    client.get(f"/certificates/{one.code}")
    assert client.page.h1 == "ใบประกาศนี้ถูกต้อง"
    assert one.key.kid in client.page.text
    assert reading.codes(papers.certificate(one)) == [issuing.address(one)]
    assert old not in issuing.address(one)


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({}, "ขอให้ผู้ถือใบดาวน์โหลด PDF ที่ลงนามใหม่"),
        ({"holder": "ตัวปลอม"}, "ข้อความไม่ตรงกัน อย่าเชื่อ"),
        ({"code": "LOST22222222", "holder": "ตัวปลอม"}, "ระบบไม่มีใบรหัสนี้ อย่าเชื่อ"),
    ],
)
def test_the_page_for_checking_says_so_and_what_to_do(
    client: Client, one: Certificate, other: dict[str, str], told: str
) -> None:
    text = forged(one, one.key, **other)
    distrust(one.key)
    assert client.get("/certificates/check", query_string={"q": text}).status_code == 200
    assert client.page.h1 == TITLE
    assert WHY in client.page.text
    assert told in client.page.text
    assert "ตัวปลอม" not in client.page.main
    assert (f"/certificates/{one.code}" in client.page.links()) == ("code" not in other)


def test_until_it_is_signed_again_its_page_says_to_wait(client: Client, one: Certificate) -> None:
    distrusting.distrust(one.key.kid, why=WHY, by=None)
    db.session.commit()
    client.get(f"/certificates/{one.code}")
    assert client.page.h1 == TITLE
    assert "ลองอีกครั้งในอีกสักครู่" in client.page.text


def test_the_published_set_has_it_not_and_its_own_address_is_gone(client: Client, one: Certificate) -> None:
    token, old = client.get(f"/certificates/{one.code}.jwt").text, one.key
    distrust(old)
    said = client.get("/certificates/keys.json").get_json()
    assert [key.kid for key in KeySet.import_key_set(said).keys] == [one.key.kid]
    assert [(each["kid"], each["why"]) for each in said["distrusted"]] == [(old.kid, WHY)]
    for text, status in ((token, 410), (client.get(f"/certificates/{one.code}.jwt").text, 200)):
        address = pyjwt.get_unverified_header(text)["kid"].removeprefix("http://localhost")
        answer = client.get(address)
        assert answer.status_code == status
        assert ("x" in answer.get_json()) == (status == 200)


def test_without_the_portal_a_new_set_of_keys_and_a_new_checker_say_so(app: Flask, one: Certificate) -> None:
    text, old = one.claim, one.key
    distrust(old)
    published = keys.published()
    with pytest.raises(claims.Distrusted):
        claims.opened(text, public_keys=keys.from_jwks(published), distrusted=keys.distrusted_in(published))
    page = checker.page(published)
    assert f"กุญแจที่เลิกเชื่อถือแล้ว: {old.kid}" in page
    assert keys.as_jwk(old.kid, old.public)["x"] not in page


def test_the_command_says_what_became_of_it_and_verify_refuses(
    app: Flask, one: Certificate, tmp_path: Any
) -> None:
    text, kid = one.claim, one.key.kid
    db.session.commit()

    def run(*arguments: str, text: str | None = None) -> Any:
        return app.test_cli_runner().invoke(args=["certificates", *arguments], input=text)

    told = run("distrust", kid, "--why", WHY)
    now = db.session.scalars(select(SigningKey.kid).where(SigningKey.distrusted_at.is_(None))).one()
    assert (told.exit_code, told.stdout) == (0, f"distrusted {kid}; signed again 1; key of now {now}\n")
    with_us = run("verify", text=text)
    assert with_us.exit_code == 1
    assert f"distrusted: signed by key {kid}, not believed since 2023-02-13: {WHY}" in with_us.stdout
    assert "record: says the same" in with_us.stdout
    file = tmp_path / "keys.json"
    file.write_text(run("keys").stdout, "utf-8")
    assert json.loads(file.read_text("utf-8"))["distrusted"][0]["kid"] == kid
    without = run("verify", "--keys", str(file), text=text)
    assert (without.exit_code, TITLE in without.stderr) == (1, True)
    assert run("distrust", "none", "--why", WHY).exit_code == 1
    assert run("distrust", kid).exit_code == 2
