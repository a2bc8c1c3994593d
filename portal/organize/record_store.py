"""The record store as an organizer sees it: what was told, what waits, what failed and what helps; the telling itself is xapi's matter."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app

from portal.core import clock
from portal.core.i18n import _
from portal.xapi import delivery, line
from portal.xapi.models import Statement, StatementStatus

SHOWN = 5  # of what was refused; `flask lrs status` names more


@dataclass(frozen=True)
class Failure:
    """Why the store could not be used the last time it was asked."""

    said: str
    at: datetime | None
    times: int  # one after the other
    next_try: datetime | None  # None: as soon as a worker looks
    advice: str


@dataclass(frozen=True)
class Store:
    address: str
    sent: int
    last_sent_at: datetime | None
    waiting: int
    has_more: bool  # besides those that wait there are facts of which nothing was made yet
    refused: int
    latest_refused: Sequence[Statement]
    failure: Failure | None


def store() -> Store | None:
    """How the telling stands; None, and no query, where no store is set."""
    url = current_app.config.get("LRS_URL")
    if not url:
        return None
    state = delivery.state(SHOWN)
    return Store(
        address=line.without_keys(url),
        sent=state.counts.get(StatementStatus.SENT, 0),
        last_sent_at=state.line.last_sent_at if state.line else None,
        waiting=state.counts.get(StatementStatus.QUEUED, 0),
        has_more=state.has_more,
        refused=state.counts.get(StatementStatus.REFUSED, 0),
        latest_refused=state.refused,
        failure=_failure(state),
    )


def _failure(state: delivery.State) -> Failure | None:
    found = state.line
    if found is None or not found.failures:
        return None
    next_try = found.free_at if found.free_at > clock.now() else None
    return Failure(found.last_error, found.failed_at, found.failures, next_try, _advice(found.last_error))


def _advice(said: str) -> str:
    """What helps, by the number with which an answer begins; without one nobody answered."""
    number = re.match(r"\d{3}\b", said)
    if number and number[0] in ("401", "403"):
        return _("คลังไม่รับกุญแจของเรา แจ้งผู้ดูแลระบบให้แก้กุญแจใน PORTAL_LRS_URL แล้วกลับมากดลองอีกครั้ง")
    if number and number[0][0] in "34" and number[0] not in ("408", "425", "429"):
        return _("ที่อยู่ของคลังไม่ถูกต้อง แจ้งผู้ดูแลระบบให้แก้ PORTAL_LRS_URL แล้วกลับมากดลองอีกครั้ง")
    if number:
        return _("คลังยังไม่พร้อมรับ ไม่ต้องทำอะไร ระบบลองใหม่เอง ถ้าข้ามวันแล้วยังไม่ได้ ถามผู้ดูแลคลัง")
    return _(
        "ติดต่อคลังไม่ได้ ไม่ต้องทำอะไร ระบบลองใหม่เอง ถ้าข้ามวันแล้วยังไม่ได้ แจ้งผู้ดูแลระบบให้ตรวจเครือข่ายและ PORTAL_LRS_URL"
    )


def try_again() -> bool:
    """Let the next worker knock at once and take along what was refused; False where nothing had failed. Commits."""
    found = store()
    if found is None or not (found.failure or found.refused):
        return False
    delivery.hurry(refused_too=True)
    return True
