"""The guide for authors shows what the checker takes."""

import re
from pathlib import Path

from config import ROOT
from portal.courses import pack
from portal.courses.course import QuestionKind
from tests.courses import packs

GUIDE = (ROOT / "docs" / "content.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"^## [^\n]*`([\w./]+)`\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_examples_of_the_guide_are_a_sound_course(tmp_path: Path) -> None:
    files = {path: text.encode() for path, text in EXAMPLE.findall(GUIDE)}
    assert sorted(files) == ["course.toml", "glossary.toml", "op/quiz.toml", "op/why.md"]
    assert [str(finding) for finding in packs.checked(tmp_path, files)] == []


def _blocks(heading: str) -> list[str]:
    """The TOML examples below a heading of the guide."""
    section = GUIDE.partition(f"## {heading}")[2].partition("\n## ")[0]
    return re.findall(r"^```toml\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


def test_the_examples_of_settings_and_of_every_kind_are_a_sound_quiz(tmp_path: Path) -> None:
    files = {path: text.encode() for path, text in EXAMPLE.findall(GUIDE)}
    (settings,) = _blocks("กติกาของแบบทดสอบ")
    kinds = "".join(_blocks("คำถามทุกชนิด"))
    assert set(re.findall(r'^kind = "(\w+)"', kinds, re.MULTILINE)) == set(QuestionKind) - {
        "single",
        "true_false",
    }
    asked = kinds.replace('lesson = "why"', 'lesson = "why"\ntopic = "op-context"')
    files["op/quiz.toml"] = (settings + asked).encode()
    assert [str(finding) for finding in packs.checked(tmp_path, files)] == []


def test_the_guide_names_the_limits_as_they_are() -> None:
    assert f"{pack.MOST_BYTES_OF_TEXT // 1024} กิโลไบต์ต่อไฟล์" in GUIDE
    assert f"ภาพไม่เกิน {pack.MOST_BYTES_OF_AN_IMAGE // 1024**2} เมกะไบต์" in GUIDE
    assert f"ไม่เกิน {pack.MOST_BYTES // 1024**2} เมกะไบต์" in GUIDE
