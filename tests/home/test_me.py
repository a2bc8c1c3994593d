"""One person's page: seats, learning, and the one thing to do next, derived from facts."""

import pytest

from portal.core import clock
from portal.core.db import db
from portal.courses.course import Course
from portal.learning import attempts, progress
from portal.participation import registration, tickets
from portal.programme.models import WorkshopStatus
from tests import packs
from tests.home.conftest import CLOSES, OPENS, let_in
from tests.learning.taking import answers, take


@pytest.fixture
def me(client, cast):
    """me() — what is next on ละไม's page, title and reason, or None."""

    def read() -> str | None:
        client.sign_in(cast.lamai)
        assert client.get("/me").status_code == 200
        words = client.page.select(".next h2, .next h2 + p")
        return " ".join(one.get_text() for one in words) or None

    return read


def goal(client) -> str:
    return str(client.page.one(".next a")["href"])


def read_through(user, course: Course, code: str) -> None:
    module = course.module(code)
    assert module is not None
    for lesson in module.lessons:
        progress.finish(user, course, module, lesson)
    db.session.commit()


# --- what is next: one test for each way out


def test_who_waits_for_approval_may_read_meanwhile(client, me, cast, offered, course):
    cast.lamai.approved_at = None
    words = me()
    assert "อ่านบทเรียนระหว่างรอการยืนยัน" in words
    assert "จะยืนยันว่าคุณอยู่ในหน่วยงานนี้" in words
    assert goal(client) == "/learn"


def test_who_was_declined_is_told_whom_to_ask(me, cast):
    cast.lamai.approved_at, cast.lamai.declined_at = None, clock.now()
    assert "ติดต่อผู้ประสานงานหรือผู้จัด" in me()


def test_a_quiz_that_was_begun_comes_first(client, me, cast, offered, course):
    let_in(cast.agency, "pmqa40")
    attempt = attempts.start(cast.lamai, course, course.module("op"))
    assert "ทำแบบทดสอบต่อ ลักษณะสำคัญขององค์การ คำตอบที่บันทึกแล้วยังอยู่ครบ" in me()
    assert goal(client) == f"/attempts/{attempt.code}"


def test_a_submitted_quiz_is_not_begun_any_more(me, cast, course):
    take(cast.lamai, course, "op", mistakes=4)
    assert "ทำแบบทดสอบต่อ" not in me()


def test_a_seat_one_may_have_comes_before_reading(client, me, cast, offered, course):
    let_in(cast.agency, "excellent")
    assert "จองที่นั่งในงานอบรม รางวัลคุณภาพการบริหารจัดการภาครัฐ ระดับดีเด่นและรายหมวด" in me()
    assert goal(client) == f"/workshops/{offered[1].code}"


@pytest.mark.parametrize(
    "change",
    [
        {"registration_closes_at": OPENS},
        {"registration_opens_at": CLOSES, "registration_closes_at": None},
        {"registration_opens_at": None, "registration_closes_at": None},
        {"status": WorkshopStatus.CANCELLED},
        {"status": WorkshopStatus.DRAFT},
    ],
    ids=["closed", "not yet open", "not announced", "cancelled", "draft"],
)
def test_a_workshop_that_takes_nobody_is_not_next(me, cast, offered, course, change):
    let_in(cast.agency, "pmqa40", "excellent")
    for workshop in offered:
        for name, value in change.items():
            setattr(workshop, name, value)
    db.session.commit()
    assert "จองที่นั่ง" not in me()


def test_an_agency_without_a_passed_entry_reads(me, cast, offered, course):
    assert "จองที่นั่ง" not in me()


def test_who_has_a_seat_reads_whatever_else_is_open(me, cast, offered, course):
    let_in(cast.agency, "pmqa40", "excellent")
    registration.register(offered[0], user=cast.lamai)
    assert "บท op l1 ลักษณะสำคัญขององค์การ · อ่านราว 6 นาที" in me()


@pytest.mark.parametrize(
    ("moment", "change", "is_shown"),
    [
        ("2023-02-19T12:00:00+07:00", None, False),
        ("2023-02-20T06:00:00+07:00", None, True),
        ("2023-02-21T20:00:00+07:00", None, True),
        ("2023-02-22T06:00:00+07:00", None, False),
        ("2023-02-20T06:00:00+07:00", "session", False),
        ("2023-02-20T06:00:00+07:00", "workshop", False),
    ],
)
def test_on_the_day_of_a_session_the_ticket_takes_the_place_of_what_is_next(
    client, me, cast, offered, course, clock_at, moment, change, is_shown
):
    let_in(cast.agency, "pmqa40")
    seat = registration.register(offered[0], user=cast.lamai)
    if change == "session":
        seat.workshop.sessions[0].is_cancelled = True
    elif change == "workshop":
        seat.workshop.status = WorkshopStatus.CANCELLED
    db.session.commit()
    clock_at(moment)
    assert (me() is None) is is_shown
    shown = [code.get_text() for code in client.page.select(".ticket .code")]
    assert shown == ([tickets.shown(seat.ticket)] if is_shown else [])
    assert bool(client.page.select(".ticket svg.qr")) is is_shown


def test_who_waits_in_one_queue_may_take_a_seat_elsewhere_but_is_not_sent_there_twice(
    client, me, cast, offered, course
):
    let_in(cast.agency, "pmqa40", "excellent")
    offered[0].capacity = 0
    registration.register(offered[0], user=cast.lamai)
    db.session.commit()
    me()
    assert goal(client) == f"/workshops/{offered[1].code}"
    offered[1].capacity = 0
    registration.register(offered[1], user=cast.lamai)
    db.session.commit()
    assert "จองที่นั่ง" not in me()


def test_a_seat_that_was_given_back_may_be_taken_again(client, me, cast, offered, course):
    let_in(cast.agency, "pmqa40")
    seat = registration.register(offered[0], user=cast.lamai)
    registration.cancel(seat, by=cast.lamai)
    me()
    assert goal(client) == f"/workshops/{offered[0].code}"


def test_the_first_lesson_that_is_not_finished_is_next(client, me, cast, course):
    assert "บท op l1" in me()
    assert goal(client) == "/learn/sample/op/l1"
    progress.finish(cast.lamai, course, course.module("op"), course.module("op").lessons[0])
    assert "บท op l2" in me()


def test_a_part_read_through_has_its_quiz_next(client, me, cast, course):
    read_through(cast.lamai, course, "op")
    assert "ทำแบบทดสอบ ลักษณะสำคัญขององค์การ" in me()
    assert goal(client) == "/learn/sample/op/quiz"


def test_a_part_that_is_passed_is_behind_even_unread(me, cast, course):
    take(cast.lamai, course, "op")
    assert "บท c1 l1" in me()


def test_the_course_that_was_begun_comes_before_the_others(me, cast, course):
    second = packs.publish(packs.pack(title="อีกหลักสูตร", published=("op",)), code="zweite")
    take(cast.lamai, second, "op", mistakes=4)
    assert "บท op l1" in me()
    read_through(cast.lamai, second, "op")
    assert "ทำแบบทดสอบ ลักษณะสำคัญขององค์การ" in me()


def test_the_course_of_the_award_one_has_a_seat_for_comes_first(client, me, cast, offered, course):
    text = packs.pack(title="อีกรางวัล")
    text["course.toml"] = text["course.toml"].replace(b'"pmqa40"', b'"excellent"')
    packs.publish(text, code="zweite")
    let_in(cast.agency, "excellent")
    registration.register(offered[1], user=cast.lamai)
    me()
    assert goal(client) == "/learn/zweite/op/l1"


def test_when_everything_is_passed_nothing_is_next(client, me, cast, course):
    packs.publish(packs.pack(title="อีกหลักสูตร"), code="zweite")
    for module in ("op", "c1"):
        take(cast.lamai, course, module)
    assert me() is None
    assert "2/2 ส่วนที่เปิดแล้วและผ่าน" in client.page.text


def test_before_there_is_anything_to_do_nothing_is_next(me):
    assert me() is None


# --- the page


def test_the_page_shows_seats_places_in_the_queue_and_progress(client, cast, offered, course):
    let_in(cast.agency, "pmqa40", "excellent")
    full = offered[1]
    full.capacity = 1
    registration.register(full, user=cast.mali)
    registration.register(full, user=cast.lamai)
    registration.register(offered[0], user=cast.lamai)
    take(cast.lamai, course, "op")
    db.session.commit()
    assert client.sign_in(cast.lamai).get("/me").status_code == 200
    assert client.page.h1 == "ละไม ตั้งใจ"
    seat, queue = [
        article.get_text(" ", strip=True)
        for article in client.page.select("#h-workshops")[0].find_parent("section").select("article")
    ]
    assert "ได้ที่นั่งแล้ว" in seat
    assert "สถานที่" in seat
    assert "อยู่ในคิว ลำดับที่ 1" in queue
    strip = [cell.get_text(" ", strip=True) for cell in client.page.select(".strip li")]
    assert strip == [
        "OP ลักษณะสำคัญขององค์การ ผ่านแล้ว",
        "1 การนำองค์การ ยังไม่เริ่ม",
        "2 การวางแผนเชิงยุทธศาสตร์ ยังไม่เปิด",
    ]


def test_an_empty_page_names_the_first_steps(client, cast):
    client.sign_in(cast.sakda).get("/me")
    assert "ยังไม่ได้จองที่นั่ง" in client.page.main
    assert "ยังไม่มีบทเรียน" in client.page.main
    assert "/workshops" in client.page.links()


@pytest.mark.parametrize("name", ["orn", "wit"])
def test_who_works_for_no_agency_has_a_page_too(client, cast, offered, course, name):
    assert client.sign_in(getattr(cast, name)).get("/me").status_code == 200
    assert "ไม่สังกัดหน่วยงานในระบบ" in client.page.main


def test_a_visitor_signs_in_first_and_comes_back(client):
    response = client.get("/me")
    assert (response.status_code, response.headers["Location"]) == (303, "/sign-in?next=/me")


def test_nobody_sees_anything_of_others(client, cast, offered, course):
    let_in(cast.agency, "pmqa40")
    registration.register(offered[0], user=cast.mali)
    take(cast.mali, course, "op")
    db.session.commit()
    client.sign_in(cast.lamai).get("/me")
    assert "มะลิ" not in client.page.text
    assert "ได้ที่นั่งแล้ว" not in client.page.main
    assert "ผ่านแล้ว" not in [cell.get_text() for cell in client.page.select(".strip .vh")]


def test_a_quiz_of_an_older_edition_is_gone_on_with(client, me, cast, course):
    attempt = attempts.start(cast.lamai, course, course.module("op"))
    attempts.save(attempt, seq=0, answers=answers(attempt))
    packs.publish(packs.pack(title="ฉบับใหม่", published=("c1",), coming=("c2",)))
    assert "ทำแบบทดสอบต่อ ลักษณะสำคัญขององค์การ" in me()
    assert client.get(goal(client)).status_code == 200


def test_reading_writes_nothing_and_asks_at_most_ten_questions(
    app, client, cast, offered, course, queries, monkeypatch
):
    monkeypatch.setitem(app.config, "PAGE_CACHE_SECONDS", 600)
    monkeypatch.setitem(app.config, "CATALOG_SECONDS", 600)
    let_in(cast.agency, "excellent")
    client.sign_in(cast.lamai).get("/me")
    with queries() as statements:
        client.get("/me")
    assert all(statement.startswith("SELECT") for statement in statements)
    assert len(statements) <= 10, "\n".join(statements)


def test_the_person_s_whole_history_costs_no_more_queries(
    app, client, cast, offered, course, queries, monkeypatch
):
    monkeypatch.setitem(app.config, "PAGE_CACHE_SECONDS", 600)
    monkeypatch.setitem(app.config, "CATALOG_SECONDS", 600)
    let_in(cast.agency, "pmqa40", "excellent")
    registration.register(offered[0], user=cast.lamai)
    client.sign_in(cast.lamai).get("/me")
    with queries() as few:
        client.get("/me")
    registration.register(offered[1], user=cast.lamai)
    for _ in range(15):
        take(cast.lamai, course, "op", mistakes=4)
    with queries() as many:
        client.get("/me")
    assert len(many) == len(few) <= 8
