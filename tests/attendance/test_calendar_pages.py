"""The pages where calendars are subscribed to and attendance is fetched as of a day: a person's, an agency's, a workshop's, and the choice of an organizer."""

import pytest

from portal.attendance import feeds
from portal.core.db import db
from portal.participation import registration
from tests.attendance.test_calendars import events
from tests.participation.conftest import passed
from tests.rows import once

DESK = "/organize/workshops/pmqa40-2566"
PAGES = {"lamai": "/calendar", "mali": "/agency/calendar", "orn": f"{DESK}/calendar"}


@pytest.fixture
@once
def workshop(make_workshop, cast):
    workshop = make_workshop()
    registration.register(workshop, user=cast.lamai)
    db.session.commit()
    return workshop


@pytest.mark.parametrize("who", list(PAGES))
class TestSubscribing:
    def test_the_page_makes_an_address_shows_it_changes_it_and_ends_it(
        self, client, workshop, cast, queries, who
    ):
        page = PAGES[who]
        client.sign_in(getattr(cast, who))
        with queries() as statements:
            client.get(page)
        assert all(statement.startswith("SELECT") for statement in statements)
        assert client.page.select("#address") == []
        client.follow(client.submit(f"{page}/rotate"))
        assert client.page.flashes == ["สร้างที่อยู่ปฏิทินแล้ว"]
        first = client.page.one("#address")["value"]
        assert first.startswith("http://localhost/calendar/")
        client.follow(client.submit(f"{page}/rotate"))
        second = client.page.one("#address")["value"]
        assert client.page.flashes == ["เปลี่ยนที่อยู่ปฏิทินแล้ว ที่อยู่เดิมใช้ไม่ได้อีก"]
        assert client.get(first.removeprefix("http://localhost")).status_code == 404
        assert client.get(second.removeprefix("http://localhost")).status_code == 200
        client.get(page)
        client.follow(client.submit(f"{page}/end"))
        assert client.page.select("#address") == []
        assert client.get(second.removeprefix("http://localhost")).status_code == 404

    def test_it_explains_the_three_usual_programs_in_thai(self, client, workshop, cast, who):
        client.sign_in(getattr(cast, who)).get(PAGES[who])
        assert [head.get_text() for head in client.page.select("#h-how ~ article h3")] == [
            "Google",
            "Outlook",
            "Apple",
        ]
        for words in ("จาก URL", "สมัครใช้งานจากเว็บ", "การสมัครรับปฏิทินใหม่"):
            assert words in client.page.main

    def test_one_tap_opens_it_in_the_calendar_of_the_device(self, client, workshop, cast, who):
        client.sign_in(getattr(cast, who)).get(PAGES[who])
        client.follow(client.submit(f"{PAGES[who]}/rotate"))
        address = str(client.page.one("#address")["value"])
        assert address.replace("http:", "webcal:") in client.page.links()

    def test_without_the_token_nothing_changes(self, client, workshop, cast, who):
        client.sign_in(getattr(cast, who))
        for act in ("rotate", "end"):
            assert client.post(f"{PAGES[who]}/{act}").status_code == 400

    def test_it_is_for_who_is_signed_in(self, client, workshop, who):
        assert client.get(PAGES[who]).status_code == 303
        assert client.post(f"{PAGES[who]}/rotate").status_code in (400, 401)


def test_an_unknown_workshop_has_no_calendar(client, cast):
    client.sign_in(cast.orn)
    for path in ("calendar", "attendance.ics"):
        assert client.get(f"/organize/workshops/none/{path}").status_code == 404


def test_a_coordinator_without_agency_and_others_get_no_agency_calendar(client, workshop, cast):
    for who in (cast.lamai, cast.sakda, cast.orn, cast.wit):
        client.sign_in(who)
        assert client.get("/agency/calendar").status_code == 403
        assert client.get("/agency/attendance.ics").status_code == 403


def test_one_agencys_coordinator_never_sees_another_agencys_people(client, workshop, cast, track):
    passed(cast.province, track)
    registration.register(workshop, user=cast.sakda)
    db.session.commit()
    client.sign_in(cast.mali)
    body = client.get("/agency/attendance.ics").get_data(as_text=True)
    assert "lamai" in body
    assert "sakda" not in body


FILES = {
    "mali": "/agency/attendance.ics",
    "orn": f"{DESK}/attendance.ics",
}
CHOICES = ["workshop:pmqa40-2566", "agency:SAMPLE-DEPT", "cohort:2566:pmqa40"]


@pytest.mark.parametrize("who", list(FILES))
class TestAsOf:
    @pytest.mark.parametrize(
        "typed", ["20/2/2566", "๒๐ กุมภาพันธ์ ๒๕๖๖", "20 ก.พ. 2566", "2023-02-20", " 20-2-2566 "]
    )
    def test_a_day_is_read_in_every_way_people_write_it(self, client, workshop, cast, clock_at, who, typed):
        clock_at("2023-02-25T09:00:00+07:00")
        answer = client.sign_in(getattr(cast, who)).get(FILES[who], query_string={"as_of": typed})
        assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
        assert "2023-02-20.ics" in answer.headers["Content-Disposition"]
        assert "ณ วันที่ 20 กุมภาพันธ์ 2566".encode() in answer.data.replace(b"\r\n ", b"")
        assert len(events(answer.data)) == 2

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("เมื่อวาน", "อ่านวันที่ “เมื่อวาน” ไม่ได้"),
            ("20/2/66", "เขียนปีให้ครบสี่หลัก"),
            ("31/2/2566", "ไม่มีวันที่ 31 ในเดือนนี้"),
            ("๒๐/๒/๒๓๐๐", "ไม่ชัดว่าเป็น พ.ศ. หรือ ค.ศ."),
            ("20/2/2567", "วันที่ 20 กุมภาพันธ์ 2567 ยังมาไม่ถึง"),
            ("x" * 5000, "อ่านวันที่"),
            ("<script>", "อ่านวันที่ “<script>” ไม่ได้"),
        ],
    )
    def test_a_wrong_day_is_told_beside_the_field_and_stays_there(
        self, client, workshop, cast, who, typed, said
    ):
        answer = client.sign_in(getattr(cast, who)).get(FILES[who], query_string={"as_of": typed})
        assert answer.status_code == 422
        [error] = client.page.errors
        assert said in error
        assert client.page.one("#as_of")["value"] == typed[:60]

    def test_without_a_day_it_is_now(self, client, workshop, cast, who):
        answer = client.sign_in(getattr(cast, who)).get(FILES[who], query_string={"as_of": ""})
        assert answer.status_code == 200
        assert "ณ วันที่".encode() not in answer.data.replace(b"\r\n ", b"")
        assert "attachment" in answer.headers["Content-Disposition"]

    def test_the_form_of_the_page_fetches_it(self, client, workshop, cast, who):
        client.sign_in(getattr(cast, who)).get(PAGES[who])
        answer = client.submit(FILES[who], as_of="13/2/2566")
        assert answer.status_code == 200
        assert "2023-02-13.ics" in answer.headers["Content-Disposition"]


class TestChoice:
    @pytest.mark.parametrize("of", CHOICES)
    def test_a_workshop_an_agency_or_a_cohort_as_of_a_day(self, client, workshop, cast, of):
        client.sign_in(cast.orn).get("/organize/attendance")
        answer = client.submit("/organize/attendance.ics", of=of, as_of="13 ก.พ. 2566")
        assert answer.status_code == 200
        assert len(events(answer.data)) == 2
        assert b"lamai@demo.example" in answer.data

    def test_the_page_offers_each_of_them(self, client, workshop, cast):
        client.sign_in(cast.orn).get("/organize/attendance")
        assert [str(one["value"]) for one in client.page.select("#of option")] == [
            CHOICES[0],
            CHOICES[2],
            CHOICES[1],
        ]

    def test_a_wrong_day_keeps_what_was_chosen(self, client, workshop, cast):
        client.sign_in(cast.orn)
        answer = client.get("/organize/attendance.ics", query_string={"of": CHOICES[1], "as_of": "31/2/2566"})
        assert answer.status_code == 422
        assert client.page.one("#of option[selected]")["value"] == CHOICES[1]
        assert "ไม่มีวันที่ 31 ในเดือนนี้" in client.page.errors[0]

    @pytest.mark.parametrize(
        "of",
        [
            "",
            "x",
            "workshop:",
            "workshop:none",
            "agency:none",
            "cohort:2566:none",
            "cohort:๒๕๖๖:pmqa40",
            "cohort:x",
        ],
    )
    def test_what_is_not_there_is_404(self, client, workshop, cast, of):
        client.sign_in(cast.orn)
        assert client.get("/organize/attendance.ics", query_string={"of": of}).status_code == 404

    def test_it_is_for_organizers(self, client, workshop, cast):
        for who in (cast.mali, cast.lamai):
            client.sign_in(who)
            for path in ("/organize/attendance", "/organize/attendance.ics", PAGES["orn"], FILES["orn"]):
                assert client.get(path).status_code == 403

    def test_as_many_queries_for_one_workshop_as_for_six(
        self, client, workshop, make_workshop, cast, queries
    ):
        client.sign_in(cast.orn)
        with queries() as few:
            client.get("/organize/attendance")
        for at in range(5):
            make_workshop(code=f"more-{at}")
        with queries() as many:
            client.get("/organize/attendance")
        assert len(many) == len(few)


def test_a_feed_of_one_subject_says_nothing_of_another(client, workshop, cast):
    """Mali's own feed holds her own seats, not those of her agency."""
    feed = feeds.rotate(cast.mali)
    db.session.commit()
    assert events(client.get(f"/calendar/{feed.secret}.ics").data) == {}
