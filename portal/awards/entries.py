"""The entries of a round as a table, in and out: all of its rows or none, every bad cell named; what passing allows is rounds' matter."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.accounts import agency_table, import_rows
from portal.accounts.agencies import AmbiguousAgency
from portal.accounts.import_rows import Item, Shape
from portal.accounts.import_runs import Plan
from portal.accounts.models import Agency
from portal.awards import rounds
from portal.awards.models import Entry, Round, Track
from portal.core import clock, dates, tables
from portal.core.db import begin_write, db
from portal.core.errors import Refused
from portal.core.i18n import _, _l
from portal.core.thai import nearest

COLUMNS = ("agency_code", "track", "title", "stage1_passed")
TOLD = ("agency", "stage1_passed_be")  # columns of the export that say the same once more
EXPORTED = ("agency_code", "agency", "track", "title", "stage1_passed", "stage1_passed_be")
NAMES = {
    "agency_code": ("รหัสหน่วยงาน", "รหัส"),
    "agency": ("หน่วยงาน", "ชื่อหน่วยงาน"),
    "track": ("ประเภทรางวัล", "รางวัล"),
    "title": ("ผลงาน", "ชื่อผลงาน"),
    "stage1_passed": ("ผ่านขั้นตอนที่ 1", "ผ่านขั้นที่ 1", "ผลขั้นตอนที่ 1"),
    "stage1_passed_be": ("วันที่ผ่าน (พ.ศ.)",),
}
PASSED = ("ผ่าน", "ใช่", "passed", "yes", "y", "true", "1", "x", "✓")
NOT_PASSED = ("", "ไม่ผ่าน", "ไม่", "not passed", "no", "n", "false", "0", "-")
LONGEST_TITLE = 500
OFFERED = 20  # codes for which the nearest is looked up: it takes its time

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


@dataclass
class _Known:
    agencies: agency_table.Index
    tracks: Mapping[str, Track]
    there: Mapping[Key, Entry]
    asked: set[str]  # agencies that are not there and were told of


def import_entries(stream: BinaryIO, filename: str, *, round_: Round | None = None) -> Imported:
    """Bring the entries of a table into the round (the newest, unless one is given).

    Columns: agency_code, track, title, stage1_passed (a date, ผ่าน, or empty). An entry that is there already
    takes over what the table says; none is removed. Refuses with SheetError, which names every bad cell, or NoRound.
    """
    table = tables.read_table(stream, filename, names=NAMES)
    begin_write()
    found = plan(table, round_=round_, lock=True)
    import_rows.carry_out(SHAPE, found)
    return Imported(added=found.added, changed=found.changed, kept=found.kept)


def plan(table: tables.Table, *, round_: Round | None = None, lock: bool = False) -> Plan:
    """What this table would add and change. Refuses with SheetError, which names every bad cell, or NoRound."""
    tables.require_columns(table, COLUMNS, optional=TOLD)
    round_ = round_ or rounds.current_round()
    if round_ is None:
        raise NoRound
    tracks = {track.code: track for track in round_.tracks}
    query = select(Entry).where(Entry.track_id.in_([track.id for track in round_.tracks])).order_by(Entry.id)
    entries = db.session.scalars(query.with_for_update(of=Entry) if lock else query)
    there = {(entry.track_id, entry.agency_id, tables.as_cell(entry.title)): entry for entry in entries}
    known = _Known(agency_table.index(), tracks, there, set())
    return import_rows.plan_of(SHAPE, _checked(table, known), notes=table.notes)


def rows() -> Iterator[list[Any]]:
    """Every entry of the newest round, by track and agency, as EXPORTED. Two queries; none where there is no round."""
    round_ = rounds.current_round()
    if round_ is None:
        return
    query = (
        select(Agency.code, Agency.name_th, Track.code, Entry.title, Entry.stage1_passed_on)
        .select_from(Entry)
        .join(Entry.agency)
        .join(Entry.track)
        .where(Track.round_id == round_.id)
        .order_by(Track.position, Agency.sort_key, Entry.title, Entry.id)
    )
    for code, name, track, title, passed in db.session.execute(query):
        yield [code, name, track, title, passed, dates.short_date(passed) if passed else ""]


def _checked(table: tables.Table, known: _Known) -> list[Item[Entry]]:
    """What each row says. Refuses with SheetError when one cell of one row is bad."""
    errors: list[tables.CellError] = []
    items: list[Item[Entry]] = []
    first_at: dict[Key, int] = {}
    for row in table.rows:
        found = len(errors)
        agency, track = _agency(row, known, errors), _track(row["track"], known)
        if track is None:
            errors.append(row.error("track", _no_track(row["track"], known)))
        passed = _passed(row, errors)
        key = (track.id, agency.id, row["title"]) if agency and track else None
        entry = known.there.get(key) if key else None
        if len(row["title"]) > LONGEST_TITLE and entry is None:
            errors.append(row.error("title", _("ยาวได้ไม่เกิน %(most)d ตัวอักษร", most=LONGEST_TITLE)))
        if key is None or agency is None or len(errors) > found:
            continue
        if key in first_at:
            errors.append(row.error("title", _("ผลงานนี้ซ้ำกับแถว %(row)d", row=first_at[key])))
        first_at.setdefault(key, row.number)
        items.append(_item(row, key, entry, agency, passed))
    if errors:
        raise tables.SheetError(errors=errors)
    return items


def _item(row: tables.Row, key: Key, entry: Entry | None, agency: Agency, passed: Passed) -> Item[Entry]:
    day = _day_of(passed, entry.stage1_passed_on if entry else None)
    values: dict[str, Any] = {"stage1_passed_on": day.isoformat() if day else None}
    if entry is None:
        values |= {"track_id": key[0], "agency_id": key[1], "title": key[2]}
    return Item(
        row.address("title"),
        f"{agency.name_th} · {row['track'].lower()} · {row['title'] or '–'}",
        entry,
        values,
    )


def _track(text: str, known: _Known) -> Track | None:
    """The track of this code, or of this name or its end, as people say “รายหมวด”, where only one is so called."""
    found = known.tracks.get(text.lower())
    if found or not text:
        return found
    end = f" {tables.folded(text)}"
    named = [
        track
        for track in known.tracks.values()
        if any(f" {tables.folded(name)}".endswith(end) for name in (track.name_th, track.name_en))
    ]
    return named[0] if len(named) == 1 else None


def _agency(row: tables.Row, known: _Known, errors: list[tables.CellError]) -> Agency | None:
    text = row["agency_code"]
    try:
        agency = known.agencies.find(text) if text else None
    except AmbiguousAgency as no:
        errors.append(row.error("agency_code", str(no)))
        return None
    if agency is None:
        errors.append(row.error("agency_code", _no_agency(text, known)))
    return agency


def _no_agency(code: str, known: _Known) -> str:
    if not code:
        return _("ใส่รหัสหน่วยงาน")
    known.asked.add(code)
    codes = [agency.code for agency in known.agencies.codes.values()]
    meant = nearest(code, codes) if len(known.asked) <= OFFERED else None
    if meant:
        return _("ไม่มีหน่วยงานรหัส “%(code)s” หมายถึง “%(meant)s” ใช่หรือไม่", code=code, meant=meant)
    return _("ไม่มีหน่วยงานรหัส “%(code)s”", code=code)


def _no_track(code: str, known: _Known) -> str:
    return _("ไม่มีประเภทรางวัล “%(code)s” ใช้ได้: %(codes)s", code=code, codes=", ".join(known.tracks) or "–")


def _passed(row: tables.Row, errors: list[tables.CellError]) -> Passed:
    """What the row says of passing; where it says so twice, in พ.ศ. as well, both must agree."""
    said = _read(row, "stage1_passed", errors)
    if "stage1_passed_be" in row.columns and (row["stage1_passed_be"] or isinstance(said, date)):
        again = _read(row, "stage1_passed_be", errors)
        if isinstance(again, date) != isinstance(said, date) or (isinstance(again, date) and again != said):
            text = _("ไม่ตรงกับคอลัมน์ stage1_passed แก้ให้ตรงกัน หรือลบคอลัมน์นี้")
            errors.append(row.error("stage1_passed_be", text))
    return said


def _read(row: tables.Row, column: str, errors: list[tables.CellError]) -> Passed:
    cell = row[column]
    if cell.lower() in NOT_PASSED:
        return False
    if cell.lower() in PASSED:
        return True
    try:
        return dates.parse_date(cell)
    except dates.BadDate as no:
        errors.append(row.error(column, _("%(why)s หรือใส่ว่า ผ่าน", why=str(no))))
        return False


def _day_of(passed: Passed, known: date | None) -> date | None:
    """The day to keep: one that is only said to have passed keeps its day, or takes today."""
    if isinstance(passed, bool):
        return (known or clock.today()) if passed else None
    return passed


def _get(entry: Entry, attribute: str) -> Any:
    value = getattr(entry, attribute)
    return value.isoformat() if isinstance(value, date) else value


def _set(entry: Entry, attribute: str, value: Any) -> None:
    is_day = attribute == "stage1_passed_on" and value is not None
    setattr(entry, attribute, date.fromisoformat(value) if is_day else value)


def _make(values: Mapping[str, Any]) -> Entry:
    entry = Entry()
    for attribute, value in values.items():
        _set(entry, attribute, value)
    return entry


def _shown(_attribute: str, value: Any) -> str:
    return dates.thai_date(date.fromisoformat(value)) if value else str(_("ยังไม่ผ่าน"))


SHAPE: Shape[Entry] = Shape(
    model=Entry,
    labels={"stage1_passed_on": _l("ผ่านขั้นตอนที่ 1")},
    name=lambda entry: f"{entry.agency.name_th} · {entry.track.code} · {entry.title or '–'}",
    make=_make,
    read=_get,
    write=_set,
    shown=_shown,
    options=(joinedload(Entry.agency), joinedload(Entry.track)),
)
