"""What differs between two packs, in words."""

from portal.authoring import differences
from portal.authoring.differences import Change, Difference
from tests.courses import packs

QUIZ = packs.QUIZ.encode()


def changed(old: str, new: str) -> list[Difference]:
    found = differences.rows("op/quiz.toml", QUIZ, QUIZ.replace(old.encode(), new.encode(), 1))
    assert found is not None
    return found


def test_files_are_new_gone_or_changed() -> None:
    after = packs.sound() | {"op/new.md": b"x", "op/how.md": b"y"}
    del after["img/way.svg"]
    found = {one.path: one.change for one in differences.files(packs.sound(), after)}
    assert found == {"img/way.svg": Change.GONE, "op/how.md": Change.CHANGED, "op/new.md": Change.NEW}


def test_questions_are_told_one_by_one() -> None:
    assert changed("pass_mark = 70", "pass_mark = 80") == [("เกณฑ์ผ่าน (ร้อยละ)", "70", "80")]
    assert changed('"medium"', '"hard"') == [("op-02: ความยาก", "medium", "hard")]
    assert [one.label for one in changed('id = "op-03"', 'id = "op-09"')] == [
        "เพิ่มคำถาม op-09",
        "ลบคำถาม op-03",
    ]
    row = changed('text = "ก"', 'text = "กก"')[0]
    assert row.label == "op-01: ตัวเลือก"
    assert "ข้อความ: กก · ถูก: ใช่" in row.after


def test_what_is_no_quiz_or_cannot_be_read_has_no_rows() -> None:
    assert differences.rows("op/how.md", b"a", b"b") is None
    assert differences.rows("op/quiz.toml", b"a = ", QUIZ) is None
    assert differences.rows("op/quiz.toml", None, QUIZ) is None
    assert differences.told("img/way.svg", b"a", b"b") == (None, [])


def test_a_new_file_is_all_new_lines_and_one_taken_out_all_gone() -> None:
    piece = differences.lines(None, b"a\nb\n")[0]
    assert [(line.after, line.is_new) for line in piece] == [(1, True), (2, True)]
    piece = differences.lines("ก\r\nข".encode(), None)[0]
    assert [(line.before, line.is_gone) for line in piece] == [(1, True), (2, True)]
