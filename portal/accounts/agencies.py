"""The agencies: finding the one a person means, and taking the list from a table; which of them passed stage 1 is awards' matter."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from portal.accounts.models import Agency, AgencyDomain
from portal.core import thai
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import _, in_lang
from portal.core.sheets import CellError, Row, SheetError, Table, require_columns

REQUIRED = ("code", "name_th")
OPTIONAL = ("name_en", "abbrev_th", "ministry_th", "type", "domains")
FIELDS = {
    "name_th": "name_th",
    "name_en": "name_en",
    "abbrev_th": "abbrev_th",
    "ministry_th": "ministry_th",
    "type": "kind",
}
LONGEST = {"code": 32, "name_th": 200, "name_en": 200, "abbrev_th": 60, "ministry_th": 200, "type": 40}

_code = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_domain = re.compile(r"(?=.{4,120}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")


class UnknownAgency(Refused):
    """No agency is called so. `meant` is the name that comes nearest, if any is near."""

    def __init__(self, typed: str, meant: str | None) -> None:
        self.meant = meant
        if meant:
            text = _("ไม่พบ “%(typed)s” ในรายการ หมายถึง %(meant)s ใช่หรือไม่", typed=typed, meant=meant)
        else:
            text = _("ไม่พบ “%(typed)s” ในรายการ พิมพ์ชื่อหรือชื่อย่อ แล้วเลือกจากรายการ", typed=typed)
        super().__init__(text, field="agency")


class AmbiguousAgency(Refused):
    """Several agencies share this abbreviation."""

    def __init__(self, typed: str, names: Iterable[str]) -> None:
        text = _("“%(typed)s” ใช้กับหลายหน่วยงาน พิมพ์ชื่อเต็ม เช่น %(names)s", typed=typed, names=" · ".join(names))
        super().__init__(text, field="agency")


def by_code(code: str) -> Agency | None:
    """The agency with this code."""
    return db.session.scalar(select(Agency).where(Agency.code == code))


def options() -> Sequence[Any]:
    """Rows (name_th, name_en, abbrev_th) of all agencies in Thai order, for a list to choose from."""
    query = select(Agency.name_th, Agency.name_en, Agency.abbrev_th).order_by(Agency.sort_key)
    return db.session.execute(query).all()


def match(text: str) -> Agency:
    """The agency of this name, abbreviation or code, however it is spaced or dotted. Refuses with UnknownAgency, AmbiguousAgency."""
    text = text.strip()
    exact = select(Agency).where(or_(Agency.name_th == text, Agency.code == text))
    if (found := db.session.scalars(exact.limit(2)).all()) and len(found) == 1:
        return found[0]
    rows = db.session.execute(
        select(Agency.id, Agency.name_th, Agency.name_en, Agency.code, Agency.abbrev_th).order_by(
            Agency.sort_key
        )
    ).all()
    key = thai.search_key(text)
    for one, other in (("name_th", "name_en"), ("code", "abbrev_th")):  # a full name wins over a short one
        same = [row for row in rows if key and key in (_key(row, one), _key(row, other))]
        if len(same) > 1:
            raise AmbiguousAgency(text, (in_lang(row, "name") for row in same))
        if same:
            return db.session.get_one(Agency, same[0].id)
    raise UnknownAgency(text, _nearest(text, rows))


def _key(row: Any, column: str) -> str:
    return thai.search_key(getattr(row, column))


def _nearest(text: str, rows: Sequence[Any]) -> str | None:
    """The name, in the language in force, of the agency whose Thai, English or short name comes nearest."""
    names = {
        name: in_lang(row, "name")
        for row in rows
        for name in (row.name_th, row.name_en, row.abbrev_th)
        if name
    }
    found = thai.nearest(text, names)
    return names[found] if found else None


@dataclass
class Imported:
    """What an import of agencies changed."""

    added: int = 0
    changed: int = 0
    kept: int = 0


def import_agencies(table: Table) -> Imported:
    """Add and update agencies by their code; those the table does not name stay. All or nothing.

    Refuses with SheetError that names every bad cell. Without a column `domains` the known mail domains stay as they are.
    """
    errors = faults_of(table)
    query = select(Agency).options(selectinload(Agency.domains))
    known = {agency.code: agency for agency in db.session.scalars(query)}
    errors += _names_taken(table, known)
    if errors:
        raise SheetError(errors=sorted(errors, key=lambda error: _place(error.cell)))
    done = Imported()
    for row in table.rows:
        _import_row(row, known.get(row["code"]), done, has_domains="domains" in table.columns)
    db.session.flush()
    return done


def faults_of(table: Table) -> list[CellError]:
    """What is wrong in the table itself, whichever agencies there are. Refuses with SheetError one without the right columns."""
    require_columns(table, REQUIRED, optional=OPTIONAL)
    return [*_bad_cells(table), *_doubled(table)]


def _import_row(row: Row, agency: Agency | None, done: Imported, *, has_domains: bool) -> None:
    is_new = agency is None
    if agency is None:
        agency = Agency(code=row["code"])
        db.session.add(agency)
    values = {attribute: row[column] for column, attribute in FIELDS.items() if _has(row, column)}
    changed = [name for name, value in values.items() if getattr(agency, name) != value]
    for name in changed:
        setattr(agency, name, values[name])
    if has_domains and _domains(row) != {domain.domain for domain in agency.domains}:
        kept = {domain.domain: domain for domain in agency.domains}
        agency.domains = [kept.get(name) or AgencyDomain(domain=name) for name in sorted(_domains(row))]
        changed.append("domains")
    if is_new:
        done.added += 1
    elif changed:
        done.changed += 1
    else:
        done.kept += 1


def _has(row: Row, column: str) -> bool:
    return column in row.columns


def _domains(row: Row) -> set[str]:
    """Mail domains as people write them in a cell: with or without @, apart by blanks, commas or semicolons."""
    return {word.lstrip("@").lower() for word in re.split(r"[\s,;]+", row["domains"]) if word}


def _bad_cells(table: Table) -> Iterable[CellError]:
    for row in table.rows:
        for column in REQUIRED:
            if not row[column]:
                yield row.error(column, _("ช่องนี้ว่างไม่ได้"))
        if row["code"] and not _code.fullmatch(row["code"]):
            yield row.error("code", _("รหัสใช้ได้เฉพาะ A–Z 0–9 จุด และขีด"))
        for column, longest in LONGEST.items():
            if len(row[column]) > longest:
                yield row.error(column, _("ยาวได้ไม่เกิน %(max)d ตัวอักษร", max=longest))
        for domain in sorted(_domains(row)):
            if not _domain.fullmatch(domain):
                yield row.error(
                    "domains", _("“%(domain)s” ไม่ใช่โดเมนอีเมล เขียนแบบ agency.go.th", domain=domain)
                )


def _doubled(table: Table) -> Iterable[CellError]:
    for column in REQUIRED:
        first: dict[str, Row] = {}
        for row in table.rows:
            before = first.setdefault(row[column], row)
            if row[column] and before is not row:
                yield row.error(
                    column, _("“%(value)s” ซ้ำกับแถวที่ %(row)d", value=row[column], row=before.number)
                )


def _names_taken(table: Table, known: dict[str, Agency]) -> Iterable[CellError]:
    owners = {agency.name_th: agency.code for agency in known.values()}
    for row in table.rows:
        owner = owners.get(row["name_th"], row["code"])
        if owner != row["code"]:
            yield row.error("name_th", _("ชื่อนี้เป็นของหน่วยงานรหัส %(code)s อยู่แล้ว", code=owner))


def _place(cell: str) -> tuple[int, int, str]:
    """The order in which people read a sheet: by row, then by column."""
    letters = cell.rstrip("0123456789")
    return int(cell[len(letters) :] or 0), len(letters), letters
