"""Questions of every kind made and changed by forms: what the form writes is what an author would have written by hand."""

from typing import Any

import pytest

from portal.accounts.models import Role, User
from portal.authoring import drafts, question_text, settings_text
from portal.core.db import db
from portal.courses import checker
from tests.authoring.authoring_pages import CODE, COURSE, QUIZ, change, draft, file, published
from tests.cast import Cast, person
from tests.courses import packs
from tests.pages import Client

COMMON = {"lesson": "why", "difficulty": "easy", "source": "advice", "why": "เพราะเป็นเช่นนั้น"}
CHOICE = [("ก", True), ("ข", False), ("ค", False)]


def choices(*rows: tuple[str, bool], weights: tuple[str, ...] = ()) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for at, (text, is_right) in enumerate(rows):
        fields |= {f"choice-{at}-text": text, f"choice-{at}-why": f"เหตุผล {text}"}
        fields |= {f"choice-{at}-correct": "y"} if is_right else {}
    return fields | {f"choice-{at}-weight": weight for at, weight in enumerate(weights)}


# What is filled in, and the table that comes of it.
KINDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "single": (
        choices(*CHOICE),
        {"choice": [{"text": t, "correct": r, "why": f"เหตุผล {t}"} for t, r in CHOICE]},
    ),
    "multiple": (
        choices(*CHOICE, weights=("100", "-50", "0"))
        | {"credit": "weights", "topic": "op-context", "time": "60"},
        {
            "credit": "weights",
            "topic": "op-context",
            "time": 60,
            "choice": [
                {"text": t, "correct": r, "why": f"เหตุผล {t}", "weight": w}
                for (t, r), w in zip(CHOICE, (100, -50, 0), strict=True)
            ],
        },
    ),
    "true_false": (
        {"choice-0-why": "ใช่", "choice-1-why": "ไม่", "choice-1-correct": "y"},
        {
            "choice": [
                {"text": "ถูก", "correct": False, "why": "ใช่"},
                {"text": "ผิด", "correct": True, "why": "ไม่"},
            ]
        },
    ),
    "matching": (
        {
            "pair-0-left": "ก",
            "pair-0-right": "1",
            "pair-1-left": "ข",
            "pair-1-right": "2",
            "others": "3\r\n\r\n 4 ",
            "credit": "share",
        },
        {
            "credit": "share",
            "others": ["3", "4"],
            "pair": [{"left": "ก", "right": "1"}, {"left": "ข", "right": "2"}],
        },
    ),
    "ordering": (
        {"item-0-text": "หนึ่ง", "item-1-text": "สอง", "item-2-text": "สาม"},
        {"item": [{"text": "หนึ่ง"}, {"text": "สอง"}, {"text": "สาม"}]},
    ),
    "numeric": (
        {"answer": "๑,๒๓๔.๕", "tolerance": "0.5", "unit": "ร้อยละ"},
        {"answer": 1234.5, "tolerance": 0.5, "unit": "ร้อยละ"},
    ),
    "short": (
        {
            "accepted": "กรม\r\nสำนัก",
            "edits": "1",
            "tones": "y",
            "wrong-0-text": "กอง",
            "wrong-0-why": "เล็กกว่า",
            "source": "fact",
            "source_code": "OP-03",
        },
        {
            "accepted": ["กรม", "สำนัก"],
            "edits": 1,
            "tones": True,
            "wrong": [{"text": "กอง", "why": "เล็กกว่า"}],
            "fact": "OP-03",
        },
    ),
    "cloze": (
        {
            "text": "ใช้ {{1}} และ {{2}}",
            "gap-0-accepted": "ADLI",
            "gap-1-options": "12\r\n13",
            "gap-1-answer": "12",
        },
        {
            "text": "ใช้ {{1}} และ {{2}}",
            "gap": [{"accepted": ["ADLI"]}, {"options": ["12", "13"], "answer": "12"}],
        },
    ),
    "writing": (
        {
            "criterion-0-text": "ก",
            "criterion-1-text": "ข",
            "criterion-2-text": "ค",
            "criterion-2-why": "สำคัญ",
            "least": "60",
            "most": "200",
            "model": "ย่อหน้าที่ดี\r\n\r\nสองย่อหน้า",
        },
        {
            "least": 60,
            "most": 200,
            "model": "ย่อหน้าที่ดี\n\nสองย่อหน้า",
            "criterion": [{"text": "ก"}, {"text": "ข"}, {"text": "ค", "why": "สำคัญ"}],
        },
    ),
}


@pytest.fixture
def orn(client: Client, cast: Cast) -> Client:
    return published(client, cast.orn)


@pytest.fixture
def ying(orn: Client) -> User:
    return person("ying@demo.example", "หญิง ร่วมจัด", Role.ORGANIZER)


def table(id_: str) -> dict[str, Any]:
    return question_text.table_of(file("op/quiz.toml").encode(), id_)


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_of_every_kind_is_made_by_a_form_and_comes_back_unchanged(orn: Client, kind: str) -> None:
    fields, told = KINDS[kind]
    orn.get(f"{QUIZ}/questions/new/{kind}")
    response = (
        orn.submit("/questions/new/", text="ข้อใด\r\n\r\n- หนึ่ง", **(COMMON | fields))
        if kind != "cloze"
        else orn.submit("/questions/new/", **(COMMON | fields))
    )
    assert response.status_code == 303, (orn.page.errors, orn.page.main[:500])
    orn.follow(response)
    expected = {"id": "op-04", "kind": kind, "lesson": "why", "difficulty": "easy", "why": COMMON["why"]}
    expected |= {"text": "ข้อใด\n\n- หนึ่ง"} | ({} if "fact" in told else {"advice": True}) | told
    assert table("op-04") == expected
    assert checker.check(CODE, drafts.files_of(draft())) == []
    assert file("op/quiz.toml").startswith(packs.QUIZ.rstrip("\n"))
    before = file("op/quiz.toml")
    orn.get(f"{QUIZ}/questions/op-04")
    orn.follow(orn.submit("/questions/op-04"))
    assert file("op/quiz.toml") == before


def test_every_question_of_the_file_comes_back_from_its_form_unchanged(orn: Client) -> None:
    for id_ in ("op-01", "op-02", "op-03"):
        orn.get(f"{QUIZ}/questions/{id_}")
        orn.follow(orn.submit(f"/questions/{id_}"))
    assert drafts.changes_of(draft()) == {}


def test_one_changed_field_is_one_changed_line_and_comments_stay(orn: Client) -> None:
    change("op/quiz.toml", 'difficulty = "easy"', '# ทบทวนแล้ว\ndifficulty = "easy"  # เดิมยาก')
    before = file("op/quiz.toml")
    orn.get(f"{QUIZ}/questions/op-01")
    orn.follow(orn.submit("/questions/op-01", difficulty="hard"))
    assert file("op/quiz.toml") == before.replace('"easy"  #', '"hard"  #')


def test_comments_that_are_lost_are_told(orn: Client) -> None:
    change("op/quiz.toml", '  text = "ค"\n', '  text = "ค"\n  # ตัวหลอก\n')
    orn.get(f"{QUIZ}/questions/op-01")
    other: dict[str, Any] = {"choice-2-text": "ง", "choice-2-why": "เพราะ"}
    orn.follow(orn.submit("/questions/op-01", **other))
    assert "หมายเหตุในไฟล์ที่หายไป" not in orn.page.text
    orn.get(QUIZ)
    orn.follow(orn.submit("/questions/op-01/removal"))
    assert "หมายเหตุในไฟล์ที่หายไปกับส่วนที่แก้: # ตัวหลอก" in orn.page.text


def test_a_choice_is_taken_out_by_emptying_it(orn: Client) -> None:
    orn.get(f"{QUIZ}/questions/op-02")
    empty: dict[str, Any] = {"choice-0-text": "", "choice-0-why": ""}
    assert orn.submit("/questions/op-02", **empty).status_code == 303
    assert [one["text"] for one in table("op-02")["choice"]] == ["ข", "ค"]


@pytest.mark.parametrize(
    ("kind", "fields", "says"),
    [
        ("single", choices(("ก", True), ("ข", True), ("ค", False)), "เพียงข้อเดียว"),
        ("single", choices(("ก", True)), "ตัวเลือก"),
        ("multiple", choices(("ก", True), ("ข", True)), "ผิดอย่างน้อยหนึ่ง"),
        ("numeric", {"answer": "สิบสอง"}, "ตัวเลข"),
        ("numeric", {"answer": "12,5"}, "ตัวเลข"),
        ("numeric", {"answer": "1", "why": ""}, "why"),
        ("ordering", {"item-0-text": "ก", "item-1-text": "ข"}, "3"),
        ("single", choices(*CHOICE) | {"text": "<b>หนา</b>"}, "HTML"),
        ("single", choices(*CHOICE) | {"text": ""}, "กรอก"),
        ("single", choices(*CHOICE) | {"source": "fact"}, "กรอกรหัส"),
        ("single", choices(*CHOICE) | {"source": "fact", "source_code": "x"}, "C1-04"),
        ("single", choices(*CHOICE) | {"id": "op-01"}, "ใช้แล้ว"),
        ("single", choices(*CHOICE) | {"id": "ข้อ 1"}, "a–z"),
        ("single", choices(*CHOICE) | {"lesson": "none"}, "รายการ"),
        ("single", choices(*CHOICE) | {"choice-0-weight": "มาก"}, "จำนวนเต็ม"),
        ("short", {"accepted": ""}, "accepted"),
        ("cloze", {"text": "ไม่มีช่อง", "gap-0-accepted": "ก"}, ""),
    ],
)
def test_what_no_quiz_may_hold_is_refused_with_all_that_was_typed(
    orn: Client, kind: str, fields: dict[str, Any], says: str
) -> None:
    orn.get(f"{QUIZ}/questions/new/{kind}")
    data = COMMON | {"text": "คำถามที่พิมพ์ไว้"} | fields
    assert orn.submit("/questions/new/", **data).status_code == 422
    assert says in orn.page.one(".errors").get_text()
    assert orn.page.one("#edit-text").get_text().strip() == data["text"]
    assert drafts.of(CODE) is None or drafts.changes_of(draft()) == {}


def test_two_organizers_change_two_questions_of_one_quiz(orn: Client, ying: User) -> None:
    orn.get(f"{QUIZ}/questions/op-01")
    change("op/quiz.toml", 'difficulty = "medium"', 'difficulty = "hard"', ying)
    orn.follow(orn.submit("/questions/op-01", difficulty="hard"))
    assert (table("op-01")["difficulty"], table("op-02")["difficulty"]) == ("hard", "hard")


def test_the_second_of_two_on_one_question_sees_both(orn: Client, ying: User) -> None:
    orn.get(f"{QUIZ}/questions/op-01")
    change("op/quiz.toml", "ข้อใด**ถูก**", "ข้อใดถูกต้อง", ying)
    assert orn.submit("/questions/op-01", text="ข้อใดใช่").status_code == 409
    told = orn.page.one(".clash table").get_text()
    assert "ข้อใดถูกต้อง" in told
    assert "ข้อใดใช่" in told
    orn.follow(orn.submit("/questions/op-01"))
    assert table("op-01")["text"] == "ข้อใดใช่"


def test_of_a_question_taken_out_meanwhile_nothing_comes_back_by_itself(orn: Client, ying: User) -> None:
    orn.get(QUIZ)
    page = orn.page
    body = file_now = packs.QUIZ.encode()
    drafts.write(
        drafts.begin(CODE, ying),
        "op/quiz.toml",
        question_text.remove_question(body, "op-01"),
        version=drafts.version(file_now),
        by=ying,
    )
    db.session.commit()
    orn.page = page
    assert orn.submit("/questions/op-01/removal").status_code == 409
    assert orn.get(f"{QUIZ}/questions/op-01").status_code == 404


def test_the_list_shows_what_is_asked_not_its_markdown(orn: Client, ying: User) -> None:
    change("op/quiz.toml", "ข้อใด**ถูก**", "อ่าน **ร่าง** นี้ `ก` [ดู](why)", ying)
    orn.get(QUIZ)
    assert "อ่าน ร่าง นี้ ก ดู" in orn.page.text


def test_questions_move_and_an_old_removal_is_refused(orn: Client, ying: User) -> None:
    orn.get(QUIZ)
    orn.follow(orn.submit("/questions/op-01/place", by="1"))
    ids = [one["id"] for one in question_text.tables_of(file("op/quiz.toml").encode())]
    assert ids == ["op-02", "op-01", "op-03"]
    change("op/quiz.toml", "ข้อใด**ถูก**", "ข้อใดถูกต้อง", ying)
    assert orn.submit("/questions/op-01/removal").status_code == 409
    assert orn.submit("/questions/op-03/place", by="9").status_code == 400


def test_settings_are_keys_of_the_file(orn: Client) -> None:
    orn.get(f"{QUIZ}/settings")
    orn.follow(orn.submit("/settings"))
    assert drafts.changes_of(draft()) == {}
    orn.get(f"{QUIZ}/settings")
    fields: dict[str, Any] = {
        "time_limit": "30",
        "attempts": "3",
        "wait": "10",
        "counts": "latest",
        "answers": "never",
        "draw": "",
    }
    orn.follow(orn.submit("/settings", **fields))
    settings = settings_text.settings_of(file("op/quiz.toml").encode())
    assert settings["feedback"] == {"answers": "never"}
    assert {key: settings.get(key) for key in ("time_limit", "attempts", "wait", "counts", "draw")} == {
        "time_limit": 30,
        "attempts": 3,
        "wait": 10,
        "counts": "latest",
        "draw": None,
    }
    assert question_text.tables_of(file("op/quiz.toml").encode()) == question_text.tables_of(
        packs.QUIZ.encode()
    )
    orn.get(f"{QUIZ}/settings")
    orn.follow(
        orn.submit(
            "/settings", time_limit="", attempts="", wait="", counts="best", answers="submit", draw="2"
        )
    )
    assert settings_text.settings_of(file("op/quiz.toml").encode()).get("time_limit") is None


def test_questions_are_drawn_by_topic(orn: Client) -> None:
    for id_, topic in (("op-01", "one"), ("op-02", "one"), ("op-03", "two")):
        orn.get(f"{QUIZ}/questions/{id_}")
        orn.follow(orn.submit(f"/questions/{id_}", topic=topic))
    orn.get(f"{QUIZ}/settings")
    draws: dict[str, Any] = {
        "draws-0-topic": "one",
        "draws-0-count": "1",
        "draws-1-topic": "two",
        "draws-1-count": "1",
    }
    assert orn.submit("/settings", **draws).status_code == 422
    orn.follow(orn.submit("/settings", draw="", **draws))
    settings = settings_text.settings_of(file("op/quiz.toml").encode())
    assert settings["draw"] == [{"topic": "one", "count": 1}, {"topic": "two", "count": 1}]
    assert checker.check(CODE, drafts.files_of(draft())) == []


@pytest.mark.parametrize(
    "fields", [{"pass_mark": "0"}, {"pass_mark": "x"}, {"draw": "99"}, {"title": ""}, {"grace": "301"}]
)
def test_settings_that_no_quiz_may_have_are_refused(orn: Client, fields: dict[str, Any]) -> None:
    orn.get(f"{QUIZ}/settings")
    assert orn.submit("/settings", **fields).status_code == 422
    assert drafts.of(CODE) is None or drafts.changes_of(draft()) == {}


def test_settings_changed_by_another_are_shown(orn: Client, ying: User) -> None:
    orn.get(f"{QUIZ}/settings")
    change("op/quiz.toml", "pass_mark = 70", "pass_mark = 80", ying)
    assert orn.submit("/settings", pass_mark="60").status_code == 409
    orn.follow(orn.submit("/settings"))
    assert "pass_mark = 60" in file("op/quiz.toml")


def test_more_rows_than_a_form_takes_are_refused_not_lost(orn: Client) -> None:
    orn.get(f"{QUIZ}/questions/new/single")
    rows: dict[str, Any] = COMMON | choices(*((f"ข้อ {n}", n == 0) for n in range(60)))
    assert orn.submit("/questions/new/", text="x", **rows).status_code == 422


def test_a_quiz_without_questions_says_what_to_do(orn: Client) -> None:
    orn.get(f"{COURSE}/modules/c1/quiz/new")
    orn.follow(orn.submit(title_th="แบบทดสอบ", title_en="Quiz", pass_mark="70"))
    assert "ยังไม่มีคำถาม" in orn.page.text
