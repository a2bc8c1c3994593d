"""Before a completion rule changes, the organizer sees which agencies would gain or lose the course; afterwards, which did."""

import pytest

from portal.authoring import drafts
from portal.core.db import db
from tests import packs
from tests.organize.conftest import passes

PAGE = "/organize/courses/sample/rule"


def drafted(orn, cast, **rule) -> None:
    """A draft whose course.toml has another rule."""
    draft = drafts.begin("sample", cast.orn)
    body = packs.pack(**rule)["course.toml"]
    drafts.write(draft, "course.toml", body, version=drafts.version_of(draft, "course.toml"), by=cast.orn)
    db.session.commit()


def said(orn) -> list[list[str]]:
    return [
        [cell.get_text(" ", strip=True) for cell in row.select("th, td")]
        for row in orn.page.select("table.grid-table tbody tr")
    ]


@pytest.mark.both_databases
def test_a_draft_with_fewer_people_needed_says_who_would_gain(orn, cast, course):
    passes(cast.lamai, course, ["op", "c1"])
    drafted(orn, cast, members=1)
    assert orn.get(PAGE).status_code == 200
    assert said(orn) == [
        ["ก่อน รุ่นที่ 1", "2 คนต้องผ่านครบ", "OP · 1", "0"],
        ["หลัง ร่าง", "1 คนต้องผ่านครบ", "OP · 1", "1"],
    ]
    assert "ครบเพิ่ม 1 หน่วยงาน กรมตัวอย่าง" in orn.page.main
    assert "/organize/agencies/SAMPLE-DEPT" in orn.page.links()


def test_a_draft_with_more_people_needed_says_who_would_lose(orn, cast, course):
    for user in (cast.lamai, cast.mali):
        passes(user, course, ["op", "c1"])
    drafted(orn, cast, members=3)
    orn.get(PAGE)
    assert "หน่วยงานที่ครบจะเปลี่ยนจาก 1 เป็น 0" in orn.page.main
    assert "ไม่ครบอีกต่อไป 1 หน่วยงาน กรมตัวอย่าง" in orn.page.main


def test_an_edition_that_asked_for_another_part_says_what_it_changed(orn, cast, course):
    for user in (cast.lamai, cast.mali):
        passes(user, course, ["op", "c1"])
    packs.publish(packs.pack(published=("op", "c1", "c2"), coming=()))
    orn.get(PAGE)
    assert "นับจากข้อมูลวันนี้" in orn.page.main
    assert "เพิ่ม การวางแผนเชิงยุทธศาสตร์" in orn.page.main
    assert [row[-1] for row in said(orn)] == ["1", "0"]


def test_a_draft_that_leaves_the_rule_changes_nobody(orn, cast, course):
    drafted(orn, cast, title="ชื่อใหม่")
    orn.get(PAGE)
    assert "กติกาเหมือนเดิม" in orn.page.main


def test_the_first_edition_has_nothing_to_compare_and_odd_numbers_no_page(orn, cast, course):
    assert orn.get(PAGE).status_code == 200
    assert "ยังไม่มีกติกาอื่นให้เทียบ" in orn.page.main
    assert orn.get(PAGE + "?edition=99").status_code == 404
    assert orn.get("/organize/courses/none/rule").status_code == 404
    assert orn.sign_in(cast.mali).get(PAGE).status_code == 403
