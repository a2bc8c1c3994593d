"""Every message word by word, in both languages, as text and as HTML. `make snapshots` writes them anew; the difference is then read by a person."""

import os
import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from config import ROOT
from portal.core.db import db
from portal.mail.compose import Composed
from portal.mail.models import OutboxMessage
from tests.mail.every_message import CASES, world

SNAPSHOTS = Path(__file__).parent / "snapshots"
WRITE = os.environ.get("SNAPSHOTS") == "write"
THAI = re.compile(r"[\u0e00-\u0e7f]+")
LANGUAGES = ("th", "en")


def written(case: str, language: str) -> Composed:
    """The mail of this case as its reader gets it."""
    here = world(language)
    composed = CASES[case](here)
    if composed is not None:
        return composed
    row = db.session.scalars(select(OutboxMessage)).one()
    return Composed(row.subject, row.text, row.html)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASES)
def test_a_message_says_what_it_said(app: Flask, case: str, language: str) -> None:
    mail = written(case, language)
    for ending, now in (("txt", f"Subject: {mail.subject}\n\n{mail.text}"), ("html", mail.html)):
        file = SNAPSHOTS / language / f"{case}.{ending}"
        if WRITE:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(now, encoding="utf-8")
        assert file.exists(), f"{file.name}: write it with make snapshots, and read it"
        assert now == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES)
def test_an_english_message_is_english(app: Flask, case: str) -> None:
    mail = written(case, "en")
    assert THAI.findall(mail.subject + mail.text + mail.html) == []


def test_every_message_has_a_snapshot_and_no_snapshot_is_of_nothing() -> None:
    templates = {path.stem for path in (ROOT / "portal" / "templates" / "mail").glob("*.txt")}
    assert {case.partition("-")[0] for case in CASES} == templates
    kept = {path.relative_to(SNAPSHOTS).as_posix() for path in SNAPSHOTS.rglob("*.*")}
    named = {f"{lang}/{case}.{ending}" for lang in LANGUAGES for case in CASES for ending in ("txt", "html")}
    assert kept == named
