"""A table of entries comes in whole or not at all."""

import io
from datetime import date

import pytest
from sqlalchemy import func, select

from portal.awards import entries
from portal.awards.models import Entry
from portal.core.db import db
from portal.core.sheets import write_xlsx
from portal.core.tables import SheetError

HEAD = "agency_code,track,title,stage1_passed\n"


def bring(*lines, head=HEAD):
    text = head + "".join(f"{line}\n" for line in lines)
    return entries.import_entries(io.BytesIO(text.encode("utf-8-sig")), "entries.csv")


def stored():
    rows = db.session.scalars(select(Entry).order_by(Entry.id))
    return [(row.agency.code, row.track.code, row.title, row.stage1_passed_on) for row in rows]


@pytest.mark.both_databases
def test_rows_become_entries_and_the_day_of_passing_is_read_in_any_writing(cast, tracks):
    done = bring(
        "SAMPLE-DEPT,pmqa40,ก,2023-02-01",
        "sample-dept,PMQA40,ข,1 กุมภาพันธ์ 2566",
        "SAMPLE-PROV,category,ค,ผ่าน",
        "SAMPLE-PROV,excellent,ง,ไม่ผ่าน",
        "SAMPLE-PROV,pmqa40,,",
        "SAMPLE-DEPT,category,จ,passed",
        "SAMPLE-DEPT,category,ฉ,Not passed",
    )
    assert (done.added, done.changed, done.kept) == (7, 0, 0)
    assert stored() == [
        ("SAMPLE-DEPT", "pmqa40", "ก", date(2023, 2, 1)),
        ("SAMPLE-DEPT", "pmqa40", "ข", date(2023, 2, 1)),
        ("SAMPLE-PROV", "category", "ค", date(2023, 2, 13)),
        ("SAMPLE-PROV", "excellent", "ง", None),
        ("SAMPLE-PROV", "pmqa40", "", None),
        ("SAMPLE-DEPT", "category", "จ", date(2023, 2, 13)),
        ("SAMPLE-DEPT", "category", "ฉ", None),
    ]


def test_a_workbook_does_as_well(cast, tracks):
    body = write_xlsx(entries.COLUMNS, [["SAMPLE-DEPT", "pmqa40", "ก", date(2023, 2, 1)]])
    assert entries.import_entries(io.BytesIO(body), "entries.xlsx").added == 1
    assert stored() == [("SAMPLE-DEPT", "pmqa40", "ก", date(2023, 2, 1))]


def test_the_same_table_twice_changes_nothing(cast, tracks, clock_at):
    bring("SAMPLE-DEPT,pmqa40,ก,ผ่าน")
    clock_at("2023-02-15T09:00:00+07:00")
    done = bring("SAMPLE-DEPT,pmqa40,ก,ผ่าน")
    assert (done.added, done.changed, done.kept) == (0, 0, 1)
    assert stored() == [("SAMPLE-DEPT", "pmqa40", "ก", date(2023, 2, 13))]


def test_a_later_table_lets_an_entry_pass_takes_it_back_and_moves_its_day(cast, tracks):
    bring("SAMPLE-DEPT,pmqa40,ก,", "SAMPLE-DEPT,pmqa40,ข,ผ่าน", "SAMPLE-DEPT,pmqa40,ค,2023-02-01")
    done = bring("SAMPLE-DEPT,pmqa40,ก,ผ่าน", "SAMPLE-DEPT,pmqa40,ข,", "SAMPLE-DEPT,pmqa40,ค,2023-02-02")
    assert (done.added, done.changed, done.kept) == (0, 3, 0)
    assert [row[3] for row in stored()] == [date(2023, 2, 13), None, date(2023, 2, 2)]


def test_every_bad_cell_is_named_and_nothing_comes_in(cast, tracks):
    with pytest.raises(SheetError) as no:
        bring(
            "SAMPLE-DEPT,pmqa40,ก,ผ่าน",
            "SAMPLE-DEP,pmqa40,ข,ผ่าน",
            ",gold,ค,พรุ่งนี้",
            "SAMPLE-DEPT,pmqa40,ก,",
            f"SAMPLE-DEPT,pmqa40,{'ก' * 501},",
        )
    assert [error.cell for error in no.value.errors] == ["A3", "A4", "B4", "D4", "C5", "C6"]
    words = [error.message for error in no.value.errors]
    assert "SAMPLE-DEPT" in words[0]
    assert "pmqa40, excellent, category" in words[2]
    assert "แถว 2" in words[4]
    assert db.session.scalar(select(func.count()).select_from(Entry)) == 0


def test_a_table_without_a_column_or_with_a_strange_one_is_refused(cast, tracks):
    with pytest.raises(SheetError) as no:
        bring("SAMPLE-DEPT,pmqa40,ก", head="agency_code,track,titel\n")
    text = str(no.value)
    assert "title" in text
    assert "stage1_passed" in text
    assert "titel" in text


def test_without_a_round_there_is_nothing_to_enter(cast):
    with pytest.raises(entries.NoRound):
        bring("SAMPLE-DEPT,pmqa40,ก,ผ่าน")
