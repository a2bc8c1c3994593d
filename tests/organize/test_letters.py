"""A letter to a group: written, looked at with a real reader, counted, and sent exactly once; then how far each copy is."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Response
from flask.testing import FlaskClient

from portal.core import clock
from portal.core.db import db
from portal.core.tokens import new_code
from portal.mail import delivery
from portal.mail.models import MessageStatus
from portal.programme.models import Workshop
from tests import cast as cast_module
from tests.organize.writing import LETTERS, NEW, hold, letters, look, mails, press_send, seat
from tests.rows import once


@pytest.fixture
@once
def workshop(track, cast) -> Workshop:
    """มะลิ, ละไม and ศักดา have seats."""
    made = hold(track)
    seat(made, cast.mali, cast.lamai, cast.sakda)
    return made


# --- writing and looking


def test_before_the_first_letter_the_list_names_the_next_step(orn, workshop):
    assert orn.get(LETTERS).status_code == 200
    assert "ยังไม่มีจดหมายถึงผู้เข้าอบรม" in orn.page.main
    assert NEW in orn.page.links()


def test_the_letter_begins_with_a_greeting_and_all_placeholders_are_explained(orn, workshop):
    orn.get(NEW)
    assert orn.page.one("#body_th").get_text().strip() == "เรียน {ชื่อ}"
    shown = [cell.get_text() for cell in orn.page.select("table th[scope=row]")]
    assert shown[:4] == ["{ชื่อ}", "{หน่วยงาน}", "{งาน}", "{วันที่}"]


def test_it_is_seen_with_a_real_reader_and_counted_before_it_is_sent(orn, cast, workshop):
    assert look(orn).status_code == 200
    assert "ส่งถึง 3 คน" in orn.page.main
    assert orn.page.one("h2#h-th").get_text() == "เรื่องของ มะลิ ใจดี"
    assert orn.page.one("pre").get_text().startswith("เรียน มะลิ ใจดี\n\nพบกันที่ ห้อง ก วันที่ 20–21 กุมภาพันธ์ 2566")
    assert (mails(), letters()) == ([], [])


def test_one_can_look_at_it_with_the_next_reader_and_back(orn, workshop):
    look(orn)
    forms = [form for form in orn.page.select("form[action$=new]") if "คนถัดไป" in form.get_text()]
    assert len(forms) == 1
    sent = {box["name"]: box.get("value", "") for box in forms[0].select("input")}
    orn.post(NEW, data=sent)
    assert "เรื่องของ ละไม ตั้งใจ" in orn.page.main
    assert "คนที่ 2 จาก 3" in orn.page.main
    assert "ดูของคนก่อนหน้า" in orn.page.main
    orn.post(NEW, data=sent | {"number": "99"})
    assert "คนที่ 3 จาก 3" in orn.page.main
    assert "ดูของคนถัดไป" not in orn.page.main


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"subject_th": "หา {ชิ่อ}"}, "ไม่รู้จัก {ชิ่อ} หมายถึง {ชื่อ} ใช่หรือไม่"),
        ({"body_th": "{เบอร์โทร} {zzz}"}, "ไม่รู้จัก {zzz}"),
        ({"body_th": "{ชื่อ"}, "ปีกกาไม่ครบคู่"),
        ({"body_th": "{{ชื่อ}}"}, "ปีกกาไม่ครบคู่"),
        ({"subject_th": ""}, "เขียนเรื่องของจดหมาย"),
        ({"body_th": " \n "}, "เขียนข้อความ"),
        ({"body_th": "ก" * 10_001}, "ยาวได้ไม่เกิน 10000"),
        ({"subject_th": "เสียง\x07"}, "อักขระควบคุม"),
        ({"subject_en": "Hello"}, "เขียนภาษาอังกฤษทั้งเรื่องและข้อความ"),
        ({"body_en": "Hello"}, "เขียนภาษาอังกฤษทั้งเรื่องและข้อความ"),
        ({"recipients": "waiting"}, "ไม่มีใครในกลุ่มนี้"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(orn, workshop, given, said):
    typed = {"subject_th": "เรื่องที่พิมพ์ไว้", "body_th": "ข้อความที่พิมพ์ไว้"} | given
    assert look(orn, **typed).status_code == 422
    assert said in " ".join(orn.page.errors)
    assert orn.page.one("#subject_th")["value"] == typed["subject_th"]
    assert orn.page.one("#body_th").get_text().strip() == typed["body_th"].strip()
    assert (mails(), letters()) == ([], [])


def test_a_group_that_is_not_offered_is_refused(orn, workshop):
    assert look(orn, to="everybody").status_code == 422
    assert look(orn, agency="NOT-THERE").status_code == 422


def test_the_queue_leads_to_a_letter_to_those_who_wait(orn, cast, workshop):
    queue = f"/organize/workshops/{workshop.code}/queue"
    orn.get(queue)
    assert f"{NEW}?to=waiting" not in orn.page.links()
    seat(workshop, cast.wit, status="waitlisted")
    orn.get(queue)
    orn.get(next(link for link in orn.page.links() if link.startswith(NEW)))
    assert orn.page.one("#recipients option[selected]")["value"] == "waiting"


# --- sending once


def test_everybody_of_the_group_gets_one_mail_and_the_page_shows_how_far_it_is(orn, cast, workshop):
    look(orn)
    orn.follow(press_send(orn))
    assert orn.page.flashes == ["ส่งเข้าคิวจดหมายแล้ว 3 ฉบับ"]
    [letter] = letters()
    assert (letter.count, letter.by, letter.recipients, letter.at) == (3, cast.orn, "registered", clock.now())
    assert sorted(mail.to_email for mail in mails()) == sorted(
        user.email for user in (cast.mali, cast.lamai, cast.sakda)
    )
    assert {mail.batch for mail in mails()} == {letter.code}
    assert orn.page.h1 == "เรื่องของ {ชื่อ}"
    assert "0 จาก 3 ฉบับ" in orn.page.main
    delivery.deliver_due()
    orn.get(LETTERS)
    assert "ส่งครบแล้ว" in orn.page.main
    assert "ผู้ได้ที่นั่ง" in orn.page.main


def test_a_double_click_and_a_second_tab_send_it_once(orn, workshop):
    look(orn)
    page = orn.page
    press_send(orn)
    orn.page = page
    orn.follow(press_send(orn))
    assert "จดหมายฉบับนี้ส่งไปแล้ว จึงไม่ได้ส่งซ้ำ" in orn.page.flashes
    assert (len(letters()), len(mails())) == (1, 3)


def test_words_that_were_changed_after_it_was_sent_are_looked_at_as_another_letter(orn, workshop):
    look(orn)
    page = orn.page
    press_send(orn)
    orn.page = page
    orn.submit(NEW, subject_th="เรื่องใหม่")  # back in the browser, and on from there
    assert orn.page.one("main form[action$=letters] input[name=letter]")["value"] != letters()[0].code
    orn.follow(press_send(orn))
    assert (len(letters()), len(mails())) == (2, 6)


def test_changed_words_under_the_code_of_a_sent_letter_are_kept_and_not_sent_unseen(orn, workshop):
    look(orn)
    page = orn.page
    press_send(orn)
    orn.page = page
    assert press_send(orn, subject_th="เรื่องใหม่").status_code == 409
    assert "ฉบับที่แก้นี้ยังไม่ได้ส่ง" in orn.page.main
    assert orn.page.one("#subject_th")["value"] == "เรื่องใหม่"
    assert len(mails()) == 3
    orn.follow(press_send(orn))
    assert (len(letters()), len(mails())) == (2, 6)


def test_who_reads_english_or_has_no_agency_is_counted_before(orn, cast, workshop):
    look(orn)
    assert "ภาษาอังกฤษ แต่จะได้" not in orn.page.main
    assert "คนไม่สังกัดหน่วยงาน" not in orn.page.main
    seat(workshop, cast.wit)
    cast.mali.language = cast.lamai.language = "en"
    db.session.commit()
    look(orn)
    assert "2 คนเลือกภาษาอังกฤษ แต่จะได้ฉบับภาษาไทย" in orn.page.main
    assert "1 คนไม่สังกัดหน่วยงานในระบบ" in orn.page.main
    look(orn, subject_en="Hello", body_en="Hello")
    assert "ภาษาอังกฤษ แต่จะได้" not in orn.page.main


@pytest.mark.both_databases
@pytest.mark.parametrize("tabs", ["of one page", "each written anew"])
def test_sent_from_many_places_at_once_it_goes_out_once(app, orn, workshop, tabs):
    look(orn)
    form = next(one for one in orn.page.select("form") if one["action"] == LETTERS)
    sent = {box["name"]: box.get("value", "") for box in form.select("input[type=hidden]")}
    cookies = orn.get_cookie("session").value

    def press(_at: int) -> int:
        own = FlaskClient(app, Response)
        own.set_cookie("session", cookies)
        code = {} if tabs == "of one page" else {"letter": new_code()}
        return own.post(LETTERS, data=sent | code).status_code

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(press, range(6)))
    assert answers == ([303] * 6 if tabs == "of one page" else [303] + [422] * 5)
    db.session.expire_all()
    assert (len(letters()), len(mails())) == (1, 3)


def test_the_same_words_to_the_same_group_from_another_tab_are_asked_about(orn, workshop):
    for _tab in range(2):
        look(orn)
        answer = press_send(orn)
    assert answer.status_code == 422
    assert "ส่งถึงกลุ่มนี้แล้วเมื่อ 13 ก.พ. 2566 09:00 น." in orn.page.main
    assert len(mails()) == 3
    assert press_send(orn, is_meant="y").status_code == 303
    assert len(mails()) == 6


def test_other_words_or_another_group_are_another_letter(orn, workshop):
    for given in ({}, {"body_th": "อื่น"}, {"agency": "SAMPLE-DEPT"}):
        look(orn, **given)
        assert press_send(orn).status_code == 303
    assert [letter.count for letter in letters()] == [3, 3, 2]


def test_who_came_into_the_group_meanwhile_is_not_written_to_unseen(orn, cast, workshop):
    look(orn)
    seat(workshop, cast.wit)
    assert press_send(orn).status_code == 409
    assert "กลุ่มนี้เปลี่ยนจาก 3 คนเป็น 4 คนแล้ว" in orn.page.main
    assert mails() == []
    press_send(orn)
    assert len(mails()) == 4


def test_a_group_that_emptied_meanwhile_gets_nothing(orn, cast, workshop):
    look(orn)
    cast.lamai.disabled_at = cast.mali.disabled_at = cast.sakda.disabled_at = clock.now()
    db.session.commit()
    assert press_send(orn).status_code == 422
    assert "ไม่มีใครในกลุ่มนี้" in orn.page.main
    assert "ส่งถึง" not in orn.page.main
    assert (mails(), letters()) == ([], [])


def test_a_forged_code_is_given_a_new_one(orn, workshop):
    look(orn, letter="<script>")
    press_send(orn)
    assert len(letters()[0].code) == 8


# --- the copies


@pytest.fixture
def sent(orn, workshop):
    """A letter of which one copy arrived, one failed and one waits."""
    look(orn)
    press_send(orn)
    failed, arrived, _waiting = mails()
    failed.status, failed.attempts, failed.last_error = MessageStatus.FAILED, 6, "550 ไม่มีกล่องจดหมายนี้"
    arrived.status, arrived.sent_at = MessageStatus.SENT, clock.now()
    db.session.commit()
    return letters()[0]


def test_each_copy_shows_its_state(orn, sent):
    orn.get(f"{LETTERS}/{sent.code}")
    states = [tag.get_text(strip=True) for tag in orn.page.select("table .tag")]
    assert states == ["ส่งไม่สำเร็จ", "ส่งแล้ว", "รอส่ง"]
    assert "550 ไม่มีกล่องจดหมายนี้" in orn.page.main
    orn.get(f"{LETTERS}/{sent.code}?status=failed")
    assert len(orn.page.select("tbody tr")) == 1
    orn.get(f"{LETTERS}/{sent.code}?q=ศักดา")
    assert len(orn.page.select("tbody tr")) == 1
    orn.get(f"{LETTERS}/{sent.code}?q=ไม่มีใคร")
    assert "ไม่มีใครตรงกับที่กรอง" in orn.page.main


def test_a_copy_that_may_have_arrived_is_sent_again_only_from_its_own_page(orn, sent):
    mails()[0].handed_over_at = clock.now()
    db.session.commit()
    orn.get(f"{LETTERS}/{sent.code}?status=doubt")
    assert [tag.get_text(strip=True) for tag in orn.page.select("table .tag")] == ["ไม่แน่ใจว่าถึง"]
    assert orn.page.select("main form[method=post]") == []
    assert f"/organize/outbox/{mails()[0].code}" in orn.page.links()


def test_a_copy_that_failed_is_sent_again(orn, sent):
    orn.get(f"{LETTERS}/{sent.code}")
    page = orn.page
    orn.follow(orn.submit("/again"))
    assert orn.page.flashes == ["ใส่คิวส่งใหม่แล้ว"]
    db.session.expire_all()
    assert [mail.status for mail in mails()] == ["queued", "sent", "queued"]
    orn.page = page
    orn.follow(orn.submit("/again"))
    assert "จึงไม่ได้ส่งซ้ำ" in orn.page.flashes[0]


def test_all_copies_that_failed_are_sent_again(orn, sent):
    orn.get(f"{LETTERS}/{sent.code}")
    page = orn.page
    orn.follow(orn.submit("/failed"))
    assert orn.page.flashes == ["ใส่คิวส่งใหม่แล้ว 1 ฉบับ"]
    orn.page = page
    orn.follow(orn.submit("/failed"))
    assert orn.page.flashes == ["ไม่มีฉบับใดที่ส่งไม่สำเร็จ"]
    assert delivery.deliver_due().sent == 2


def test_a_new_letter_may_begin_with_the_words_of_one_that_was_sent(orn, sent):
    orn.get(f"{NEW}?like={sent.code}")
    assert orn.page.one("#subject_th")["value"] == "เรื่องของ {ชื่อ}"
    assert orn.page.one("input[name=letter]")["value"] != sent.code


def test_a_letter_of_another_workshop_is_not_found_here(orn, track, sent):
    hold(track, "other")
    assert orn.get(f"/organize/workshops/other/letters/{sent.code}").status_code == 404
    assert orn.get(f"{LETTERS}/NOBODY22").status_code == 404
    assert orn.get("/organize/workshops/none/letters").status_code == 404


# --- cost, and who may


def test_thirty_letters_and_copies_cost_no_more_queries_than_one(orn, cast, workshop, queries):
    look(orn, agency="SAMPLE-PROV")
    press_send(orn)
    [first] = letters()
    pages = (LETTERS, f"{LETTERS}/{first.code}")

    def asked() -> list[int]:
        found = []
        for page in pages:
            with queries() as statements:
                orn.get(page)
            assert all(statement.startswith("SELECT") for statement in statements)
            assert not any("outbox_message.html" in statement for statement in statements)
            found.append(len(statements))
        return found

    few = asked()
    users = [cast_module.person(f"x{at}@demo.example", "คน ใหม่", agency=cast.province) for at in range(30)]
    seat(workshop, *users)
    for at in range(30):
        look(orn, agency="SAMPLE-PROV", subject_th=f"ที่ {at}")
        press_send(orn)
    assert len(letters()) == 31
    pages = (LETTERS, f"{LETTERS}/{letters()[-1].code}")
    assert asked() == few
    assert max(few) <= 10


def test_looking_at_a_letter_writes_nothing_and_asks_little(orn, workshop, queries):
    with queries() as written:
        orn.get(NEW)
    with queries() as looked_at:
        look(orn)
    for statements in (written, looked_at):
        assert all(statement.startswith("SELECT") for statement in statements)
    assert len(written) <= 10


def test_sixty_readers_cost_no_more_statements_than_three(orn, cast, workshop, queries):
    look(orn)
    with queries() as few:
        press_send(orn)
    users = [cast_module.person(f"x{at}@demo.example", "คน ใหม่", agency=cast.province) for at in range(60)]
    seat(workshop, *users)
    look(orn)
    with queries() as many:
        press_send(orn, is_meant="y")
    assert len(mails()) == 3 + 63
    assert len(many) == len(few) - 1  # what was said before is not looked for


def test_it_is_for_organizers_only(client, cast, track):
    made = hold(track)
    seat(made, cast.lamai)
    for address in (LETTERS, NEW, f"{LETTERS}/NOBODY22"):
        assert client.get(address).headers["Location"].startswith("/sign-in?next=")
    for person in (cast.mali, cast.lamai, cast.wit, cast.sakda):
        client.sign_in(person)
        for address in (LETTERS, NEW, f"{LETTERS}/NOBODY22"):
            assert client.get(address).status_code == 403
