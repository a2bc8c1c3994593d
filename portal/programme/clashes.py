"""What another organizer saved in between, beside what one would save oneself; that nothing is overwritten in silence is the desk's matter."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.accounts.models import User
from portal.programme.desk import Stale
from portal.programme.differences import differences


@dataclass(frozen=True)
class Row:
    """One thing that another organizer changed: as it was, as it is now, and as it would be with what was typed here."""

    label: str
    before: str
    theirs: str
    yours: str | None  # None: what was typed here leaves it as it is now


@dataclass(frozen=True)
class Clash:
    """Somebody else saved in between."""

    by: User | None
    rows: Sequence[Row]


def clash_of(no: Stale) -> Clash:
    """What the other one changed, each with what it would be if this change were saved all the same."""
    yours = {row.path: row.after for row in no.differences}
    if no.base is None:
        return Clash(no.by, [Row(row.label, "", row.before, row.after) for row in no.differences])
    rows = differences(no.base, no.theirs, no.names)
    return Clash(no.by, [Row(row.label, row.before, row.after, yours.get(row.path)) for row in rows])
