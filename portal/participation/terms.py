"""The terms of a workshop's seats as the organizer sets them: capacity, maximum and guarantee per agency, hours of an offer, registration window, venue; who gets a seat is registration's matter."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from portal.accounts import audit
from portal.accounts.models import User
from portal.core.errors import Refused
from portal.core.i18n import _, _l
from portal.participation import registration
from portal.participation.models import Registration
from portal.programme import desk, history
from portal.programme.models import Workshop

MOST_OFFER_HOURS = 720  # thirty days


class BadTerms(Refused):
    """Terms that cannot hold; `field` names the one to change."""


@dataclass(frozen=True)
class Terms:
    """None: no number or moment is set. Moments are aware."""

    capacity: int | None
    per_agency: int | None
    registration_opens_at: datetime | None
    registration_closes_at: datetime | None
    venue: str
    guaranteed: int | None = None  # seats kept for each agency that passed stage 1
    guaranteed_until: datetime | None = None
    offer_hours: int = 0  # 0: a seat is given at once


def of(workshop: Workshop) -> Terms:
    """The terms as they stand."""
    return Terms(**{name: getattr(workshop, name) for name in Terms.__dataclass_fields__})


def change(workshop: Workshop, terms: Terms, *, by: User, version: int | None = None) -> list[Registration]:
    """Set these terms, keep who changed what, also as a version of the workshop, and return who got or is offered a
    seat by it; a lowered number takes no seat away, and an offer that runs keeps its time.

    A new venue raises the SEQUENCE of every session. Refuses with BadTerms, and with desk.Stale who saw another
    `version` of the workshop. Nothing different: nothing is noted.
    """
    _check(terms)
    workshop = registration.hold(workshop)
    before = of(workshop)
    if before == terms:
        return []
    if version is not None and version != workshop.version:
        now = desk.text_of(workshop)
        raise desk.Stale(workshop, seen=version, theirs=now, mine=replace(now, **asdict(terms)))
    history.keep_as_it_stands(workshop)
    for name, value in asdict(terms).items():
        setattr(workshop, name, value)
    if before.venue != terms.venue:
        for session in workshop.sessions:
            session.sequence += 1
    audit.note("seats.change", f"workshop:{workshop.code}", by=by, **_differences(before, terms))
    history.keep(workshop, by=by, note=_("ที่นั่งและวันรับลงทะเบียน"))
    return registration.promote_from_waitlist(workshop)


def _check(terms: Terms) -> None:
    opens, closes = terms.registration_opens_at, terms.registration_closes_at
    if terms.capacity is not None and terms.capacity < 0:
        raise BadTerms(_l("จำนวนที่นั่งต้องไม่น้อยกว่า 0"), field="capacity")
    if terms.per_agency is not None and terms.per_agency < 1:
        raise BadTerms(_l("จำนวนสูงสุดต่อหน่วยงานต้องเป็น 1 ขึ้นไป หรือเว้นว่างถ้าไม่จำกัด"), field="per_agency")
    _check_queue(terms)
    if opens is None and closes is not None:
        raise BadTerms(_l("ระบุวันเปิดรับด้วย"), field="opens_on")
    if opens is not None and closes is not None and closes <= opens:
        raise BadTerms(_l("ต้องปิดรับหลังจากเปิดรับ"), field="closes_on")


def _check_queue(terms: Terms) -> None:
    if terms.guaranteed is not None and terms.guaranteed < 1:
        raise BadTerms(_l("จำนวนที่รับรองต้องเป็น 1 ขึ้นไป หรือเว้นว่างถ้าไม่รับรอง"), field="guaranteed")
    if terms.guaranteed is not None and terms.guaranteed_until is None:
        raise BadTerms(_l("ระบุวันที่รับรองที่นั่งถึงด้วย"), field="guaranteed_on")
    if terms.guaranteed is None and terms.guaranteed_until is not None:
        raise BadTerms(_l("ระบุจำนวนที่นั่งที่รับรองด้วย หรือลบวันออก"), field="guaranteed")
    if terms.guaranteed and terms.per_agency is not None and terms.guaranteed > terms.per_agency:
        raise BadTerms(_l("รับรองได้ไม่เกินจำนวนสูงสุดต่อหน่วยงาน"), field="guaranteed")
    if not 0 <= terms.offer_hours <= MOST_OFFER_HOURS:
        raise BadTerms(_l("ให้เวลายืนยันได้ 0 ถึง 720 ชั่วโมง"), field="offer_hours")


def _differences(before: Terms, after: Terms) -> dict[str, Any]:
    old, new = asdict(before), asdict(after)
    return {name: [_plain(old[name]), _plain(new[name])] for name in old if old[name] != new[name]}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
