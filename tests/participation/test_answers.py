"""Answering a workshop's own questions: before the seat is booked, and afterwards until the workshop begins."""

import pytest
from sqlalchemy import select

from portal.core.db import db
from portal.participation import answers, registration
from portal.participation.models import Registration, RegistrationStatus
from portal.programme import desk, questions
from portal.programme.models import WorkshopStatus
from tests.participation.asking import QUESTIONS
from tests.rows import once

URL = "/workshops/pmqa40-2566"
FORM = f"{URL}/registration"
ANSWERS = f"{URL}/answers"


@pytest.fixture
def workshop(make_workshop):
    return make_workshop(questions=QUESTIONS)


def rows():
    db.session.expire_all()
    return list(db.session.scalars(select(Registration).order_by(Registration.arrival)))


def fields(page):
    return [one["name"] for one in page.select("main form [name^=q-]") if one.get("type") != "radio"]


class TestRegistering:
    def test_the_panel_leads_to_the_form_and_books_nothing_by_itself(self, client, workshop, cast):
        client.sign_in(cast.lamai).get(URL)
        assert FORM in client.page.links()
        assert not client.page.select(f'form[action="{FORM}"]')
        assert "มีคำถามของงานนี้ให้ตอบก่อน" in client.page.main

    def test_the_form_shows_every_question_with_its_condition_in_words(self, client, workshop, cast):
        assert client.sign_in(cast.lamai).get(FORM).status_code == 200
        page = client.page
        assert page.h1 == "จองที่นั่ง"
        assert fields(page) == ["q-diet", "q-years", "q-arrives"]
        assert len(page.select("[name=q-food]")) == 3
        conditional = page.one("[data-when]")
        assert (conditional["data-when"], conditional["data-is"]) == ("q-food", "other")
        assert "ตอบเมื่อเลือก “อื่น ๆ” ในข้อ “อาหารกลางวัน”" in page.main
        assert not conditional.has_attr("hidden")
        optional = [one for one in page.select("main form .hint") if "ไม่บังคับ" in one.get_text()]
        assert len(optional) == 3
        assert page.one("[name=q-bus][checked]")["value"] == ""

    def test_answers_are_kept_with_the_seat(self, client, workshop, cast, mails):
        client.sign_in(cast.lamai).get(FORM)
        answer = client.submit(
            "/registration",
            **{
                "q-food": "other",
                "q-diet": "มังสวิรัติ\r\nไม่ใส่ไข่",
                "q-years": "๑๒",
                "q-arrives": "19 กุมภาพันธ์ 2566",
                "q-bus": "no",
            },
        )
        assert answer.status_code == 303
        client.follow(answer)
        assert client.page.flashes == ["จองที่นั่งแล้ว นัดหมายส่งไปที่อีเมลของคุณ"]
        [mine] = rows()
        assert mine.status is RegistrationStatus.CONFIRMED
        assert mine.answers == {
            "food": "other",
            "diet": "มังสวิรัติ\nไม่ใส่ไข่",
            "years": 12,
            "arrives": "2023-02-19",
            "bus": "no",
        }
        assert len(mails()) == 1

    def test_without_script_an_answer_to_what_is_not_asked_is_left_out(self, client, workshop, cast):
        client.sign_in(cast.lamai).get(FORM)
        client.submit("/registration", **{"q-food": "any", "q-diet": "ลืมลบ"})
        assert rows()[0].answers == {"food": "any"}

    def test_what_is_refused_keeps_all_that_was_typed_and_books_nothing(self, client, workshop, cast, mails):
        client.sign_in(cast.lamai).get(FORM)
        typed = {
            "q-food": "other",
            "q-diet": " ",
            "q-years": "สิบ <สอง>",
            "q-arrives": "31/2/2566",
            "q-bus": "yes",
        }
        assert client.submit("/registration", **typed).status_code == 422
        page = client.page
        assert rows() == mails() == []
        assert page.one("[name=q-food][checked]")["value"] == "other"
        assert page.one("[name=q-bus][checked]")["value"] == "yes"
        assert page.one("[name=q-years]")["value"] == "สิบ <สอง>"
        assert page.one("[name=q-arrives]")["value"] == "31/2/2566"
        assert len(page.errors) == 3
        assert page.one("#q-diet-error").get_text(strip=True) == "ตอบคำถามนี้ด้วย"
        assert page.one("#q-years")["aria-invalid"] == "true"
        assert [link["href"] for link in page.select(".errors a")] == ["#q-diet", "#q-years", "#q-arrives"]
        client.submit("/registration", **{"q-diet": "เจ", "q-years": "12", "q-arrives": ""})
        assert rows()[0].answers == {"food": "other", "diet": "เจ", "years": 12, "bus": "yes"}

    def test_a_required_choice_that_is_missing_is_said_at_its_first_option(self, client, workshop, cast):
        client.sign_in(cast.lamai).get(FORM)
        assert client.submit("/registration").status_code == 422
        assert [link["href"] for link in client.page.select(".errors a")] == ["#q-food-0"]
        assert client.page.select("#q-food-0")

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("q-food", "no-such"),
            ("q-years", "9" * 40),
            ("q-arrives", "เมื่อวาน"),
            ("q-diet", "ก" * 2001),
        ],
    )
    def test_what_no_honest_form_sends_is_refused_too(self, client, workshop, cast, name, value):
        client.sign_in(cast.lamai).get(FORM)
        sent = {"q-food": "other", "q-diet": "เจ", name: value}
        assert client.submit("/registration", **sent).status_code == 422
        assert rows() == []

    def test_a_name_of_a_thousand_marks_and_a_nul_are_harmless(self, client, workshop, cast):
        client.sign_in(cast.lamai).get(FORM)
        sent = {"q-food": "other", "q-diet": "ก" + "้" * 1000 + "\x00\x1b[31m<script>"}
        assert client.submit("/registration", **sent).status_code == 303
        client.get(ANSWERS)
        assert client.page.one("[name=q-diet]").get_text().strip() == "ก้้้[31m<script>"

    def test_the_button_of_a_page_opened_before_there_were_questions_asks_them(
        self, client, make_workshop, cast
    ):
        workshop = make_workshop()
        client.sign_in(cast.lamai).get(URL)
        workshop.questions = QUESTIONS
        assert client.submit("/registration").status_code == 422
        assert client.page.one("[name=q-diet]") is not None
        assert rows() == []

    def test_the_form_is_for_who_may_register_others_see_why_not(self, client, workshop, cast, clock_at):
        assert client.get(FORM).headers["Location"].startswith("/sign-in?next=")
        assert client.sign_in(cast.sakda).get(FORM).headers["Location"] == URL
        client.sign_in(cast.lamai)
        clock_at("2023-02-18T09:00:00+07:00")
        assert client.get(FORM).headers["Location"] == URL
        assert client.get("/workshops/none/registration").status_code == 404

    def test_good_answers_of_who_may_not_register_are_refused_all_the_same(
        self, client, workshop, cast, clock_at
    ):
        client.sign_in(cast.lamai).get(FORM)
        clock_at("2023-02-18T09:00:00+07:00")
        assert client.submit("/registration", **{"q-food": "any"}).status_code == 409
        assert rows() == []

    def test_a_workshop_without_questions_has_no_form(self, client, make_workshop, cast):
        make_workshop()
        answer = client.sign_in(cast.lamai).get(FORM)
        assert (answer.status_code, answer.headers["Location"]) == (303, URL)

    def test_a_double_click_books_once(self, client, workshop, cast, mails):
        client.sign_in(cast.lamai).get(FORM)
        page = client.page
        for _ in range(2):
            client.page = page
            assert client.submit("/registration", **{"q-food": "any"}).status_code == 303
        assert len(rows()) == len(mails()) == 1

    def test_answers_typed_while_a_coordinator_registered_the_person_are_not_lost(
        self, client, workshop, cast, mails
    ):
        client.sign_in(cast.lamai).get(FORM)
        registration.register(workshop, user=cast.lamai, by=cast.mali)
        client.submit("/registration", **{"q-food": "halal"})
        [mine] = rows()
        assert (mine.answers, len(mails())) == ({"food": "halal"}, 1)

    def test_who_comes_again_finds_the_answers_of_before(self, client, workshop, cast):
        client.sign_in(cast.lamai).get(FORM)
        client.submit("/registration", **{"q-food": "other", "q-diet": "เจ", "q-arrives": "19/2/2566"})
        registration.cancel(rows()[0], by=cast.lamai)
        client.get(FORM)
        assert client.page.one("[name=q-food][checked]")["value"] == "other"
        assert client.page.one("[name=q-diet]").get_text().strip() == "เจ"
        assert client.page.one("[name=q-arrives]")["value"] == "19 กุมภาพันธ์ 2566"

    def test_a_full_workshop_says_that_the_answers_lead_to_the_queue(
        self, client, workshop, cast, make_people
    ):
        workshop.capacity = 1
        registration.register(workshop, user=make_people(1)[0])
        client.sign_in(cast.lamai).get(FORM)
        assert client.page.h1 == "เข้าคิวรอที่นั่ง"
        client.follow(client.submit("/registration", **{"q-food": "any"}))
        assert client.page.flashes == ["ยังไม่ได้ที่นั่ง คุณอยู่ในคิวเป็นลำดับที่ 1"]
        assert rows()[1].answers == {"food": "any"}

    def test_looking_writes_nothing_and_asks_little(self, client, workshop, cast, queries):
        client.sign_in(cast.lamai)
        with queries() as asked:
            client.get(FORM)
        assert not [one for one in asked if not one.startswith("SELECT")]
        assert len(asked) <= 18


@pytest.fixture
@once
def seat(workshop, cast):
    """ละไม was registered by her coordinator, who could not answer for her."""
    mine = registration.register(workshop, user=cast.lamai, by=cast.mali)
    db.session.commit()
    return mine


class TestAnswering:
    def test_the_panel_and_the_next_step_say_that_questions_wait(self, client, seat, cast):
        client.sign_in(cast.lamai).get(URL)
        assert "มีคำถามรอคำตอบ" in client.page.main
        assert ANSWERS in client.page.links()
        client.get("/me")
        assert client.page.one(".next h2").get_text() == "ตอบคำถามของงานอบรม"
        assert client.page.one(".next a")["href"] == ANSWERS

    def test_the_mail_names_the_page_with_the_questions_unless_they_are_answered(
        self, workshop, seat, cast, mails, make_people
    ):
        [mail] = mails(cast.lamai)
        asked = f"งานนี้มีคำถามให้ตอบก่อนวันอบรม: http://localhost{ANSWERS}\n\nถ้ามาไม่ได้"
        assert asked in mail.text
        other = make_people(1)[0]
        answers.register(workshop, user=other, sent={"food": "any"})
        assert ANSWERS not in mails(other)[0].text

    def test_answering_takes_both_away_and_the_answers_may_be_changed(self, client, seat, cast):
        client.sign_in(cast.lamai).get(ANSWERS)
        answer = client.submit("/answers", **{"q-food": "any", "q-years": "3"})
        client.follow(answer)
        assert client.page.flashes == ["บันทึกคำตอบแล้ว"]
        assert "มีคำถามรอคำตอบ" not in client.page.main
        client.get("/me")
        assert "ตอบคำถามของงานอบรม" not in client.page.main
        client.get(ANSWERS)
        assert client.page.one("[name=q-years]")["value"] == "3"
        client.submit("/answers", **{"q-food": "halal", "q-years": ""})
        assert rows()[0].answers == {"food": "halal"}

    def test_what_is_refused_keeps_what_was_typed_and_the_answers_of_before(self, client, seat, cast):
        seat.answers = {"food": "any"}
        client.sign_in(cast.lamai).get(ANSWERS)
        assert client.submit("/answers", **{"q-years": "สิบ"}).status_code == 422
        assert client.page.one("[name=q-years]")["value"] == "สิบ"
        assert rows()[0].answers == {"food": "any"}

    def test_a_question_asked_later_waits_again(self, client, workshop, seat):
        seat.answers = {"food": "any"}
        assert not answers.are_waiting(seat)
        new = QUESTIONS[2] | {"code": "new", "required": True}
        workshop.questions = [*QUESTIONS, new]
        assert answers.are_waiting(seat)
        seat.answers = {"food": "gone", "new": 1}
        assert [one.code for one in answers.unanswered(questions.of(workshop), seat.answers)] == ["food"]

    def test_what_need_not_be_answered_does_not_wait(self, workshop, seat):
        workshop.questions = QUESTIONS[2:]
        assert not answers.are_waiting(seat)

    def test_once_it_began_answers_can_be_read_only(self, client, seat, cast, clock_at):
        seat.answers = {"food": "other", "diet": "เจ"}
        client.sign_in(cast.lamai).get(ANSWERS)
        page = client.page
        clock_at("2023-02-20T00:00:00+07:00")
        client.get(ANSWERS)
        assert not client.page.select("main form")
        assert "อาหารที่รับประทานได้เจ" in client.page.main.replace(" ", "")
        assert "ไม่ได้ตอบ" in client.page.main
        client.page = page
        assert client.submit("/answers", **{"q-food": "any"}).status_code == 409
        assert rows()[0].answers == {"food": "other", "diet": "เจ"}
        client.get("/me")
        assert "ตอบคำถามของงานอบรม" not in client.page.main

    def test_registering_again_after_it_began_changes_no_answer(self, client, workshop, seat, clock_at, cast):
        seat.answers = {"food": "any"}
        clock_at("2023-02-20T00:00:00+07:00")
        answers.register(workshop, user=cast.lamai, sent={"food": "halal"})
        assert seat.answers == {"food": "any"}

    def test_who_cancelled_is_asked_nothing(self, client, seat, cast):
        client.sign_in(cast.lamai).get(ANSWERS)
        registration.cancel(seat, by=cast.lamai)
        answer = client.submit("/answers", **{"q-food": "any"})
        assert (answer.status_code, answer.headers["Location"]) == (303, URL)
        assert not answers.are_waiting(seat)
        with pytest.raises(answers.NotRegistered):
            answers.keep(seat, sent={"food": "any"})

    def test_a_cancelled_workshop_asks_nothing(self, client, workshop, seat, cast):
        workshop.status = WorkshopStatus.CANCELLED
        assert not answers.are_waiting(seat)
        client.sign_in(cast.lamai).get("/me")
        assert "ตอบคำถามของงานอบรม" not in client.page.main
        assert "งานนี้ยกเลิก" in client.page.main
        assert "ได้ที่นั่งแล้ว" not in client.page.main

    def test_the_form_of_a_cancelled_workshop_leads_to_its_page_and_keeps_nothing(
        self, client, workshop, seat, cast
    ):
        client.sign_in(cast.lamai).get(ANSWERS)
        page = client.page
        desk.cancel(workshop, by=cast.orn)
        db.session.commit()
        client.follow(client.get(ANSWERS))
        assert client.page.flashes == ["งานอบรมนี้ยกเลิกแล้ว จึงไม่ต้องตอบคำถาม"]
        client.page = page
        client.follow(client.submit(ANSWERS, **{"q-food": "halal"}))
        assert client.page.flashes == ["งานอบรมนี้ยกเลิกแล้ว จึงไม่ต้องตอบคำถาม"]
        with pytest.raises(answers.CalledOff):
            answers.keep(rows()[0], sent={"food": "halal"})
        assert rows()[0].answers == {}

    def test_who_waits_in_the_queue_may_answer_too(self, client, workshop, make_people):
        workshop.capacity = 1
        one, two = make_people(2)
        registration.register(workshop, user=one)
        registration.register(workshop, user=two, by=one)
        client.sign_in(two).get(URL)
        assert "มีคำถามรอคำตอบ" in client.page.main
        client.get(ANSWERS)
        assert client.submit("/answers", **{"q-food": "any"}).status_code == 303

    def test_nobody_answers_for_another(self, client, seat, cast):
        assert client.get(ANSWERS).headers["Location"].startswith("/sign-in?next=")
        for person in (cast.mali, cast.sakda, cast.orn):
            assert client.sign_in(person).get(ANSWERS).status_code == 404
            assert client.get(URL).status_code == 200
            token = client.page.one(".menu input[name=csrf_token]")["value"]
            assert client.post(ANSWERS, data={"csrf_token": token, "q-food": "any"}).status_code == 404

    def test_without_the_token_nothing_is_kept(self, client, seat, cast):
        client.sign_in(cast.lamai)
        assert client.post(ANSWERS, data={"q-food": "any"}).status_code == 400
        assert rows()[0].answers == {}

    def test_a_workshop_without_questions_has_nothing_to_answer(self, client, make_workshop, cast):
        registration.register(make_workshop(), user=cast.lamai)
        client.sign_in(cast.lamai).get(URL)
        assert ANSWERS not in client.page.links()
        assert client.get(ANSWERS).headers["Location"] == URL

    def test_in_english_the_questions_are_english(self, client, seat, cast):
        client.set_cookie("lang", "en")
        client.sign_in(cast.lamai).get(ANSWERS)
        assert "Lunch" in client.page.main
        assert "What you can eat" in client.page.main


@pytest.mark.both_databases
def test_a_seat_and_its_answers_are_one_transaction(workshop, cast):
    with pytest.raises(questions.BadAnswers):
        answers.register(workshop, user=cast.lamai, sent={})
    db.session.rollback()
    assert rows() == []
    answers.register(workshop, user=cast.lamai, sent={"food": "any"})
    db.session.rollback()
    assert rows() == []
    mine = answers.register(workshop, user=cast.lamai, sent={"food": "any"})
    db.session.commit()
    answers.keep(mine, sent={"food": "halal", "years": "1.5"})
    db.session.commit()
    assert rows()[0].answers == {"food": "halal", "years": 1.5}
