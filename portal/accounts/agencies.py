"""The agencies: finding the one a person means; their list as a table is agency_table's matter, which of them passed stage 1 awards'."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from portal.accounts.models import Agency
from portal.core import thai
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import _, in_lang


def name_in(lang: str) -> ColumnElement[str]:
    """An agency's name as a column of a list: in English ("en") where there is one, else in Thai."""
    thai_name = Agency.name_th.expression
    return func.coalesce(func.nullif(Agency.name_en, ""), thai_name) if lang == "en" else thai_name


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
