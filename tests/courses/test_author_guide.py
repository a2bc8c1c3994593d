"""The guide for authors shows what the checker takes."""

import re
from pathlib import Path

from config import ROOT
from portal.courses import pack
from tests.courses import packs

GUIDE = (ROOT / "docs" / "content.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"^## [^\n]*`([\w./]+)`\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_examples_of_the_guide_are_a_sound_course(tmp_path: Path) -> None:
    files = {path: text.encode() for path, text in EXAMPLE.findall(GUIDE)}
    assert sorted(files) == ["course.toml", "op/quiz.toml", "op/why.md"]
    assert [str(finding) for finding in packs.checked(tmp_path, files)] == []


def test_the_guide_names_the_limits_as_they_are() -> None:
    assert f"{pack.MOST_BYTES_OF_TEXT // 1024} กิโลไบต์ต่อไฟล์" in GUIDE
    assert f"ภาพไม่เกิน {pack.MOST_BYTES_OF_AN_IMAGE // 1024**2} เมกะไบต์" in GUIDE
    assert f"ไม่เกิน {pack.MOST_BYTES // 1024**2} เมกะไบต์" in GUIDE
