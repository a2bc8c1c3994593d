"""A signing key that is not believed any more, as when it was stolen: what it signed is signed again with the key of now, for the row of a certificate is the truth and its signature only the proof."""

from dataclasses import dataclass, field

from sqlalchemy import select

from portal.accounts import audit
from portal.accounts.models import User
from portal.certificates import claims, issuing, keys
from portal.certificates.models import Certificate, SigningKey
from portal.core import clock
from portal.core.db import begin_write, db
from portal.core.errors import Refused
from portal.core.i18n import _, _l

AT_ONCE = 500  # certificates in one transaction


class WhyNeeded(Refused):
    text = _l("บอกเหตุผลที่เลิกเชื่อถือกุญแจ ทุกคนที่ตรวจใบประกาศจะเห็น")
    field = "why"


class NoKey(Refused):
    pass


@dataclass(slots=True)
class Again:
    """How signing again goes on: how many were signed, and the codes of those whose row and claim disagree, which are left."""

    signed: int = 0
    left: list[str] = field(default_factory=list)
    last_id: int = 0


def distrust(kid: str, *, why: str, by: User | None) -> SigningKey:
    """From now on nothing that this key signed is believed; where it was the one that signs, another does. Distrusted
    already, it stays so since then and for that reason. Refuses NoKey, WhyNeeded. Flushes.
    """
    why = why.strip()
    if not why:
        raise WhyNeeded
    begin_write()
    every = {key.kid: key for key in db.session.scalars(select(SigningKey).with_for_update())}
    key = every.get(kid.strip())
    if key is None:
        raise NoKey(_("ไม่มีกุญแจ %(key)s", key=kid))
    if key.distrusted_at is None:
        key.distrusted_at, key.distrusted_why = clock.now(), why[:300]
        key.retired_at = key.retired_at or key.distrusted_at
        audit.note("certificate.key.distrust", f"key:{key.kid}", by=by, why=key.distrusted_why)
        db.session.flush()
    return key


def sign_again(key: SigningKey, so_far: Again) -> bool:
    """Sign so many of its certificates with the key of now, on the same facts, the ended ones too; False when none was left.

    One whose claim says otherwise than its row, or was signed by nobody, is left as it is: else whoever changed the row would
    be believed. Flushes; begin each portion in a transaction of its own.
    """
    begin_write()
    now = keys.current()
    wanted = select(Certificate).where(
        Certificate.key_id == key.id, Certificate.id > so_far.last_id, Certificate.claim != ""
    )
    found = db.session.scalars(wanted.order_by(Certificate.id).limit(AT_ONCE).with_for_update()).all()
    for one in found:
        claim = issuing.claim_in(one, key)
        if claim is None:
            so_far.left.append(one.code)
        else:
            one.claim = claims.sealed(claim, kid=now.kid, sign=lambda data: keys.sign(now, data))
            one.key_id = now.id
            so_far.signed += 1
        so_far.last_id = one.id
    db.session.flush()
    return bool(found)
