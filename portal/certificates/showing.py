"""What the portal says of a certificate that somebody shows: by its code, or by the signed claim in its QR."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.accounts.access import may_see_agency
from portal.accounts.models import User
from portal.certificates import claims, issuing, keys
from portal.certificates.claims import Altered, Claim, NoClaim, UnknownKey
from portal.certificates.models import Certificate, SigningKey
from portal.core.db import db
from portal.core.errors import Refused
from portal.participation import tickets

_page = re.compile(r"/certificates/([A-Za-z0-9-]{12,20})", re.ASCII)


class State(StrEnum):
    VALID = "valid"
    REVOKED = "revoked"
    REPLACED = "replaced"
    ALTERED = "altered"  # the signature does not belong to what is said
    UNKNOWN_KEY = "unknown_key"
    DISTRUSTED = "distrusted"  # rightly signed by a key that somebody else may have
    UNKNOWN = "unknown"  # rightly signed, but not among ours; or a code that nobody has
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known. `claim`: what the text itself said, where one was shown and its signature is right. `key`: one that is
    distrusted; `agrees`: whether the row says what the claim said that it signed."""

    state: State
    certificate: Certificate | None = None
    claim: Claim | None = None
    kid: str = ""
    why: Refused | None = None
    key: SigningKey | None = None
    agrees: bool = False


def of_code(code: str) -> Verdict:
    """What is known of the certificate with this code, its stored claim checked as a stranger would."""
    one = _loaded(code)
    if one is None:
        return Verdict(State.UNKNOWN)
    if one.is_erased and not one.is_standing:
        return Verdict(_state(one), one)
    ring = _ring()
    try:
        claim, kid = claims.opened(one.claim, public_keys=_public(ring))
    except Refused as no:
        return Verdict(State.ALTERED, one, why=no)
    if claim != issuing.claim_as_sealed(one, claim):
        return Verdict(State.ALTERED, one, why=Altered())
    if ring[kid].distrusted_at is not None:
        return Verdict(State.DISTRUSTED, one, kid=kid, key=ring[kid], agrees=True)
    return Verdict(_state(one), one, kid=kid)


def of_text(text: str) -> Verdict:
    """What is known of what was pasted or scanned: a claim, the address that holds one, or a code."""
    text = text.strip()
    ring = _ring()
    try:
        claim, kid = claims.opened(text, public_keys=_public(ring))
    except UnknownKey as no:
        return Verdict(State.UNKNOWN_KEY, why=no)
    except Altered as no:
        return Verdict(State.ALTERED, why=no)
    except NoClaim as no:
        code = code_in(text)
        return of_code(code) if code else Verdict(State.UNREADABLE, why=no)
    one = _loaded(claim.code)
    if ring[kid].distrusted_at is not None:
        agrees = one is not None and claim == issuing.claim_as_sealed(one, claim)
        return Verdict(State.DISTRUSTED, one, claim, kid, key=ring[kid], agrees=agrees)
    return Verdict(_state(one) if one else State.UNKNOWN, one, claim, kid)


def code_in(text: str) -> str:
    """The code that was typed, with any case and hyphens, or stands in the address of a page; "" where there is none."""
    if "#" in text.rstrip("#"):
        return ""  # a claim that could not be read is not passed over
    found = _page.search(text)
    code = tickets.letters_in(found[1] if found else text)
    return code if len(code) == 12 and code.isascii() and code.isalnum() else ""


def may_have_paper(user: User, one: Certificate) -> bool:
    """Who may print it: its holder, who coordinates the agency that it names, and organizers."""
    return bool(user.id == one.user_id or may_see_agency(user, one.agency_id))


def _ring() -> dict[str, SigningKey]:
    """Every key, those too that are not believed: a claim of theirs is read, and told apart from a changed one."""
    return {key.kid: key for key in keys.all_keys()}


def _public(ring: Mapping[str, SigningKey]) -> dict[str, bytes]:
    return {kid: key.public for kid, key in ring.items()}


def _loaded(code: str) -> Certificate | None:
    plain = tickets.letters_in(code)
    wanted = select(Certificate).where(Certificate.code == plain)
    return db.session.scalar(
        wanted.options(
            joinedload(Certificate.agency), joinedload(Certificate.key), joinedload(Certificate.replaced_by)
        )
    )


def _state(one: Certificate) -> State:
    if one.is_standing:
        return State.VALID
    return State.REPLACED if one.replaced_by_id is not None else State.REVOKED
