"""A story: ละไม reads, finishes her lessons, fails the quiz, reads again and passes, and กรมตัวอย่าง is one part further."""

from datetime import date

import pytest

from config import ROOT
from portal.core.db import db
from portal.courses import catalog, loading
from portal.courses.course import Course
from portal.learning import attempts, coverage
from portal.learning.models import Attempt
from tests import packs
from tests.learning.taking import answers, fields


@pytest.fixture
def pmqa40(app) -> Course:
    """The real course, as its files in content/ tell it."""
    with packs.read_once():
        loading.load_folder(ROOT / "content")
        db.session.commit()
        course = catalog.course("pmqa40")
    assert course is not None
    return course


def answer(client, *, mistakes: int) -> Attempt:
    """Answer question after question as the page asks them, up to the review."""
    attempt = db.session.query(Attempt).filter(Attempt.submitted_at.is_(None)).one()
    given = answers(attempt, mistakes=mistakes)
    for asked in attempts.paper_of(attempt):
        assert f"ข้อ {asked.number}" in client.page.h1
        client.follow(client.submit(**fields(asked, given[asked.question.id]), button=("go", "next")))
    assert "ตอบครบทุกข้อแล้ว" in client.page.main
    return attempt


def test_lamai_learns_and_her_agency_covers_one_part_more(client, cast, pmqa40, clock_at):
    op = pmqa40.required_modules[0]
    lesson = f"/learn/pmqa40/{op.code}/{op.lessons[0].slug}"

    # She reads without an account, and is led back to her lesson after signing in.
    client.get("/learn/pmqa40")
    assert lesson in client.page.links()
    client.get(lesson)
    assert f"/sign-in?next={lesson}" in client.page.links()

    # Signed in, she finishes lesson after lesson and arrives at the quiz.
    client.sign_in(cast.lamai).get(lesson)
    for _lesson in op.lessons:
        client.follow(client.submit("/finished"))
    assert client.page.h1 == op.quiz.title_th
    client.get("/learn/pmqa40")
    assert "เหลือแบบทดสอบ" in client.page.one(".panel").get_text()

    # The first go fails: too many mistakes, each explained.
    client.get(f"/learn/pmqa40/{op.code}/quiz")
    client.follow(client.submit("/attempts"))
    answer(client, mistakes=5)
    client.follow(client.submit("/submission"))
    assert client.page.h1 == "ยังไม่ผ่าน"
    explained = [one for one in client.page.select("article") if not one.select("a[href*='/writing/']")]
    assert len(explained) == 5
    assert not coverage.of_agency(cast.agency.id, pmqa40).covers

    # The next day she goes back to a lesson from there, begins again, closes the browser in between, and passes.
    clock_at("2023-02-14T10:00:00+07:00")
    client.follow(client.submit("/quiz/attempts"))
    client.submit(button=("go", "next"))
    client.sign_in(cast.lamai).get(f"/learn/pmqa40/{op.code}/quiz")
    client.get(str(client.page.one(".panel a")["href"]))
    attempt = answer(client, mistakes=1)
    client.follow(client.submit("/submission"))
    assert client.page.h1 == "ผ่านแล้ว"
    assert "ครั้งที่ 2" in client.page.main

    # Her agency covers the part from that day on; another one does not, and yesterday it did not.
    db.session.refresh(attempt)
    covered = coverage.of_agency(cast.agency.id, pmqa40)
    assert {code: (cover.people, cover.first_at) for code, cover in covered.covers.items()} == {
        op.code: (1, attempt.submitted_at)
    }
    assert [module.code for module in covered.missing] == [f"c{number}" for number in range(1, 8)]
    assert (covered.people_complete, covered.is_complete) == (0, False)
    assert not coverage.of_agency(cast.province.id, pmqa40).covers
    yesterday = coverage.end_of(date(2023, 2, 13))
    assert not coverage.of_agency(cast.agency.id, pmqa40, as_of=yesterday).covers

    # Nobody else sees her attempt.
    assert client.sign_in(cast.sakda).get(f"/attempts/{attempt.code}/result").status_code == 404


def test_the_coordinator_and_the_organizer_see_it(client, cast, pmqa40):
    op = pmqa40.required_modules[0]
    client.sign_in(cast.lamai).get(f"/learn/pmqa40/{op.code}/quiz")
    client.follow(client.submit("/attempts"))
    answer(client, mistakes=0)
    client.submit("/submission")
    assert client.sign_in(cast.mali).get("/agency").status_code == 200
    assert "ละไม ตั้งใจ" in client.page.main
    assert client.page.select(".strip .is-passed")
    assert client.sign_in(cast.orn).get("/organize/coverage").status_code == 200
    [row] = [row for row in client.page.select("tr") if "กรมตัวอย่าง" in row.get_text()]
    assert "1" in [cell.get_text(strip=True) for cell in row.select("td")]
