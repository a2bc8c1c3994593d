"""Whom a row of a list means: by ticket, address or name within one workshop; what the row says of them is attendance_table's and answers_table's matter."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import select

from portal.accounts.models import Agency, User
from portal.core import names
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import _
from portal.core.tables import CellError, Row
from portal.core.thai import nearest, search_key
from portal.participation import tickets
from portal.participation.models import Registration, RegistrationStatus
from portal.participation.seats import CONFIRMED
from portal.programme.models import Workshop

OFFERED = 20  # names for which the nearest is looked up: it takes its time
_pieces = re.compile(r"[()\[\]_/|,]+| - ")


class Person(NamedTuple):
    """One registration, as lists may name it."""

    id: int
    code: str
    ticket: str
    email: str
    name: str
    agency: str
    agency_id: int | None
    status: RegistrationStatus


class NotFound(Refused):
    """Nobody is meant, or several may be; `error` says so at the cell."""

    def __init__(self, error: CellError, *, is_unknown: bool = False) -> None:
        super().__init__(error.message)
        self.error = error
        self.is_unknown = is_unknown


class People:
    """Everybody ever registered for a workshop, to be found by what rows say."""

    def __init__(self, people: Iterable[Person]) -> None:
        self.by_id: dict[int, Person] = {}
        self._tickets: dict[str, Person] = {}
        self._codes: dict[str, Person] = {}
        self._emails: dict[str, Person] = {}
        self._names: dict[str, list[Person]] = {}
        self._asked = 0
        for person in people:
            self.by_id[person.id] = person
            self._tickets[person.ticket] = person
            self._codes[person.code] = person
            self._emails[person.email] = person
            self._names.setdefault(names.key(person.name), []).append(person)

    def of(self, row: Row) -> Person:
        """Whom this row means: by ticket or code, else by address, else by name. Refuses with NotFound."""
        sure = self._by_code(row)
        email = row["email"].removeprefix("mailto:").strip().lower()
        mailed = self._emails.get(email)
        if sure is not None and mailed is not None and sure is not mailed:
            text = _("ตั๋วหรือรหัสเป็นของ %(one)s แต่อีเมลเป็นของ %(other)s", one=sure.name, other=mailed.name)
            raise NotFound(row.error("email", text))
        found = sure or mailed
        return found if found is not None else self._by_name(row, email)

    def _by_code(self, row: Row) -> Person | None:
        found = None
        for column, known in (("ticket", self._tickets), ("code", self._codes)):
            letters = tickets.letters_in(row[column])
            if not letters:
                continue
            person = known.get(letters)
            if person is None:
                text = _("ไม่มี “%(text)s” ในงานนี้ ตรวจทีละตัว", text=row[column][:40])
                raise NotFound(row.error(column, text), is_unknown=True)
            if found is not None and found is not person:
                text = _("ตั๋วเป็นของ %(one)s แต่รหัสเป็นของ %(other)s", one=found.name, other=person.name)
                raise NotFound(row.error(column, text))
            found = person
        return found

    def _by_name(self, row: Row, email: str) -> Person:
        name = name_in(row)
        if not name:
            column = "email" if "email" in row.columns else "ticket" if "ticket" in row.columns else "name"
            text = _("ไม่มีใครในงานนี้ใช้อีเมลนี้") if email else _("แถวนี้ไม่บอกว่าเป็นใคร ใส่ตั๋ว อีเมล หรือชื่อ")
            raise NotFound(row.error(column, text), is_unknown=bool(email))
        found = self._named(name)
        if len(found) > 1:
            found = [one for one in found if one.status is CONFIRMED] or found
        if len(found) > 1 and row["agency"]:
            key = search_key(row["agency"])
            found = [one for one in found if key and key in search_key(one.agency)] or found
        if len(found) == 1:
            return found[0]
        raise self._ambiguous(row, name, found) if found else self._unknown(row, name)

    def _named(self, name: str) -> list[Person]:
        """Who is called so, or so in one of the pieces of what a video meeting shows: กรมตัวอย่าง_ละไม (Lamai)."""
        if found := self._names.get(names.key(name)):
            return found
        pieces = [piece for piece in _pieces.split(name) if piece.strip()] if _pieces.search(name) else []
        meant = {one.id: one for piece in pieces for one in self._names.get(names.key(piece), ())}
        return list(meant.values())

    def _ambiguous(self, row: Row, name: str, found: list[Person]) -> NotFound:
        who = " · ".join(f"{one.name} {one.agency} {one.email}" for one in found[:5])
        text = _("“%(name)s” มี %(count)d คน: %(who)s ใส่ตั๋วหรืออีเมลให้ชัด", name=name, count=len(found), who=who)
        return NotFound(row.error("name", text))

    def _unknown(self, row: Row, name: str) -> NotFound:
        self._asked += 1
        every = (one.name for one in self.by_id.values())
        meant = nearest(names.split(name).name, every) if self._asked <= OFFERED else None
        if meant:
            text = _("ไม่พบ “%(name)s” ในงานนี้ หมายถึง %(meant)s ใช่หรือไม่", name=name, meant=meant)
        else:
            text = _("ไม่พบ “%(name)s” ในงานนี้", name=name)
        return NotFound(row.error("name", text), is_unknown=True)


def people_of(workshop: Workshop, *, lock: bool = False) -> People:
    """Everybody ever registered. With `lock` no other mark, move or answer of theirs comes between until the transaction ends. One query."""
    query = (
        select(Registration, User.email, User.name, Agency.name_th)
        .join(Registration.user)
        .outerjoin(Agency, Agency.id == Registration.agency_id)
        .where(Registration.workshop_id == workshop.id)
        .order_by(Registration.id)
    )
    rows = db.session.execute(query.with_for_update(of=Registration) if lock else query)
    return People(_people(rows))


def _people(rows: Iterable[tuple[Registration, str, str, str | None]]) -> Iterator[Person]:
    for one, email, name, agency in rows:
        yield Person(one.id, one.code, one.ticket, email, name, agency or "", one.agency_id, one.status)


def name_in(row: Row) -> str:
    """The name as one, from one cell or from three."""
    return " ".join(" ".join(part for part in (row["title"], row["name"], row["last_name"]) if part).split())
