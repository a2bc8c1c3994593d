"""Speakers as organizers keep them: made, changed, and joined to the account they sign in with; what they speak about is the desk's matter."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from portal.accounts import audit, people
from portal.accounts.models import Role, User
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import _, _l
from portal.programme.models import Speaker

Positions = Sequence[dict[str, Any]]


class SpeakerTaken(Refused):
    """The code or the account belongs to another speaker."""


class SpeakerChanged(Refused):
    """Somebody else saved the speaker in between."""

    text = _l("มีผู้จัดอีกคนบันทึกก่อน")


def seen_as(speaker: Speaker) -> str:
    """A digest of what the desk shows of a speaker: two that are equal showed the same."""
    told = json.dumps([speaker.name, speaker.positions], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def create(code: str, name: str, positions: Positions, *, by: User) -> Speaker:
    """A new speaker, last on the page. Refuses a code that is taken."""
    taken = SpeakerTaken(_("รหัส %(code)s ใช้แล้ว เลือกคำอื่น", code=code), field="code")
    if db.session.scalar(select(Speaker.id).where(Speaker.code == code)) is not None:
        raise taken
    last = db.session.scalar(select(func.max(Speaker.position)))
    speaker = Speaker(
        code=code, name=name, positions=list(positions), position=0 if last is None else last + 1
    )
    try:
        with db.session.begin_nested():
            db.session.add(speaker)
    except IntegrityError as no:  # made by somebody else at the same moment
        raise taken from no
    audit.note("speaker.create", speaker, by=by, name=name)
    return speaker


def change(speaker: Speaker, name: str, positions: Positions, *, by: User, seen: str) -> Speaker:
    """Give the speaker this name and these positions. Refuses when it is not what `seen` saw. Nothing different: nothing is noted."""
    fresh = select(Speaker).where(Speaker.id == speaker.id).with_for_update()
    speaker = db.session.scalars(fresh.execution_options(populate_existing=True)).one()
    before = {"name": speaker.name, "positions": speaker.positions}
    now = {"name": name, "positions": list(positions)}
    if now == before:
        return speaker
    if seen_as(speaker) != seen:
        raise SpeakerChanged
    speaker.name, speaker.positions = name, list(positions)
    audit.note("speaker.change", speaker, by=by, before=before, after=now)
    return speaker


def join(speaker: Speaker, email: str, *, by: User) -> User:
    """Let the owner of this account bring the speaker's materials; a learner becomes a speaker, other roles stay.

    Refuses an address without a confirmed account, and an account that is another speaker's.
    """
    user = people.by_email(email)
    if user is None or user.confirmed_at is None or not user.is_active:
        raise Refused(_("ยังไม่มีบัญชีที่ใช้อีเมลนี้ ให้วิทยากรสมัครและยืนยันอีเมลก่อน"), field="email")
    other = db.session.scalar(select(Speaker).where(Speaker.user_id == user.id, Speaker.id != speaker.id))
    if other is not None:
        raise SpeakerTaken(_("บัญชีนี้เป็นของ %(name)s แล้ว", name=other.name), field="email")
    speaker.user = user
    if user.role is Role.LEARNER:
        people.set_role(user, Role.SPEAKER, by=by)
    audit.note("speaker.join", speaker, by=by, user=user.code)
    return user


def part(speaker: Speaker, *, by: User) -> None:
    """Take the account away again; who is no other speaker is a learner again."""
    user = speaker.user
    if user is None:
        return
    speaker.user = None
    db.session.flush()
    is_another = db.session.scalar(select(Speaker.id).where(Speaker.user_id == user.id)) is not None
    if user.role is Role.SPEAKER and not is_another:
        people.set_role(user, Role.LEARNER, by=by)
    audit.note("speaker.part", speaker, by=by, user=user.code)
