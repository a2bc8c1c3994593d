"""What a QR holds can be believed without asking us, and only if nothing of it was changed."""

import base64
import json
import zlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, strategies as st
from joserfc import jws
from joserfc.jwk import OKPKey

from portal.certificates import claims
from portal.certificates.claims import Altered, Claim, NoClaim, UnknownKey
from portal.certificates.keys import as_jwks

KEY = Ed25519PrivateKey.generate()
KNOWN = {"k1": KEY.public_key().public_bytes_raw()}
SAID = Claim(
    code="C4TN8KWD2M7Q",
    kind="course",
    holder="นายปิติ ตั้งใจ",
    agency="กรมตัวอย่าง",
    title="รางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0 (PMQA 4.0)",
    earned="2023-03-14",
    issued="2023-03-15",
    issuer="https://portal.example",
)


def sealed(claim: Claim = SAID) -> str:
    return claims.sealed(claim, kid="k1", sign=KEY.sign)


def text_of(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(header: object, payload: bytes) -> str:
    """A rightly signed text that says what it must not."""
    body = f"{text_of(json.dumps(header).encode())}.{text_of(payload)}"
    return f"{body}.{text_of(KEY.sign(body.encode()))}"


def deflated(said: object) -> bytes:
    deflate = zlib.compressobj(wbits=-15)
    return deflate.compress(json.dumps(said).encode()) + deflate.flush()


HEADER = {"alg": "EdDSA", "kid": "k1", "typ": claims.TYPE}


def test_what_was_said_is_read_again_with_the_key_that_signed_it() -> None:
    assert claims.opened(sealed(), public_keys=KNOWN) == (SAID, "k1")


def test_the_address_that_a_camera_reads_will_do() -> None:
    text = f"https://portal.example/certificates/C4TN8KWD2M7Q#{sealed()}\n"
    assert claims.opened(text, public_keys=KNOWN)[0] == SAID


@given(st.builds(Claim, *[st.text(max_size=200)] * 8))
def test_any_name_survives(claim: Claim) -> None:
    assert claims.opened(sealed(claim), public_keys=KNOWN)[0] == claim


@given(st.data())
def test_one_bit_changed_anywhere_makes_it_worthless(data: st.DataObject) -> None:
    whole = bytearray(sealed().encode())
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= 1 << data.draw(st.integers(0, 6))
    with pytest.raises((Altered, NoClaim, UnknownKey)):
        claims.opened(whole.decode("latin-1"), public_keys=KNOWN)


def test_another_program_believes_it_too() -> None:
    (jwk,) = as_jwks(KNOWN)["keys"]
    read = jws.deserialize_compact(
        sealed(), OKPKey.import_key(dict[str, str | list[str]](jwk)), algorithms=["EdDSA"]
    )
    assert json.loads(zlib.decompress(read.payload, wbits=-15))["holder"] == "นายปิติ ตั้งใจ"


def test_a_key_nobody_knows_is_told_apart_from_a_change() -> None:
    with pytest.raises(UnknownKey):
        claims.opened(sealed(), public_keys={"k2": KNOWN["k1"]})
    with pytest.raises(Altered):
        claims.opened(
            sealed(), public_keys={"k1": Ed25519PrivateKey.generate().public_key().public_bytes_raw()}
        )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "..",
        "a.b.c",
        "https://portal.example/certificates/C4TN8KWD2M7Q",
        "ใบประกาศ.นี้.ดี",
        "e30.e30.e30",
        "W10.e30.e30",
        "x" * 100_000,
        signed({**HEADER, "alg": "none"}, deflated({})),
        signed({"alg": "EdDSA", "kid": "k1"}, b"{}"),
        signed(HEADER, b"not deflated"),
        signed(HEADER, deflated([])),
        signed(HEADER, deflated({"v": 1, "code": "x"})),
        signed(HEADER, deflated({"v": 2, **dict.fromkeys(Claim.__dataclass_fields__, "x")})),
        signed(HEADER, deflated({"v": 1, **dict.fromkeys(Claim.__dataclass_fields__, 7)})),
    ],
)
def test_what_is_no_claim_of_ours_is_said_so(text: str) -> None:
    with pytest.raises(NoClaim):
        claims.opened(text, public_keys=KNOWN)


def test_what_would_swell_is_not_let_swell() -> None:
    with pytest.raises(NoClaim):
        claims.opened(signed(HEADER, deflated("ก" * 10_000_000)), public_keys=KNOWN)


def test_a_usual_claim_fits_a_code_that_phones_read() -> None:
    """A QR code of version 25 holds 718 bytes at level Q and 997 at level M."""
    assert len(f"https://portal.example/certificates/C4TN8KWD2M7Q#{sealed()}") < 718
