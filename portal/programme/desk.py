"""The organizer's desk: a workshop made, copied, changed, published, closed, cancelled and restored, each under its lock and kept in its history; pages are manage's matter.

A change is a whole text put in the place of another. Who saves says which version they saw, so nothing of
another organizer is overwritten in silence. Who holds a seat is participation's: it looks at what changed here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.accounts import audit
from portal.accounts.models import User
from portal.core import clock
from portal.core.db import begin_write, db
from portal.core.errors import Refused
from portal.core.i18n import _, _l
from portal.core.toml import BadContent
from portal.programme import checks, copies, history, loading, rows, text_files
from portal.programme.checks import BadText, Fault, InThePast, Overlapping
from portal.programme.differences import Difference, differences, name_of_talk
from portal.programme.files import WorkshopText
from portal.programme.models import Material, Talk, Workshop, WorkshopStatus
from portal.programme.names import names_now

__all__ = ["BadText", "Fault", "InThePast", "NotFromHere", "Overlapping", "Stale", "text_of"]

DRAFT = WorkshopStatus.DRAFT
PUBLISHED = WorkshopStatus.PUBLISHED
CLOSED = WorkshopStatus.CLOSED
CANCELLED = WorkshopStatus.CANCELLED

text_of = rows.text_of


class Stale(Refused):
    """Somebody else saved in between: `by` them, `base` as it was when this change began, `theirs` as it is now.

    `differences` tells what saving all the same would change. To do so, save again with `version`.
    """

    text = _l("มีผู้อื่นแก้ไขงานอบรมนี้ระหว่างที่คุณแก้ ดูสิ่งที่ต่างกันแล้วเลือก")

    def __init__(self, workshop: Workshop, *, seen: int, theirs: WorkshopText, mine: WorkshopText) -> None:
        super().__init__()
        base, last = (history.version_of(workshop, number) for number in (seen, workshop.version))
        self.version = workshop.version
        self.by: User | None = last.by if last else None
        self.at: datetime | None = last.at if last else None
        self.base: WorkshopText | None = history.text_at(base) if base else None
        self.theirs = theirs
        self.names = names_now()
        self.differences: list[Difference] = differences(theirs, mine, self.names)


class NotFromHere(Refused):
    """The workshop's status does not allow this step."""

    text = _l("สถานะของงานอบรมตอนนี้ทำรายการนี้ไม่ได้ โหลดหน้านี้ใหม่แล้วดูอีกครั้ง")


def create(text: WorkshopText, *, by: User | None, note: str = "", overlap_ok: bool = False) -> Workshop:
    """A new workshop, as a draft whatever status the text has. Refuses with BadText, also when the code is taken."""
    begin_write()
    wanted = _checked(replace(text, status=DRAFT))
    _refuse(Overlapping, [] if overlap_ok else checks.overlaps(wanted).values())
    taken = [Fault(("code",), _("รหัส %(code)s มีงานอบรมอื่นใช้แล้ว", code=wanted.code))]
    if db.session.scalar(select(Workshop.id).where(Workshop.code == wanted.code)) is not None:
        raise BadText(taken)
    try:
        with db.session.begin_nested():
            workshop = loading.create_workshop(wanted, rows.known_now())
            db.session.flush()
    except IntegrityError as no:  # made by somebody else at the same moment
        raise BadText(taken) from no
    history.keep(workshop, by=by, note=note)
    audit.note("workshop.create", workshop, by=by)
    return workshop


def save(  # noqa: PLR0913 - two of these are for who was asked "all the same?" and said yes
    workshop: Workshop,
    text: WorkshopText,
    *,
    by: User | None,
    version: int,
    note: str = "",
    past_ok: bool = False,
    overlap_ok: bool = False,
) -> Workshop:
    """Put this text in the place of the one of `version`; code and status stay. Nothing different: nothing is noted.

    A session that the text leaves out is deleted from a draft, else cancelled: people may know of it.
    Refuses with Stale, BadText, Overlapping (unless it did before), InThePast (of a published workshop).
    """
    workshop = _hold(workshop)
    now = text_of(workshop)
    wanted = _fitted(workshop, now, text)
    if wanted == now:
        return workshop
    if version != workshop.version:
        raise Stale(workshop, seen=version, theirs=now, mine=wanted)
    before = checks.overlaps(now)
    news = [fault for codes, fault in checks.overlaps(wanted).items() if codes not in before]
    _refuse(Overlapping, [] if overlap_ok else news)
    if workshop.status is PUBLISHED and not past_ok:
        _refuse(InThePast, checks.moved_into_past(now, wanted, clock.now()))
    history.keep_as_it_stands(workshop)
    with db.session.no_autoflush:
        rows.apply(workshop, wanted, rows.known_now())
    kept = history.keep(workshop, by=by, note=note)
    audit.note("workshop.change", workshop, by=by, version=kept.number, note=note)
    return workshop


def copy(workshop: Workshop, *, code: str, first_day: date, by: User | None) -> Workshop:
    """A new draft like this one, all its days moved so that it begins on `first_day`. Refuses with BadText.

    What belongs to the old days alone stays behind, as copies says.
    """
    text = copies.for_another_time(text_of(workshop), code=code, first_day=first_day)
    return create(text, by=by, note=_("คัดลอกจาก %(code)s", code=workshop.code), overlap_ok=True)


def restore(  # noqa: PLR0913 - as save
    workshop: Workshop,
    number: int,
    *,
    by: User | None,
    version: int,
    past_ok: bool = False,
    overlap_ok: bool = False,
) -> Workshop:
    """Save the text of an older version again; the status stays as it is. Refuses as save does, and a version that is not there."""
    kept = history.version_of(workshop, number)
    if kept is None:
        raise BadText([Fault(("number",), _("ไม่มีฉบับที่ %(number)d", number=number))])
    note = _("เรียกคืนฉบับที่ %(number)d", number=number)
    text = history.text_at(kept)
    return save(workshop, text, by=by, version=version, note=note, past_ok=past_ok, overlap_ok=overlap_ok)


def publish(workshop: Workshop, *, by: User | None, why: str = "") -> Workshop:
    """Show a draft to everybody. Published already: nothing happens. Refuses what was closed or cancelled."""
    return _turn(workshop, PUBLISHED, "publish", since=(DRAFT,), by=by, why=why)


def close(workshop: Workshop, *, by: User | None, why: str = "") -> Workshop:
    """Take no more registrations; the page stays. Closed already: nothing happens. Refuses drafts and cancelled ones."""
    return _turn(workshop, CLOSED, "close", since=(PUBLISHED,), by=by, why=why)


def reopen(workshop: Workshop, *, by: User | None, why: str = "") -> Workshop:
    """Publish again what was closed or cancelled; what was cancelled as a draft is a draft again. Published already:
    nothing happens. Refuses drafts."""
    to = DRAFT if is_cancelled_draft(_hold(workshop)) else PUBLISHED
    return _turn(workshop, to, "reopen", since=(CLOSED, CANCELLED), by=by, why=why)


def is_cancelled_draft(workshop: Workshop) -> bool:
    """Whether it was cancelled before it was ever published, so that reopening must not show it to everybody."""
    return workshop.status is CANCELLED and history.status_before(workshop) is DRAFT


def cancel(workshop: Workshop, *, by: User | None, why: str = "") -> Workshop:
    """Call the whole workshop off. Cancelled already: nothing happens."""
    return _turn(workshop, CANCELLED, "cancel", since=(DRAFT, PUBLISHED, CLOSED), by=by, why=why)


def _turn(  # noqa: PLR0913 - one for each word of the ledger
    workshop: Workshop,
    to: WorkshopStatus,
    verb: str,
    *,
    since: Sequence[WorkshopStatus],
    by: User | None,
    why: str,
) -> Workshop:
    """Calling off, and taking that back, raises the SEQUENCE of every meeting that people may know of."""
    workshop = _hold(workshop)
    before = workshop.status
    if before is to:
        return workshop
    if before not in since:
        raise NotFromHere
    history.keep_as_it_stands(workshop)
    workshop.status = to
    if CANCELLED in (before, to) and DRAFT not in (before, to):
        for session in workshop.sessions:
            if not session.is_cancelled:
                session.sequence += 1
    kept = history.keep(workshop, by=by, note=why)
    audit.note(f"workshop.{verb}", workshop, by=by, version=kept.number, why=why)
    return workshop


def _hold(workshop: Workshop) -> Workshop:
    """Lock the workshop until the transaction ends; it and its parts are read anew."""
    begin_write()
    db.session.flush()
    identity = workshop.id
    db.session.expire_all()
    return db.session.scalars(select(Workshop).where(Workshop.id == identity).with_for_update()).one()


def _fitted(workshop: Workshop, now: WorkshopText, text: WorkshopText) -> WorkshopText:
    """The text as it would stand: with the status of now, and with sessions that people may know of cancelled, not gone."""
    if text.code != now.code:
        raise BadText([Fault(("code",), _("เปลี่ยนรหัสไม่ได้ คัดลอกเป็นงานอบรมใหม่แทน"))])
    there = {one.code for one in text.sessions}
    left_out = [] if workshop.status is DRAFT else [one for one in now.sessions if one.code not in there]
    cancelled = tuple(replace(one, is_cancelled=True) for one in left_out)
    wanted = _checked(replace(text, status=now.status, sessions=text.sessions + cancelled))
    talks = {talk.code for talk in wanted.talks}
    gone = [talk for talk in now.talks if talk.code not in talks]
    with_materials = _with_materials(workshop) if gone else set()
    _refuse(
        BadText,
        [
            Fault(
                ("talk", talk.code),
                _("หัวข้อ %(name)s มีเอกสารประกอบ นำเอกสารออกก่อน จึงลบหัวข้อได้", name=name_of_talk(talk)),
            )
            for talk in gone
            if talk.code in with_materials
        ],
    )
    return wanted


def _with_materials(workshop: Workshop) -> set[str]:
    shown = (
        select(Talk.code).join(Material, Material.talk_id == Talk.id).where(Talk.workshop_id == workshop.id)
    )
    return set(db.session.scalars(shown.where(Material.withdrawn_at.is_(None))))


def _checked(text: WorkshopText) -> WorkshopText:
    """The text as its file gives it back. Refuses with BadText all that is wrong."""
    text = text_files.tidied(text)
    _refuse(BadText, checks.faults(text))
    known = rows.known_now()
    try:
        return text_files.read(
            text_files.write(text), tracks=known.tracks(), speakers=frozenset(known.speakers)
        )
    except text_files.Unwritable as no:
        raise BadText([Fault((), str(no))]) from no
    except BadContent as no:
        raise BadText([Fault((), finding.text) for finding in no.findings]) from no


def _refuse(kind: type[BadText], found: Iterable[Fault]) -> None:
    if findings := list(found):
        raise kind(findings)
