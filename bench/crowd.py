"""Agencies and people in any number with what they did, put into the database in bulk, and the cookies of those who are signed in."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import insert, select

from bench import pack
from bench.traffic import Answer, Job, Visitor
from portal.accounts.models import Agency, Role, SignIn, User, searched_text
from portal.awards.models import Entry, Track
from portal.core import clock, thai
from portal.core.db import Base, db
from portal.core.tokens import new_secret
from portal.courses.models import Edition
from portal.learning.models import Attempt, LessonMark, ModulePass
from portal.participation.models import (
    AttendanceMark,
    AttendanceState,
    Move,
    Registration,
    RegistrationMove,
    RegistrationStatus,
)
from portal.programme.models import Workshop

MINISTRIES = 20
FIRST = [
    "กานดา",
    "ขจร",
    "คมสัน",
    "จันทร์ฉาย",
    "ชูใจ",
    "ณัฐ",
    "ดวงใจ",
    "ทองดี",
    "ธารา",
    "นภา",
    "บุญมี",
    "ปิติ",
    "พิมพ์",
    "มานี",
    "มานะ",
    "รัตนา",
    "วีระ",
    "สมใจ",
    "สุดา",
    "อารี",
    "เอก",
]
LAST = [
    "ใจงาม",
    "ขยันดี",
    "มีสุข",
    "รักเรียน",
    "ตั้งมั่น",
    "พากเพียร",
    "แสงทอง",
    "ร่มเย็น",
    "สดใส",
    "อ่อนหวาน",
    "เก่งกล้า",
    "พอเพียง",
    "ยิ้มแย้ม",
    "ซื่อตรง",
]
CSRF = "a value that only the session knows"
PASSED_ON = date(2023, 2, 3)


def bulk(model: type[Base], rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert the rows and give their ids back in the same order."""
    ids: Any = model.__table__.c.id
    if not rows:
        return []
    return list(db.session.scalars(insert(model).returning(ids, sort_by_parameter_order=True), rows))


def add_agencies(count: int) -> list[int]:
    """Agencies whose entry passed stage 1 in every track of the round."""
    names = [f"กรม{FIRST[at % len(FIRST)]}{LAST[at % len(LAST)]}ที่ {at}" for at in range(count)]
    agencies = bulk(
        Agency,
        [
            {
                "code": f"BENCH-{at:04}",
                "name_th": name,
                "sort_key": thai.sort_key(name),
                "searched": searched_text(name),
                "ministry_th": f"กระทรวงตัวอย่างที่ {at % MINISTRIES + 1}",
                "kind": "department",
                "is_sample": True,
            }
            for at, name in enumerate(names)
        ],
    )
    tracks = db.session.scalars(select(Track.id)).all()
    bulk(
        Entry,
        [
            {
                "track_id": track,
                "agency_id": agency,
                "title": f"ผลงาน {agency}",
                "stage1_passed_on": PASSED_ON,
            }
            for track, agency in product(tracks, agencies)
        ],
    )
    return agencies


def add_people(
    count: int, agencies: Sequence[int], *, role: Role = Role.LEARNER, name: str = "p"
) -> list[int]:
    """Approved people, spread evenly over the agencies; none of them has a password."""
    now = clock.now()
    names = [f"{FIRST[at % len(FIRST)]} {LAST[at // len(FIRST) % len(LAST)]}" for at in range(count)]
    return bulk(
        User,
        [
            {
                "email": f"{name}{at}@bench.example",
                "name": said,
                "sort_key": thai.sort_key(said),
                "searched": searched_text(said, f"{name}{at}@bench.example"),
                "role": role,
                "agency_id": agencies[at % len(agencies)] if agencies else None,
                "confirmed_at": now,
                "approved_at": now,
            }
            for at, said in enumerate(names)
        ],
    )


def agencies_of(people: Sequence[int]) -> dict[int, int | None]:
    """The agency of each of these people."""
    found = db.session.execute(
        select(User.id, User.agency_id).where(User.id.between(min(people), max(people)))
    )
    return dict(found.all())


def open_workshop(code: str, *, capacity: int) -> Workshop:
    """The workshop is next week and takes registrations now, for so many seats, any number from one agency."""
    workshop = db.session.scalars(select(Workshop).where(Workshop.code == code)).one()
    later = clock.today() + timedelta(days=7) - workshop.starts_on
    workshop.starts_on, workshop.ends_on = workshop.starts_on + later, workshop.ends_on + later
    for session in workshop.sessions:
        session.day += later
    workshop.capacity, workshop.per_agency = capacity, None
    workshop.registration_opens_at = clock.now() - timedelta(days=7)
    workshop.registration_closes_at = clock.now() + timedelta(days=4)
    return workshop


def add_seats(workshop: Workshop, people: Sequence[int]) -> None:
    """All of them have a seat, and half of them were marked at the first session."""
    seats = _register(workshop, people, RegistrationStatus.CONFIRMED, Move.REGISTERED)
    session, agencies = workshop.sessions[0], agencies_of(people)
    bulk(
        AttendanceMark,
        [
            {
                "session_id": session.id,
                "registration_id": seat,
                "agency_id": agencies[user],
                "state": AttendanceState.ATTENDED,
                "how": "roster",
            }
            for seat, user in list(zip(seats, people, strict=True))[::2]
        ],
    )


def add_queue(workshop: Workshop, people: Sequence[int]) -> None:
    """All of them wait for a seat, nobody has one."""
    _register(workshop, people, RegistrationStatus.WAITLISTED, Move.WAITLISTED)


def _register(workshop: Workshop, people: Sequence[int], status: RegistrationStatus, move: Move) -> list[int]:
    """Registrations of these people in this order, each with its line in the ledger."""
    now, agencies = clock.now(), agencies_of(people)
    rows = bulk(
        Registration,
        [
            {
                "workshop_id": workshop.id,
                "user_id": user,
                "agency_id": agencies[user],
                "status": status,
                "arrival": at,
            }
            for at, user in enumerate(people, 1)
        ],
    )
    moves = [
        {"registration_id": row, "agency_id": agencies[user], "move": move, "at": now, "by_id": user}
        for row, user in zip(rows, people, strict=True)
    ]
    bulk(RegistrationMove, moves)
    return rows


def add_passes(edition: Edition, people: Sequence[int], *, lot: random.Random) -> int:
    """Each of them read and passed some of the modules of the made-up course, on average half; gives back how many passes."""
    agencies = agencies_of(people)
    took = list(_tries(people, clock.now(), lot))
    attempts = bulk(
        Attempt,
        [
            {
                "code": f"B{number:07}",
                "user_id": user,
                "agency_id": agencies[user],
                "course": pack.CODE,
                "module": module,
                "edition_id": edition.id,
                "seed": number,
                "started_at": at,
                "submitted_at": at,
                "score": 1.0,
                "max_score": 1.0,
                "passed": True,
            }
            for number, (user, module, at) in enumerate(took)
        ],
    )
    facts = [
        {
            "user_id": user,
            "agency_id": agencies[user],
            "course": pack.CODE,
            "module": module,
            "passed_at": at,
            "attempt_id": attempt,
        }
        for attempt, (user, module, at) in zip(attempts, took, strict=True)
    ]
    bulk(ModulePass, facts)
    marks = ("user_id", "agency_id", "course", "module")
    bulk(
        LessonMark,
        [{key: fact[key] for key in marks} | {"lesson": "one", "at": fact["passed_at"]} for fact in facts],
    )
    return len(facts)


def pass_once_more() -> None:
    """Somebody who did not pass a module of the made-up course yet passes it now."""
    newest = db.session.scalars(select(ModulePass).order_by(ModulePass.id.desc()).limit(1)).one()
    known = select(ModulePass.user_id).where(
        ModulePass.course == pack.CODE, ModulePass.module == newest.module
    )
    person = db.session.scalars(
        select(User).where(User.agency_id.is_not(None), User.id.not_in(known)).limit(1)
    ).one()
    fact = {"user_id": person.id, "agency_id": person.agency_id, "course": pack.CODE, "module": newest.module}
    bulk(ModulePass, [fact | {"attempt_id": newest.attempt_id}])


def _tries(people: Sequence[int], now: datetime, lot: random.Random) -> Iterator[tuple[int, str, datetime]]:
    """Who passed which module when: some people pass nearly all, some nearly none."""
    for user in people:
        eager = lot.random()
        for module in pack.codes():
            if lot.random() < eager:
                yield user, module, now - timedelta(minutes=lot.uniform(0, 14 * 24 * 60))


@dataclass(frozen=True)
class Pass:
    """What a person who is signed in sends along: the cookie, and the token of a form."""

    cookie: str
    token: str

    def registers(self, workshop: str) -> Job:
        """Press the button of the workshop's page."""

        def press(visitor: Visitor) -> Answer:
            return visitor.post(
                f"/workshops/{workshop}/registration", {"csrf_token": self.token}, cookie=self.cookie
            )

        return press


def sign_in(app: Flask, people: Sequence[int]) -> list[Pass]:
    """Sign these people in by a row and a cookie, without the sign-in page."""
    keys = [new_secret() for _ in people]
    bulk(SignIn, [{"key": key, "user_id": user} for key, user in zip(keys, people, strict=True)])
    cookies = SecureCookieSessionInterface().get_signing_serializer(app)
    if cookies is None:
        raise RuntimeError("the app has no secret key")
    token = URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token").dumps(CSRF)
    name = app.config["SESSION_COOKIE_NAME"]
    sessions = [cookies.dumps({"_user_id": key, "_fresh": True, "csrf_token": CSRF}) for key in keys]
    return [Pass(f"{name}={session}", str(token)) for session in sessions]
