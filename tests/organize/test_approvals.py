"""Who waits until somebody says that they belong to their agency, as an organizer sees it: everybody, oldest first."""

from datetime import timedelta

from portal.accounts import approvals
from portal.core import clock
from portal.core.db import db
from tests import cast as people


def waiting(client) -> list[str]:
    return [name.get_text() for name in client.page.select("main ul.lines li b")]


def test_when_nobody_waits_the_page_says_so(orn):
    assert orn.get("/organize/approvals").status_code == 200
    assert "ไม่มีใครรออยู่" in orn.page.main


def test_people_of_all_agencies_stand_here_the_longest_wait_first(orn, cast):
    late = people.person("late@mail.example", "วันเพ็ญ มาใหม่", agency=cast.agency, approved=False)
    early = people.person("early@mail.example", "สมหมาย ย้ายมา", agency=cast.province, approved=False)
    early.confirmed_at, late.position = clock.now() - timedelta(days=1), "นักวิชาการ"
    unconfirmed = people.person("u@mail.example", "คน ยังไม่ยืนยัน", agency=cast.agency, approved=False)
    unconfirmed.confirmed_at = None
    declined = people.person("d@mail.example", "คน ถูกปฏิเสธ", agency=cast.agency, approved=False)
    declined.declined_at = clock.now()
    orn.get("/organize/approvals")
    assert waiting(orn) == ["สมหมาย ย้ายมา", "วันเพ็ญ มาใหม่"]
    for words in ("นักวิชาการ", "กรมตัวอย่าง", "จังหวัดสมมติ", "late@mail.example"):
        assert words in orn.page.main


def test_an_organizer_approves_and_comes_back_to_the_list(orn, cast):
    first = people.person("a@mail.example", "วันเพ็ญ มาใหม่", agency=cast.agency, approved=False)
    people.person("b@mail.example", "สมหมาย ย้ายมา", agency=cast.province, approved=False)
    orn.get("/organize/approvals")
    orn.follow(orn.submit(f"/people/{first.code}/approve"))
    assert orn.page.h1 == "รอการยืนยัน"
    assert orn.page.flashes == ["ยืนยันสังกัดของ วันเพ็ญ มาใหม่ แล้ว"]
    assert waiting(orn) == ["สมหมาย ย้ายมา"]
    assert first.is_approved


def test_an_organizer_declines_and_comes_back_to_the_list(orn, cast):
    person = people.person("a@mail.example", "วันเพ็ญ มาใหม่", agency=cast.agency, approved=False)
    orn.get("/organize/approvals")
    orn.follow(orn.submit(f"/people/{person.code}/decline"))
    assert waiting(orn) == []
    assert person.declined_at is not None


def test_who_was_decided_on_meanwhile_is_told(orn, cast):
    person = people.person("a@mail.example", "วันเพ็ญ มาใหม่", agency=cast.agency, approved=False)
    orn.get("/organize/approvals")
    approvals.approve(person, by=cast.mali)
    db.session.commit()
    orn.follow(orn.submit(f"/people/{person.code}/decline"))
    assert orn.page.flashes == ["คำขอนี้มีผู้ตัดสินใจแล้ว"]
    assert person.is_approved


def test_thirty_people_cost_no_more_queries_than_one_and_nothing_is_written(
    orn, cast, make_agencies, queries
):
    people.person("one@mail.example", "คน แรก", agency=cast.agency, approved=False)
    orn.get("/organize/approvals")
    with queries() as few:
        orn.get("/organize/approvals")
    for number, agency in enumerate(make_agencies(30)):
        people.person(f"w{number}@mail.example", f"คน ที่{number}", agency=agency, approved=False)
    with queries() as many:
        orn.get("/organize/approvals")
    assert len(waiting(orn)) == 31
    assert len(many) == len(few) <= 4
    assert all(statement.startswith("SELECT") for statement in many)


def test_it_is_for_organizers_only(client, cast):
    assert client.get("/organize/approvals").headers["Location"].startswith("/sign-in?next=")
    assert client.sign_in(cast.mali).get("/organize/approvals").status_code == 403
