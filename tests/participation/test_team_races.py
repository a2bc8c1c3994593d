"""Teams and swaps at once, each with a connection of its own: a team never has half its seats, a seat never two heirs."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from portal.accounts import invitations
from portal.accounts.models import Agency, User
from portal.core.db import db
from portal.participation import registration, teams
from portal.participation.models import Move, Registration, RegistrationMove, RegistrationStatus
from portal.programme.models import Workshop
from tests import cast as people
from tests.participation.test_races import at_once, cancels, in_order, registers

CONFIRMED = RegistrationStatus.CONFIRMED
WAITLISTED = RegistrationStatus.WAITLISTED
CANCELLED = RegistrationStatus.CANCELLED

pytestmark = pytest.mark.both_databases


@pytest.fixture
def colleagues(cast) -> list[User]:
    found = [people.person(f"c{at}@demo.example", f"คน ที่{at}", agency=cast.agency) for at in range(6)]
    db.session.commit()
    return found


def registers_team(workshop: Workshop, team: list[User], by: User, refused: list[str]) -> Callable[[], Any]:
    workshop_id, by_id, ids = workshop.id, by.id, [person.id for person in team]

    def job() -> None:
        try:
            teams.register_team(
                db.session.get_one(Workshop, workshop_id),
                [db.session.get_one(User, one) for one in ids],
                by=db.session.get_one(User, by_id),
                all_or_none=True,
            )
        except teams.NotAllFit as no:
            refused.append(str(no))

    return job


def swaps(seat: Registration, to: User, by: User, refused: list[str]) -> Callable[[], Any]:
    seat_id, to_id, by_id = seat.id, to.id, by.id

    def job() -> None:
        try:
            teams.swap(
                db.session.get_one(Registration, seat_id),
                to=db.session.get_one(User, to_id),
                by=db.session.get_one(User, by_id),
            )
        except teams.CannotHandOn as no:
            db.session.rollback()
            refused.append(str(no))

    return job


def status_of(workshop: Workshop) -> Counter[RegistrationStatus]:
    return Counter(row.status for row in in_order(workshop))


def test_one_seat_handed_to_two_colleagues_at_once_goes_to_one(app, make_workshop, cast, colleagues):
    workshop = make_workshop(capacity=1)
    seat = registration.register(workshop, user=cast.lamai)
    refused: list[str] = []
    at_once(app, [swaps(seat, person, cast.mali, refused) for person in colleagues[:4]])
    assert status_of(workshop) == {CONFIRMED: 1, CANCELLED: 1}
    assert len(refused) == 3
    [heir] = [row for row in in_order(workshop) if row.status is CONFIRMED]
    assert heir.arrival == 1


def test_the_same_swap_pressed_eight_times_at_once_is_one(app, make_workshop, cast, colleagues):
    workshop = make_workshop(capacity=1)
    seat = registration.register(workshop, user=cast.lamai)
    refused: list[str] = []
    at_once(app, [swaps(seat, colleagues[0], cast.mali, refused)] * 8)
    assert status_of(workshop) == {CONFIRMED: 1, CANCELLED: 1}
    assert refused == []
    moves = Counter(db.session.scalars(select(RegistrationMove.move)))
    assert moves == {Move.REGISTERED: 1, Move.HANDED_ON: 1, Move.TAKEN_OVER: 1}


def test_two_seats_handed_to_the_same_colleague_leave_one_where_it_was(app, make_workshop, cast, colleagues):
    workshop = make_workshop(capacity=2)
    first, second = (registration.register(workshop, user=person) for person in colleagues[:2])
    refused: list[str] = []
    at_once(app, [swaps(seat, colleagues[2], cast.mali, refused) for seat in (first, second)])
    assert status_of(workshop) == {CONFIRMED: 2, CANCELLED: 1}
    assert len(refused) == 1


def test_a_seat_handed_on_while_it_is_cancelled_is_either(app, make_workshop, make_people, cast, colleagues):
    """Handed on first, the cancelling finds nothing; cancelled first, the seat is passed on and not handed on."""
    workshop, [waiting] = make_workshop(capacity=1), make_people(1)
    seat = registration.register(workshop, user=cast.lamai)
    last = registration.register(workshop, user=waiting)
    refused: list[str] = []
    at_once(app, [swaps(seat, colleagues[0], cast.mali, refused), cancels(seat.id)])
    db.session.refresh(last)
    assert status_of(workshop)[CONFIRMED] == 1
    assert (last.status is CONFIRMED) == bool(refused)


def test_teams_and_single_people_for_the_last_seats_never_leave_a_team_half(
    app, make_workshop, make_people, cast, colleagues
):
    workshop, others = make_workshop(capacity=5), make_people(6)
    refused: list[str] = []
    jobs = [
        registers_team(workshop, colleagues[:3], cast.mali, refused),
        registers_team(workshop, colleagues[3:], cast.mali, refused),
        *(registers(workshop.id, person.id) for person in others),
    ]
    at_once(app, jobs)
    rows = in_order(workshop)
    seated = {row.user_id for row in rows if row.status is CONFIRMED}
    assert len(seated) == 5
    for team in (colleagues[:3], colleagues[3:]):
        assert len(seated & {person.id for person in team}) in (0, 3)
        assert not [row for row in rows if row.status is WAITLISTED and row.user in team]
    assert [row.arrival for row in rows] == list(range(1, len(rows) + 1))


def test_the_same_team_pressed_six_times_at_once_is_registered_once(app, make_workshop, cast, colleagues):
    workshop = make_workshop(capacity=6)
    refused: list[str] = []
    at_once(app, [registers_team(workshop, colleagues, cast.mali, refused)] * 6)
    assert refused == []
    assert status_of(workshop) == {CONFIRMED: 6}
    assert Counter(db.session.scalars(select(RegistrationMove.move))) == {Move.REGISTERED: 6}


def test_a_mixed_rush_of_swaps_keeps_seats_arrivals_and_ledger_in_step(
    app, make_workshop, make_people, cast, colleagues
):
    workshop, others = make_workshop(capacity=4), make_people(6)
    seats = [registration.register(workshop, user=person) for person in colleagues[:3]]
    rows = [registration.register(workshop, user=person) for person in others[:3]]
    refused: list[str] = []
    jobs = [swaps(seat, heir, cast.mali, refused) for seat, heir in zip(seats, colleagues[3:], strict=True)]
    jobs += [cancels(row.id) for row in rows]
    jobs += [registers(workshop.id, person.id) for person in others[3:]]
    at_once(app, jobs)
    found = in_order(workshop)
    counts = Counter(row.status for row in found)
    assert (counts[CONFIRMED], counts[WAITLISTED]) == (4, 2)
    assert len({row.arrival for row in found}) == len(found) == 12
    assert {row.user for row in found if row.agency_id == cast.agency.id and row.status is CONFIRMED} == set(
        colleagues[3:]
    )
    assert refused == []


def test_two_coordinators_who_invite_the_same_person_make_one_account(app, cast):
    agency_id, by_id = cast.agency.id, cast.mali.id

    def job() -> None:
        invitations.invite(
            email="new@demo.example",
            name="คนใหม่",
            agency=db.session.get_one(Agency, agency_id),
            by=db.session.get_one(User, by_id),
        )

    at_once(app, [job] * 6)
    [user] = db.session.scalars(select(User).where(User.email == "new@demo.example")).all()
    assert invitations.is_invited(user)
