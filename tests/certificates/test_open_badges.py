"""The Open Badges credential, read and checked by programs that are not ours.

openbadgeslib verifies the signature, registered claims and dates, jsonschema validates against the official schemas, both only
with what the portal publishes. The certification of 1EdTech is a portal for members and cannot be asked here.
"""

import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jwt as pyjwt
import pytest
from joserfc import jws
from joserfc.jwk import KeySet
from jsonschema import Draft201909Validator  # type: ignore[import-untyped]
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier

from portal.certificates import issuing, keys
from portal.certificates.models import Certificate, CertificateKind
from portal.core import clock
from portal.core.db import db
from tests.cast import Cast
from tests.pages import Client

SCHEMAS = Path(__file__).parent / "schemas"


@pytest.fixture
def one(cast: Cast, issue: Callable[..., Certificate]) -> Certificate:
    return issue(cast.lamai)


def token_of(client: Client, one: Certificate) -> str:
    answer = client.get(f"/certificates/{one.code}.jwt")
    assert (answer.status_code, answer.content_type) == (200, "application/vc+jwt")
    return str(answer.text)


def published_key(client: Client, token: str) -> Any:
    """The key to which the header of the token leads."""
    address = pyjwt.get_unverified_header(token)["kid"]
    return pyjwt.PyJWK(client.get(address.removeprefix("http://localhost")).get_json()).key


@cache
def schema(name: str) -> Draft201909Validator:
    return Draft201909Validator(json.loads((SCHEMAS / f"{name}.json").read_text("utf-8")))


def faults(name: str, said: object) -> list[str]:
    return [f"{list(fault.path)}: {fault.message[:200]}" for fault in schema(name).iter_errors(said)]


def test_an_independent_verifier_accepts_it(client: Client, one: Certificate) -> None:
    token = token_of(client, one)
    found = OB3Verifier(published_key(client, token)).verify(token)
    assert found.issuer.id == "http://localhost/certificates/issuer.json"
    assert found.achievement.name == "หลักสูตรตัวอย่าง"
    assert found.id == f"http://localhost/certificates/{one.code}"


def test_it_refuses_another_key_and_a_changed_letter(client: Client, one: Certificate) -> None:
    token = token_of(client, one)
    right = published_key(client, token)
    keys.turn_over()
    db.session.commit()
    wrong = published_key(client, token_of(client, one))
    head, body, mark = token.split(".")
    for key, text in (
        (wrong, token),
        (right, f"{head}.{body[:40]}{'A' if body[40] != 'A' else 'B'}{body[41:]}.{mark}"),
    ):
        with pytest.raises(OB3VerificationError):
            OB3Verifier(key).verify(text)


def test_the_published_set_of_keys_will_do_as_well(client: Client, one: Certificate) -> None:
    token = token_of(client, one)
    (key,) = KeySet.import_key_set(client.get("/certificates/keys.json").get_json()).keys
    payload = json.loads(jws.deserialize_compact(token, key, algorithms=["EdDSA"]).payload)
    assert payload["iss"] == payload["issuer"]["id"]


@pytest.mark.parametrize("kind", CertificateKind)
@pytest.mark.parametrize("who", ["lamai", "wit"])
def test_it_keeps_to_the_official_schemas(
    client: Client, cast: Cast, issue: Callable[..., Certificate], kind: CertificateKind, who: str
) -> None:
    facts = {"modules": ["op"]} if kind is CertificateKind.COURSE else {"attended": 2, "sessions": 2}
    token = token_of(client, issue(getattr(cast, who), kind=kind, facts=facts))
    payload = pyjwt.decode(token, options={"verify_signature": False})
    said = {name: value for name, value in payload.items() if name not in ("iss", "jti", "nbf", "iat")}
    assert faults("credential", said) == []
    assert faults("profile", client.get("/certificates/issuer.json").get_json()) == []
    del said["issuer"]
    assert faults("credential", said)  # the schema does find what is missing


def test_every_word_in_it_is_of_the_official_contexts(client: Client, one: Certificate) -> None:
    payload = pyjwt.decode(token_of(client, one), options={"verify_signature": False})
    folder = files("openbadgeslib.ob3") / "contexts"
    texts = [
        (folder / name).read_text("utf-8") for name in ("credentials-v2.json", "ob-v3p0-context-3.0.3.json")
    ]
    known = {term for text in texts for term in terms_in(json.loads(text))}
    used = {name for name in terms_in(payload) if name not in ("@context", "iss", "jti", "nbf", "iat")}
    assert used - known == set()


def terms_in(said: object) -> set[str]:
    if isinstance(said, dict):
        return set(said).union(*map(terms_in, said.values()))
    return set().union(*map(terms_in, said)) if isinstance(said, list) else set()


def test_it_names_the_holder_as_on_the_paper_and_by_no_address(client: Client, one: Certificate) -> None:
    payload = pyjwt.decode(token_of(client, one), options={"verify_signature": False})
    subject = payload["credentialSubject"]
    assert [each["identityHash"] for each in subject["identifier"]] == ["ละไม ตั้งใจ", "กรมตัวอย่าง"]
    assert "@demo.example" not in json.dumps(payload)
    assert payload["nbf"] == int(clock.now().timestamp())
    assert payload["awardedDate"] == "2023-02-11T17:00:00Z"


def test_what_does_not_stand_is_in_the_list_and_is_not_handed_out(
    client: Client, one: Certificate, cast: Cast, issue: Callable[..., Certificate]
) -> None:
    status = pyjwt.decode(token_of(client, one), options={"verify_signature": False})["credentialStatus"]
    address = status["id"].removeprefix("http://localhost")
    assert client.get(address).get_json()["revokedCredentials"] == []
    old = issue(cast.mali)
    issuing.revoke(one, by=cast.orn, why="ออกผิดคน")
    issuing.replace(old, by=cast.orn)
    db.session.commit()
    found = {
        each["id"]: each["revocationReason"] for each in client.get(address).get_json()["revokedCredentials"]
    }
    assert found == {
        f"http://localhost/certificates/{one.code}": "ออกผิดคน",
        f"http://localhost/certificates/{old.code}": "replaced",
    }
    assert client.get(f"/certificates/{one.code}.jwt").status_code == 410


def test_of_nothing_there_is_no_credential_and_no_key(client: Client, one: Certificate) -> None:
    for path in ("/certificates/NOBODY22NOBO.jwt", "/certificates/keys/none.json"):
        assert client.get(path).status_code == 404


def test_without_a_key_at_hand_nothing_is_signed_and_none_made(client: Client, one: Certificate) -> None:
    one.key.private = b"sealed with another secret"
    db.session.commit()
    assert client.get(f"/certificates/{one.code}.jwt").status_code == 503
    assert list(keys.public_keys()) == [one.key.kid]
