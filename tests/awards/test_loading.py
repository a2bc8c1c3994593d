"""The award round stands in the database as its file says."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from config import ROOT
from portal.awards import loading
from portal.awards.models import Milestone, Round, Track
from portal.core.db import db
from portal.core.toml import BadContent

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A content folder of our own that may be broken."""
    shutil.copytree(ROOT / "content" / "awards", tmp_path / "awards")
    return tmp_path


def change(content, old, new):
    file = content / "awards" / "2566.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def findings(content):
    with pytest.raises(BadContent) as no:
        loading.load(content)
    return [str(finding) for finding in no.value.findings]


def test_the_round_of_2566_is_loaded_as_the_source_tells_it(content):
    [round_] = loading.load(content)
    assert (round_.year_be, round_.applied_count, round_.passed_count) == (2566, 365, 167)
    assert [track.code for track in round_.tracks] == ["pmqa40", "excellent", "category"]
    days = {stone.code: (stone.on, stone.until) for stone in round_.milestones}
    assert days["applications"] == (date(2022, 12, 20), date(2023, 1, 15))
    assert days["report"] == (date(2023, 3, 22), None)


def test_loading_again_doubles_nothing(content):
    loading.load(content)
    loading.load(content)
    assert len(db.session.scalars(select(Round)).all()) == 1
    assert len(db.session.scalars(select(Track)).all()) == 3
    assert len(db.session.scalars(select(Milestone)).all()) == 4


def test_a_changed_file_changes_the_round_and_a_milestone_that_left_it_leaves(content):
    loading.load(content)
    change(content, "on = 2023-03-22", "on = 2023-03-29")
    change(content, 'code = "workshop-excellence"', 'code = "workshop-other"')
    [round_] = loading.load(content)
    db.session.expire_all()
    codes = {stone.code: stone.on for stone in round_.milestones}
    assert codes["report"] == date(2023, 3, 29)
    assert "workshop-other" in codes
    assert "workshop-excellence" not in codes


def test_a_track_that_left_the_file_stays_for_its_entries(content):
    loading.load(content)
    change(content, 'code = "category"', 'code = "categories"')
    [round_] = loading.load(content)
    assert {track.code for track in round_.tracks} == {"pmqa40", "excellent", "category", "categories"}


def test_a_bad_file_is_refused_whole_with_everything_that_is_wrong(content):
    loading.load(content)
    change(content, "applied = 365", 'applied = "365"')
    change(content, "until = 2023-01-15", "until = 2022-01-15")
    change(content, 'code = "excellent"', 'code = "pmqa40"')
    change(content, 'organizer_en = "', 'organiser_en = "')
    assert [text.split(": ", 1)[1] for text in findings(content)] == [
        "ไม่รู้จัก organiser_en",
        "รหัส pmqa40 ซ้ำ",
        "until ต้องไม่มาก่อน on",
        "applied ต้องเป็นจำนวนเต็ม",
    ]
    assert db.session.scalar(select(Round.applied_count)) == 365


def test_more_passed_than_applied_is_refused(content):
    change(content, "passed = 167", "passed = 366")
    [text] = findings(content)
    assert text.startswith("awards/2566.toml:")
    assert "ไม่เกินจำนวนที่สมัคร" in text


def test_a_file_is_named_after_its_year(content):
    (content / "awards" / "2566.toml").rename(content / "awards" / "2567.toml")
    [text] = findings(content)
    assert "2566.toml" in text


def test_a_year_of_the_buddhist_era_in_a_date_is_refused_and_not_guessed(content):
    change(content, "on = 2023-03-22", "on = 2566-03-22")
    [text] = findings(content)
    assert "ค.ศ." in text
