"""Writes to those whose score or outcome a corrected key changed, each once; the words stand in templates/mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.accounts.models import User
from portal.core.db import read_rows
from portal.learning.corrections import Proposal
from portal.learning.regrade_effects import Change, Effect, Mark
from portal.mail import outbox
from portal.mail.compose import compose

KIND = "learning.regraded"
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Told:
    """One attempt as the letter tells it."""

    code: str
    submitted_at: datetime
    before: str  # such as 6.5/10
    after: str


def said(mark: Mark) -> str:
    """The score as people read it, no more than two decimals."""
    return f"{_number(mark.score)}/{_number(mark.most)}"


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def tell(correction: str, proposal: Proposal, effect: Effect, *, why: str) -> None:
    """One mail to each person, in their language, of all their attempts that changed; to nobody whose account was closed."""
    by_person: dict[int, list[Change]] = {}
    for change in effect.changes:
        by_person.setdefault(change.user_id, []).append(change)
    turns = {turn.user_id: turn.passes for turn in effect.turns}
    same = {"course": proposal.course, "module": proposal.module, "rule": proposal.rule.value, "why": why}
    ids = sorted(by_person)
    for at in range(0, len(ids), AT_ONCE):
        people = read_rows(
            select(User.id, User.code, User.email, User.name, User.language).where(
                User.id.in_(ids[at : at + AT_ONCE]), User.disabled_at.is_(None)
            )
        )
        letters = [
            _letter(reader, by_person[reader.id], turn=turns.get(reader.id), **same)
            | {"key": f"regraded:{correction}:{reader.code}"}
            for reader in people
        ]
        outbox.put_many(letters, kind=KIND, batch=f"regraded:{correction}")


def _letter(reader: Any, changes: Sequence[Change], **context: Any) -> dict[str, str]:
    attempts = [Told(one.code, one.submitted_at, said(one.before), said(one.after)) for one in changes]
    mail = compose("regraded", language=reader.language, reader=reader, attempts=attempts, **context)
    return {"to_email": reader.email, "to_name": reader.name, **vars(mail)}
