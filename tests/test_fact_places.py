"""Facts: what content/ rests on has a number, every number has its place, and the table for authors tells the truth."""

from pathlib import Path

import pytest

from config import ROOT
from portal import content, fact_places
from portal.core.toml import BadContent
from portal.fact_places import Place

CONTENT = ROOT / "content"
LIST = 'seed = 2\n[brief]\nC1-01 = "H"\nC1-02 = "M"\n'
LESSON = '+++\ntitle = "บท"\nfacts = ["F01", "C1-01"]\n+++\nเนื้อหา facts = ["F02"]\n'
QUIZ = '[[question]]\nid = "op-01"\nseed = "F01"\n[[question]]\nid = "op-02"\nfact = "C1-01"\n'
TALKS = 'facts = ["F02"]\n[[talk]]\ncode = "first"\nfacts = ["F01"]\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {
        "facts.toml": LIST,
        "courses/sample/op/why.md": LESSON,
        "courses/sample/op/quiz.toml": QUIZ,
        "workshops/w.toml": TALKS,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def test_every_use_is_found_with_its_file_and_what_uses_it(folder: Path) -> None:
    assert list(fact_places.places(folder)) == [
        Place("F01", "courses/sample/op/quiz.toml", "op-01"),
        Place("C1-01", "courses/sample/op/quiz.toml", "op-02"),
        Place("F01", "courses/sample/op/why.md", ""),
        Place("C1-01", "courses/sample/op/why.md", ""),
        Place("F02", "workshops/w.toml", ""),
        Place("F01", "workshops/w.toml", "first"),
    ]


def test_what_nothing_uses_is_named(folder: Path) -> None:
    assert fact_places.unused(folder) == ["C1-02"]


def test_the_table_has_a_row_for_every_fact(folder: Path) -> None:
    rows = fact_places.table(folder).split("\n")
    assert (
        "| F01 | S | [courses/sample/op/why.md](courses/sample/op/why.md) · [workshops/w.toml](workshops/w.toml) "
        "| [sample](courses/sample/op/quiz.toml) op-01 |"
    ) in rows
    assert "| C1-02 | M | – | – |" in rows


def test_a_fact_that_is_not_in_the_list_is_told_at_its_line(folder: Path) -> None:
    (folder / "courses/sample/op/quiz.toml").write_text(QUIZ.replace("C1-01", "C1-09"), "utf-8")
    assert [(one.file, one.line) for one in fact_places.check(folder)] == [("courses/sample/op/quiz.toml", 6)]


def test_it_stops_a_check(folder: Path) -> None:
    (folder / "facts.toml").write_text("seed = 1", "utf-8")
    with pytest.raises(BadContent, match=r"facts\.toml"):
        content._check_facts(folder)


def test_content_without_a_list_is_asked_nothing(folder: Path) -> None:
    (folder / "facts.toml").unlink()
    assert fact_places.check(folder) == []
    assert fact_places.unused(folder) == []


def test_a_file_that_cannot_be_read_is_for_others_to_tell(folder: Path) -> None:
    (folder / "workshops/w.toml").write_bytes(b"\xff\xfe = broken")
    assert fact_places.check(folder) == []


def test_every_fact_of_ours_is_taught_asked_or_shown() -> None:
    assert len(fact_places.known(CONTENT)) == 88 + 116
    assert fact_places.unused(CONTENT) == []


def test_the_table_of_ours_is_up_to_date() -> None:
    """`flask content facts` writes it."""
    assert (CONTENT / fact_places.TABLE).read_text("utf-8") == fact_places.table(CONTENT)
