"""Tells those who took part that materials are ready: each material once, those of a workshop gathered in one mail; who may see what is handouts' rule.

A material is ready when it is visible; one for those who came, not before the workshop is over. What became ready within
an hour of the first goes in the same mail.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import Select, exists, literal, or_, select
from sqlalchemy.orm import joinedload

from portal.attendance import handouts, thanks
from portal.attendance.handouts import Reader
from portal.core import clock
from portal.core.db import db
from portal.mail.models import Told
from portal.participation import messages, portions
from portal.participation.models import Registration
from portal.programme.models import Audience, Material, Talk, Workshop
from portal.programme.workshops import ON_OFFER

GATHER = timedelta(hours=1)
# What was ready longer ago is no news, for instance where the portal learned to tell of it only now.
NEWS_FOR = timedelta(days=7)
KEY = "material:"


@dataclass(frozen=True)
class News:
    """What is to be told of one workshop, the first that became ready first."""

    workshop: Workshop
    materials: Sequence[Material]

    @property
    def what(self) -> str:
        return self.materials[0].code


def due() -> list[int]:
    """The ids of workshops with materials of which nobody was told. One query; no lock."""
    return [news.workshop.id for news in _gathered(_untold())]


def announce(workshop: Workshop) -> int:
    """Tell the next portion of those with a seat what is ready for them, and return how many that was; all told: it is noted."""
    news = next(iter(_gathered(_untold().where(Talk.workshop_id == workshop.id))), None)
    if news is None:
        return 0
    batch = portions.batch_of(f"materials:{news.what}")

    def do(people: Sequence[Registration]) -> None:
        present = _present(workshop, people)
        for one in people:
            reader = Reader(None, has_seat=True, came=one.id in present)
            to_see = [each for each in news.materials if handouts.hidden(each, reader) is None]
            messages.materials_ready(one, to_see, what=news.what, batch=batch)

    people = portions.seats_of(workshop)
    if all(one.audience is Audience.ATTENDED for one in news.materials):
        people = people.where(Registration.id.in_(thanks.who_came(workshop)))
    keys = [KEY + one.code for one in news.materials]
    return portions.tell(people, do, message="materials_ready", what=news.what, keys=keys)


def _present(workshop: Workshop, people: Sequence[Registration]) -> set[int]:
    came = thanks.who_came(workshop).subquery()
    ids = [one.id for one in people]
    return set(db.session.scalars(select(came.c.registration_id).where(came.c.registration_id.in_(ids))))


def _untold() -> Select[Material]:
    """Materials that may be seen, with their talks, of which nothing was said yet."""
    now = clock.now()
    long_ago = now - NEWS_FOR
    return (
        select(Material)
        .join(Material.talk)
        .join(Talk.workshop)
        .options(joinedload(Material.talk).joinedload(Talk.workshop).selectinload(Workshop.sessions))
        .where(
            Workshop.status.in_(ON_OFFER),
            Material.withdrawn_at.is_(None),
            or_(Material.visible_from.is_(None), Material.visible_from <= now),
            or_(
                Material.created_at > long_ago,
                Material.visible_from > long_ago,
                (Material.audience == Audience.ATTENDED)
                & (Workshop.ends_on >= clock.today() - NEWS_FOR - timedelta(days=1)),
            ),
            ~exists().where(Told.key == literal(KEY) + Material.code),
        )
        .order_by(Talk.workshop_id, Material.id)
    )


def _gathered(untold: Select[Material]) -> list[News]:
    """By workshop, what is ready since an hour and what became so meanwhile: the same whenever it is asked."""
    by_workshop: dict[Workshop, list[tuple[datetime, int, Material]]] = {}
    for material in db.session.scalars(untold).unique():
        ready = _ready_at(material)
        if clock.now() - NEWS_FOR < ready <= clock.now():
            by_workshop.setdefault(material.talk.workshop, []).append((ready, material.id, material))
    found = []
    for workshop, ready_ones in by_workshop.items():
        ready_ones.sort()
        until = ready_ones[0][0] + GATHER
        if until <= clock.now():
            found.append(News(workshop, [one for ready, _id, one in ready_ones if ready <= until]))
    return found


def _ready_at(material: Material) -> datetime:
    moments = [material.created_at, material.visible_from or material.created_at]
    if material.audience is Audience.ATTENDED:
        workshop = material.talk.workshop
        last = max((one.day for one in workshop.sessions if not one.is_cancelled), default=workshop.ends_on)
        moments.append(datetime.combine(last + timedelta(days=1), time(), clock.BANGKOK))
    return max(moments)
