"""Passwords: which are good enough, and that nobody learns from a hash's time."""

import threading

import pytest

from portal.accounts import passwords
from portal.accounts.passwords import WeakPassword
from tests.accounts.conftest import GOOD
from tests.cast import PASSWORD

EMAIL = "somebody.long@demo.example"


@pytest.mark.parametrize("password", [GOOD, "a quiet river", "1234567891", PASSWORD, "ก" * 5 + "ขคงจฉ"])
def test_ten_characters_that_are_not_common_are_enough(password: str) -> None:
    passwords.check(password, email=EMAIL)


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("12345678", "ตอนนี้มี 8 ตัว เพิ่มอีก 2 ตัว"),
        ("", "ตอนนี้มี 0 ตัว"),
        ("x" * 201, "ไม่เกิน 200"),
        (EMAIL, "ต่างจากอีเมล"),
        ("Somebody.Long", "ต่างจากอีเมล"),
        ("1234567890", "เดาได้"),
        ("Password123", "เดาได้"),
        ("aaaaaaaaaaaaa", "เดาได้"),
    ],
)
def test_a_weak_password_is_refused_with_what_to_do(password: str, words: str) -> None:
    with pytest.raises(WeakPassword, match=words) as no:
        passwords.check(password, email=EMAIL)
    assert no.value.field == "password"


def test_the_right_password_fits_its_hash_and_another_does_not() -> None:
    kept = passwords.hash_password(GOOD)
    assert passwords.verify(kept, GOOD)
    assert not passwords.verify(kept, GOOD + "x")


def test_one_password_is_one_however_the_keyboard_sends_it() -> None:
    kept = passwords.hash_password("ทำงานวันนี้ café")
    assert passwords.verify(kept, "ทำงานวันนี้ cafe\u0301")


def test_nobodys_password_never_fits_and_takes_as_long() -> None:
    assert not passwords.is_dated(passwords.NOBODYS)
    assert not passwords.verify(None, "anything at all")


def test_a_broken_hash_fits_nothing() -> None:
    assert not passwords.verify("x", GOOD)


def test_hashes_take_nineteen_mebibytes_and_two_passes() -> None:
    kept = passwords.hash_password(GOOD)
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not passwords.is_dated(kept)
    assert passwords.is_dated("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$pVFgHcCPyH5yM1FRn7BPDg")


def test_only_so_many_hashes_are_made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, lock = 0, 0, threading.Lock()
    gate = threading.Event()

    class Slow:
        def hash(self, _password: str) -> str:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            gate.wait(0.05)
            with lock:
                running -= 1
            return ""

    monkeypatch.setattr(passwords, "_hasher", Slow())
    monkeypatch.setattr(passwords, "_at_once", threading.BoundedSemaphore(2))
    threads = [threading.Thread(target=passwords.hash_password, args=(GOOD,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2
