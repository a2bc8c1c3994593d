"""A letter to two thousand people of a workshop: how long the button takes, and how long somebody who registers meanwhile has to wait."""

import threading
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from bench import site
from bench.figures import Figure
from portal.accounts.models import Agency, Role, User
from portal.core import clock
from portal.core.db import begin_write, db, writing
from portal.core.tokens import new_code
from portal.mail.models import OutboxMessage
from portal.organize import group_letters
from portal.organize.group_letters import Draft
from portal.organize.recipients import Group, Kind
from portal.participation.models import Registration, RegistrationStatus
from portal.programme.models import Workshop

READERS, TRIES, MOST_SECONDS = 2_000, 3, 1
WORKSHOP = "pmqa40-2566"
BODY = "เรียน {ชื่อ} จาก{หน่วยงาน}\n\n" + "ขอให้นำรายงานปีที่แล้วของหน่วยงานมาด้วย\n\n" * 15 + "{ลิงก์บทเรียน} {รหัสตั๋ว}"


@dataclass(frozen=True)
class Sent:
    seconds: float  # of the button
    waited: float  # the longest that another one who writes waited meanwhile


def fill(here: site.Site, readers: int) -> None:
    """So many people with a seat in one workshop, and somebody who writes to them."""
    with here.open():
        workshop = db.session.scalars(select(Workshop).where(Workshop.code == WORKSHOP)).one()
        agency = db.session.scalars(select(Agency).order_by(Agency.id)).first()
        now = clock.now()
        db.session.add(
            User(email="writer@bench.example", name="ผู้เขียน", role=Role.ORGANIZER, confirmed_at=now)
        )
        for at in range(1, readers + 1):
            user = User(
                email=f"l{at}@bench.example", name=f"ชื่อยาวพอควร ที่{at}", agency=agency, confirmed_at=now
            )
            place = {"status": RegistrationStatus.CONFIRMED, "arrival": at, "ticket": new_code(6)}
            db.session.add(Registration(workshop=workshop, user=user, agency=agency, **place))
        db.session.commit()


def send(here: site.Site, *, readers: int) -> Sent:
    """One letter to all, while somebody else takes the lock of the same workshop again and again."""
    done, waits = threading.Event(), [0.0]
    other = threading.Thread(target=_register_on_and_on, args=(here, done, waits))
    with here.open():
        workshop = db.session.scalars(select(Workshop).where(Workshop.code == WORKSHOP)).one()
        by = db.session.scalars(select(User).where(User.role == Role.ORGANIZER)).one()
        draft = Draft(new_code(), Group(Kind.REGISTERED), f"ถึง {{ชื่อ}} {new_code()}", BODY)
        db.session.rollback()
        other.start()
        time.sleep(0.05)
        began = time.perf_counter()
        group_letters.send(workshop, draft, by=by, count=readers)
        db.session.commit()
        seconds = time.perf_counter() - began
        done.set()
        other.join()
        sent = db.session.scalar(select(func.count()).where(OutboxMessage.batch == draft.code))
        if sent != readers:
            raise RuntimeError(f"{sent} of {readers} mails are in the outbox")
    return Sent(seconds, max(waits))


def _register_on_and_on(here: site.Site, done: threading.Event, waits: list[float]) -> None:
    with here.app.app_context(), writing():
        while not done.is_set():
            began = time.perf_counter()
            begin_write()
            db.session.execute(select(Workshop.id).where(Workshop.code == WORKSHOP).with_for_update())
            waits.append(time.perf_counter() - began)
            db.session.rollback()
            time.sleep(0.005)
        db.session.remove()


def measured(folder: Path, name: str, database_url: str = "") -> list[Figure]:
    here = site.make(folder, database_url)
    fill(here, READERS)
    tries = [send(here, readers=READERS) for _try in range(TRIES)]
    with here.app.app_context():
        db.engine.dispose()
    letter = f"letter to {READERS:,} on {name}"
    return [
        Figure(f"{letter}, whole", min(one.seconds for one in tries), "s"),
        Figure(
            f"{letter}, longest wait of who registers meanwhile",
            min(one.waited for one in tries),
            "s",
            at_most=MOST_SECONDS,
        ),
    ]
