"""Questions changed as text: nothing but what was changed is another byte, and what is written reads back as it was meant."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from portal.authoring import question_text
from portal.authoring.question_text import (
    IdTaken,
    add_questions,
    lost_comments,
    move_question,
    remove_question,
    replace_question,
    table_of,
    tables_of,
    written,
)
from portal.authoring.quiz_text import NoSuchQuestion, NotEditable

CONTENT = Path(__file__).parents[2] / "content" / "courses"

QUIZ = """\
# แบบทดสอบของบท op
title = "แบบทดสอบ"   # ไทย
title_en = "Quiz"
pass_mark = 70

# ข้อแรก: ง่าย
[[question]]  # เปิด
id = "op-01"
kind = "single"
lesson = "why"
difficulty = "easy"  # เคยเป็น medium
text = \"\"\"ข้อใดถูก
# ไม่ใช่ comment
[[question]]
\"\"\"
fact = 'OP-01'
  [[question.choice]]
  text = "ก"   # ตัวแรก
  correct = true
  why = "ใช่"

  # ตัวหลอก
  [[question.choice]]
  text = "ข"
  correct = false
  why = "ไม่ใช่"
  [[question.choice]]
  text = "ค"
  correct = false
  why = "ไม่ใช่"

# ข้อสอง
[[question]]
id = "op-02"
kind = "short"
lesson = "why"
difficulty = "easy"
text = "ชื่อ"
accepted = [
  "กรม",  # เต็ม
  "กรมฯ",
]
why = "เพราะ"
advice = true


[[question]]
id = "op-03"
kind = "numeric"
lesson = "why"
difficulty = "easy"
text = "เท่าไร"
answer = 12.50  # ร้อยละ
why = "คำนวณ"
advice = true
[feedback]
score = "never"
""".encode()


def ids(body: bytes) -> list[Any]:
    return [table["id"] for table in tomllib.loads(body.decode())["question"]]


def with_(id_: str, body: bytes = QUIZ, **changes: Any) -> bytes:
    table = table_of(body, id_) | changes
    return replace_question(body, id_, {key: value for key, value in table.items() if value is not None})


def diff(before: bytes, after: bytes) -> tuple[list[str], list[str]]:
    """The lines that are gone and those that are new."""
    old, new = before.decode().split("\n"), after.decode().split("\n")
    gone, come = list(old), list(new)
    for line in new:
        if line in gone:
            gone.remove(line)
    for line in old:
        if line in come:
            come.remove(line)
    return gone, come


@pytest.mark.parametrize("path", sorted(CONTENT.glob("*/*/quiz.toml")), ids=lambda path: path.parts[-3:-1])
def test_a_question_put_in_its_own_place_changes_no_byte(path: Path) -> None:
    """Each between its neighbours, for a whole file is read anew for every change; in the whole file the last one."""
    body = path.read_bytes()
    head, *blocks = re.split(rb"^(?=\[\[question\]\])", body, flags=re.M)
    whole = tables_of(body)
    assert len(blocks) == len(whole)
    comes_back(body, whole[-1])
    for at, table in enumerate(whole):
        piece = b"".join([head, *blocks[max(at - 1, 0) : at + 2]])
        assert table in tables_of(piece)
        comes_back(piece, table)


def comes_back(body: bytes, table: dict[str, Any]) -> None:
    assert replace_question(body, table["id"], dict(table)) == body
    again = replace_question(body, table["id"], {**table, "difficulty": "?"})
    assert again != body
    assert replace_question(again, table["id"], table) == body


@pytest.mark.parametrize("path", sorted(CONTENT.glob("*/*/quiz.toml")), ids=lambda path: path.parts[-3:-1])
def test_what_is_written_reads_back_and_looks_like_what_authors_write(path: Path) -> None:
    for table in tables_of(path.read_bytes()):
        assert tomllib.loads(written(table))["question"] == [table]


def test_one_changed_value_is_one_changed_line_and_keeps_the_comment_beside_it() -> None:
    gone, come = diff(QUIZ, with_("op-01", difficulty="hard"))
    assert gone == ['difficulty = "easy"  # เคยเป็น medium']
    assert come == ['difficulty = "hard"  # เคยเป็น medium']


def test_a_changed_choice_leaves_the_others_and_their_comments() -> None:
    table = table_of(QUIZ, "op-01")
    table["choice"][1] = {"text": "ข ใหม่", "correct": False, "why": "ไม่ใช่"}
    gone, come = diff(QUIZ, replace_question(QUIZ, "op-01", table))
    assert (gone, come) == (['  text = "ข"'], ['  text = "ข ใหม่"'])


def test_choices_in_another_order_take_their_comments_along() -> None:
    table = table_of(QUIZ, "op-01")
    table["choice"].reverse()
    after = replace_question(QUIZ, "op-01", table)
    assert table_of(after, "op-01") == table
    assert lost_comments(QUIZ, after) == []
    assert (
        after.decode().index("# ตัวหลอก")
        < after.decode().index('text = "ข"')
        < after.decode().index("# ตัวแรก")
    )


def test_new_keys_stand_where_authors_write_them() -> None:
    after = with_("op-01", topic="context", why="รวม").decode().split("\n")
    at = after.index('topic = "context"')
    assert after[at - 1] == 'difficulty = "easy"  # เคยเป็น medium'
    assert after[after.index('why = "รวม"') - 1] == '"""'


def test_a_key_that_goes_takes_only_its_own_line() -> None:
    after = with_("op-03", answer=None, accepted=["12"], kind="short")
    assert table_of(after, "op-03")["accepted"] == ["12"]
    assert lost_comments(QUIZ, after) == ["# ร้อยละ"]


def test_comments_inside_of_a_changed_list_are_told_as_lost() -> None:
    after = with_("op-02", accepted=["กรม"])
    assert lost_comments(QUIZ, after) == ["# เต็ม"]
    assert b"# \xe0" in after


def test_a_new_question_comes_after_the_last_one_and_before_other_tables() -> None:
    new = {
        "id": "op-04",
        "kind": "writing",
        "lesson": "why",
        "difficulty": "easy",
        "text": "เขียน",
        "advice": True,
    }
    after = add_questions(QUIZ, [{**new, "criterion": [{"text": "ก"}, {"text": "ข"}, {"text": "ค"}]}])
    assert ids(after) == ["op-01", "op-02", "op-03", "op-04"]
    assert diff(QUIZ, after)[0] == []
    assert tomllib.loads(after.decode())["feedback"] == {"score": "never"}


def test_a_first_question_comes_into_a_file_without_any() -> None:
    body = 'title = "ก"'.encode()
    after = add_questions(body, [{"id": "a", "text": "x"}])
    assert after.decode() == 'title = "ก"\n\n[[question]]\nid = "a"\ntext = """x"""\n'
    assert add_questions(after, []) == after
    assert remove_question(after, "a") == 'title = "ก"\n'.encode()


def test_a_removed_question_takes_its_comments_and_nothing_else() -> None:
    after = remove_question(QUIZ, "op-02")
    assert ids(after) == ["op-01", "op-03"]
    assert lost_comments(QUIZ, after) == ["# ข้อสอง", "# เต็ม"]
    assert diff(QUIZ, after)[1] == []


def test_a_moved_question_takes_its_comments_along() -> None:
    after = move_question(QUIZ, "op-02", 0)
    assert ids(after) == ["op-02", "op-01", "op-03"]
    assert lost_comments(QUIZ, after) == []
    assert after.decode().index("# ข้อสอง") < after.decode().index("# ข้อแรก")
    assert move_question(after, "op-02", 1) == QUIZ
    assert move_question(QUIZ, "op-03", 99) == QUIZ
    assert ids(move_question(QUIZ, "op-01", 99)) == ["op-02", "op-03", "op-01"]


def test_line_ends_and_the_mark_of_windows_stay() -> None:
    windows = b"\xef\xbb\xbf" + QUIZ.replace(b"\n", b"\r\n")
    after = with_("op-03", windows, difficulty="hard")
    assert after == b"\xef\xbb\xbf" + with_("op-03", difficulty="hard").replace(b"\n", b"\r\n")


def test_what_cannot_be_done_is_refused() -> None:
    with pytest.raises(NoSuchQuestion, match="op-09"):
        remove_question(QUIZ, "op-09")
    with pytest.raises(IdTaken, match="op-01"):
        with_("op-02", id="op-01")
    with pytest.raises(IdTaken):
        add_questions(QUIZ, [{"id": "new"}, {"id": "new"}])
    for body in (b"title = ", b"\xff", b'question = [{id = "a"}]', b"question = 1", b"[question]\nid = 'a'"):
        with pytest.raises(NotEditable):
            add_questions(body, [{"id": "new"}])
    with pytest.raises(NotEditable):
        written({"id": "a", "text": object()})


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    ['"""', '""""', '\\"', "a\\", "\n", "\nก\n", "'''", "# ก", "[[question]]", 'ก"', "\r\n", "\x00", "\t"]
)
rows = st.fixed_dictionaries({"text": texts, "correct": st.booleans(), "why": texts})
tables: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"id": texts, "text": texts},
    optional={
        "why": texts,
        "answer": st.integers(-9, 9) | st.floats(allow_nan=False),
        "accepted": st.lists(texts, max_size=3),
        "tones": st.booleans(),
        "choice": st.lists(rows, min_size=1, max_size=4),
        "pair": st.lists(st.fixed_dictionaries({"left": texts, "right": texts}), min_size=1, max_size=3),
    },
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(tables, min_size=1, max_size=3, unique_by=lambda table: table["id"]), tables, st.integers(0, 3)
)
def test_any_question_can_be_added_replaced_moved_and_removed(
    first: list[dict[str, Any]], other: dict[str, Any], place: int
) -> None:
    body = add_questions(b"title = 'x' # y\n", first)
    assert tables_of(body) == first
    id_ = first[0]["id"]
    replaced = replace_question(body, id_, {**other, "id": id_})
    assert tables_of(replaced) == [{**other, "id": id_}, *first[1:]]
    assert replace_question(replaced, id_, first[0]) is not None
    moved = move_question(body, id_, place)
    assert {table["id"] for table in tables_of(moved)} == {table["id"] for table in first}
    assert tables_of(remove_question(body, id_)) == first[1:]


def test_a_thousand_questions_are_quick_enough() -> None:
    many = [
        {"id": f"q-{n}", "text": "ข้อ", "choice": [{"text": "ก", "correct": True}] * 4} for n in range(1000)
    ]
    assert len(question_text.tables_of(add_questions(QUIZ, many))) == 1003
