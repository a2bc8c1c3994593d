"""Certificates as Open Badges 3.0 (1EdTech; Verifiable Credentials 2.0): the credential as a signed VC-JWT, its issuer, and what was revoked.

Who reads it needs the public key, whose address the JWT names; that it stands is asked of the revocation list. The subject is
named as on the paper and by no address, for everybody may read this.
"""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any

from flask import current_app
from sqlalchemy import select

from portal.certificates import keys, papers
from portal.certificates.models import Certificate, CertificateKind, SigningKey
from portal.core import clock
from portal.core.db import read_rows
from portal.core.i18n import said

CONTEXTS = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
]
MEDIA_TYPE = "application/vc+jwt"


def jwt(one: Certificate, key: SigningKey) -> str:
    """The credential in compact form (OB 3.0 §8.2.4.1: the payload is the credential, with the registered claims beside it)."""
    said = credential(one)
    payload = said | {
        "iss": said["issuer"]["id"],
        "jti": said["id"],
        "nbf": int(one.issued_at.timestamp()),
        "iat": int(one.issued_at.timestamp()),
    }
    header = {"alg": "EdDSA", "kid": key_address(key.kid), "typ": "JWT"}
    body = f"{_text(header)}.{_text(payload)}"
    return f"{body}.{_base64(keys.sign(key, body.encode()))}"


def credential(one: Certificate) -> dict[str, Any]:
    """What the certificate says, as an OpenBadgeCredential; in Thai, the language in which it was issued."""
    names = [{"type": "IdentityObject", "hashed": False, "identityHash": one.holder, "identityType": "name"}]
    if one.agency_name:
        names.append(
            {
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": said(one.agency_name, "th"),
                "identityType": "ext:agency",
            }
        )
    return {
        "@context": CONTEXTS,
        "id": _address(f"/certificates/{one.code}"),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": said(one.title, "th"),
        "issuer": profile(),
        "validFrom": _moment(one.issued_at),
        "awardedDate": _moment(datetime.combine(one.earned_on, time(), clock.BANGKOK)),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": names,
            "achievement": _achievement(one),
        },
        "credentialStatus": {
            "id": _address("/certificates/revoked.json"),
            "type": "1EdTechRevocationList",
        },
    }


def profile() -> dict[str, Any]:
    """Who issues, as an Open Badges Profile."""
    return {
        "id": _address("/certificates/issuer.json"),
        "type": ["Profile"],
        "name": str(current_app.config["SITE_NAME"]),
        "url": _address("/"),
    }


def revoked() -> dict[str, Any]:
    """Every credential that does not stand any more, as a 1EdTech revocation list. One query."""
    ended = read_rows(
        select(Certificate.code, Certificate.ended_why)
        .where(Certificate.ended_at.is_not(None))
        .order_by(Certificate.id)
    )
    return {
        "id": _address("/certificates/revoked.json"),
        "issuer": profile()["id"],
        "revokedCredentials": [
            {
                "id": _address(f"/certificates/{row.code}"),
                "revoked": True,
                "revocationReason": row.ended_why or "replaced",
            }
            for row in ended
        ],
    }


def key_address(kid: str) -> str:
    """Where the public key stands as a JWK: what the header of a JWT names."""
    return _address(f"/certificates/keys/{kid}.json")


def _achievement(one: Certificate) -> dict[str, Any]:
    is_course = one.kind is CertificateKind.COURSE
    narrative = papers.facts_of(one) or said(one.title, "th")
    return {
        "id": _address(f"/{'learn' if is_course else 'workshops'}/{one.subject}"),
        "type": ["Achievement"],
        "achievementType": "Course" if is_course else "CertificateOfCompletion",
        "name": said(one.title, "th"),
        "description": narrative,
        "criteria": {"narrative": narrative},
        "inLanguage": "th",
    }


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _address(path: str) -> str:
    return f"{current_app.config['BASE_URL']}{path}"


def _text(values: Mapping[str, Any]) -> str:
    return _base64(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
