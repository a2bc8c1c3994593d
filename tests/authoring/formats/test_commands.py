"""Questions brought in and given out at a shell: said first, kept in the draft, never published by itself."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from portal.authoring import drafts, moodle_xml
from portal.core.db import db
from portal.courses import editions
from tests.courses import packs

CODE = packs.CODE
FILES = Path(__file__).parent
Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    editions.publish(CODE, packs.sound(), by=None)
    db.session.commit()
    runner = app.test_cli_runner()

    def invoke(*arguments: object) -> Result:
        db.session.commit()
        result = runner.invoke(args=["quizzes", *map(str, arguments)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return invoke


def test_a_dry_run_says_what_would_come_and_keeps_nothing(run: Run) -> None:
    done = run("import", CODE, "op", FILES / "moodle.xml", "--lesson", "why", "--dry-run")
    assert done.exit_code == 0
    assert "moodle.xml:15: c1-ext-01 single\n  ขาด why\n" in done.output
    assert "moodle.xml:219: คำถามชนิด calculated" in done.output
    assert "come 9, left out 2, there already 0, to be mended before publishing 2, images 1" in done.output
    assert done.output.endswith("dry run: nothing was kept\n")
    assert drafts.of(CODE) is None


def test_what_is_brought_in_waits_in_the_draft(run: Run) -> None:
    assert run("import", CODE, "op", FILES / "questions.gift", "--lesson", "how").exit_code == 0
    draft = drafts.of(CODE)
    assert draft is not None
    assert b'id = "g-01"' in drafts.files_of(draft)["op/quiz.toml"]
    assert len(editions.history(CODE)) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("none", "op", "--lesson", "why"), "ไม่มีแบบทดสอบ op"),
        ((CODE, "none", "--lesson", "why"), "ไม่มีแบบทดสอบ none"),
        ((CODE, "op", "--lesson", "none"), "ไม่มีบทเรียน none"),
        ((CODE, "c1", "--lesson", "why"), "ไม่มีบทเรียน why"),
        ((CODE, "op", "--lesson", "why", "--by", "nobody@demo.example"), "nobody@demo.example"),
    ],
)
def test_a_wrong_place_is_refused_in_words(run: Run, arguments: tuple[str, ...], said: str) -> None:
    course, module, *more = arguments
    done = run("import", course, module, FILES / "questions.gift", *more)
    assert done.exit_code != 0
    assert said in done.output
    assert drafts.of(CODE) is None


def test_a_file_that_is_none_of_the_formats_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.xml").write_bytes(b"<html/>")
    done = run("import", CODE, "op", tmp_path / "x.xml", "--lesson", "why")
    assert (done.exit_code, "<html>" in done.output) == (1, True)


def test_the_questions_go_out_for_moodle(run: Run, tmp_path: Path) -> None:
    assert run("export", CODE, "op", tmp_path / "op.xml").exit_code == 0
    found = moodle_xml.read((tmp_path / "op.xml").read_bytes(), "op.xml")
    assert [table["id"] for table in found.tables] == ["op-01", "op-02", "op-03"]
    assert run("export", CODE, "op", tmp_path / "op.gift").exit_code == 0
    assert run("export", CODE, "op", tmp_path / "op.docx").exit_code == 2
