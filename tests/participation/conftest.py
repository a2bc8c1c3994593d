"""A workshop that takes registrations, agencies that passed stage 1, and people in any number."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.accounts.models import Agency, Role, User
from portal.awards.models import Entry, Round, Track
from portal.core import clock
from portal.core.db import db
from portal.mail.models import OutboxMessage
from portal.participation.models import Move, Registration, RegistrationMove
from portal.programme.models import Workshop, WorkshopSession
from tests import cast as cast_module, rows
from tests.pages import Page
from tests.participation.teaming import URL

OPENS = "2023-02-01T09:00:00+07:00"
CLOSES = "2023-02-17T16:30:00+07:00"


@pytest.fixture
def track(app) -> Track:
    return rows.laid("track", _track)


def _track() -> Track:
    round_ = Round(year_be=2566, title_th="รางวัลคุณภาพ พ.ศ. 2566")
    track = Track(round=round_, code="pmqa40", name_th="รางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0")
    db.session.add_all([round_, track])
    return track


def passed(agency: Agency, track: Track) -> Entry:
    """The agency's entry passed stage 1."""
    entry = entry_of(agency, track)
    db.session.add(entry)
    db.session.flush()
    return entry


def entry_of(agency: Agency, track: Track) -> Entry:
    return Entry(
        track=track, agency=agency, title=f"ผลงานของ{agency.name_th}", stage1_passed_on=date(2023, 2, 1)
    )


@pytest.fixture
def make_workshop(track) -> Callable[..., Workshop]:
    """make_workshop(capacity=10, per_agency=2, …): published, window open, two all-day sessions, the cast's agencies eligible."""

    def make(code: str = "pmqa40-2566", **given: Any) -> Workshop:
        settings: dict[str, Any] = {
            "title_th": "รางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0",
            "title_en": "PMQA 4.0",
            "starts_on": date(2023, 2, 20),
            "ends_on": date(2023, 2, 21),
            "capacity": 10,
            "registration_opens_at": datetime.fromisoformat(OPENS),
            "registration_closes_at": datetime.fromisoformat(CLOSES),
        }
        named = f"workshop {code} {sorted((settings | given).items())}"
        return rows.laid(named, lambda: _workshop(track, code, settings | given))

    return make


def _workshop(track: Track, code: str, settings: dict[str, Any]) -> Workshop:
    workshop = Workshop(code=code, round=track.round, tracks=[track], **settings)
    db.session.add(workshop)
    for position, title in enumerate(("วันที่หนึ่ง", "วันที่สอง")):
        db.session.add(
            WorkshopSession(
                workshop=workshop,
                code=f"day{position + 1}",
                position=position,
                title_th=title,
                day=workshop.starts_on + timedelta(days=position),
            )
        )
    return workshop


@pytest.fixture
def cast(app, track) -> cast_module.Cast:
    """The cast; กรมตัวอย่าง passed stage 1, จังหวัดสมมติ did not."""
    cast = cast_module.gather()
    rows.laid("entry", lambda: passed(cast.agency, track))
    return cast


@pytest.fixture
def ked(cast) -> User:
    """A second colleague of มะลิ, registered for nothing."""
    person = cast_module.person("ked@demo.example", "เกด ขยัน", agency=cast.agency)
    db.session.commit()
    return person


@pytest.fixture
def workshop(make_workshop, cast) -> Workshop:
    """Two seats, for which กรมตัวอย่าง may register."""
    made: Workshop = make_workshop(capacity=2)
    return made


@pytest.fixture
def team_page(client, cast, workshop) -> Callable[[], Page]:
    """team_page() — มะลิ signs in and opens her team page of that workshop."""

    def read() -> Page:
        assert client.sign_in(cast.mali).get(URL).status_code == 200
        page: Page = client.page
        return page

    return read


@pytest.fixture
def make_people(track) -> Callable[..., list[User]]:
    """make_people(40, agencies=4): approved learners of invented agencies that passed stage 1, spread evenly."""
    made = 0

    def make(count: int, *, agencies: int | None = None) -> list[User]:
        nonlocal made
        first = made or _count_people()
        made = first + count
        return rows.laid(
            f"{count} people from {first} of {agencies}", lambda: _people(track, first, count, agencies)
        )

    return make


def _count_people() -> int:
    """Of those that were laid down by another fixture."""
    theirs = select(func.count(User.id)).where(User.email.like("p%@demo.example"))
    return db.session.scalar(theirs) or 0


def _people(track: Track, first: int, count: int, agencies: int | None) -> list[User]:
    now = clock.now()
    pool = [
        Agency(
            code=f"X{number}",
            name_th=f"หน่วยงานตัวอย่างที่ {number}",
            ministry_th="กระทรวงตัวอย่าง",
            is_sample=True,
        )
        for number in range(first, first + (agencies or count))
    ]
    db.session.add_all([*pool, *(entry_of(agency, track) for agency in pool)])
    people = [
        User(
            email=f"p{first + at}@demo.example",
            name=f"บุคคล ที่{first + at}",
            role=Role.LEARNER,
            agency=pool[at % len(pool)],
            confirmed_at=now,
            approved_at=now,
        )
        for at in range(count)
    ]
    db.session.add_all(people)
    return people


@pytest.fixture
def mails() -> Callable[..., list[OutboxMessage]]:
    """mails(user) — what is in the outbox for this person, oldest first; mails() for everybody's."""

    def read(user: User | None = None) -> list[OutboxMessage]:
        query = select(OutboxMessage).order_by(OutboxMessage.id)
        if user is not None:
            query = query.where(OutboxMessage.to_email == user.email)
        return list(db.session.scalars(query))

    return read


@pytest.fixture
def kinds(mails) -> Callable[..., list[str]]:
    """kinds(user) — the kinds of that person's mails without the room's name."""
    return lambda user=None: [mail.kind.removeprefix("participation.") for mail in mails(user)]


@pytest.fixture
def ledger() -> Callable[[Registration], list[Move]]:
    """ledger(registration) — its moves in order."""

    def read(registration: Registration) -> list[Move]:
        moves = select(RegistrationMove.move).where(RegistrationMove.registration_id == registration.id)
        return list(db.session.scalars(moves.order_by(RegistrationMove.id)))

    return read
