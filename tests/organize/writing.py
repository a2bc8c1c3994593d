"""What tests of letters to a group share: a workshop with people in it, and an organizer who writes to them."""

from datetime import date
from typing import Any

from sqlalchemy import select

from portal.accounts.models import User
from portal.awards.models import Track
from portal.core.db import db
from portal.mail.models import OutboxMessage
from portal.organize.models import GroupLetter
from portal.participation.models import Registration, RegistrationStatus
from portal.programme.models import Workshop, WorkshopSession

CODE = "pmqa40-2566"
LETTERS = f"/organize/workshops/{CODE}/letters"
NEW = f"{LETTERS}/new"
BODY = "เรียน {ชื่อ}\n\nพบกันที่ {สถานที่} วันที่ {วันที่}"


def hold(track: Track, code: str = CODE, **given: Any) -> Workshop:
    """A published workshop of two days."""
    texts = {"title_th": "รางวัลคุณภาพ 4.0", "title_en": "PMQA 4.0", "venue": "ห้อง ก"} | given
    workshop = Workshop(
        code=code,
        round=track.round,
        tracks=[track],
        starts_on=date(2023, 2, 20),
        ends_on=date(2023, 2, 21),
        status="published",
        **texts,
    )
    db.session.add(workshop)
    for number in (1, 2):
        day = date(2023, 2, 19 + number)
        session = WorkshopSession(
            workshop=workshop, code=f"day{number}", position=number, title_th=f"วันที่ {number}", day=day
        )
        db.session.add(session)
    db.session.commit()
    return workshop


def seat(workshop: Workshop, *users: User, status: str = "confirmed") -> list[Registration]:
    """These people are registered, with this status."""
    last = db.session.query(Registration).filter_by(workshop_id=workshop.id).count()
    rows = [
        Registration(
            workshop=workshop,
            user=user,
            agency=user.agency,
            status=RegistrationStatus(status),
            arrival=last + at,
        )
        for at, user in enumerate(users, 1)
    ]
    db.session.add_all(rows)
    db.session.commit()
    return rows


def look(client: Any, to: str = "registered", **given: Any) -> Any:
    """Write a letter and look at it; the answer, and the page is the client's."""
    client.get(NEW)
    words = {"recipients": to, "subject_th": "เรื่องของ {ชื่อ}", "body_th": BODY}
    return client.submit(NEW, **(words | given))


def press_send(client: Any, **given: Any) -> Any:
    """Press the button that sends, on a page where the letter was looked at."""
    form = next(one for one in client.page.select("form") if one["action"] == LETTERS)
    sent = {box["name"]: box.get("value", "") for box in form.select("input[type=hidden]")}
    return client.post(LETTERS, data=sent | given)


def mails() -> list[OutboxMessage]:
    return list(db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def letters() -> list[GroupLetter]:
    return list(db.session.scalars(select(GroupLetter).order_by(GroupLetter.id)))
