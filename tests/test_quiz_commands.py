"""The `flask quizzes` commands as a person at a shell meets them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from portal.core.db import db
from portal.courses.course import Course
from portal.learning.models import Attempt, KeyCorrection
from portal.mail.models import OutboxMessage
from tests import packs
from tests.cast import Cast
from tests.learning.storing import submitted

Run = Callable[..., Result]
RIGHT = {"op-00": ["a"], "op-01": ["a", "b"], "op-02": ["a"], "op-03": ["a"]}


@pytest.fixture
def run(app: Flask) -> Run:
    runner = app.test_cli_runner()

    def invoke(*arguments: object) -> Result:
        db.session.commit()
        result = runner.invoke(args=["quizzes", *map(str, arguments)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return invoke


@pytest.fixture
def course(app: Flask, cast: Cast) -> Course:
    """ละไม failed by two questions, ศักดา got all right."""
    course = packs.publish()
    submitted(cast.lamai, course, RIGHT | {"op-00": ["b"], "op-03": ["c"]})
    submitted(cast.sakda, course, RIGHT)
    return course


TOLD = """\
op op-00 free
attempts with the question 2, changed 1
passes ละไม ตั้งใจ (กรมตัวอย่าง)
people passed 0 → 1 กรมตัวอย่าง
"""


def test_a_dry_run_says_whom_it_touches_and_keeps_nothing(run: Run, course: Course) -> None:
    result = run("correct", "sample", "op-00", "--rule", "free", "--dry-run")
    assert (result.exit_code, result.output) == (0, TOLD + "dry run: nothing was kept\n")
    assert db.session.scalars(select(KeyCorrection)).all() == []


def test_correcting_does_what_the_dry_run_said(run: Run, course: Course, cast: Cast) -> None:
    result = run("correct", "sample", "op-00", "--rule", "free", "--why", "โจทย์กำกวม", "--by", cast.orn.email)
    correction = db.session.scalars(select(KeyCorrection)).one()
    assert (result.exit_code, result.output) == (0, TOLD + f"corrected {correction.code}, mails 1\n")
    assert (correction.why, correction.by_id) == ("โจทย์กำกวม", cast.orn.id)
    assert [one.to_email for one in db.session.scalars(select(OutboxMessage))] == [cast.lamai.email]
    scores = dict(db.session.execute(select(Attempt.user_id, Attempt.score)).all())
    assert scores == {cast.lamai.id: 3, cast.sakda.id: 4}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("none", "op-00", "--rule", "free"), "ไม่มีหลักสูตร none"),
        (("sample", "op-99", "--rule", "free"), "ไม่มีคำถามนี้"),
        (("sample", "op-00", "--rule", "free", "--why", " "), "say why"),
        (("sample", "op-00", "--rule", "free", "--by", "nobody@demo.example"), "nobody"),
        (("sample", "op-00", "--rule", "twice"), "twice"),
    ],
)
def test_what_cannot_be_corrected_is_refused(
    run: Run, course: Course, arguments: tuple[str, ...], said: str
) -> None:
    why = () if "--why" in arguments else ("--why", "โจทย์กำกวม")
    result = run("correct", *arguments, *why)
    assert result.exit_code != 0
    assert said in result.output
    assert db.session.scalars(select(KeyCorrection)).all() == []


def test_analysing_tells_every_question(run: Run, course: Course) -> None:
    result = run("analyse", "sample", "op")
    assert result.output.splitlines() == [
        "attempts 2",
        "op-00  2  0.50  1.00  1.00  –",
        "op-01  2  1.00  –  0.00  –  everybody",
        "op-02  2  1.00  –  0.00  –  everybody",
        "op-03  2  0.50  1.00  1.00  –",
    ]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_analysing_writes_a_table(run: Run, course: Course, tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"op.{ending}"
    assert run("analyse", "sample", "op", "--of", "all", "--file", file).exit_code == 0
    body = file.read_bytes()
    assert body.startswith(b"PK" if ending == "xlsx" else b"\xef\xbb\xbf")
    if ending == "csv":
        assert "op-00,คำถาม op-00,เลือกหนึ่งข้อ,2,0,0.5,1.0,1.0" in body.decode("utf-8-sig")


def test_a_quiz_that_is_not_there_is_refused(run: Run, course: Course) -> None:
    result = run("analyse", "sample", "c2")
    assert (result.exit_code, "ไม่มีแบบทดสอบ c2" in result.output) == (1, True)
