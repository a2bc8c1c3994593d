"""A course's words: what glossary.toml must say, and how lessons point to a term."""

from pathlib import Path

import pytest

from portal.courses import reader
from portal.courses.course import Term
from tests.courses.packs import CODE, checked, sound, spoiled

ADLI = """\
[[term]]
code = "adli"
th = "เอดีแอลไอ"
en = "ADLI"
text = "สี่มุมของกระบวนการ **A D L I** ดู[บทเรียน](op/why.md)"
also = ["ADLI"]
not = ["อาดลี"]
"""


def with_words(words: str = ADLI, *, link: str = "../glossary.toml#adli") -> dict[str, bytes]:
    files = spoiled("op/why.md", "**ข้อความ**", f"[เอดีแอลไอ]({link}) **ข้อความ**")
    return files | {"glossary.toml": words.encode()}


def test_a_term_has_both_languages_and_what_it_means(tmp_path: Path) -> None:
    assert checked(tmp_path, with_words()) == []
    course, _prose = reader.read(CODE, with_words())
    assert course is not None
    html = 'สี่มุมของกระบวนการ <strong>A D L I</strong> ดู<a href="/learn/sample/op/why"><span class="nb">บทเรียน</span></a>'
    assert course.glossary == (Term("adli", "เอดีแอลไอ", "ADLI", html, ("ADLI",), ("อาดลี",)),)


def test_a_lesson_links_to_a_term() -> None:
    course, _prose = reader.read(CODE, with_words())
    op = course.module("op") if course else None
    assert op is not None
    assert 'href="/learn/sample/glossary#adli"' in op.lessons[0].html


def test_a_course_without_a_glossary_has_no_terms() -> None:
    course, _prose = reader.read(CODE, sound())
    assert course is not None
    assert course.glossary == ()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('en = "ADLI"\n', "", "ขาด en"),
        ('code = "adli"', 'code = "Adli"', "code"),
        ("also = [", "aslo = [", "aslo"),
        ("สี่มุม", "- สี่มุม\\n- ", "ย่อหน้าเดียว"),
    ],
)
def test_a_broken_term_is_told_at_its_file(tmp_path: Path, old: str, new: str, told: str) -> None:
    found = checked(tmp_path, with_words(ADLI.replace(old, new)))
    assert any(finding.file == "glossary.toml" and told in finding.text for finding in found), found


def test_two_terms_of_one_code_are_refused(tmp_path: Path) -> None:
    assert any("adli" in finding.text for finding in checked(tmp_path, with_words(ADLI * 2)))


def test_a_link_to_a_term_that_is_not_there_is_told_where_it_stands(tmp_path: Path) -> None:
    found = checked(tmp_path, with_words(link="../glossary.toml#letci"))
    assert [finding.file for finding in found] == ["op/why.md"]
    assert "letci" in found[0].text
