"""The rush: many signed-in people press “register” for few seats at once, over real HTTP; afterwards the rows must say one clear thing."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from bench import crowd, site
from bench.figures import Figure
from bench.server import Server, serving
from bench.site import Site
from bench.traffic import Crowd, all_at_once
from portal.core.db import db
from portal.mail.models import OutboxMessage
from portal.participation import seats
from portal.participation.models import Registration, RegistrationMove
from portal.participation.seats import CONFIRMED, WAITLISTED
from portal.programme.models import Workshop

WORKSHOP = "pmqa40-2566"
AGENCIES = 100
TRIES = 400  # of one person while workers are killed: twenty seconds of pressing again


@dataclass(frozen=True)
class Rush:
    """Who pressed, what they were told, and everything that is wrong in the rows afterwards (nothing, it is hoped)."""

    people: int
    confirmed: int
    waiting: int
    told: Crowd
    kills: int
    faults: Sequence[str]

    @property
    def per_second(self) -> float:
        return self.people / self.told.seconds


def run(  # noqa: PLR0913 - all by keyword
    here: Site, *, people: int, places: int, connections: int, workers: int, kills: int = 0
) -> Rush:
    """So many people for so many seats of a workshop that nobody has registered for yet. Everybody presses once,
    and again only when no answer came, because so many times in the rush a worker was killed."""
    with here.open():
        agencies = crowd.add_agencies(AGENCIES)
        everybody = crowd.add_people(people, agencies)
        workshop = crowd.open_workshop(WORKSHOP, capacity=places).id
        passes = crowd.sign_in(here.app, everybody)
        db.session.commit()
    with serving(
        site.TARGET, here.environ, workers=workers, alive="/healthz", log=here.folder / "log"
    ) as portal:
        killed: list[int] = []
        told = all_at_once(
            portal.port,
            [one.registers(WORKSHOP) for one in passes],
            connections=connections,
            tries=TRIES if kills else 1,
            disturbance=lambda done: _kill_workers(portal, done, people, kills, killed),
        )
    with here.open():
        states = Counter(row.status for row in _rows(workshop))
        faults = [*_faults_of_answers(told, people), *_faults_of_rows(workshop, everybody, places)]
        db.session.rollback()
    return Rush(people, states[CONFIRMED], states[WAITLISTED], told, len(killed), faults)


def _kill_workers(
    portal: Server, done: Callable[[], int], people: int, kills: int, killed: list[int]
) -> None:
    """Spread over the rush: each time another such part of the people has its answer."""
    until = time.monotonic() + 120
    for number in range(kills):
        while done() < people * (number + 1) // (kills + 1) and time.monotonic() < until:
            time.sleep(0.005)
        while not portal.kill_a_worker() and time.monotonic() < until:
            time.sleep(0.01)
        killed.append(number)


def _rows(workshop: int) -> list[Registration]:
    found = select(Registration).where(Registration.workshop_id == workshop).order_by(Registration.arrival)
    return list(db.session.scalars(found))


def _faults_of_answers(told: Crowd, people: int) -> list[str]:
    """Everybody is sent on to the workshop's page, once."""
    if told.lost or told.statuses != {303: people}:
        return [f"answers {told.statuses}, {told.lost} lost"]
    return []


def _faults_of_rows(workshop: int, people: Sequence[int], places: int) -> list[str]:
    """One registration each, arrivals 1, 2, 3 … in the order of the ledger, the first ones seated, the others waiting at their place."""
    rows = _rows(workshop)
    waiting = [row for row in rows if row.status is WAITLISTED]
    places_in_queue = seats.positions(waiting)
    moves = db.session.scalars(
        select(Registration.user_id)
        .join(RegistrationMove, RegistrationMove.registration_id == Registration.id)
        .order_by(RegistrationMove.id)
    )
    mailed = Counter(db.session.scalars(select(OutboxMessage.kind)))
    free = db.session.get_one(Workshop, workshop).capacity
    wrong = {
        "somebody is lost or doubled": Counter(row.user_id for row in rows) != Counter(people),
        "arrivals have holes": [row.arrival for row in rows] != list(range(1, len(people) + 1)),
        "the ledger tells another order": list(moves) != [row.user_id for row in rows],
        "not the first to arrive have the seats": any(
            (row.status is CONFIRMED) != (row.arrival <= places) for row in rows
        ),
        "places in the queue have holes": [places_in_queue[row.id] for row in waiting]
        != list(range(1, len(waiting) + 1)),
        "not one mail each": mailed.total() != len(people),
        "the capacity changed": free != places,
    }
    return [fault for fault, is_so in wrong.items() if is_so]


def figures(rush: Rush, name: str, *, places: int, at_least: float | None = None) -> list[Figure]:
    """What the rush came to."""
    note = "; ".join(rush.faults) or "arrivals 1, 2, 3 … without holes, everybody once, one mail each"
    if rush.kills:
        note += f"; {rush.kills} workers killed, {rush.told.again} presses repeated"
    waiting = rush.people - places
    return [
        Figure(f"{name}: confirmed", rush.confirmed, "", at_most=places, at_least=places),
        Figure(f"{name}: waiting", rush.waiting, "", at_most=waiting, at_least=waiting),
        Figure(f"{name}: faults", len(rush.faults), "", at_most=0, note=note),
        Figure(f"{name}: speed", rush.per_second, "registrations/s", at_least=at_least),
    ]
