"""Certificates issued, revoked and replaced, each signed; who has earned one is earning's matter."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace as replace_fields
from datetime import datetime
from typing import NamedTuple

from flask import current_app
from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from portal.accounts.models import Agency, User
from portal.certificates import claims, keys
from portal.certificates.claims import Claim
from portal.certificates.earning import Earned
from portal.certificates.models import Certificate, CertificateKind, SigningKey
from portal.core import clock
from portal.core.db import begin_write, db, read_rows
from portal.core.errors import Refused
from portal.core.i18n import _l
from portal.core.tokens import new_code

AT_ONCE = 500  # ids in one question to the database


class AlreadyEnded(Refused):
    text = _l("ใบประกาศนี้ถูกเพิกถอนหรือออกใบใหม่แทนไปแล้ว")


class WhyNeeded(Refused):
    text = _l("บอกเหตุผลที่เพิกถอน ผู้ตรวจสอบใบประกาศจะเห็น")
    field = "why"


def issue(earned: Sequence[Earned], *, by: User | None) -> list[Certificate]:
    """A certificate for each who earned one and has none that stands, in their order; those that stand are given back.

    Names are frozen as they are now. Issuing again, also at the same moment elsewhere, makes no second one.
    """
    begin_write()
    key = keys.current()
    people = _people([one.user_id for one in earned])
    agencies = _agencies([one.agency_id for one in earned if one.agency_id is not None])
    standing = _standing(earned)
    issued = []
    for one in earned:
        found = standing.get((one.user_id, one.kind, one.subject))
        if found is None:
            found = _kept(_made(one, people[one.user_id], agencies.get(one.agency_id or 0), key, by))
        issued.append(found)
    return issued


def revoke(certificate: Certificate, *, by: User, why: str) -> None:
    """From now on its page says that it was revoked, when and why. Refuses AlreadyEnded, WhyNeeded."""
    if not why.strip():
        raise WhyNeeded
    _end(certificate, by=by, why=why.strip())
    db.session.flush()


def replace(certificate: Certificate, *, by: User) -> Certificate:
    """Another with the names of today in the place of this one, for what was earned then. Refuses AlreadyEnded."""
    begin_write()
    _end(certificate, by=by, why="")
    db.session.flush()  # before the other: only one may stand
    one = Earned(
        certificate.user_id,
        certificate.agency_id,
        certificate.kind,
        certificate.subject,
        dict(certificate.title),
        dict(certificate.facts),
        certificate.earned_on,
    )
    (other,) = issue([one], by=by)
    certificate.replaced_by = other
    db.session.flush()
    return other


def by_code(code: str) -> Certificate | None:
    """The certificate with this code, as people type it: any case, with or without hyphens."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return db.session.scalar(select(Certificate).where(Certificate.code == plain))


class Held(NamedTuple):
    """A certificate as a list of one's own shows it; `title` in both languages."""

    code: str
    title: dict[str, str]
    issued_at: datetime


# Put together once: everybody's own page asks it.
_HELD = (
    select(Certificate.code, Certificate.title, Certificate.issued_at)
    .where(Certificate.user_id == bindparam("user"), Certificate.ended_at.is_(None))
    .order_by(Certificate.earned_on.desc(), Certificate.id.desc())
)


def held_by(user: User) -> list[Held]:
    """The certificates of this person that stand, the newest first. One query."""
    return [Held(*row) for row in read_rows(_HELD, user=user.id)]


def claim_of(certificate: Certificate, lang: str = "th") -> Claim:
    """What the certificate says, in one language; the QR holds the Thai of it."""
    return Claim(
        code=certificate.code,
        kind=certificate.kind.value,
        holder=certificate.holder,
        agency=_said(certificate.agency_name, lang),
        title=_said(certificate.title, lang),
        earned=certificate.earned_on.isoformat(),
        issued=clock.local(certificate.issued_at).date().isoformat(),
        issuer=str(current_app.config["BASE_URL"]),
    )


def claim_as_sealed(certificate: Certificate, claim: Claim) -> Claim:
    """What the certificate would say, by the row, at the address that its claim names: portals move house."""
    return replace_fields(claim_of(certificate), issuer=claim.issuer)


def claim_in(certificate: Certificate, key: SigningKey) -> Claim | None:
    """What its stored claim says, where this key signed it and the row says the same; else None."""
    try:
        claim, _kid = claims.opened(certificate.claim, public_keys={key.kid: key.public})
    except Refused:
        return None
    return claim if claim == claim_as_sealed(certificate, claim) else None


def address(certificate: Certificate) -> str:
    """What its QR holds: its page, and behind the # the signed claim."""
    return f"{current_app.config['BASE_URL']}/certificates/{certificate.code}#{certificate.claim}"


def shown(code: str) -> str:
    """A code as people read it aloud: C4TN-8KWD-2M7Q."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def _said(pair: dict[str, str], lang: str) -> str:
    return pair.get(lang) or pair.get("th", "")


def _made(one: Earned, person: User, agency: Agency | None, key: SigningKey, by: User | None) -> Certificate:
    certificate = Certificate(
        code=new_code(12),
        kind=one.kind,
        subject=one.subject,
        user_id=one.user_id,
        agency_id=one.agency_id,
        holder=person.name,
        agency_name={"th": agency.name_th, "en": agency.name_en} if agency else {},
        title=one.title,
        facts=one.facts,
        earned_on=one.on,
        issued_at=clock.now(),
        issued_by_id=by.id if by else None,
        key_id=key.id,
    )
    certificate.claim = claims.sealed(
        claim_of(certificate), kid=key.kid, sign=lambda data: keys.sign(key, data)
    )
    return certificate


def _kept(certificate: Certificate) -> Certificate:
    """It, or the one that somebody else stored a moment ago."""
    try:
        with db.session.begin_nested():
            db.session.add(certificate)
    except IntegrityError:
        same = {"user_id": certificate.user_id, "kind": certificate.kind, "subject": certificate.subject}
        return db.session.execute(select(Certificate).filter_by(**same, ended_at=None)).scalar_one()
    return certificate


def _end(certificate: Certificate, *, by: User, why: str) -> None:
    begin_write()
    again = select(Certificate).where(Certificate.id == certificate.id).with_for_update(of=Certificate)
    db.session.execute(again.execution_options(populate_existing=True))
    if not certificate.is_standing:
        raise AlreadyEnded
    certificate.ended_at, certificate.ended_by_id, certificate.ended_why = clock.now(), by.id, why


def _standing(earned: Sequence[Earned]) -> dict[tuple[int, CertificateKind, str], Certificate]:
    by_subject: dict[tuple[CertificateKind, str], list[int]] = {}
    for one in earned:
        by_subject.setdefault((one.kind, one.subject), []).append(one.user_id)
    found: dict[tuple[int, CertificateKind, str], Certificate] = {}
    for (kind, subject), user_ids in by_subject.items():
        standing = select(Certificate).where(
            Certificate.kind == kind, Certificate.subject == subject, Certificate.ended_at.is_(None)
        )
        for ids in _portions(user_ids):
            rows = db.session.scalars(standing.where(Certificate.user_id.in_(ids)))
            found.update({(one.user_id, one.kind, one.subject): one for one in rows})
    return found


def _people(ids: Iterable[int]) -> dict[int, User]:
    return {
        user.id: user
        for part in _portions(ids)
        for user in db.session.scalars(select(User).where(User.id.in_(part)))
    }


def _agencies(ids: Iterable[int]) -> dict[int, Agency]:
    return {
        one.id: one
        for part in _portions(ids)
        for one in db.session.scalars(select(Agency).where(Agency.id.in_(part)))
    }


def _portions(ids: Iterable[int]) -> Iterator[list[int]]:
    """So many at once as one question to the database takes."""
    each = sorted(set(ids))
    return (each[at : at + AT_ONCE] for at in range(0, len(each), AT_ONCE))
