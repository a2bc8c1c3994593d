"""The roof: the `flask certificates …` commands, each a thin door to a rule."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import click
from flask.cli import AppGroup, with_appcontext

from portal.accounts import people
from portal.accounts.models import User
from portal.certificates import awarding, checker as checking, claims, keys as signing, showing
from portal.cli import FILE, door, refusals_are_told
from portal.core.errors import Refused
from portal.core.i18n import LANGUAGES, _, in_language
from portal.courses import catalog
from portal.courses.course import Course
from portal.programme import workshops
from portal.programme.models import Workshop

certificates = AppGroup("certificates", help="Certificates: issued, checked, and the keys that sign them.")


@certificates.command("issue")
@click.argument("kind", type=click.Choice(["course", "workshop"]))
@click.argument("code")
@click.option("--by", "email", help="Who issues; else the portal itself.")
@click.option("--dry-run", is_flag=True, help="Say how many would be issued and keep nothing.")
@door
def issue(kind: str, code: str, email: str | None, dry_run: bool) -> None:
    """Give a certificate to everybody who earned one and has none; each is told by mail. Again: to nobody."""
    subject = _subject(kind, code)
    by = _person(email)
    if dry_run:
        click.echo(f"would be issued {len(awarding.of(subject).waiting)}")
        return
    count = 0
    while issued := awarding.issue_to_all(subject, by=by):
        count += len(issued)
    click.echo(f"issued {count}")


def _subject(kind: str, code: str) -> Course | Workshop:
    found = catalog.course(code) if kind == "course" else workshops.with_sessions(code)
    if found is None:
        raise Refused(_("ไม่มี %(code)s", code=code))
    return found


def _person(email: str | None) -> User | None:
    if email is None:
        return None
    found = people.by_email(email)
    if found is None:
        raise Refused(_("ไม่มีบัญชีที่ใช้อีเมล %(email)s", email=email))
    return found


@certificates.command("verify")
@click.argument("text", type=click.File("r", encoding="utf-8"), default="-")
@click.option(
    "--keys",
    "file",
    type=FILE,
    help="A JWK set, as `flask certificates keys` writes it: no database is asked.",
)
def verify(text: IO[str], file: Path | None) -> None:
    """Check what a QR code held, from a file or standard input. Ends with 1 where it is not to be believed."""
    said = text.read(2 * claims.LONGEST + 1)
    if file is not None:
        _offline(said, file)
    else:
        _with_us(said)


def _offline(text: str, file: Path) -> None:
    with refusals_are_told():
        claim, kid = claims.opened(text, public_keys=_known(file))
    _print(claim, kid)
    click.echo("standing: unknown; only the portal knows whether it was revoked or replaced")


@with_appcontext
def _with_us(text: str) -> None:
    verdict = showing.of_text(text)
    if verdict.why is not None or (verdict.certificate is None and verdict.claim is None):
        click.echo(f"{verdict.state.value}: {verdict.why or ''}".rstrip(": "), err=True)
        sys.exit(1)
    if verdict.claim is not None:
        _print(verdict.claim, verdict.kid)
    one = verdict.certificate
    click.echo(f"standing: {verdict.state.value}{f' ({one.ended_why})' if one and one.ended_why else ''}")
    if verdict.state is not showing.State.VALID:
        sys.exit(1)


def _print(claim: claims.Claim, kid: str) -> None:
    click.echo(f"signature: good, by key {kid}")
    for name in claims.Claim.__dataclass_fields__:
        click.echo(f"{name}: {getattr(claim, name)}")


def _known(file: Path) -> Mapping[str, bytes]:
    """The public keys of a JWK set. Refuses what is none."""
    try:
        return signing.from_jwks(json.loads(file.read_bytes()))
    except (ValueError, LookupError, TypeError, AttributeError) as no:
        raise Refused(_("ไฟล์ %(file)s ไม่ใช่ชุดกุญแจ (JWK Set)", file=file.name)) from no


@certificates.command("keys")
@with_appcontext
def keys() -> None:
    """Print every public key as a JWK set (RFC 7517): for those who check without the portal."""
    click.echo(json.dumps(signing.as_jwks(signing.public_keys()), indent=2))


@certificates.command("turn-over")
@door
def turn_over() -> None:
    """Sign with a new key from now on. What was signed before stays good; hand out a new checker."""
    click.echo(signing.turn_over().kid)


@certificates.command("checker")
@click.option("--lang", type=click.Choice(list(LANGUAGES)), default="th", show_default=True)
@door
def checker(lang: str) -> None:
    """Print the page that checks certificates without a network: one HTML file, `flask certificates checker > check.html`."""
    signing.current()  # so that there is one
    with in_language(lang):
        click.echo(checking.page(signing.public_keys()))
