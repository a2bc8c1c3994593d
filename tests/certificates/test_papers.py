"""The certificate on paper: one page, whatever the name, that people and cameras read."""

from collections.abc import Callable

import pytest

from portal.certificates import claims, issuing, keys, papers
from portal.certificates.models import Certificate, CertificateKind
from portal.core import i18n, pdf
from portal.core.db import db
from tests import packs
from tests.cast import Cast
from tests.core import papers as reading

NAMES = (
    "มะลิ",
    "ผู้ช่วยศาสตราจารย์ ดร. พลตำรวจตรีหญิง ณัฏฐ์ชุดาวรรณพิมพ์ชนก วิศิษฏ์สรอรรถเทพหัสดินทร์กุลวัฒนานุสรณ์ชัยพฤกษ์",
    "น้ำฝน" * 40,
    "Wolfeschlegelsteinhausenbergerdorff" * 5,
    "สมศรี🙂 ใจดี",
    "ปู" + "่" * 198,
)


def lines(file: bytes) -> str:
    (page,) = reading.read(file)
    return "\n".join(page)


def test_it_says_who_for_what_when_and_how_to_check_it(cast: Cast, issue: Callable[..., Certificate]) -> None:
    packs.publish()
    one = issue(cast.lamai)
    said = lines(papers.certificate(one))
    for part in (
        "ประกาศนียบัตร",
        "ละไม ตั้งใจ",
        "กรมตัวอย่าง",
        "หลักสูตรตัวอย่าง",
        "ผ่านแบบทดสอบครบ 2 ส่วน",
        "OP",
        "ให้ไว้ ณ วันที่ 13 กุมภาพันธ์ พุทธศักราช 2566",
        issuing.shown(one.code),
        "localhost/certificates/check",
        one.key.kid,
    ):
        assert part in said


def test_a_camera_finds_the_signed_claim_in_it(cast: Cast, issue: Callable[..., Certificate]) -> None:
    one = issue(cast.lamai)
    (read,) = reading.codes(papers.certificate(one))
    assert read == issuing.address(one)
    assert claims.opened(read, public_keys=keys.public_keys())[0].holder == "ละไม ตั้งใจ"


@pytest.mark.parametrize("name", NAMES)
def test_any_name_stays_on_its_page(cast: Cast, issue: Callable[..., Certificate], name: str) -> None:
    cast.lamai.name = name
    file = papers.certificate(issue(cast.lamai))
    left, top, right, bottom = reading.ink(file)
    assert (left, top) == pytest.approx((14, 14), abs=0.5)
    assert (right, bottom) == pytest.approx((297 - 14, 210 - 14), abs=1)
    written = "".join(lines(file).split())
    if name in NAMES[:4]:
        assert "".join(name.split())[:60] in written
    else:
        assert name[:2] in written


def test_of_a_workshop_it_says_what_was_attended(cast: Cast, issue: Callable[..., Certificate]) -> None:
    facts = {"attended": 2, "sessions": 3}
    said = lines(
        papers.certificate(issue(cast.wit, kind=CertificateKind.WORKSHOP, facts=facts, agency_id=None))
    )
    assert "ได้เข้ารับการอบรม" in said
    assert "เข้าร่วม 2 จาก 3 ช่วง" in said


def test_in_english_the_year_is_of_the_common_era(cast: Cast, issue: Callable[..., Certificate], app) -> None:
    one = issue(cast.lamai)
    with app.test_request_context(), i18n.in_language("en"):
        said = lines(papers.certificate(one))
    for part in ("A sample course", "13 February 2023", "The report-writing classroom", "ละไม ตั้งใจ"):
        assert part in said


def test_names_are_those_of_the_day_of_issue(cast: Cast, issue: Callable[..., Certificate]) -> None:
    one = issue(cast.lamai)
    cast.lamai.name, cast.agency.name_th = "ชื่อใหม่", "กรมชื่อใหม่"
    db.session.commit()
    said = lines(papers.certificate(one))
    assert "ละไม ตั้งใจ" in said
    assert "ใหม่" not in said


def test_what_no_code_holds_leads_to_its_page(cast: Cast, issue: Callable[..., Certificate]) -> None:
    one = issue(cast.lamai)
    one.claim = "x" * pdf.L
    assert reading.codes(papers.certificate(one)) == [f"http://localhost/certificates/{one.code}"]
