"""The keys that sign certificates: made, turned over, distrusted, and told to everybody; what is signed with them is claims' matter."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from flask import current_app
from sqlalchemy import select

from portal.certificates.models import SigningKey
from portal.core import clock
from portal.core.db import begin_write, db


def current() -> SigningKey:
    """The key that signs now; the first is made when there is none, and another when the portal's secret key has changed.

    A key is sealed with PORTAL_SECRET_KEY, so that a copy of the database alone can sign nothing.
    """
    begin_write()
    newest = select(SigningKey).where(SigningKey.retired_at.is_(None)).order_by(SigningKey.id.desc()).limit(1)
    key = db.session.scalar(newest.with_for_update())
    return key if key is not None and _private(key) is not None else turn_over()


def at_hand() -> SigningKey | None:
    """The key that signs now, None where there is none that this portal can use. Makes none, takes no lock."""
    newest = select(SigningKey).where(SigningKey.retired_at.is_(None)).order_by(SigningKey.id.desc()).limit(1)
    key = db.session.scalar(newest)
    return key if key is not None and _private(key) is not None else None


def turn_over() -> SigningKey:
    """A new key that signs from now on; those before are retired, and what they signed stays good."""
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - as in claims

    begin_write()
    for key in db.session.scalars(select(SigningKey).where(SigningKey.retired_at.is_(None))):
        key.retired_at = clock.now()
    private = ed25519.Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    key = SigningKey(
        kid=hashlib.sha256(public).hexdigest()[:8],
        public=public,
        private=_seal().encrypt(private.private_bytes_raw()),
    )
    db.session.add(key)
    db.session.flush()
    return key


def sign(key: SigningKey, data: bytes) -> bytes:
    """The signature of 64 bytes (RFC 8032). Raises LookupError for a key that was sealed with another secret."""
    private = _private(key)
    if private is None:
        raise LookupError(f"key {key.kid} was sealed with another secret")
    signature: bytes = private.sign(data)
    return signature


def all_keys() -> list[SigningKey]:
    """Every key there ever was, the oldest first."""
    return list(db.session.scalars(select(SigningKey).order_by(SigningKey.id)))


def public_keys() -> dict[str, bytes]:
    """Every key that is believed by its kid, the retired ones too."""
    return {key.kid: key.public for key in all_keys() if key.distrusted_at is None}


def published() -> dict[str, Any]:
    """Those that are believed as a JWK set, and by name those that are not."""
    every = all_keys()
    return as_jwks(
        {key.kid: key.public for key in every if key.distrusted_at is None},
        [key for key in every if key.distrusted_at is not None],
    )


def as_jwks(keys: Mapping[str, bytes], distrusted: Sequence[SigningKey] = ()) -> dict[str, Any]:
    """Keys as a JWK set (RFC 7517, RFC 8037), as the page for checking and other programs read them.

    A distrusted one is not among `keys`, so that no program believes it; the member `distrusted` beside them, which others
    pass over (RFC 7517 §5), lets our own say why.
    """
    said: dict[str, Any] = {"keys": [as_jwk(kid, public) for kid, public in keys.items()]}
    if distrusted:
        said["distrusted"] = [as_distrusted(key) for key in distrusted]
    return said


def as_distrusted(key: SigningKey) -> dict[str, str]:
    """Of a key that is not believed any more: which, since when, and why."""
    at = key.distrusted_at.isoformat(timespec="seconds") if key.distrusted_at else ""
    return {"kid": key.kid, "at": at, "why": key.distrusted_why}


def as_jwk(kid: str, public: bytes) -> dict[str, str]:
    """One of them."""
    return {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": kid, "x": _text(public)}


def from_jwks(said: Mapping[str, Any]) -> dict[str, bytes]:
    """The Ed25519 keys of a JWK set by their kid; others in it are passed over. Raises ValueError or LookupError for what is no set."""
    return {
        str(key["kid"]): base64.urlsafe_b64decode(key["x"] + "=" * (-len(key["x"]) % 4))
        for key in said["keys"]
        if key.get("crv") == "Ed25519"
    }


def distrusted_in(said: Mapping[str, Any]) -> set[str]:
    """The kids that a JWK set of ours names as distrusted. Raises LookupError or TypeError for what is no such list."""
    return {str(key["kid"]) for key in said.get("distrusted", ())}


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _private(key: SigningKey) -> Any:
    """The private key, opened; None where it was sealed with another secret."""
    from cryptography.fernet import InvalidToken  # noqa: PLC0415 - as in claims
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - as in claims

    try:
        return ed25519.Ed25519PrivateKey.from_private_bytes(_seal().decrypt(key.private))
    except InvalidToken:
        return None


def _seal() -> Any:
    from cryptography.fernet import Fernet  # noqa: PLC0415 - as in claims

    secret = hashlib.sha256(b"portal certificates:" + str(current_app.secret_key).encode()).digest()
    return Fernet(base64.urlsafe_b64encode(secret))
