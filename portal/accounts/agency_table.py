"""The list of agencies as a table, in and out, and the agencies that cells of other tables mean; what people type on pages is agencies' matter."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal.accounts import import_rows
from portal.accounts.agencies import AmbiguousAgency
from portal.accounts.import_rows import Item, Shape
from portal.accounts.import_runs import Plan
from portal.accounts.models import Agency, AgencyDomain
from portal.core import thai
from portal.core.db import begin_write, db
from portal.core.i18n import _, _l
from portal.core.tables import CellError, Row, SheetError, Table, folded, in_order, require_columns

REQUIRED = ("code", "name_th")
OPTIONAL = ("name_en", "abbrev_th", "ministry_th", "type", "domains")
COLUMNS = (*REQUIRED, *OPTIONAL)
NAMES = {
    "code": ("รหัส", "รหัสหน่วยงาน"),
    "name_th": ("ชื่อหน่วยงาน", "หน่วยงาน", "ชื่อภาษาไทย"),
    "name_en": ("ชื่อภาษาอังกฤษ",),
    "abbrev_th": ("ชื่อย่อ",),
    "ministry_th": ("กระทรวง", "สังกัด"),
    "type": ("ประเภท", "ประเภทหน่วยงาน"),
    "domains": ("โดเมน", "โดเมนอีเมล"),
}
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


@dataclass(frozen=True)
class Imported:
    """What an import of agencies changed."""

    added: int = 0
    changed: int = 0
    kept: int = 0


class Index:
    """All agencies, to be found by what cells say: a code (leading zeros lost or not), a name, a short name."""

    def __init__(self, agencies: Iterable[Agency]) -> None:
        self.codes: dict[str, Agency] = {}
        self._bare: dict[str, list[Agency]] = {}
        self._full: dict[str, list[Agency]] = {}
        self._short: dict[str, list[Agency]] = {}
        for agency in agencies:
            self.codes[agency.code.casefold()] = agency
            for kept, text in (
                (self._bare, agency.code.lstrip("0") if agency.code.isdigit() else ""),
                (self._full, thai.search_key(agency.name_th)),
                (self._full, thai.search_key(agency.name_en)),
                (self._short, thai.search_key(agency.abbrev_th)),
                (self._short, thai.search_key(agency.code)),
            ):
                if text and agency not in kept.setdefault(text, []):
                    kept[text].append(agency)

    def by_code(self, text: str) -> Agency | None:
        """The agency of this code; one that lost its leading zeros is known where only one can be meant."""
        code = thai.plain_digits(text).casefold()
        same = self._bare.get(code.lstrip("0"), []) if code.isdigit() else []
        return self.codes.get(code) or (same[0] if len(same) == 1 else None)

    def find(self, text: str) -> Agency | None:
        """The agency of this code, name or short name; None where there is none. Refuses with AmbiguousAgency."""
        if (agency := self.by_code(text)) is not None:
            return agency
        key = thai.search_key(text)
        for kept in (self._full, self._short):
            if len(kept.get(key, ())) > 1:
                raise AmbiguousAgency(text, (one.name_th for one in kept[key]))
            if key in kept:
                return kept[key][0]
        return None


def index() -> Index:
    return Index(db.session.scalars(select(Agency)))


def import_agencies(table: Table) -> Imported:
    """Add and update agencies by their code; those the table does not name stay. All or nothing.

    Refuses with SheetError that names every bad cell. Without a column `domains` the known mail domains stay as they are.
    """
    begin_write()
    found = plan(table, lock=True)
    import_rows.carry_out(SHAPE, found)
    return Imported(found.added, found.changed, found.kept)


def plan(table: Table, *, lock: bool = False) -> Plan:
    """What this table would add and change. Refuses with SheetError."""
    errors = faults_of(table)
    query = select(Agency).options(selectinload(Agency.domains)).order_by(Agency.id)
    known = list(db.session.scalars(query.with_for_update(of=Agency) if lock else query))
    found = Index(known)
    errors += _names_taken(table, known, found)
    if errors:
        raise SheetError(errors=in_order(errors))
    return import_rows.plan_of(SHAPE, (_item(row, found) for row in table.rows), notes=table.notes)


def faults_of(table: Table) -> list[CellError]:
    """What is wrong in the table itself, whichever agencies there are. Refuses with SheetError one without the right columns."""
    require_columns(table, REQUIRED, optional=OPTIONAL)
    return [*_bad_cells(table), *_doubled(table)]


def rows() -> Iterator[list[Any]]:
    """Every agency by its code, as COLUMNS. Two queries."""
    query = select(Agency).options(selectinload(Agency.domains)).order_by(Agency.code)
    for agency in db.session.scalars(query):
        values = [getattr(agency, attribute) for attribute in FIELDS.values()]
        yield [agency.code, *values, " ".join(sorted(domain.domain for domain in agency.domains))]


def _item(row: Row, known: Index) -> Item[Agency]:
    agency = known.by_code(row["code"])
    values: dict[str, Any] = {} if agency else {"code": row["code"]}
    values |= {attribute: row[column] for column, attribute in FIELDS.items() if column in row.columns}
    if "domains" in row.columns:
        values["domains"] = sorted(_domains(row))
    return Item(row.address("code"), row["name_th"], agency, values)


def _read(agency: Agency, attribute: str) -> Any:
    if attribute == "domains":
        return sorted(domain.domain for domain in agency.domains)
    return getattr(agency, attribute)


def _write(agency: Agency, attribute: str, value: Any) -> None:
    if attribute == "domains":
        kept = {domain.domain: domain for domain in agency.domains}
        agency.domains = [kept.get(name) or AgencyDomain(domain=name) for name in value]
    else:
        setattr(agency, attribute, value)


def _make(values: Mapping[str, Any]) -> Agency:
    agency = Agency()
    for attribute, value in values.items():
        _write(agency, attribute, value)
    return agency


SHAPE: Shape[Agency] = Shape(
    model=Agency,
    labels={
        "code": _l("รหัส"),
        "name_th": _l("ชื่อ"),
        "name_en": _l("ชื่อภาษาอังกฤษ"),
        "abbrev_th": _l("ชื่อย่อ"),
        "ministry_th": _l("กระทรวง"),
        "kind": _l("ประเภท"),
        "domains": _l("โดเมนอีเมล"),
    },
    name=lambda agency: agency.name_th,
    make=_make,
    read=_read,
    write=_write,
    shown=lambda attribute, value: " ".join(value or ()) if attribute == "domains" else str(value or ""),
    parts=frozenset({AgencyDomain.__tablename__}),
    options=(selectinload(Agency.domains),),
)


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
            before = first.setdefault(folded(row[column]) if column == "code" else row[column], row)
            if row[column] and before is not row:
                yield row.error(
                    column, _("“%(value)s” ซ้ำกับแถวที่ %(row)d", value=row[column], row=before.number)
                )


def _names_taken(table: Table, known: Sequence[Agency], index: Index) -> Iterable[CellError]:
    owners = {agency.name_th: agency for agency in known}
    for row in table.rows:
        owner = owners.get(row["name_th"])
        if owner is not None and owner is not index.by_code(row["code"]):
            yield row.error("name_th", _("ชื่อนี้เป็นของหน่วยงานรหัส %(code)s อยู่แล้ว", code=owner.code))
