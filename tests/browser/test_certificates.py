"""The page that checks certificates from a disk, without a network, in a real browser."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pypdfium2
import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from portal.certificates import checker, distrusting, issuing, keys, papers
from portal.certificates.models import Certificate
from portal.core.db import db
from tests.browser.conftest import Open
from tests.browser.demonstration import Demonstration
from tests.cast import Cast
from tests.certificates.conftest import issue
from tests.core import papers as reading

__all__ = ["issue"]


@pytest.fixture
def one(cast: Cast, issue: Callable[..., Certificate]) -> Certificate:
    return issue(cast.lamai)


@pytest.fixture
def stolen(one: Certificate) -> str:
    """What a key signed that is distrusted since; `one` is signed again."""
    text, key = one.claim, one.key
    distrusting.distrust(key.kid, why="กุญแจรั่ว", by=None)
    distrusting.sign_again(key, distrusting.Again())
    db.session.commit()
    return text


@pytest.fixture
def page(app: Flask, one: Certificate, stolen: str, browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """The checker, opened from a file by a browser without a network."""
    file = tmp_path / "check.html"
    with app.test_request_context():
        file.write_text(checker.page(keys.published()), "utf-8")
    context = browser.new_context(offline=True, viewport={"width": 360, "height": 740})
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(file.as_uri())
    yield page
    assert wrong == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()


def told(page: Page, text: str) -> str:
    page.get_by_label("ข้อความที่อ่านจากคิวอาร์").fill(text)
    page.get_by_role("button", name="ตรวจ").click()
    verdict = page.get_by_role("status")
    expect(verdict).to_be_focused()
    return verdict.inner_text()


def test_a_certificate_is_believed_and_what_cannot_be_known_is_said(
    page: Page, one: Certificate, cast: Cast
) -> None:
    issuing.revoke(one, by=cast.orn, why="ออกผิดคน")
    db.session.commit()
    for text in (issuing.address(one), one.claim):
        said = told(page, text)
        for part in (
            "ลายมือชื่อถูกต้อง",
            "ละไม ตั้งใจ",
            "กรมตัวอย่าง",
            "กุมภาพันธ์",
            "2566",
            issuing.shown(one.code),
            one.key.kid,
            "รู้ไม่ได้",
        ):
            assert part in said


def test_what_was_changed_is_foreign_or_is_nothing_is_not_believed(page: Page, one: Certificate) -> None:
    head, body, mark = one.claim.split(".")
    last = "A" if mark[-1] != "A" else "Q"
    for text, word in (
        (f"{head}.{'A' if body[0] != 'A' else 'B'}{body[1:]}.{mark}", "ไม่ตรงกับข้อความ"),
        (f"{head}.{body}.{mark[:-1]}{last}", "ไม่ตรงกับข้อความ"),
        (f"{head[:-8]}{'A' * 8}.{body}.{mark}", "ไม่ใช่ใบประกาศ"),
        ("ใบประกาศ", "ไม่ใช่ใบประกาศ"),
        ("a.b.c", "ไม่ใช่ใบประกาศ"),
    ):
        said = told(page, text)
        assert word in said, text
        assert "ละไม" not in said


def test_a_key_that_is_not_in_the_file_is_told_apart(
    page: Page, cast: Cast, issue: Callable[..., Certificate]
) -> None:
    keys.turn_over()
    assert "กุญแจที่ไม่มีในไฟล์นี้" in told(page, issue(cast.mali).claim)


def test_what_a_distrusted_key_signed_is_told_plainly(page: Page, stolen: str) -> None:
    said = told(page, stolen)
    assert "ลงนามด้วยกุญแจที่เลิกเชื่อถือแล้ว" in said
    assert "/certificates/check" in said
    assert "ละไม" not in said


def test_a_photograph_of_the_paper_is_read(page: Page, one: Certificate, tmp_path: Path) -> None:
    file = papers.certificate(one)
    assert reading.codes(file) == [issuing.address(one)]
    picture = tmp_path / "photo.png"
    with pypdfium2.PdfDocument(file) as document:
        whole = document[0].render(scale=4).to_pil()
    whole.crop((0, whole.height * 7 // 10, whole.width // 4, whole.height)).save(picture)
    page.get_by_label("หรือภาพถ่ายคิวอาร์").set_input_files(picture)
    expect(page.get_by_role("status")).to_contain_text("ละไม ตั้งใจ")


def test_a_scanned_address_leads_to_what_its_claim_proves(
    visitor: Open, demonstration: Demonstration
) -> None:
    known = demonstration.known
    page = visitor().new_page()
    page.goto(f"/certificates/{known['certificate']}#{known['claim']}")
    expect(page.get_by_role("heading", level=1)).to_have_text("ใบประกาศนี้ถูกต้อง")
    expect(page.get_by_role("status")).to_contain_text("ลายมือชื่อดิจิทัลในคิวอาร์ตรงกัน")
    page.goto("/certificates/check")
    head, body, mark = known["claim"].split(".")
    page.get_by_label("รหัส หรือข้อความในคิวอาร์").fill(
        f"{head}.{body}.{'B' if mark[0] == 'A' else 'A'}{mark[1:]}"
    )
    page.get_by_role("button", name="ตรวจ", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("ใบประกาศนี้ไม่ถูกต้อง")
