"""Saving a page of marks: what changed and nothing else."""

import pytest
from sqlalchemy import select

from portal.attendance import roll
from portal.core.db import db
from portal.participation import registration
from portal.participation.models import AttendanceMark, AttendanceState
from tests.rows import once

ROSTER = "/organize/workshops/pmqa40-2566/roster"
URL = f"{ROSTER}/day1"


@pytest.fixture
@once
def three(make_workshop, make_people):
    workshop = make_workshop(capacity=3)
    rows = [registration.register(workshop, user=person) for person in make_people(4)]
    db.session.commit()
    return workshop, rows


def marks():
    db.session.expire_all()
    noted = db.session.scalars(select(AttendanceMark).order_by(AttendanceMark.id))
    return [(mark.registration_id, mark.state.value, mark.how, mark.by_id) for mark in noted]


def test_one_button_saves_what_changed_and_who_noted_it(client, three, cast):
    _, rows = three
    client.sign_in(cast.orn).get(ROSTER)
    answer = client.submit(URL, **{f"{rows[0].code}.": "attended", f"{rows[1].code}.": "excused"})
    assert answer.status_code == 303
    client.follow(answer)
    assert client.page.flashes == ["บันทึกการเข้าอบรมแล้ว 2 คน"]
    assert sorted(marks()) == sorted(
        [(rows[0].id, "attended", "roster", cast.orn.id), (rows[1].id, "excused", "roster", cast.orn.id)]
    )
    assert [option["value"] for option in client.page.select("tbody option[selected]")] == [
        "attended",
        "excused",
    ]
    assert [choice["name"] for choice in client.page.select("tbody select")] == [
        f"{rows[0].code}.attended",
        f"{rows[1].code}.excused",
        f"{rows[2].code}.",
    ]


def test_saving_an_untouched_page_notes_nothing(client, three, cast):
    client.sign_in(cast.orn).get(ROSTER)
    client.follow(client.submit(URL))
    assert client.page.flashes == ["ไม่มีอะไรเปลี่ยน"]
    assert marks() == []


def test_an_old_page_does_not_take_back_what_a_colleague_noted(client, three, cast):
    workshop, rows = three
    client.sign_in(cast.orn).get(ROSTER)
    roll.mark(rows[0], workshop.sessions[0], state=AttendanceState.EXCUSED, by=None, how="door")
    client.submit(URL, **{f"{rows[1].code}.": "attended"})
    assert [(mark[0], mark[1]) for mark in marks()] == [(rows[0].id, "excused"), (rows[1].id, "attended")]


def test_a_correction_is_a_new_mark(client, three, cast):
    _, rows = three
    client.sign_in(cast.orn).get(ROSTER)
    client.follow(client.submit(URL, **{f"{rows[0].code}.": "attended"}))
    client.submit(URL, why="ชื่อซ้ำกัน", **{f"{rows[0].code}.attended": "no_show"})
    assert [mark[1] for mark in marks()] == ["attended", "no_show"]
    assert db.session.scalars(select(AttendanceMark.why).order_by(AttendanceMark.id)).all() == ["", "ชื่อซ้ำกัน"]


def test_a_correction_without_a_reason_stops_the_page_and_what_was_chosen_stays(client, three, cast):
    _, rows = three
    client.sign_in(cast.orn).get(ROSTER)
    assert "เหตุผลที่แก้" not in client.page.main
    client.follow(client.submit(URL, **{f"{rows[0].code}.": "attended"}))
    answer = client.submit(
        URL, why="  ", **{f"{rows[0].code}.attended": "excused", f"{rows[1].code}.": "partial"}
    )
    assert answer.status_code == 422
    assert rows[0].user.name in client.page.errors[0]
    chosen = {s["name"]: s.select_one("option[selected]") for s in client.page.select("tbody select")}
    assert chosen[f"{rows[0].code}.attended"]["value"] == "excused"
    assert chosen[f"{rows[1].code}."]["value"] == "partial"
    assert [mark[1] for mark in marks()] == ["attended"]


def test_a_mark_is_taken_back_and_the_person_counts_as_not_marked(client, three, cast):
    _, rows = three
    client.sign_in(cast.orn).get(ROSTER)
    assert not client.page.select("option[value=withdrawn]")
    client.follow(client.submit(URL, **{f"{rows[0].code}.": "attended"}))
    client.follow(client.submit(URL, why="กดผิดคน", **{f"{rows[0].code}.attended": "withdrawn"}))
    assert [mark[1] for mark in marks()] == ["attended", "withdrawn"]
    assert client.page.select("tbody select")[0]["name"] == f"{rows[0].code}."


def test_a_mark_says_how_and_when_it_was_noted_and_leads_to_its_history(client, three, cast, clock_at):
    _, rows = three
    clock_at("2023-02-20T08:47:00+07:00")
    client.sign_in(cast.orn).get(ROSTER)
    client.follow(client.submit(URL, **{f"{rows[0].code}.": "attended"}))
    [link] = client.page.select("a.noted")
    assert link.get_text().startswith("ในรายชื่อ 08:47 น.")
    assert client.get(link["href"]).status_code == 200


def test_the_filter_is_kept_after_saving(client, three, cast):
    _, rows = three
    client.sign_in(cast.orn).get(f"{ROSTER}?session=day1&q=p0&state=none")
    answer = client.submit(URL, **{f"{rows[0].code}.": "attended"})
    assert "q=p0" in answer.headers["Location"]
    assert "state=none" in answer.headers["Location"]
    assert "session=day1" in answer.headers["Location"]


def test_who_lost_the_seat_meanwhile_stops_the_page_and_what_was_chosen_stays(client, three, cast):
    _, rows = three
    client.sign_in(cast.orn).get(ROSTER)
    registration.cancel(rows[0], by=cast.orn)
    answer = client.submit(URL, **{f"{rows[0].code}.": "attended", f"{rows[1].code}.": "partial"})
    assert answer.status_code == 409
    assert rows[0].user.name in client.page.flashes[0]
    chosen = client.page.one(f"select[name='{rows[1].code}.'] option[selected]")
    assert chosen["value"] == "partial"
    assert marks() == []


def test_a_registration_of_another_workshop_is_404(client, three, make_workshop, cast):
    other = registration.register(make_workshop("other"), user=cast.lamai)
    client.sign_in(cast.orn)
    for code in (other.code, "NOSUCH22"):
        client.get(ROSTER)
        assert client.submit(URL, **{f"{code}.": "attended"}).status_code == 404
    assert marks() == []


def test_a_state_nobody_knows_is_400(client, three, cast):
    _, rows = three
    client.sign_in(cast.orn).get(ROSTER)
    assert client.submit(URL, **{f"{rows[0].code}.": "late"}).status_code == 400
    assert marks() == []


@pytest.mark.parametrize("url", [f"{ROSTER}/day9", "/organize/workshops/nowhere/roster/day1"])
def test_an_unknown_session_or_workshop_is_404(client, three, cast, url):
    client.sign_in(cast.orn).get(ROSTER)
    client.page.form(URL)["action"] = url
    assert client.submit(url).status_code == 404


def test_only_organizers_save_and_only_with_the_token(client, three, cast):
    _, rows = three
    client.check_pages = False
    data = {f"{rows[0].code}.": "attended"}
    client.sign_in(cast.orn)
    assert client.post(URL, data=data).status_code == 400
    client.get(ROSTER)
    token = client.page.one("main form[method=post] input[name=csrf_token]")["value"]
    for person in (cast.mali, cast.lamai):
        client.sign_in(person)
        assert client.post(URL, data=data | {"csrf_token": token}).status_code in (400, 403)
    assert marks() == []


def test_letters_that_no_database_holds_are_left_out_of_a_reason(client, three, cast):
    _, rows = three
    client.sign_in(cast.orn).get(ROSTER)
    token = client.page.form(URL).find("input", attrs={"name": "csrf_token"})["value"]
    data = {"csrf_token": token, "why": " ลา\x00ป่วย ", f"{rows[0].code}.": "excused", "\x00.": "attended"}
    assert client.post(URL, data=data).status_code == 303
    assert db.session.scalars(select(AttendanceMark.why)).all() == ["ลาป่วย"]
