"""Signing in and out: a row in the database per device, whose key the session cookie holds; the pages stand in views."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import or_, select, update

from portal.accounts import access, audit, throttle
from portal.accounts.models import SignIn, User
from portal.core import clock
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import _l
from portal.core.tokens import new_secret

WITHIN = timedelta(minutes=15)
TRIES_OF_AN_ADDRESS = 10
TRIES_OF_A_NETWORK = 100  # a whole office may share one; tries that succeed are given back

BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Line/": "LINE",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "Chrome": "Chrome",
    "CriOS": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Mac OS X": "Mac",
    "Linux": "Linux",
}


class WrongPassword(Refused):
    """The address and the password do not belong together; which of them is wrong stays unsaid."""

    text = _l("อีเมลหรือรหัสผ่านไม่ถูกต้อง ตรวจแป้นภาษาและตัวพิมพ์ใหญ่")

    def __init__(self) -> None:
        super().__init__(field="password")


@dataclass(frozen=True)
class Claim:
    """Somebody says they own an address: what the slow check of the password needs, held outside any transaction."""

    user_id: int | None
    password_hash: str | None
    hits: tuple[int, ...]


def claim(email: str, *, network: str) -> Claim:
    """Note a try to sign in. Refuses with throttle.TooMany, whether or not anybody has the address."""
    hits = (
        throttle.take(f"sign-in:{email}", most=TRIES_OF_AN_ADDRESS, within=WITHIN).id,
        throttle.take(f"sign-in-from:{network}", most=TRIES_OF_A_NETWORK, within=WITHIN).id,
    )
    user = db.session.scalar(select(User).where(User.email == email))
    if user is None or not access.may_sign_in(user):
        return Claim(None, None, hits)
    return Claim(user.id, user.password_hash, hits)


def owner_of(claimed: Claim, *, is_right: bool) -> User:
    """The person whose password was right, tries given back. Refuses with WrongPassword, also when it changed meanwhile."""
    user = db.session.get(User, claimed.user_id) if is_right and claimed.user_id is not None else None
    if user is None or user.password_hash != claimed.password_hash:
        raise WrongPassword
    throttle.give_back(*claimed.hits)
    return user


def start(user: User, *, device: str, remember: bool = False) -> SignIn:
    """Begin a sign-in on a device; the caller puts its key into the session."""
    lasts = access.REMEMBERED if remember else access.A_DAY
    row = SignIn(key=new_secret(), user=user, device=device, expires_at=clock.now() + lasts)
    db.session.add(row)
    db.session.flush()
    user.sign_in_key = row.key
    audit.note("signed_in", user, by=user, device=device)
    return row


def of_this_device(user: User) -> SignIn | None:
    """The sign-in by which this person is here; None in a command or a test without one. One query."""
    if user.sign_in_key is None:
        return None
    return db.session.scalar(select(SignIn).where(SignIn.key == user.sign_in_key))


def end(row: SignIn, *, by: User) -> None:
    """End a sign-in: every copy of its cookie dies. Ending twice does nothing."""
    if row.ended_at is None:
        row.ended_at = clock.now()
        audit.note("signed_out", row.user, by=by, device=row.device)


def end_all(user: User, *, but: SignIn | None = None) -> int:
    """End every running sign-in of a person, except one; gives back how many."""
    query = update(SignIn).where(SignIn.user_id == user.id, SignIn.ended_at.is_(None))
    if but is not None:
        query = query.where(SignIn.id != but.id)
    ended = db.session.execute(query.values(ended_at=clock.now()).returning(SignIn.id)).all()
    if ended:
        audit.note("signed_out", user, by=user, devices=len(ended))
    return len(ended)


def running(user: User, *, limit: int = 20) -> list[SignIn]:
    """The sign-ins that hold now, the latest first."""
    holds = or_(SignIn.expires_at.is_(None), SignIn.expires_at > clock.now())
    query = select(SignIn).where(SignIn.user_id == user.id, SignIn.ended_at.is_(None), holds)
    return list(db.session.scalars(query.order_by(SignIn.started_at.desc(), SignIn.id.desc()).limit(limit)))


def of_person(user: User, code: str) -> SignIn | None:
    """The person's own sign-in with this code; nobody else's."""
    return db.session.scalar(select(SignIn).where(SignIn.code == code, SignIn.user_id == user.id))


def device_name(user_agent: str) -> str:
    """A browser and its system in two words, "Chrome · Android"; "" when neither is known."""
    browser = next((name for sign, name in BROWSERS.items() if sign in user_agent), "")
    system = next((name for sign, name in SYSTEMS.items() if sign in user_agent), "")
    return " · ".join(word for word in (browser, system) if word)
