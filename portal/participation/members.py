"""The people of an agency as they stand with one workshop: a list for their coordinator; what is done with them is the matter of teams."""

from dataclasses import dataclass

from sqlalchemy import select

from portal.accounts.models import User
from portal.core.db import db
from portal.participation import seats
from portal.participation.models import Registration, RegistrationStatus
from portal.participation.seats import TAKES_A_SEAT, WAITLISTED
from portal.programme.models import Workshop


@dataclass(frozen=True)
class Member:
    """Somebody on the team page. `registration` is one in the agency's name; `is_elsewhere`: there is one in another's."""

    user: User
    registration: Registration | None
    position: int
    is_here: bool
    is_elsewhere: bool

    @property
    def is_invited(self) -> bool:
        """Whether the account waits for its owner to open it."""
        return self.user.confirmed_at is None

    @property
    def is_free(self) -> bool:
        """Whether this person could be registered as far as the agency's own lists tell."""
        return self.is_here and self.registration is None and not self.is_elsewhere

    def may_take(self, place: Registration) -> bool:
        """Whether this colleague could take over that place: who waits may take a seat, but not another place to wait."""
        waits = self.registration is not None and self.registration.status is WAITLISTED
        return self.is_free or (waits and self.is_here and place.status in TAKES_A_SEAT)


def people_for(workshop: Workshop, agency_id: int) -> list[Member]:
    """The approved people of the agency and whoever else holds a place in its name, in Thai order. Two queries."""
    at = (Registration.workshop_id == workshop.id) & (Registration.user_id == User.id)
    stands = Registration.status != RegistrationStatus.CANCELLED
    works_here = (User.agency_id == agency_id) & User.approved_at.is_not(None) & User.disabled_at.is_(None)
    rows = db.session.execute(
        select(User, Registration, works_here)
        .outerjoin(Registration, at & stands)
        .where(works_here | (Registration.agency_id == agency_id))
        .order_by(User.sort_key, User.id)
    ).all()
    places = seats.positions([row for _user, row, _here in rows if row is not None])
    return [
        Member(
            user,
            row if row is not None and row.agency_id == agency_id else None,
            position=places.get(row.id, 0) if row is not None else 0,
            is_here=bool(is_here),
            is_elsewhere=row is not None and row.agency_id != agency_id,
        )
        for user, row, is_here in rows
    ]
