"""Who may see which material, and how often each was taken; what is handed out is programme's matter."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import joinedload, selectinload

from portal.accounts.models import User
from portal.attendance import roll
from portal.core import clock
from portal.core.db import db
from portal.participation.models import AttendanceMark, AttendanceState, Registration, RegistrationStatus
from portal.programme import materials
from portal.programme.models import (
    Audience,
    Material,
    MaterialVersion,
    Talk,
    TalkSpeaker,
    Workshop,
)
from portal.programme.workshops import is_private

CAME = (AttendanceState.ATTENDED, AttendanceState.PARTIAL)


class Hidden(StrEnum):
    """Why somebody does not see a material."""

    PRIVATE = "private"  # so is its workshop
    NOT_YET = "not_yet"
    REGISTERED = "registered"  # it is for those who have a seat
    ATTENDED = "attended"  # it is for those who came
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Reader:
    """What counts of one person (None: not signed in) in one workshop."""

    user: User | None
    has_seat: bool = False
    came: bool = False


@dataclass(frozen=True)
class Handout:
    """One material as one reader meets it; `hidden` None: to be had now."""

    material: Material
    latest: MaterialVersion
    hidden: Hidden | None


@dataclass(frozen=True)
class Shelf:
    """What a talk hands out, in order. `may_edit`: the reader may change it."""

    talk: Talk
    handouts: list[Handout]
    may_edit: bool


_SEAT = select(Registration.id, Registration.status).where(
    Registration.workshop_id == bindparam("workshop"), Registration.user_id == bindparam("user")
)
_SPEAKERS = selectinload(Talk.speakers).joinedload(TalkSpeaker.speaker)


def reader_of(workshop: Workshop, user: User | None) -> Reader:
    """The person as a reader of this workshop's materials. At most two queries."""
    if user is None:
        return Reader(None)
    mine = db.session.execute(_SEAT, {"workshop": workshop.id, "user": user.id}).first()
    if mine is None:
        return Reader(user)
    marks = roll.deciding(AttendanceMark.registration_id == mine.id)
    came = db.session.scalar(select(marks.c.session_id).where(marks.c.state.in_(CAME)).limit(1)) is not None
    return Reader(user, mine.status is RegistrationStatus.CONFIRMED, came)


def hidden(material: Material, reader: Reader) -> Hidden | None:
    """Why this reader does not see it, or None. Who gives the talk and organizers see all but what is withdrawn, at any time."""
    if material.withdrawn_at is not None:
        return Hidden.WITHDRAWN
    if reader.user is not None and materials.may_edit(reader.user, material.talk):
        return None
    if material.audience is Audience.REGISTERED and not (reader.has_seat or reader.came):
        return Hidden.REGISTERED
    if material.audience is Audience.ATTENDED and not reader.came:
        return Hidden.ATTENDED
    if material.visible_from is not None and material.visible_from > clock.now():
        return Hidden.NOT_YET
    return None


def hidden_from(material: Material, user: User | None) -> Hidden | None:
    """Why the person may not have this material now, or None; of what is private only who may change it has any. At most
    three queries beside it."""
    if user is not None and materials.may_edit(user, material.talk):
        return None if material.withdrawn_at is None else Hidden.WITHDRAWN
    workshop = material.talk.workshop
    return Hidden.PRIVATE if is_private(workshop) else hidden(material, reader_of(workshop, user))


def shelves_of(workshop: Workshop, user: User | None) -> list[Shelf]:
    """Every talk of the workshop with what it hands out, hidden or not; talks without any only for who may change that. Six queries."""
    query = select(Talk).where(Talk.workshop_id == workshop.id).order_by(Talk.position, Talk.id)
    talks = db.session.scalars(query.options(joinedload(Talk.session), _SPEAKERS)).all()
    reader = reader_of(workshop, user)
    found = materials.of_talks(talks)
    shelves = [
        Shelf(talk, _handouts(found[talk.id], reader), user is not None and materials.may_edit(user, talk))
        for talk in talks
    ]
    return [shelf for shelf in shelves if shelf.handouts or shelf.may_edit]


def at_hand(shelves: Sequence[Shelf]) -> list[Handout]:
    """What the reader may have now, of all talks."""
    return [one for shelf in shelves for one in shelf.handouts if one.hidden is None]


def count(ids: Collection[int]) -> None:
    """One more download of each of these versions, in one statement that loses no other's count."""
    more = update(MaterialVersion).where(MaterialVersion.id.in_(ids))
    db.session.execute(
        more.values(downloads=MaterialVersion.downloads + 1).execution_options(synchronize_session=False)
    )


def _handouts(found: Sequence[Material], reader: Reader) -> list[Handout]:
    kept = [one for one in found if one.withdrawn_at is None]
    return [Handout(one, one.versions[-1], hidden(one, reader)) for one in kept]
