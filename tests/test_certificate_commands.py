"""The `flask certificates` commands as a person at a shell meets them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from portal.certificates import issuing, keys
from portal.certificates.models import Certificate
from portal.core.db import db
from tests import packs
from tests.cast import Cast
from tests.certificates.conftest import issue
from tests.learning.taking import take

__all__ = ["issue"]

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    runner = app.test_cli_runner()

    def invoke(*arguments: object, text: str | None = None) -> Result:
        db.session.commit()
        result = runner.invoke(args=["certificates", *map(str, arguments)], input=text)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return invoke


@pytest.fixture
def one(cast: Cast, issue: Callable[..., Certificate]) -> Certificate:
    return issue(cast.lamai)


def test_issuing_gives_one_to_each_who_earned_it_and_again_to_nobody(run: Run, cast: Cast) -> None:
    course = packs.publish()
    for module in ("op", "c1"):
        take(cast.lamai, course, module)
    assert run("issue", "course", "sample", "--dry-run").stdout == "would be issued 1\n"
    assert db.session.scalar(select(func.count(Certificate.id))) == 0
    assert run("issue", "course", "sample", "--by", cast.orn.email).stdout == "issued 1\n"
    assert run("issue", "course", "sample").stdout == "issued 0\n"


@pytest.mark.parametrize(
    "asked", [("course", "none"), ("workshop", "none"), ("course", "sample", "--by", "x@y.example")]
)
def test_of_what_is_not_there_nothing_is_issued(run: Run, cast: Cast, asked: tuple[str, ...]) -> None:
    packs.publish()
    result = run("issue", *asked)
    assert result.exit_code == 1
    assert "ไม่มี" in result.stderr


def test_a_good_claim_is_told_with_where_it_stands(run: Run, one: Certificate, cast: Cast) -> None:
    good = run("verify", text=f"{issuing.address(one)}\n")
    assert good.exit_code == 0
    for line in (f"signature: good, by key {one.key.kid}", "holder: ละไม ตั้งใจ", "standing: valid"):
        assert line in good.stdout.splitlines()
    issuing.revoke(one, by=cast.orn, why="ออกผิดคน")
    gone = run("verify", text=one.claim)
    assert gone.exit_code == 1
    assert "standing: revoked (ออกผิดคน)" in gone.stdout


def test_without_the_portal_it_says_what_it_cannot_know(
    run: Run, one: Certificate, cast: Cast, tmp_path: Path, queries: Any
) -> None:
    file = tmp_path / "keys.json"
    file.write_text(run("keys").stdout, "utf-8")
    issuing.revoke(one, by=cast.orn, why="ออกผิดคน")
    claim = one.claim
    db.session.commit()
    with queries() as asked:
        good = run("verify", "--keys", file, text=claim)
    assert asked == []
    assert good.exit_code == 0
    assert "holder: ละไม ตั้งใจ" in good.stdout
    assert "standing: unknown" in good.stdout


@pytest.mark.parametrize("known", [True, False])
def test_what_was_changed_or_is_foreign_ends_with_1(
    run: Run, one: Certificate, tmp_path: Path, known: bool
) -> None:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(keys.as_jwks(keys.public_keys() if known else {"k9": bytes(32)})), "utf-8")
    other = "B" if one.claim[-10] == "A" else "A"
    text = f"{one.claim[:-10]}{other}{one.claim[-9:]}" if known else one.claim
    for options in (("--keys", file), ()):
        result = run("verify", *options, text=text)
        assert result.exit_code == (1 if known or options else 0)


@pytest.mark.parametrize("text", ["", "[]", '{"keys": [{"crv": "Ed25519"}]}', '{"keys": 3}'])
def test_a_file_that_holds_no_keys_is_said_so(run: Run, tmp_path: Path, text: str) -> None:
    file = tmp_path / "keys.json"
    file.write_text(text, "utf-8")
    result = run("verify", "--keys", file, text="x")
    assert result.exit_code == 1
    assert "keys.json" in result.stderr


def test_after_turning_over_both_keys_are_told_and_the_new_one_signs(
    run: Run, one: Certificate, cast: Cast, issue: Callable[..., Certificate]
) -> None:
    new = run("turn-over").stdout.strip()
    assert {key["kid"] for key in json.loads(run("keys").stdout)["keys"]} == {one.key.kid, new}
    assert issue(cast.mali).key.kid == new
    assert run("verify", text=one.claim).exit_code == 0


def test_the_checker_holds_every_public_key_and_asks_for_nothing_else(run: Run, one: Certificate) -> None:
    page = run("checker").stdout
    for key in keys.as_jwks(keys.public_keys())["keys"]:
        assert key["x"] in page
    assert "src=" not in page
    assert "http" not in page.replace("http://localhost", "").replace("http-equiv", "")
    assert '<html lang="en">' in run("checker", "--lang", "en").stdout
