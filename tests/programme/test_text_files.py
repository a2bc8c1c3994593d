"""A workshop written as a file and read back is the same workshop, whatever its words are."""

import re
from dataclasses import replace
from datetime import UTC

import pytest
from hypothesis import HealthCheck, example, given, settings

from config import ROOT
from portal.core.toml import BadContent
from portal.programme import content_files, text_files
from portal.programme.differences import differences
from portal.programme.files import SessionText
from tests.programme.texts import FULL, at, pair, workshop_texts

pytestmark = pytest.mark.usefixtures("app")

ANY = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def findings(text: str) -> list[str]:
    with pytest.raises(BadContent) as no:
        text_files.read(text)
    return [str(finding) for finding in no.value.findings]


def changed(old: str, new: str) -> str:
    written = text_files.write(FULL)
    assert written.count(old) >= 1, written
    return written.replace(old, new, 1)


@ANY
@given(workshop_texts())
@example(FULL)
def test_what_is_written_reads_back_equal_and_is_written_alike_again(text):
    written = text_files.write(text)
    again = text_files.read(written)
    assert again == text
    assert text_files.write(again) == written
    assert differences(text, again) == []


@ANY
@given(workshop_texts(), workshop_texts())
def test_two_texts_have_differences_exactly_where_they_are_not_equal(one, other):
    same_code = replace(other, code=one.code)
    assert bool(differences(one, same_code)) == (one != same_code)


@pytest.mark.parametrize("text", content_files.read(ROOT / "content").workshops, ids=lambda text: text.code)
def test_the_files_of_the_repository_come_back_equal(text):
    assert text.facts
    assert text.talks[0].points[0]["facts"]
    assert text_files.read(text_files.write(text)) == text


def test_the_file_is_what_a_person_would_write():
    written = text_files.write(replace(FULL, notes={}, talks=(), questions=FULL.questions[:2], facts=()))
    assert (
        written
        == """\
code = "full-2566"
round = 2566
title = "งาน \\"พิเศษ\\" \\\\ ครบทุกอย่าง"
title_en = "Everything set"
tracks = ["category", "excellent"]
starts_on = 2023-02-20
ends_on = 2023-02-21
venue = "ห้องประชุมใหญ่ กรุงเทพฯ"
capacity = 120
per_agency = 4
guaranteed = 2
guaranteed_until = 2023-02-15T12:00:00+07:00
offer_hours = 48
registration_opens_at = 2023-02-01T09:00:00+07:00
registration_closes_at = 2023-02-17T16:30:00+07:00
status = "draft"

[[session]]
code = "later"
title = "วันที่สอง"
on = 2023-02-21

[[session]]
code = "morning"
title = "เช้าวันแรก"
title_en = "Morning"
on = 2023-02-20
starts = 09:00:00
ends = 12:00:00
room = "ห้อง 1"
link = "https://meet.example/a?b=1&c=%E0%B8%81#x"

[[session]]
code = "off"
title = "ช่วงที่ยกเลิก"
on = 2023-02-20
cancelled = true

[[question]]
code = "food"
kind = "choice"
label = "อาหารกลางวัน"
label_en = "Lunch"
required = true

[[question.choice]]
code = "any"
label = "ทานได้ทุกอย่าง"

[[question.choice]]
code = "special"
label = "อาหารพิเศษ"
label_en = "A special diet"

[[question]]
code = "diet"
kind = "text"
label = "โปรดระบุ"
required = true
when = { question = "food", is = "special" }
"""
    )


def test_the_order_of_tracks_is_the_rounds_not_the_files():
    swapped = changed('["category", "excellent"]', '["excellent", "category"]')
    assert text_files.read(swapped) == FULL


def test_lines_are_told_with_their_number_also_after_a_text_of_many_lines():
    line = text_files.write(FULL).splitlines().index('status = "draft"') + 1
    [found] = findings(changed('status = "draft"', 'status = "gone"'))
    assert found.startswith(f":{line}:"), found


@pytest.mark.parametrize("letter", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\ud800", "\r"])
def test_control_characters_are_refused_when_written(letter):
    with pytest.raises(text_files.Unwritable) as no:
        text_files.write(replace(FULL, venue=f"ห้อง{letter}หนึ่ง"))
    assert "ห้อง□หนึ่ง" in str(no.value)
    dropped = text_files.tidied(replace(FULL, venue=f"ห้อง{letter}หนึ่ง"), is_lenient=True)
    assert dropped.venue == "ห้องหนึ่ง"


def test_control_characters_are_refused_when_read():
    for old, new in (
        ("ห้อง 1", "ห้อง\\u0007"),
        ('"ข้อสอง"', '"ข้อ\\u0000"'),
        ('tracks = ["category"', 'tracks = ["\\u001b"'),
    ):
        assert any("อักขระควบคุม" in found for found in findings(changed(old, new))), new


def test_blanks_around_texts_and_ends_of_lines_are_tidied():
    rough = replace(
        FULL,
        venue="  ห้อง 2\t",
        notes=FULL.notes | {"about": pair("หนึ่ง\r\nสอง\r\n")},
        sessions=(replace(FULL.sessions[0], room=" ห้อง "),),
        talks=(),
    )
    tidy = text_files.tidied(rough)
    assert (tidy.venue, tidy.notes["about"]["th"], tidy.sessions[0].room) == ("ห้อง 2", "หนึ่ง\nสอง", "ห้อง")
    assert text_files.read(text_files.write(tidy)) == tidy


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("https://meet.example", "ftp://meet.example", "https://"),
        ("https://meet.example", "javascript:alert(1)//", "https://"),
        ("https://meet.example/a", "https://meet.example/a b", "https://"),
        ("https://meet.example/a", "https://[bad", "https://"),
        ('status = "draft"', 'status = "lost"', "status"),
        ("guaranteed = 2", "guaranteed = 0", "guaranteed"),
        ("guaranteed = 2", "guaranteed = 5", "ไม่เกินจำนวนสูงสุด"),
        ("guaranteed = 2", "", "ทั้งคู่"),
        ("guaranteed_until = 2023-02-15T12:00:00+07:00", "", "ทั้งคู่"),
        ("registration_opens_at = 2023-02-01T09:00:00+07:00", "", "วันเปิดรับ"),
        ("offer_hours = 48", "offer_hours = 721", "offer_hours"),
        ("offer_hours = 48", "offer_hours = -1", "offer_hours"),
        ("capacity = 120", "capacity = 99999999999", "capacity"),
        ("+07:00\noffer", "\noffer", "guaranteed_until"),
        ('code = "later"', 'code = "new"', "new"),
        ('code = "full-2566"', 'code = "new"', "new"),
        ('code = "later"', f'code = "{"a" * 33}"', "32"),
        ('venue = "', f'venue = "{"ก" * 300}', "300"),
        ('venue = "ห้อง', 'venue = "ก\\nห้อง', "บรรทัดเดียว"),
        ('title_en = "Everything', 'title_en = "a\\nEverything', "บรรทัดเดียว"),
        ('tracks = ["category", "excellent"]', 'tracks = ["category", "category"]', "ซ้ำ"),
        ("cancelled = true", 'cancelled = "yes"', "cancelled"),
        ("cancelled = true", 'facts = ["F01"]', "facts"),
        ("cancelled = true", "starts = 10:00:00", "starts"),
        ("ends = 12:00:00", "ends = 08:00:00", "ends"),
        ("\non = 2023-02-21", "\non = 2023-03-21", "นอกวันอบรม"),
        ("\non = 2023-02-21", "\non = 2566-02-21", "ค.ศ."),
        ("round = 2566", "", "round"),
    ],
)
def test_each_mistake_in_a_file_is_named(old, new, words):
    assert any(words in found for found in findings(changed(old, new)))


def test_a_moment_before_the_hours_of_thailand_were_whole_is_written_all_the_same():
    old = replace(FULL, registration_opens_at=at("1900-02-01T09:00:00"))
    assert text_files.read(text_files.write(old)) == old


def test_what_is_no_toml_is_refused():
    assert findings("code = ")


def test_a_session_has_its_hours_in_thailand():
    starts, ends = (at(f"2023-02-20T{hour}:00:00").astimezone(UTC) for hour in ("09", "12"))
    session = SessionText("s", pair("ก"), FULL.starts_on, starts_at=starts, ends_at=ends)
    assert "starts = 09:00:00" in text_files.write(replace(FULL, sessions=(session,), talks=()))


def test_the_example_of_the_guide_is_a_sound_workshop():
    guide = (ROOT / "docs" / "content.md").read_text("utf-8")
    [example] = [
        block for block in re.findall(r"```toml\n(.*?)```", guide, re.DOTALL) if "[[session]]" in block
    ]
    text = text_files.read(example, tracks={2566: {"pmqa40"}}, speakers=frozenset({"opdc-deputy"}))
    assert [question.when and question.when.question for question in text.questions] == [None, "food"]
    assert text_files.read(text_files.write(text)) == text
