"""The desk's pages of who speaks, and the accounts they sign in with."""

import pytest

from portal.accounts.models import Role, User
from portal.core.db import db
from portal.programme.models import Speaker, TalkSpeaker
from portal.programme.speakers import speaker_by_code

LIST = "/organize/speakers"
NEW = f"{LIST}/new"
KKU = f"{LIST}/kku-quality"
ACCOUNT = f"{KKU}/account"

pytestmark = pytest.mark.usefixtures("workshop")


def speaker(code: str = "kku-quality") -> Speaker:
    db.session.expire_all()
    found = speaker_by_code(code)
    assert found is not None
    return found


def role_of(user: User) -> Role:
    db.session.refresh(user)
    return user.role


def join(client, email: str) -> int:
    client.get(KKU)
    status: int = client.submit(ACCOUNT, email=email).status_code
    return status


def test_everybody_is_listed_with_positions_and_account(orn, cast):
    speaker().user = cast.wit
    db.session.commit()
    assert orn.get(LIST).status_code == 200
    rows = [row.get_text(" ", strip=True) for row in orn.page.select("tbody tr")]
    assert len(rows) == 6
    assert sum("wit@demo.example" in row for row in rows) == 1
    assert sum("ยังไม่มีบัญชี" in row for row in rows) == 5
    assert {NEW, KKU} <= set(orn.page.links())


def test_an_empty_list_says_what_to_do_first(orn):
    db.session.query(TalkSpeaker).delete()
    db.session.query(Speaker).delete()
    db.session.commit()
    orn.get(LIST)
    assert "ยังไม่มีวิทยากร" in orn.page.main


@pytest.mark.parametrize("page", [LIST, NEW, KKU])
def test_reading_writes_nothing_and_is_for_organizers_only(orn, closed_to_others, queries, page):
    closed_to_others(page)
    with queries() as statements:
        orn.get(page)
    assert all(statement.startswith("SELECT") for statement in statements)
    assert len(statements) <= 5


def test_thirty_speakers_cost_no_more_queries_than_six(orn, cast, queries):
    with queries() as few:
        orn.get(LIST)
    for number in range(24):
        db.session.add(Speaker(code=f"s{number}", name=f"คน {number}"))
    speaker().user = cast.wit
    db.session.commit()
    with queries() as many:
        orn.get(LIST)
    assert len(orn.page.select("tbody tr")) == 30
    assert len(many) == len(few)


def test_a_speaker_who_is_not_there_is_not_found(orn):
    assert orn.get(f"{LIST}/nobody").status_code == 404


def test_a_new_speaker_stands_last_on_the_page(orn):
    orn.get(NEW)
    fields = {"positions-0-th": "อาจารย์", "positions-0-at_th": "มหาวิทยาลัยสมมติ"}
    orn.follow(orn.submit(NEW, code="new-voice", name="ดร.ใหม่  เสียงดี", **fields))
    made = speaker("new-voice")
    assert made.name == "ดร.ใหม่ เสียงดี"
    assert made.positions == [{"th": "อาจารย์", "en": "", "at": {"th": "มหาวิทยาลัยสมมติ", "en": ""}}]
    orn.get(LIST)
    assert "ดร.ใหม่" in orn.page.select("tbody tr")[-1].get_text()


@pytest.mark.both_databases
def test_sending_a_new_speaker_twice_makes_one(orn):
    orn.get(NEW)
    assert orn.submit(NEW, code="new-voice", name="ใหม่").status_code == 303
    assert orn.submit(NEW, code="new-voice", name="ใหม่").status_code == 422
    assert any("ใช้แล้ว" in error for error in orn.page.errors)


def test_saving_untouched_changes_nothing(orn):
    before = speaker().positions
    orn.get(KKU)
    orn.follow(orn.submit(KKU))
    assert speaker().positions == before


def test_an_emptied_position_goes(orn):
    orn.get(f"{LIST}/ddc-development")
    fields = dict.fromkeys(["positions-0-th", "positions-0-en", "positions-0-at_th", "positions-0-at_en"], "")
    orn.follow(orn.submit(f"{LIST}/ddc-development", **fields))
    [left] = speaker("ddc-development").positions
    assert left["at"]["th"] == "กรมควบคุมโรค"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "กรอกช่องนี้"),
        ({"name": "ก" * 201}, "ยาวได้ไม่เกิน 200"),
        ({"positions-0-th": ""}, "เขียนชื่อตำแหน่งภาษาไทยด้วย"),
        ({"positions-0-at_th": "", "positions-0-at_en": "x" * 301}, "ยาวได้ไม่เกิน 300"),
    ],
)
def test_a_wrong_field_answers_there_and_keeps_what_was_typed(orn, fields, words):
    orn.get(KKU)
    assert orn.submit(KKU, **fields).status_code == 422
    assert any(words in error for error in orn.page.errors), orn.page.errors
    for name, value in fields.items():
        assert orn.page.one(f"input[name={name}]").get("value", "") == value
    assert speaker().name == "ดร.ภาวนา กิตติวิมลชัย"


@pytest.mark.both_databases
def test_a_stale_save_shows_both_and_decides(orn, other):
    orn.get(KKU)
    other.get(KKU)
    other.submit(KKU, name="ของหญิง")
    assert orn.submit(KKU, name="ของอร").status_code == 409
    assert [cell.get_text(strip=True) for cell in orn.page.select(".clash td")] == ["ของหญิง", "ของอร"]
    assert speaker().name == "ของหญิง"
    orn.follow(orn.submit(KKU))
    assert speaker().name == "ของอร"


@pytest.mark.both_databases
def test_joining_an_account_makes_its_learner_a_speaker_and_parting_undoes_it(orn, cast):
    assert join(orn, " Lamai@Demo.example ") == 303
    assert speaker().user == cast.lamai
    assert role_of(cast.lamai) is Role.SPEAKER
    orn.get(KKU)
    orn.follow(orn.submit(f"{ACCOUNT}/removal"))
    assert speaker().user is None
    assert role_of(cast.lamai) is Role.LEARNER


def test_a_coordinator_who_speaks_stays_a_coordinator(orn, cast):
    assert join(orn, cast.mali.email) == 303
    assert cast.mali.role is Role.COORDINATOR


def test_an_account_belongs_to_one_speaker(orn, cast):
    speaker("kku-team-1").user = cast.wit
    db.session.commit()
    assert join(orn, cast.wit.email) == 422
    assert any("บัญชีนี้เป็นของ" in error for error in orn.page.errors)
    assert speaker().user is None


@pytest.mark.parametrize("email", ["", "nobody", "nobody@demo.example"])
def test_an_address_without_an_account_is_refused_and_kept(orn, email):
    assert join(orn, email) == 422
    assert orn.page.errors
    assert orn.page.one("input[name=email]").get("value", "") == email
    assert orn.page.one("input[name=name]")["value"] == "ดร.ภาวนา กิตติวิมลชัย"


def test_an_account_that_is_not_confirmed_is_refused(orn, cast):
    cast.sakda.confirmed_at = None
    db.session.commit()
    assert join(orn, cast.sakda.email) == 422
    assert cast.sakda.role is Role.LEARNER


def test_a_speaker_with_many_positions_opens(orn):
    speaker().positions = [{"th": f"ตำแหน่ง {number}", "en": "", "at": {}} for number in range(15)]
    db.session.commit()
    assert orn.get(KKU).status_code == 200
    orn.follow(orn.submit(KKU))
    assert len(speaker().positions) == 15


def test_a_heap_of_marks_on_a_letter_is_cut_to_what_can_be_read(orn):
    orn.get(KKU)
    orn.follow(orn.submit(KKU, name="ก" + "้" * 1000 + " น้ำ"))
    assert speaker().name == "ก" + "้" * 3 + " น้ำ"
