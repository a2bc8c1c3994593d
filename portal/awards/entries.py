"""The entries of a round from a table: all of its rows or none, every bad cell named; what passing allows is rounds' matter."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from sqlalchemy import select

from portal.accounts.models import Agency
from portal.awards import rounds
from portal.awards.models import Entry, Round, Track
from portal.core import clock, dates, sheets
from portal.core.db import begin_write, db
from portal.core.errors import Refused
from portal.core.i18n import _, _l
from portal.core.thai import nearest

COLUMNS = ("agency_code", "track", "title", "stage1_passed")
PASSED = ("ผ่าน", "ใช่", "yes", "y", "true", "1", "x", "✓")
NOT_PASSED = ("", "ไม่ผ่าน", "ไม่", "no", "n", "false", "0", "-")
LONGEST_TITLE = 500

Key = tuple[int, int, str]  # track, agency, title: what makes an entry the same
Passed = date | bool  # the day it passed, or only that it did


class NoRound(Refused):
    text = _l("ยังไม่มีรอบรางวัล โหลดเนื้อหาก่อนแล้วนำเข้าผลงาน")


@dataclass(frozen=True)
class Imported:
    """What an import did; rows that said what was known already count as kept."""

    added: int
    changed: int
    kept: int


@dataclass(frozen=True)
class _Known:
    agencies: Mapping[str, Agency]
    tracks: Mapping[str, Track]


def import_entries(stream: BinaryIO, filename: str, *, round_: Round | None = None) -> Imported:
    """Bring the entries of a table into the round (the newest, unless one is given).

    Columns: agency_code, track, title, stage1_passed (a date, ผ่าน, or empty). An entry that is there already
    takes over what the table says; none is removed. Refuses with SheetError, which names every bad cell, or NoRound.
    """
    table = sheets.read_table(stream, filename)
    sheets.require_columns(table, COLUMNS, optional=())
    begin_write()
    round_ = round_ or rounds.current_round()
    if round_ is None:
        raise NoRound
    known = _Known(
        agencies={agency.code.casefold(): agency for agency in db.session.scalars(select(Agency))},
        tracks={track.code: track for track in round_.tracks},
    )
    rows = _checked(table, known)
    imported = _store(rows, [track.id for track in known.tracks.values()])
    db.session.flush()
    return imported


def _checked(table: sheets.Table, known: _Known) -> dict[Key, Passed]:
    """What each row says, by what makes it one entry. Refuses with SheetError when one cell of one row is bad."""
    errors: list[sheets.CellError] = []
    rows: dict[Key, Passed] = {}
    first_at: dict[Key, int] = {}
    for row in table.rows:
        found = len(errors)
        agency = known.agencies.get(row["agency_code"].casefold())
        if agency is None:
            errors.append(row.error("agency_code", _no_agency(row["agency_code"], known)))
        track = known.tracks.get(row["track"].lower())
        if track is None:
            errors.append(row.error("track", _no_track(row["track"], known)))
        passed = _passed(row, errors)
        if len(row["title"]) > LONGEST_TITLE:
            errors.append(row.error("title", _("ยาวได้ไม่เกิน %(most)d ตัวอักษร", most=LONGEST_TITLE)))
        if agency is None or track is None or len(errors) > found:
            continue
        key = (track.id, agency.id, row["title"])
        if key in rows:
            errors.append(row.error("title", _("ผลงานนี้ซ้ำกับแถว %(row)d", row=first_at[key])))
        rows[key] = passed
        first_at.setdefault(key, row.number)
    if errors:
        raise sheets.SheetError(errors=errors)
    return rows


def _no_agency(code: str, known: _Known) -> str:
    if not code:
        return _("ใส่รหัสหน่วยงาน")
    meant = nearest(code, [agency.code for agency in known.agencies.values()])
    if meant:
        return _("ไม่มีหน่วยงานรหัส “%(code)s” หมายถึง “%(meant)s” ใช่หรือไม่", code=code, meant=meant)
    return _("ไม่มีหน่วยงานรหัส “%(code)s”", code=code)


def _no_track(code: str, known: _Known) -> str:
    return _("ไม่มีประเภทรางวัล “%(code)s” ใช้ได้: %(codes)s", code=code, codes=", ".join(known.tracks) or "–")


def _passed(row: sheets.Row, errors: list[sheets.CellError]) -> Passed:
    cell = row["stage1_passed"]
    if cell.lower() in NOT_PASSED:
        return False
    if cell.lower() in PASSED:
        return True
    try:
        return dates.parse_date(cell)
    except dates.BadDate as no:
        errors.append(row.error("stage1_passed", _("%(why)s หรือใส่ว่า ผ่าน", why=str(no))))
        return False


def _store(rows: Mapping[Key, Passed], track_ids: list[int]) -> Imported:
    there = {
        (entry.track_id, entry.agency_id, entry.title): entry
        for entry in db.session.scalars(select(Entry).where(Entry.track_id.in_(track_ids)))
    }
    added = changed = 0
    for key, passed in rows.items():
        entry = there.get(key)
        if entry is None:
            track_id, agency_id, title = key
            on = _day_of(passed, None)
            db.session.add(Entry(track_id=track_id, agency_id=agency_id, title=title, stage1_passed_on=on))
            added += 1
        elif entry.stage1_passed_on != _day_of(passed, entry.stage1_passed_on):
            entry.stage1_passed_on = _day_of(passed, entry.stage1_passed_on)
            changed += 1
    return Imported(added=added, changed=changed, kept=len(rows) - added - changed)


def _day_of(passed: Passed, known: date | None) -> date | None:
    """The day to keep: one that is only said to have passed keeps its day, or takes today."""
    if isinstance(passed, bool):
        return (known or clock.today()) if passed else None
    return passed
