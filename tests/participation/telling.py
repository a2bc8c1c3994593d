"""A workshop some days before anything is told of it, a seat in it, and telling until nothing is due: for tests of what is told ahead and afterwards."""

from sqlalchemy import select

from portal.attendance import roll
from portal.core.db import db
from portal.participation import registration
from portal.participation.models import AttendanceState
from portal.programme.models import Material, MaterialVersion, Talk

SEVEN = "2023-02-13T08:00:00+07:00"
ONE = "2023-02-19T08:00:00+07:00"
AFTER = "2023-02-22T08:00:00+07:00"


def ahead(clock_at, make_workshop):
    """20 and 21 February, some days before any reminder."""
    clock_at("2023-02-08T09:00:00+07:00")
    return make_workshop(venue="โรงแรมตัวอย่าง")


def seated(workshop, person):
    mine = registration.register(workshop, user=person)
    db.session.commit()
    return mine


def hand_out(workshop, title="สไลด์", **given):
    """One more material of the workshop's only talk, now."""
    talk = db.session.scalar(select(Talk).where(Talk.workshop_id == workshop.id))
    talk = talk or Talk(workshop=workshop, code="t1", title_th="หมวด 1")
    material = Material(talk=talk, title=title, **given)
    material.versions.append(MaterialVersion(number=1, url="https://video.example/1"))
    db.session.add_all([talk, material])
    db.session.commit()
    return material


def all_of(due, do, workshop):
    """Do the job until nothing is due; how many people were told."""
    told = 0
    while due():
        told += do(workshop)
        db.session.commit()
    return told


def present(seat, session=0, state=AttendanceState.ATTENDED):
    roll.mark(seat, seat.workshop.sessions[session], state=state, by=None, how="test")
    db.session.commit()
