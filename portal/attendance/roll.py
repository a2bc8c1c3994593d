"""Attendance: marks about one person at one session, appended and never changed; the latest decides. Who takes part is registration's matter."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, Subquery, func, select

from portal.accounts.models import User
from portal.core import clock
from portal.core.db import begin_write, db
from portal.core.errors import Refused
from portal.core.i18n import _, _l
from portal.participation.models import AttendanceMark, AttendanceState, Registration, RegistrationStatus
from portal.programme.models import WorkshopSession

ON_THE_ROSTER = "roster"  # how: an organizer chose it on the roster page


class WrongSession(Refused):
    text = _l("การลงทะเบียนนี้เป็นของงานอบรมอื่น เปิดรายชื่อของงานที่ถูกต้องแล้วบันทึกใหม่")


class WhyNeeded(Refused):
    """What was noted about the person named is changed only with a reason."""


class NotTakingPart(Refused):
    """Only who has a seat can be marked; the sentence names the person."""


def deciding(of: ColumnElement[bool]) -> Subquery:
    """Of each person at each session the mark that decides, among the marks asked for: the latest, of two at one
    moment the one noted last."""
    place = func.row_number().over(
        partition_by=(AttendanceMark.session_id, AttendanceMark.registration_id),
        order_by=(AttendanceMark.at.desc(), AttendanceMark.id.desc()),
    )
    marks = (
        select(
            AttendanceMark.session_id,
            AttendanceMark.registration_id,
            AttendanceMark.state,
            place.label("place"),
        )
        .where(of)
        .subquery()
    )
    decides = marks.c.place == 1, marks.c.state != AttendanceState.WITHDRAWN
    return select(marks).where(*decides).subquery()


def state_at(session: Any, registration: Any) -> ScalarSelect[AttendanceState]:
    """The same for one registration at one session, as a column of a list: read from an index, a line at a time."""
    state = func.nullif(
        AttendanceMark.state, AttendanceState.WITHDRAWN.value, type_=AttendanceMark.state.type
    )
    return _decides(select(state), session, registration)


def mark_at(session: Any, registration: Any) -> ScalarSelect[int]:
    """The id of the mark that decides, one that withdraws the others too, in the same way."""
    return _decides(select(AttendanceMark.id), session, registration)


def _decides(marks: Select[Any], session: Any, registration: Any) -> ScalarSelect[Any]:
    of = AttendanceMark.session_id == session, AttendanceMark.registration_id == registration
    latest = AttendanceMark.at.desc(), AttendanceMark.id.desc()
    return marks.where(*of).order_by(*latest).limit(1).scalar_subquery()


def states_of(sessions: Collection[WorkshopSession]) -> dict[tuple[int, int], AttendanceState]:
    """The deciding state by (registration id, session id); who has no mark is not in it. One query."""
    marks = deciding(AttendanceMark.session_id.in_([session.id for session in sessions]))
    rows = db.session.execute(select(marks.c.registration_id, marks.c.session_id, marks.c.state))
    return {(registration_id, session_id): state for registration_id, session_id, state in rows}


def last_noted(sessions: Collection[WorkshopSession]) -> dict[int, datetime]:
    """When each session's last mark was noted, by session id; one without marks is not in it. One query."""
    rows = (
        select(AttendanceMark.session_id, func.max(AttendanceMark.at))
        .where(AttendanceMark.session_id.in_([session.id for session in sessions]))
        .group_by(AttendanceMark.session_id)
    )
    return dict(db.session.execute(rows).all())


def mark(  # noqa: PLR0913 - as a mark is spoken: who, where, what, by whom, how, why
    registration: Registration,
    session: WorkshopSession,
    *,
    state: AttendanceState,
    by: User | None,
    how: str,
    why: str = "",
) -> None:
    """Note how this person attended this session. What is so noted already is not noted again.

    Refuses with NotTakingPart who has no seat, with WrongSession a session of another workshop.
    """
    mark_all(session, {registration: state}, by=by, how=how, why=why)


def mark_all(
    session: WorkshopSession,
    states: Mapping[Registration, AttendanceState],
    *,
    by: User | None,
    how: str,
    why: str = "",
) -> int:
    """Note all of these or, when one is refused, none; returns how many were news. As `mark`; one query to look, one to note."""
    begin_write()
    known = states_of([session])
    news = {}
    for registration, state in states.items():
        _refuse_strangers(registration, session)
        if known.get((registration.id, session.id), AttendanceState.WITHDRAWN) is not state:
            news[registration] = state
    return _append(session, news, by=by, how=how, why=why)


def correct_all(
    session: WorkshopSession, states: Mapping[Registration, AttendanceState], *, by: User, why: str = ""
) -> int:
    """Note what an organizer chose on the roster, for all of these or none; returns how many. As `mark_all`, but also
    what is so noted already: it then stands against scans that are still on their way.

    Refuses with WhyNeeded where it changes what is noted and does not say why.
    """
    begin_write()
    known = states_of([session])
    for registration, state in states.items():
        _refuse_strangers(registration, session)
        if not why and known.get((registration.id, session.id), state) is not state:
            raise WhyNeeded(
                _("บอกเหตุผลที่แก้การบันทึกของ %(name)s ก่อน แล้วบันทึกอีกครั้ง", name=registration.user.name), field="why"
            )
    return _append(session, states, by=by, how=ON_THE_ROSTER, why=why)


def _append(
    session: WorkshopSession,
    states: Mapping[Registration, AttendanceState],
    *,
    by: User | None,
    how: str,
    why: str,
) -> int:
    now = clock.now()
    db.session.add_all(
        AttendanceMark(
            session_id=session.id,
            registration_id=registration.id,
            agency_id=registration.agency_id,
            state=state,
            how=how,
            why=why[:200],
            by_id=by.id if by else None,
            at=now,
            noted_at=now,
        )
        for registration, state in states.items()
    )
    db.session.flush()
    return len(states)


def _refuse_strangers(registration: Registration, session: WorkshopSession) -> None:
    if registration.workshop_id != session.workshop_id:
        raise WrongSession
    if registration.status is not RegistrationStatus.CONFIRMED:
        raise NotTakingPart(
            _("%(name)s ไม่มีที่นั่งในงานนี้แล้ว โหลดรายชื่อใหม่แล้วบันทึกอีกครั้ง", name=registration.user.name)
        )
