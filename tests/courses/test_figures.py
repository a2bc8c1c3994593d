"""Figures of the invented agency: readers see the value alone, and one name has one value in every lesson and course."""

from pathlib import Path

from portal.courses import loading, reader
from portal.courses.figures import figures_in
from tests.courses import packs
from tests.courses.packs import CODE, checked, sound, spoiled, write

TAG = "{กรมตัวอย่าง:บุคลากรปี 2565=2,480}"


def tagged(text: str = TAG, other: str | None = None) -> dict[str, bytes]:
    files = spoiled("op/why.md", "**ข้อความ**", f"มี {text} คน **ข้อความ**")
    return (
        spoiled("op/quiz.toml", "ข้อใด**ถูก**", f"จาก {other} คน ข้อใด**ถูก**", files=files) if other else files
    )


def test_readers_see_the_value_and_not_the_tag() -> None:
    course, _prose = reader.read(CODE, tagged(other=TAG))
    op = course.module("op") if course else None
    assert op is not None
    assert op.quiz is not None
    assert "2,480 คน" in op.lessons[0].html
    assert "2,480 คน" in op.quiz.questions[0].html
    assert "{" not in op.lessons[0].html + op.quiz.questions[0].html


def test_the_same_value_twice_is_no_fault(tmp_path: Path) -> None:
    assert checked(tmp_path, tagged(other=TAG)) == []


def test_another_value_for_the_same_name_is_told_with_both_places(tmp_path: Path) -> None:
    found = checked(tmp_path, tagged(other="{กรมตัวอย่าง:บุคลากรปี 2565=2,408}"))
    assert [finding.file for finding in found] == ["op/why.md"]
    assert all(word in found[0].text for word in ("2,480", "2,408", "op/quiz.toml"))


def test_what_another_course_tells_otherwise_is_told_as_well(tmp_path: Path) -> None:
    write(tmp_path / "courses" / "another", tagged("{กรมตัวอย่าง:บุคลากรปี 2565=2,408}"))
    write(tmp_path / "courses" / "sample", tagged())
    assert [finding.file for finding in loading.check_folder(tmp_path)] == ["courses/sample/op/why.md"]


def test_a_tag_without_a_value_is_a_fault_and_not_shown_as_it_is(tmp_path: Path) -> None:
    found = checked(tmp_path, tagged("{กรมตัวอย่าง:2,480}"))
    assert len(found) == 1
    assert "{กรมตัวอย่าง:ชื่อ=ค่า}" in found[0].text


def test_every_tag_is_found_with_its_line() -> None:
    found = list(figures_in(tagged()))
    assert [(one.name, one.value, one.file) for one in found] == [("บุคลากรปี 2565", "2,480", "op/why.md")]
    assert TAG in tagged()["op/why.md"].decode().split("\n")[found[0].line - 1]


def test_a_picture_holds_no_figures() -> None:
    assert list(figures_in(packs.sound() | {"img/way.svg": TAG.encode()})) == []
    assert list(figures_in(sound())) == []
