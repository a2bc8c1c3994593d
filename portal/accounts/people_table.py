"""People as a table, in and out: by their address, each new one vouched for by who brings the table; how one person is made stands in people."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from email_validator import EmailNotValidError
from sqlalchemy import select
from sqlalchemy.orm import lazyload

from portal.accounts import import_rows
from portal.accounts.agencies import AmbiguousAgency
from portal.accounts.agency_table import Index, index
from portal.accounts.import_rows import Item, Shape
from portal.accounts.import_runs import Plan
from portal.accounts.models import Agency, Role, User
from portal.core import clock, dates, names
from portal.core.db import db
from portal.core.forms import normal_email
from portal.core.i18n import _, _l
from portal.core.tables import CellError, Row, SheetError, Table, as_cell, in_order, require_columns
from portal.core.thai import nearest

REQUIRED = ("email", "name")
OPTIONAL = ("title", "last_name", "position", "agency_code", "role")
TOLD = ("agency_name", "code", "created", "created_be", "approved", "approved_be", "status")
COLUMNS = ("email", "name", "position", "agency_code", "role")
EXPORTED = ("email", "name", "position", "agency_code", "agency_name", "role", *TOLD[1:])
NAMES = {
    "email": ("อีเมล", "อีเมล์", "e-mail", "email address", "ที่อยู่อีเมล"),
    **names.HEADINGS,
    "position": ("ตำแหน่ง",),
    "agency_code": ("หน่วยงาน", "รหัสหน่วยงาน", "ส่วนราชการ", "สังกัด", "agency"),
    "agency_name": ("ชื่อหน่วยงาน",),
    "role": ("บทบาท",),
}
LONGEST = {"name": 200, "position": 200}
WORDS = {
    Role.LEARNER: _l("ผู้เรียน"),
    Role.COORDINATOR: _l("ผู้ประสานงาน"),
    Role.SPEAKER: _l("วิทยากร"),
    Role.ORGANIZER: _l("ผู้จัด"),
    Role.ADMIN: _l("ผู้ดูแลระบบ"),
}
OF_ADMINS = (Role.ORGANIZER, Role.ADMIN)  # roles that only an admin gives and takes
FORMULA = tuple("=+-@")
NOTHING = ("-", "–", "—")  # what stands for an empty cell in many sheets
OFFERED = 20  # agencies for which the nearest name is looked up: it takes its time

_roles = {role.value: role for role in Role} | {
    "ผู้เรียน": Role.LEARNER,
    "ผู้ประสานงาน": Role.COORDINATOR,
    "วิทยากร": Role.SPEAKER,
    "ผู้จัด": Role.ORGANIZER,
    "ผู้ดูแลระบบ": Role.ADMIN,
}


@dataclass
class _Known:
    """What rows are checked against, what was found wrong, and what is worth a second look."""

    by: User
    people: Mapping[str, User]
    agencies: Index
    errors: list[CellError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    asked: dict[str, str] = field(default_factory=dict)  # agencies that are not there, with what to say


def plan(table: Table, *, by: User, lock: bool = False) -> Plan:
    """What this table would add and change; an empty cell leaves what is there. Refuses with SheetError: every bad cell.

    New people are vouched for by `by`; they open their account by the link for a forgotten password.
    """
    require_columns(table, REQUIRED, optional=(*OPTIONAL, *TOLD))
    errors: list[CellError] = []
    emails = [_email(row, errors) for row in table.rows]
    query = select(User).options(lazyload(User.agency))
    found = import_rows.by_keys(query, User.email, sorted({one for one in emails if one}), lock=lock)
    known = _Known(by, {user.email: user for user in found}, index(), errors, list(table.notes))
    told = [name for name in TOLD if name in table.columns]
    if told:
        known.notes.append(_("คอลัมน์ %(names)s เป็นข้อมูลประกอบ จึงไม่นำเข้า", names=", ".join(told)))
    items = list(_items(table, emails, known))
    if known.errors:
        raise SheetError(errors=in_order(known.errors))
    return import_rows.plan_of(shape(by, known.agencies), items, notes=known.notes)


def shape(by: User | None = None, agencies: Index | None = None) -> Shape[User]:
    """How people are read and written; `by` vouches for those that are made."""
    titles = {agency.id: agency.name_th for agency in agencies.codes.values()} if agencies else {}
    return Shape(
        model=User,
        labels={
            "email": _l("อีเมล"),
            "name": _l("ชื่อ"),
            "position": _l("ตำแหน่ง"),
            "agency_id": _l("หน่วยงาน"),
            "role": _l("บทบาท"),
        },
        name=lambda user: f"{user.name} {user.email}",
        make=lambda values: _made(values, by),
        read=lambda user, name: user.role.value if name == "role" else getattr(user, name),
        write=lambda user, name, value: setattr(user, name, Role(value) if name == "role" else value),
        shown=lambda name, value: _shown(name, value, titles),
        is_used=_has_opened,
    )


def rows() -> Iterator[list[Any]]:
    """Everybody in Thai order, as EXPORTED: moments as such and in พ.ศ. One query."""
    query = (
        select(User.__table__, Agency.code, Agency.name_th)
        .outerjoin(Agency, Agency.id == User.agency_id)
        .order_by(User.sort_key, User.id)
    )
    for one in db.session.execute(query).mappings():
        yield [
            one["email"],
            one["name"],
            one["position"],
            one[Agency.code] or "",
            one[Agency.name_th] or "",
            one["role"].value,
            one[User.__table__.c.code],
            one["created_at"],
            _thai(one["created_at"]),
            one["approved_at"],
            _thai(one["approved_at"]),
            str(_status(one)),
        ]


def _thai(moment: datetime | None) -> str:
    return dates.date_time(moment) if moment else ""


def _status(one: Mapping[Any, Any]) -> Any:
    if one["disabled_at"]:
        return _("ปิดบัญชีแล้ว")
    if one["declined_at"]:
        return _("ไม่อนุมัติ")
    if not one["approved_at"]:
        return _("รออนุมัติ")
    return _("ใช้งานได้") if one["confirmed_at"] else _("ยังไม่เปิดบัญชี")


def _made(values: Mapping[str, Any], by: User | None) -> User:
    user = User(approved_at=clock.now(), approved_by_id=by.id if by else None)
    for name, value in values.items():
        setattr(user, name, Role(value) if name == "role" else value)
    return user


def _has_opened(user: User) -> bool:
    ends = (user.confirmed_at, user.declined_at, user.disabled_at)
    return user.password_hash is not None or any(ends)


def _shown(name: str, value: Any, agencies: Mapping[int, str]) -> str:
    if value in (None, ""):
        return ""
    if name == "agency_id":
        return agencies.get(value, "")
    return str(WORDS[Role(value)]) if name == "role" else str(value)


def _email(row: Row, errors: list[CellError]) -> str:
    """The address in its normal form; "" where it is none, which is then told."""
    text = row["email"].removeprefix("mailto:").strip()
    if not text:
        errors.append(row.error("email", _("ใส่อีเมล")))
        return ""
    try:
        return normal_email(text)
    except EmailNotValidError:
        errors.append(row.error("email", _("อีเมลนี้ไม่ถูกต้อง เขียนแบบ name@agency.go.th")))
        return ""


def _items(table: Table, emails: list[str], known: _Known) -> Iterator[Item[User]]:
    first_at: dict[str, Row] = {}
    for row, email in zip(table.rows, emails, strict=True):
        before = first_at.setdefault(email, row)
        if email and before is not row:
            text = _(
                "อีเมลซ้ำกับแถวที่ %(row)d (%(name)s) แต่ละคนใช้อีเมลของตนเอง", row=before.number, name=before["name"]
            )
            known.errors.append(row.error("email", text))
        user = known.people.get(email)
        values = _values(row, user, known)
        if user is None:
            values["email"] = email
        yield Item(
            row.address("email"),
            f"{values.get('name') or (user and user.name) or ''} {email}".strip(),
            user,
            values,
        )


def _values(row: Row, user: User | None, known: _Known) -> dict[str, Any]:
    """What the row says, empty cells left out."""
    values: dict[str, Any] = {}
    name = _name(row)
    if name and user is not None and names.is_same(as_cell(user.name), name):
        name = user.name
    if name:
        values["name"] = name
        _check_name(row, user, name, known)
    elif user is None:
        known.errors.append(row.error("name", _("ใส่ชื่อ")))
    position = _said(row, "position")
    if position:
        values["position"] = position
        _check_text(row, "position", user.position if user else None, position, known)
    _take_agency(row, values, known)
    _take_role(row, user, values, known)
    return values


def _said(row: Row, column: str) -> str:
    """What a cell says; "" also where a dash stands for nothing."""
    text = row[column]
    return "" if text in NOTHING else text


def _name(row: Row) -> str:
    """The name as one, from one cell or from three; a Thai title is joined to it as Thais write it."""
    parts = (_said(row, "name"), _said(row, "last_name"))
    title, name = _said(row, "title"), " ".join(part for part in parts if part)
    if title and name:
        name = f"{title} {name}" if title[-1].isascii() and title[-1].isalpha() else f"{title}{name}"
    return " ".join(name.split())


def _check_name(row: Row, user: User | None, name: str, known: _Known) -> None:
    _check_text(row, "name", user.name if user else None, name, known)
    if user is not None and user.name != name:
        words = {names.key(word) for word in names.split(name).name.split()}
        if not words & {names.key(word) for word in names.split(user.name).name.split()}:
            known.notes.append(
                _(
                    "%(cell)s: อีเมล %(email)s เป็นของ %(before)s อยู่แล้ว ตรวจว่าเป็นคนเดียวกับ %(after)s",
                    cell=row.address("email"),
                    email=user.email,
                    before=user.name,
                    after=name,
                )
            )


def _check_text(row: Row, column: str, before: str | None, text: str, known: _Known) -> None:
    """What stands already is never wrong; only what would be new is looked at."""
    if before is not None and as_cell(before) == text:
        return
    if len(text) > LONGEST[column]:
        known.errors.append(row.error(column, _("ยาวได้ไม่เกิน %(max)d ตัวอักษร", max=LONGEST[column])))
    if text != before and (text.startswith(FORMULA) or not any(letter.isalpha() for letter in text)):
        known.errors.append(
            row.error(column, _("“%(text)s” ไม่ใช่ข้อความธรรมดา ถ้าเป็นสูตรให้วางเป็นค่า", text=text[:40]))
        )


def _take_agency(row: Row, values: dict[str, Any], known: _Known) -> None:
    text = _said(row, "agency_code")
    if not text:
        return
    try:
        agency = known.agencies.find(text)
    except AmbiguousAgency as no:
        known.errors.append(row.error("agency_code", str(no)))
        return
    if agency is None:
        if text not in known.asked:
            known.asked[text] = _no_agency(text, known)
        known.errors.append(row.error("agency_code", known.asked[text]))
    else:
        values["agency_id"] = agency.id


def _no_agency(text: str, known: _Known) -> str:
    every = [name for one in known.agencies.codes.values() for name in (one.name_th, one.code)]
    meant = nearest(text, every) if len(known.asked) < OFFERED else None
    if meant:
        return _("ไม่พบหน่วยงาน “%(text)s” หมายถึง “%(meant)s” ใช่หรือไม่", text=text, meant=meant)
    return _("ไม่พบหน่วยงาน “%(text)s” ใส่รหัสหรือชื่อตามรายชื่อหน่วยงาน", text=text)


def _take_role(row: Row, user: User | None, values: dict[str, Any], known: _Known) -> None:
    text = _said(row, "role").lower()
    role = _roles.get(text) if text else (user.role if user else Role.LEARNER)
    if role is None:
        words = ", ".join(str(word) for word in WORDS.values())
        known.errors.append(
            row.error("role", _("ไม่มีบทบาท “%(text)s” ใช้ได้: %(words)s", text=row["role"], words=words))
        )
        return
    before = user.role if user else Role.LEARNER
    if role is not before and {role, before} & {*OF_ADMINS} and known.by.role is not Role.ADMIN:
        known.errors.append(row.error("role", _("ให้หรือถอนบทบาทผู้จัดได้เฉพาะผู้ดูแลระบบ")))
    agency = values.get("agency_id") or (user.agency_id if user else None)
    if role is Role.COORDINATOR and role is not before and agency is None:
        known.errors.append(row.error("role", _("ผู้ประสานงานต้องมีหน่วยงาน")))
    if user is None or role is not before:
        values["role"] = role.value
