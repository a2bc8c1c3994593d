"""Workshops and speakers come from files where they are missing; what organizers changed stays theirs."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from config import ROOT
from portal.awards import loading as awards
from portal.core.db import db
from portal.core.toml import BadContent
from portal.programme import loading, rows, text_files
from portal.programme.models import Speaker, Talk, Workshop, WorkshopSession
from tests.programme.offer import offered
from tests.programme.texts import FULL

pytestmark = pytest.mark.usefixtures("app")

A, B = "workshops/pmqa40-2566.toml", "workshops/excellence-2566.toml"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A content folder of our own that may be broken; its round is loaded."""
    folder = tmp_path / "content"
    for name in ("awards", "workshops"):
        shutil.copytree(ROOT / "content" / name, folder / name)
    shutil.copy(ROOT / "content" / "speakers.toml", folder)
    awards.load(folder)
    return folder


def change(content, file, old, new):
    text = (content / file).read_text("utf-8")
    assert old in text
    (content / file).write_text(text.replace(old, new, 1), "utf-8")


def findings(content):
    with pytest.raises(BadContent) as no:
        loading.load(content)
    return [str(finding) for finding in no.value.findings]


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_both_workshops_come_with_sessions_talks_and_speakers(content):
    assert loading.load(content) == loading.Loaded(speakers=6, workshops=2)
    assert (count(Workshop), count(WorkshopSession), count(Talk), count(Speaker)) == (2, 4, 6, 6)
    workshop = offered("excellence-2566")
    assert [track.code for track in workshop.tracks] == ["excellent", "category"]
    assert [session.day for session in workshop.sessions] == [date(2023, 2, 23), date(2023, 2, 24)]


def test_what_the_source_does_not_say_stays_unknown(content):
    loading.load(content)
    for workshop in db.session.scalars(select(Workshop)):
        assert workshop.venue == ""
        assert workshop.capacity is None
        assert workshop.registration_opens_at is None
        assert all(session.starts_at is None for session in workshop.sessions)
        assert all(talk.session is None for talk in workshop.talks)


def test_what_is_there_is_never_touched(content):
    loading.load(content)
    workshop = offered("pmqa40-2566")
    workshop.venue = "ห้องประชุมตัวอย่าง"
    db.session.delete(workshop.talks[0])
    db.session.flush()
    assert loading.load(content) == loading.Loaded(speakers=0, workshops=0)
    db.session.expire_all()
    workshop = offered("pmqa40-2566")
    assert workshop.venue == "ห้องประชุมตัวอย่าง"
    assert len(workshop.talks) == 3


def test_only_what_is_missing_is_created(content):
    shutil.move(content / B, content / "later.toml")
    loading.load(content)
    shutil.move(content / "later.toml", content / B)
    assert loading.load(content) == loading.Loaded(speakers=0, workshops=1)


def test_hours_room_place_and_window_are_read_when_they_are_known(content):
    change(
        content,
        A,
        "\non = 2023-02-20\n",
        '\non = 2023-02-20\nstarts = 09:00:00\nends = 16:30:00\nroom = "ห้อง 1"\n',
    )
    change(
        content,
        A,
        'tracks = ["pmqa40"]',
        'tracks = ["pmqa40"]\nvenue = "กรุงเทพฯ"\ncapacity = 120\nper_agency = 4\n'
        "registration_opens_at = 2023-02-01T09:00:00+07:00\nregistration_closes_at = 2023-02-17T16:30:00+07:00",
    )
    change(content, A, 'speakers = ["opdc-deputy"]', 'speakers = ["opdc-deputy"]\nsession = "day1"')
    loading.load(content)
    workshop = offered("pmqa40-2566")
    first = workshop.sessions[0]
    assert first.starts_at == datetime(2023, 2, 20, 2, 0, tzinfo=UTC)
    assert first.ends_at == datetime(2023, 2, 20, 9, 30, tzinfo=UTC)
    assert (first.room, workshop.venue, workshop.capacity, workshop.per_agency) == (
        "ห้อง 1",
        "กรุงเทพฯ",
        120,
        4,
    )
    assert workshop.registration_closes_at == datetime(2023, 2, 17, 9, 30, tzinfo=UTC)
    assert workshop.talks[0].session is first


def test_all_that_a_file_can_say_of_a_workshop_is_loaded(content):
    (content / "workshops" / "full-2566.toml").write_text(text_files.write(FULL), "utf-8")
    loading.load(content)
    db.session.commit()
    db.session.expire_all()
    workshop = db.session.scalars(select(Workshop).where(Workshop.code == FULL.code)).one()
    assert rows.text_of(workshop) == FULL
    assert [session.sequence for session in workshop.sessions] == [0, 0, 0]
    assert workshop.version == 1


def test_the_lines_of_the_source_are_kept_with_what_they_stand_for(content):
    loading.load(content)
    workshop = offered("pmqa40-2566")
    assert workshop.facts[0] == "F01"
    assert (workshop.talks[0].facts, workshop.talks[0].points[0]["facts"]) == (["F14", "F15", "F16"], ["F17"])


def test_bad_files_are_refused_whole_with_everything_that_is_wrong(content):
    change(content, A, 'speakers = ["management-expert"]', 'speakers = ["nobody"]')
    change(content, A, "\non = 2023-02-21", "\non = 2023-02-22")
    change(content, B, 'tracks = ["excellent", "category"]', 'tracks = ["gold"]')
    change(content, B, "ends_on = 2023-02-24", "ends_on = 2023-02-22")
    change(content, "speakers.toml", 'code = "kku-team-2"', 'code = "kku-team-1"')
    found = findings(content)
    files = [text.split(":")[0] for text in found]
    assert files == sorted(files)
    for words in (
        "ไม่รู้จักวิทยากร nobody",
        "อยู่นอกวันอบรม",
        "ไม่รู้จักประเภทรางวัล gold",
        "ends_on",
        "รหัส kku-team-1 ซ้ำ",
    ):
        assert any(words in text for text in found), words
    assert count(Workshop) == 0
    assert count(Speaker) == 0


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('code = "pmqa40-2566"', 'code = "other"', "other.toml"),
        ("round = 2566", "round = 2599", "2599"),
        ("ends_on = 2023-02-21\n", "ends_on = 2023-02-21\ncapacty = 3\n", "capacty"),
        ("\non = 2023-02-20\n", "\non = 2023-02-20\nstarts = 09:00:00\n", "starts"),
        ("\non = 2023-02-20\n", "\non = 2023-02-20\nstarts = 09:00:00\nends = 08:00:00\n", "ends"),
        ('code = "day2"', 'code = "day1"', "day1"),
        ('code = "goals"', 'code = "opening"', "opening"),
        ('speakers = ["opdc-deputy"]', 'speakers = ["opdc-deputy"]\nsession = "day9"', "day9"),
        ('speakers = ["opdc-deputy"]', 'speakers = ["opdc-deputy", "opdc-deputy"]', "ซ้ำ"),
        ('description = "เป้าหมายของระบบราชการ 4.0 และการปรับเกณฑ์ PMQA 4.0"\n', "", "title หรือ description"),
        (
            'tracks = ["pmqa40"]',
            'tracks = ["pmqa40"]\nregistration_opens_at = 2023-02-17T09:00:00+07:00\n'
            "registration_closes_at = 2023-02-01T09:00:00+07:00",
            "ปิดรับ",
        ),
    ],
)
def test_each_mistake_is_named_with_its_file_and_line(content, old, new, words):
    change(content, A, old, new)
    found = findings(content)
    assert any(words in text and text.startswith(f"{A}:") for text in found), found


def test_a_workshop_needs_its_round_in_the_database(content):
    (content / "awards" / "2567.toml").write_text(
        (content / "awards" / "2566.toml").read_text("utf-8").replace("year = 2566", "year = 2567"), "utf-8"
    )
    change(content, A, "round = 2566", "round = 2567")
    [text] = findings(content)
    assert "ยังไม่ได้โหลดรอบรางวัล 2567" in text


def test_no_content_at_all_is_no_error(tmp_path):
    assert loading.load(tmp_path) == loading.Loaded(speakers=0, workshops=0)


def test_a_broken_award_does_not_hide_what_is_wrong_with_workshops_nor_blame_them(content):
    change(content, "awards/2566.toml", "[[milestone]]", "[[milestone]]\nodd = 1")
    change(content, A, "starts_on", "starts_onn")
    found = findings(content)
    assert {line.split(":")[0] for line in found} == {"awards/2566.toml", A}
    assert not any("ประเภทรางวัล" in line for line in found)
