"""Thanks those who came on the morning after the last day and says what is next; what that is, the message puts together.

Who is noted as present only later, by a door that was without network or from a list on paper, is thanked then.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, case, func, select

from portal.attendance import handouts, roll
from portal.attendance.handouts import CAME, Reader
from portal.awards import rounds
from portal.core import clock
from portal.core.db import db
from portal.courses import catalog
from portal.mail import told
from portal.participation import messages, portions
from portal.participation.messages import Next
from portal.participation.models import AttendanceMark, Registration
from portal.participation.reminders import MORNING
from portal.programme import materials
from portal.programme.models import Workshop, WorkshopSession
from portal.programme.workshops import ON_OFFER

FOR = timedelta(days=14)  # who is noted as present later than this is not thanked any more
ONCE = "came"


@dataclass(frozen=True)
class Thanks:
    """A workshop that is over, with its marks as they stand: others since are a reason to look again."""

    workshop_id: int
    code: str
    marks: int
    last_mark: int

    @property
    def key(self) -> str:
        return f"thanks:{self.code}:{self.marks}.{self.last_mark}"


def due() -> list[int]:
    """The ids of workshops that are over and of which marks came in since people were thanked. One query while no workshop
    ended lately, else two; no lock."""
    found = list(_over(_ended()))
    said = told.among([one.key for one in found])
    return [one.workshop_id for one in found if one.key not in said]


def thank(workshop: Workshop) -> int:
    """Thank the next portion of those who came, and return how many that was; all thanked: it is noted as told."""
    now = next(_over(_ended().where(Workshop.id == workshop.id)), None)
    if now is None or told.among([now.key]):
        return 0
    batch = portions.batch_of(f"thanks:{now.code}")

    def do(people: Sequence[Registration]) -> None:
        what_is_next = _next(workshop)
        for one in people:
            messages.thanks(one, next=what_is_next, what=ONCE, batch=batch)

    people = portions.seats_of(workshop).where(Registration.id.in_(who_came(workshop)))
    return portions.tell(people, do, message="thanks", what=ONCE, keys=[now.key])


def who_came(workshop: Workshop) -> Select[int]:
    """The ids of registrations that were present, wholly or in part, at some session of the workshop."""
    sessions = select(WorkshopSession.id).where(WorkshopSession.workshop_id == workshop.id)
    marks = roll.deciding(AttendanceMark.session_id.in_(sessions))
    return select(marks.c.registration_id).where(marks.c.state.in_(CAME))


def _next(workshop: Workshop) -> Next:
    """The same for all who came: what they may see by now, the lessons of the workshop's tracks, the report."""
    came = Reader(None, has_seat=True, came=True)
    found = materials.of_talks(workshop.talks)
    has_materials = any(handouts.hidden(one, came) is None for ones in found.values() for one in ones)
    tracks = {track.code for track in workshop.tracks}
    due = rounds.report_due()
    return Next(
        has_materials=has_materials,
        courses=[course for course in catalog.courses() if tracks.intersection(course.tracks)],
        report_due=due if due is not None and due >= clock.today() else None,
    )


def _ended() -> Select[int, str, date | None, int, int | None]:
    """Workshops of the last weeks, each with its last meeting that was held and the marks there are."""
    last = func.max(
        case((~WorkshopSession.is_cancelled, WorkshopSession.day)), type_=WorkshopSession.day.type
    )
    of_workshop = (
        select(WorkshopSession.id).where(WorkshopSession.workshop_id == Workshop.id).correlate(Workshop)
    )
    marks = select(func.count()).where(AttendanceMark.session_id.in_(of_workshop)).scalar_subquery()
    newest = (
        select(func.max(AttendanceMark.id))
        .where(AttendanceMark.session_id.in_(of_workshop))
        .scalar_subquery()
    )
    return (
        select(Workshop.id, Workshop.code, last, marks, newest)
        .join(Workshop.sessions)
        .where(
            Workshop.status.in_(ON_OFFER),
            Workshop.starts_on < clock.today(),
            Workshop.ends_on >= clock.today() - FOR - timedelta(days=1),
        )
        .group_by(Workshop.id)
        .order_by(Workshop.id)
    )


def _over(ended: Select[int, str, date | None, int, int | None]) -> Iterator[Thanks]:
    """Those whose last meeting was yesterday or earlier, as soon as somebody was noted."""
    for workshop_id, code, last, marks, newest in db.session.execute(ended):
        if last is None or newest is None:
            continue
        since = datetime.combine(last + timedelta(days=1), MORNING)
        if since <= clock.now() < since + FOR:
            yield Thanks(workshop_id, code, marks, newest)
