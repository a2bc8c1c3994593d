"""One question of an attempt: saved on every step, refused when old, shown as it is stored."""

import pytest
from sqlalchemy import select

from portal.core.db import db
from portal.learning import attempts
from portal.learning.marking import Asked
from portal.learning.models import Attempt, Step
from tests import packs
from tests.learning.taking import answers, right, take, wrong
from tests.rows import laid


@pytest.fixture
def begun(client, cast, course, op) -> Attempt:
    attempt = laid("begun", lambda: attempts.start(cast.lamai, course, op))
    client.sign_in(cast.lamai)
    return attempt


def at(attempt: Attempt, number: int = 1) -> str:
    return f"/attempts/{attempt.code}?q={number}"


def asked(attempt: Attempt, number: int = 1) -> Asked:
    return attempts.paper_of(attempt)[number - 1]


def of_kind(attempt: Attempt, kind: str) -> Asked:
    return next(one for one in attempts.paper_of(attempt) if one.question.kind == kind)


def stored(attempt: Attempt) -> dict[str, list[str]]:
    db.session.expire_all()
    return attempts.latest(attempt)[1]


# --- shown


@pytest.mark.parametrize(
    ("kind", "control", "hint", "choices"),
    [
        ("single", "radio", "เลือกหนึ่งคำตอบ", 4),
        ("multiple", "checkbox", "เลือกได้หลายคำตอบ", 4),
        ("true_false", "radio", "เลือกหนึ่งคำตอบ", 2),
    ],
)
def test_every_kind_of_question_shows_its_controls_with_labels(kind, control, hint, choices, client, begun):
    one = of_kind(begun, kind)
    assert client.get(at(begun, one.number)).status_code == 200
    controls = client.page.select("main label input[name=answer]")
    assert [str(found["type"]) for found in controls] == [control] * choices
    assert [str(found["value"]) for found in controls] == [choice.key for choice in one.choices]
    labels = [label.get_text() for label in client.page.select("main label")]
    assert [label[0] for label in labels] == list("กขคง")[:choices]
    assert [label[1:] for label in labels] == [choice.html for choice in one.choices]
    assert hint in client.page.one("legend").get_text()
    assert f"คำถาม {one.question.id}" in client.page.one("#question").get_text()


def test_english_readers_get_english_letters_and_a_mark_on_the_thai(client, begun):
    client.set_cookie("lang", "en")
    client.get(at(begun))
    assert client.page.select("main label b")[0].get_text() == "A"
    assert client.page.one("#question")["lang"] == "th"


def test_the_page_gives_no_key_away(client, begun):
    one = asked(begun)
    text = client.get(at(begun)).get_data(as_text=True)
    assert not any(choice.why_html in text for choice in one.choices)
    assert "correct" not in text


def test_it_opens_at_the_first_question_without_an_answer(client, begun):
    attempts.save(begun, seq=0, answers={asked(begun, 1).question.id: ["a"]})
    client.get(f"/attempts/{begun.code}")
    assert "ข้อ 2" in client.page.h1
    attempts.save(begun, seq=1, answers=answers(begun))
    client.get(f"/attempts/{begun.code}")
    assert "ข้อ 1" in client.page.h1


@pytest.mark.parametrize(("number", "shown"), [("0", 1), ("-5", 1), ("99", 4), ("x", 1), ("9" * 5000, 1)])
def test_an_odd_number_of_a_question_shows_one_that_is_there(number, shown, client, begun):
    assert client.get(f"/attempts/{begun.code}?q={number}").status_code == 200
    assert f"ข้อ {shown}" in client.page.h1


def test_the_map_shows_what_is_answered(client, begun):
    attempts.save(begun, seq=0, answers={asked(begun, 2).question.id: ["a"], asked(begun, 3).question.id: []})
    client.get(at(begun))
    cells = client.page.select(".qmap a")
    assert ["is-done" in cell.get("class", []) for cell in cells] == [False, True, False, False]
    assert [cell.get("aria-current") for cell in cells] == ["step", None, None, None]
    assert "บันทึกแล้ว 1 จาก 4 ข้อ" in client.page.main


def test_a_reload_shows_the_stored_answer(client, begun):
    one = of_kind(begun, "multiple")
    attempts.save(begun, seq=0, answers={one.question.id: ["a", "b"]})
    client.get(at(begun, one.number))
    assert {str(found["value"]) for found in client.page.select("input[checked]")} == {"a", "b"}


def test_going_back_never_shows_an_old_form(client, begun):
    assert "no-store" in client.get(at(begun)).headers["Cache-Control"]


def test_looking_writes_nothing(client, begun):
    for path in (at(begun), f"/attempts/{begun.code}", f"/attempts/{begun.code}/review"):
        client.get(path)
    assert db.session.query(Step).count() == 0


def test_a_question_is_a_handful_of_queries(client, begun, queries):
    attempts.save(begun, seq=0, answers=answers(begun))
    client.get(at(begun))
    with queries() as statements:
        client.get(at(begun))
    assert len(statements) <= 5


@pytest.mark.parametrize("path", ["", "/review", "/result"])
def test_a_foreign_attempt_is_not_found(path, client, cast, begun):
    assert client.sign_in(cast.sakda).get(f"/attempts/{begun.code}{path}").status_code == 404
    assert client.sign_in(cast.orn).get(f"/attempts/{begun.code}{path}").status_code == 404


@pytest.mark.parametrize("path", ["", "/review", "/result"])
def test_signed_out_one_is_led_to_the_sign_in(path, client, begun):
    client.sign_out()
    response = client.get(f"/attempts/{begun.code}{path}")
    assert (response.status_code, response.headers["Location"]) == (
        303,
        f"/sign-in?next=/attempts/{begun.code}{path}",
    )


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "path", ["attempts/%00", "attempts/A%00B/result", "learn/%00/files/1/img/a.svg", "learn/a%00/b/quiz"]
)
def test_an_address_with_a_nul_is_not_found(path, client, cast, course):
    assert client.sign_in(cast.lamai).get(f"/{path}").status_code == 404


def test_a_submitted_attempt_is_shown_as_its_result(client, cast, course):
    attempt = take(cast.lamai, course)
    client.sign_in(cast.lamai)
    for path in ("", "?q=2", "/review"):
        response = client.get(f"/attempts/{attempt.code}{path}")
        assert (response.status_code, response.headers["Location"]) == (
            303,
            f"/attempts/{attempt.code}/result",
        )


# --- saved


def test_an_answer_is_saved_and_the_next_question_follows(client, begun):
    client.get(at(begun))
    response = client.submit(answer=right(asked(begun)), button=("go", "next"))
    assert (response.status_code, response.headers["Location"]) == (303, at(begun, 2))
    assert stored(begun) == {asked(begun).question.id: right(asked(begun))}


def test_going_back_saves_too(client, begun):
    client.get(at(begun, 2))
    response = client.submit(answer=right(asked(begun, 2)), button=("go", "prev"))
    assert response.headers["Location"] == at(begun, 1)
    assert stored(begun) == {asked(begun, 2).question.id: right(asked(begun, 2))}


def test_after_the_last_question_comes_the_review(client, begun):
    client.get(at(begun, 4))
    response = client.submit(answer=right(asked(begun, 4)), button=("go", "next"))
    assert response.headers["Location"] == f"/attempts/{begun.code}/review"


def test_a_question_may_be_passed_by(client, begun):
    client.get(at(begun))
    assert client.submit(button=("go", "next")).headers["Location"] == at(begun, 2)
    assert stored(begun) == {}


def test_all_ticks_can_be_taken_away(client, begun):
    one = of_kind(begun, "multiple")
    attempts.save(begun, seq=0, answers={one.question.id: ["a", "b"]})
    client.get(at(begun, one.number))
    client.submit(answer=None)
    assert stored(begun) == {one.question.id: []}


def test_a_double_click_is_one_step(client, begun):
    client.get(at(begun))
    for _click in range(2):
        assert client.submit(answer=right(asked(begun))).status_code == 303
    assert db.session.query(Step).count() == 1


@pytest.mark.parametrize("question", [None, "", "nobody", "c1-00"])
def test_a_form_without_a_question_of_this_paper_is_bad(question, client, begun):
    client.get(at(begun))
    assert client.submit(question=question, answer="a").status_code == 400
    assert stored(begun) == {}


@pytest.mark.parametrize("chosen", ["z", ["a", "z"], "a" * 100_000, "\0"])
def test_an_impossible_answer_is_told_at_the_question(chosen, client, begun):
    client.get(at(begun))
    assert client.submit(answer=chosen).status_code == 422
    assert any("คำตอบนี้ไม่มีในตัวเลือก" in flash for flash in client.page.flashes)
    assert "ข้อ 1" in client.page.h1
    assert stored(begun) == {}
    assert client.submit(answer=right(asked(begun))).status_code == 303


def test_after_the_submit_a_save_leads_to_the_result(client, begun):
    client.get(at(begun))
    attempts.submit(begun, seq=0, answers=answers(begun))
    response = client.submit(answer=wrong(asked(begun)))
    assert (response.status_code, response.headers["Location"]) == (303, f"/attempts/{begun.code}/result")
    client.follow(response)
    assert any("ส่งแบบทดสอบนี้ไปแล้ว" in flash for flash in client.page.flashes)


def test_a_foreign_attempt_cannot_be_saved(client, cast, begun):
    client.get(at(begun))
    client.sign_in(cast.sakda).get("/learn/sample/op/quiz")
    token = client.page.form("/attempts").select("[name=csrf_token]")[0]["value"]
    response = client.post(
        f"/attempts/{begun.code}",
        data={"csrf_token": token, "seq": 0, "question": asked(begun).question.id, "answer": "a"},
    )
    assert response.status_code == 404
    assert stored(begun) == {}


def test_a_save_needs_its_token_and_a_sign_in(client, begun):
    assert client.post(f"/attempts/{begun.code}", data={"question": "op-00"}).status_code == 400
    client.get(at(begun))
    client.sign_out()
    assert client.submit(answer="a").status_code in (400, 401)
    assert stored(begun) == {}


# --- an old tab


@pytest.fixture
def stale(client, begun: Attempt) -> Attempt:
    """A tab was opened, another one answered rightly meanwhile, then the first one answers wrongly."""
    client.get(at(begun))
    attempts.save(begun, seq=0, answers={asked(begun).question.id: right(asked(begun))})
    assert client.submit(answer=wrong(asked(begun))).status_code == 409
    return begun


def words(attempt: Attempt, keys: list[str]) -> set[str]:
    return {choice.html for choice in asked(attempt).choices if choice.key in keys}


def test_an_old_tab_is_refused_with_both_versions(client, stale):
    theirs, mine = client.page.select(".half > div")
    assert {item.get_text() for item in theirs.select("li")} == words(stale, right(asked(stale)))
    assert {item.get_text() for item in mine.select("li")} == words(stale, wrong(asked(stale)))
    assert f"คำถาม {asked(stale).question.id}" in client.page.main
    assert stored(stale) == {asked(stale).question.id: right(asked(stale))}


def test_of_two_versions_the_stored_one_may_stay(client, stale):
    client.get(str(client.page.one(".half a")["href"]))
    assert {str(found["value"]) for found in client.page.select("input[checked]")} == set(right(asked(stale)))
    assert client.submit(button=("go", "next")).status_code == 303
    assert stored(stale) == {asked(stale).question.id: right(asked(stale))}


def test_of_two_versions_the_one_just_sent_may_be_taken(client, stale):
    response = client.submit()
    assert (response.status_code, response.headers["Location"]) == (303, at(stale, 2))
    assert stored(stale) == {asked(stale).question.id: wrong(asked(stale))}


def test_the_choice_between_two_versions_can_be_stale_again(client, stale):
    other = asked(stale, 2)
    attempts.save(stale, seq=1, answers={other.question.id: right(other)})
    assert client.submit().status_code == 409
    assert client.submit().status_code == 303
    assert stored(stale) == {
        asked(stale).question.id: wrong(asked(stale)),
        other.question.id: right(other),
    }


@pytest.mark.parametrize("seq", [None, "", "x", "7", "-3", "9" * 30, "9" * 5000])
def test_a_form_with_an_odd_number_overwrites_nothing(seq, client, begun):
    client.get(at(begun))
    assert client.submit(seq=seq, answer=right(asked(begun))).status_code == 409
    assert stored(begun) == {}
    assert "ยังไม่ตอบ" in client.page.select(".half > div")[0].get_text()


# --- a new edition meanwhile


def test_a_new_edition_leaves_the_open_attempt_as_it_was(client, begun):
    client.get(at(begun))
    packs.publish(packs.pack(published=("c1",), coming=("op",)))
    assert client.submit(answer=right(asked(begun))).status_code == 303
    client.get(f"/attempts/{begun.code}/review")
    client.submit("/submission")
    client.get(f"/attempts/{begun.code}/result")
    assert client.page.h1 == "ยังไม่ผ่าน"
    assert "กลับไปอ่าน" not in client.page.main


def test_whose_attempts_there_are(cast, begun):
    assert [attempt.user_id for attempt in db.session.scalars(select(Attempt))] == [cast.lamai.id]
