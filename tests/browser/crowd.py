"""Run in a demonstration: forty more people with a seat, so that every test at the door has its own.

Prints every ticket with the address that its QR holds, as JSON.
"""

import json
import sys

from sqlalchemy import func, select

from portal.accounts import people
from portal.core.db import db, writing
from portal.participation import tickets
from portal.participation.models import Registration, RegistrationStatus
from portal.programme import workshops
from wsgi import app

MANY = 40


def gather() -> dict[str, str]:
    workshop = workshops.workshop_by_code("pmqa40-2566")
    assert workshop is not None
    last = db.session.scalar(select(func.max(Registration.arrival)).filter_by(workshop_id=workshop.id)) or 0
    for number in range(MANY):
        person = people.create_user(email=f"at-the-door-{number}@demo.example", name=f"ผู้มา หน้างาน{number}")
        db.session.add(
            Registration(
                workshop=workshop, user=person, status=RegistrationStatus.CONFIRMED, arrival=last + 1 + number
            )
        )
    db.session.commit()
    seated = select(Registration.ticket).where(
        Registration.workshop_id == workshop.id, Registration.status == RegistrationStatus.CONFIRMED
    )
    return {one: tickets.address_of(workshop.code, one) for one in db.session.scalars(seated)}


if __name__ == "__main__":
    with app.app_context(), writing():
        json.dump({"addresses": gather()}, sys.stdout)
