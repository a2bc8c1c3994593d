"""Counts tries in the database, so that all workers and machines count together; what is worth counting is the caller's matter."""

import hashlib
import ipaddress
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import delete, func, select

from portal.accounts.models import ThrottleHit
from portal.core import clock
from portal.core.db import begin_write, db
from portal.core.errors import Refused
from portal.core.i18n import _

# No limit looks further back than this; older tries are swept away.
LONGEST = timedelta(days=1)


class TooMany(Refused):
    """The limit is reached. The text says when to come back, and nothing about who exists."""

    status = 429

    def __init__(self, free_at: datetime) -> None:
        minutes = max(1, ceil((free_at - clock.now()).total_seconds() / 60))
        super().__init__(_("ลองหลายครั้งเกินไป รออีก %(minutes)d นาทีแล้วลองใหม่", minutes=minutes))


def network(address: str | None) -> str:
    """The part of a network address that one household or office shares: the address itself, or the /64 of IPv6."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def take(bucket: str, *, most: int, within: timedelta) -> ThrottleHit:
    """Note one try, or refuse with TooMany when `most` were noted `within` this long. A refused try is not noted.

    The try counts once the caller commits. Buckets are stored as hashes: people type passwords into the wrong field.
    """
    begin_write()
    now = clock.now()
    name = hashlib.sha256(bucket.encode()).hexdigest()[:40]
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(name))))
    db.session.execute(delete(ThrottleHit).where(ThrottleHit.at < now - LONGEST))
    times = list(
        db.session.scalars(
            select(ThrottleHit.at)
            .where(ThrottleHit.bucket == name, ThrottleHit.at > now - within)
            .order_by(ThrottleHit.at.desc())
            .limit(most)
        )
    )
    if len(times) >= most:
        raise TooMany(times[-1] + within)
    hit = ThrottleHit(bucket=name, at=now)
    db.session.add(hit)
    db.session.flush()
    return hit


def give_back(*hit_ids: int) -> None:
    """Forget tries that turned out well, so that a room full of people behind one address is not shut out."""
    db.session.execute(delete(ThrottleHit).where(ThrottleHit.id.in_(hit_ids)))
