"""Spreadsheets an organizer brings in: kept until they are confirmed, carried out as they were shown, undone within a day; how a row is read stands in its own room."""

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import IO, Any

from portal.accounts import agency_table, import_rows, import_runs, people_table
from portal.accounts.import_rows import Shape
from portal.accounts.import_runs import Changed, NothingToDo, Plan, Undoing
from portal.accounts.models import ImportRun, User
from portal.attendance import answers_table, attendance_rows, attendance_table, minutes, roster_table
from portal.awards import entries
from portal.core import blobs, tables, tokens
from portal.core.db import begin_write, db
from portal.core.errors import Refused
from portal.core.i18n import _l
from portal.core.tables import CellError, SheetError, Table
from portal.programme import workshops
from portal.programme.models import Workshop

MOST_BYTES = tables.MAX_BYTES
CONFIRM_WITHIN = timedelta(hours=12)  # the storage is swept of what is older than a day
PURPOSE = "import"
LONGEST_NAME = 80  # of a file, in an address


class Gone(Refused):
    """What was to be confirmed is no longer kept, or its address was altered."""

    text = _l("ไฟล์ที่ส่งไว้หมดอายุแล้ว ส่งไฟล์ใหม่อีกครั้ง")


@dataclass(frozen=True)
class Draft:
    """A file that waits to be confirmed: of which kind, where its content is kept, and what else was asked."""

    kind: str
    digest: str
    filename: str
    subject: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Kind:
    """One kind of spreadsheet: its columns in and out, what a table of it would change, doing so, and taking it back."""

    name: Any
    hint: Any
    required: tuple[str, ...]
    optional: tuple[str, ...]
    names: Callable[[Draft], tables.Names]
    plan: Callable[[Table, Draft, User, bool], Plan]
    carry_out: Callable[[Plan, ImportRun, User], dict[str, Any]]  # gives what an undo needs
    undoing: Callable[[ImportRun, bool], Undoing]
    take_back: Callable[[Undoing, ImportRun, User], None]
    exported: tuple[str, ...] = ()
    rows: Callable[[], Iterator[list[Any]]] = lambda: iter(())
    of_workshops: bool = False  # brought in on a page of one workshop, by what that page asks

    @property
    def columns(self) -> tuple[str, ...]:
        """Those of an empty file to fill in."""
        return (*self.required, *self.optional)


def _of_rows(shape: Callable[[User | None], Shape[Any]]) -> dict[str, Any]:
    """The same for every kind whose rows are things of their own."""
    return {
        "carry_out": lambda plan, _run, by: import_rows.carry_out(shape(by), plan),
        "undoing": lambda run, _lock: import_rows.undoing(shape(None), run),
        "take_back": lambda done, _run, _by: import_rows.take_back(shape(None), done),
    }


KINDS: dict[str, Kind] = {
    "people": Kind(
        name=_l("ผู้ใช้"),
        hint=_l("จับคู่ด้วยอีเมล หน่วยงานใส่รหัสหรือชื่อ ช่องว่างหมายถึงคงค่าเดิม ผู้ใช้ใหม่เปิดบัญชีเองได้ที่หน้าลืมรหัสผ่าน"),
        required=people_table.REQUIRED,
        optional=("position", "agency_code", "role"),
        names=lambda _draft: people_table.NAMES,
        plan=lambda table, _draft, by, lock: people_table.plan(table, by=by, lock=lock),
        exported=people_table.EXPORTED,
        rows=people_table.rows,
        **_of_rows(people_table.shape),
    ),
    "agencies": Kind(
        name=_l("รายชื่อหน่วยงาน"),
        hint=_l("จับคู่ด้วยรหัส หน่วยงานที่ไม่อยู่ในตารางคงเดิม"),
        required=agency_table.REQUIRED,
        optional=agency_table.OPTIONAL,
        names=lambda _draft: agency_table.NAMES,
        plan=lambda table, _draft, _by, lock: agency_table.plan(table, lock=lock),
        exported=agency_table.COLUMNS,
        rows=agency_table.rows,
        **_of_rows(lambda _by: agency_table.SHAPE),
    ),
    "entries": Kind(
        name=_l("ผลงานที่ผ่านขั้นตอนที่ 1"),
        hint=_l("จับคู่ด้วยหน่วยงาน ประเภทรางวัล และชื่อผลงาน ช่อง stage1_passed ใส่วันที่ หรือ ผ่าน หรือเว้นว่าง"),
        required=entries.COLUMNS,
        optional=(),
        names=lambda _draft: entries.NAMES,
        plan=lambda table, _draft, _by, lock: entries.plan(table, lock=lock),
        exported=entries.EXPORTED,
        rows=entries.rows,
        **_of_rows(lambda _by: entries.SHAPE),
    ),
}


def _workshop(code: str) -> Workshop:
    """The workshop of a draft. Refuses with Gone."""
    found = workshops.with_sessions(code)
    if found is None:
        raise Gone
    return found


def _attendance(table: Table, draft: Draft, _by: User, lock: bool) -> Plan:
    workshop = _workshop(draft.subject)
    asked = draft.options
    session = next((one for one in workshop.sessions if one.code == asked["session"]), None)
    length = asked["length"] or (minutes.length_of(session) if session else minutes.ALL_DAY)
    wanted = attendance_rows.Asked(session, length, asked["share"], skip_unknown=asked["skip_unknown"])
    return attendance_table.plan(table, workshop, wanted, filename=draft.filename, lock=lock)


KINDS["attendance"] = Kind(
    name=_l("การเข้าอบรม"),
    hint=_l("จับคู่ด้วยตั๋ว อีเมล แล้วจึงชื่อ รับรายชื่อที่ส่งออกจากหน้านี้ รายชื่อกระดาษที่พิมพ์เข้าเครื่อง และรายชื่อจากระบบประชุมทางไกล"),
    required=("name",),
    optional=("email", "ticket", "state"),
    names=lambda draft: roster_table.names(_workshop(draft.subject)),
    plan=_attendance,
    carry_out=attendance_table.carry_out,
    undoing=lambda run, lock: attendance_table.undoing(run, lock=lock),
    take_back=attendance_table.take_back,
    of_workshops=True,
)


KINDS["answers"] = Kind(
    name=_l("คำตอบของผู้ลงทะเบียน"),
    hint=_l("ใช้ไฟล์คำตอบหรือรายชื่อที่ส่งออกจากหน้านี้ แก้ในไฟล์แล้วนำเข้าใหม่ ช่องว่างหมายถึงไม่ตอบ"),
    required=("name",),
    optional=("email", "ticket"),
    names=lambda draft: roster_table.names(_workshop(draft.subject)),
    plan=lambda table, draft, _by, lock: answers_table.plan(table, _workshop(draft.subject), lock=lock),
    carry_out=lambda plan, _run, _by: answers_table.carry_out(plan),
    undoing=lambda run, lock: answers_table.undoing(run, lock=lock),
    take_back=lambda done, _run, _by: answers_table.take_back(done),
    of_workshops=True,
)


def keep(
    kind: str,
    stream: IO[bytes],
    filename: str,
    *,
    subject: str = "",
    options: Mapping[str, Any] | None = None,
) -> str:
    """Keep a file until it is confirmed; gives the token that names it. Refuses with blobs.TooLarge."""
    stored = blobs.put(stream, most_bytes=MOST_BYTES)
    name = tables.as_cell(filename)[-LONGEST_NAME:]
    return tokens.sign(PURPOSE, [kind, stored.digest, name, subject, dict(options or {})])


def read(token: str) -> Draft:
    """The draft of a token. Refuses with Gone."""
    try:
        found = tokens.read(PURPOSE, token, max_age=int(CONFIRM_WITHIN.total_seconds()))
    except tokens.BadToken as no:
        raise Gone from no
    return Draft(*found)


def plan(draft: Draft, *, by: User, lock: bool = False) -> Plan:
    """What this draft would change now. Refuses with Gone, SheetError, or as its kind does."""
    size = blobs.size_of(draft.digest)
    if size is None:
        raise Gone
    kind = KINDS[draft.kind]
    content = io.BytesIO(b"".join(blobs.open_range(draft.digest, 0, size)))
    try:
        table = tables.read_table(content, draft.filename, names=kind.names(draft))
    except SheetError as no:
        if no.table is None:
            raise
        more = _errors_of(no.table, kind, draft, by)
        told = {one.cell for one in no.errors}
        every = [*no.errors, *(one for one in more if one.cell not in told)]
        raise SheetError(errors=tables.in_order(every)) from no
    return kind.plan(table, draft, by, lock)


def _errors_of(table: Table, kind: Kind, draft: Draft, by: User) -> tuple[CellError, ...]:
    """What else is wrong in a table of which some cells could not be read, so that all is told at once."""
    try:
        kind.plan(table, draft, by, False)
    except SheetError as no:
        return no.errors
    return ()


def confirm(draft: Draft, *, mark: str, by: User) -> ImportRun:
    """Carry the draft out in this transaction, if it would change just what was shown (`mark`).

    Refuses with Changed, NothingToDo, and as plan does; then nothing is kept.
    """
    begin_write()
    found = plan(draft, by=by, lock=True)
    if not found.changes:
        raise NothingToDo  # a second press, too
    if found.mark != mark:
        raise Changed
    run = import_runs.note(found, kind=draft.kind, filename=draft.filename, by=by, subject=draft.subject)
    run.before = KINDS[draft.kind].carry_out(found, run, by)
    db.session.flush()
    return run


def carried_out(draft: Draft, *, by: User) -> ImportRun | None:
    """The run that this person made of this draft already; None where there is none."""
    runs = import_runs.latest(kind=draft.kind, subject=draft.subject)
    mine = (run for run in runs if run.by_id == by.id and run.undone_at is None)
    return next((run for run in mine if run.filename == draft.filename), None)


def undoing(run: ImportRun, *, lock: bool = False) -> Undoing:
    """What an undo of this run would take back, and what it would leave and why."""
    return KINDS[run.kind].undoing(run, lock)


def undo(run: ImportRun, *, by: User) -> Undoing:
    """Take back what still stands as the run left it. Refuses with IsUndone, TooLate, NothingLeft."""
    import_runs.begin_undo(run)
    found = undoing(run, lock=True)
    KINDS[run.kind].take_back(found, run, by)
    import_runs.end_undo(run, found, by=by)
    return found


def name_of(run: ImportRun) -> str:
    """The kind of a run in words."""
    kind = KINDS.get(run.kind)
    return str(kind.name) if kind else run.kind
