"""What the tests of the team pages share: their address, and what stands on them and in the database."""

from sqlalchemy import select

from portal.accounts.models import User
from portal.core.db import db
from portal.participation.models import Registration, RegistrationStatus
from tests.pages import Page

URL = "/agency/workshops/pmqa40-2566"


def standing() -> dict[str, RegistrationStatus]:
    """By address of the person, everybody ever registered."""
    db.session.expire_all()
    return {row.user.email: row.status for row in db.session.scalars(select(Registration))}


def row_of(page: Page, person: User) -> str:
    """What the list says of this person."""
    [row] = [row for row in page.select("table.team tbody tr") if person.email in row.get_text()]
    return " ".join(row.get_text(" ", strip=True).split())
