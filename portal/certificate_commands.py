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
from portal.certificates import awarding, checker as checking, claims, distrusting, keys as signing, showing
from portal.certificates.models import SigningKey
from portal.cli import FILE, door, refusals_are_told
from portal.core import clock
from portal.core.db import db
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
        known, distrusted = _known(file)
        claim, kid = claims.opened(text, public_keys=known, distrusted=distrusted)
    _print(claim, kid)
    click.echo("standing: unknown; only the portal knows whether it was revoked or replaced")


@with_appcontext
def _with_us(text: str) -> None:
    verdict = showing.of_text(text)
    if verdict.key is not None:
        _print_distrusted(verdict, verdict.key)
        sys.exit(1)
    if verdict.why is not None or (verdict.certificate is None and verdict.claim is None):
        click.echo(f"{verdict.state.value}: {verdict.why or ''}".rstrip(": "), err=True)
        sys.exit(1)
    if verdict.claim is not None:
        _print(verdict.claim, verdict.kid)
    one = verdict.certificate
    click.echo(f"standing: {verdict.state.value}{f' ({one.ended_why})' if one and one.ended_why else ''}")
    if verdict.state is not showing.State.VALID:
        sys.exit(1)


def _print_distrusted(verdict: showing.Verdict, key: SigningKey) -> None:
    """What a stolen key signed proves nothing: only the portal's own row can be asked."""
    at = clock.local(key.distrusted_at).date() if key.distrusted_at else ""
    click.echo(f"distrusted: signed by key {key.kid}, not believed since {at}: {key.distrusted_why}")
    if verdict.agrees:
        click.echo("record: says the same; look it up by its code, and have the holder download it anew")
    elif verdict.certificate is not None:
        click.echo("record: says otherwise under this code; do not believe what was shown")
    else:
        click.echo("record: has no such code; do not believe what was shown")


def _print(claim: claims.Claim, kid: str) -> None:
    click.echo(f"signature: good, by key {kid}")
    for name in claims.Claim.__dataclass_fields__:
        click.echo(f"{name}: {getattr(claim, name)}")


def _known(file: Path) -> tuple[Mapping[str, bytes], set[str]]:
    """The public keys of a JWK set, and the kids that it distrusts. Refuses what is none."""
    try:
        said = json.loads(file.read_bytes())
        return signing.from_jwks(said), signing.distrusted_in(said)
    except (ValueError, LookupError, TypeError, AttributeError) as no:
        raise Refused(_("ไฟล์ %(file)s ไม่ใช่ชุดกุญแจ (JWK Set)", file=file.name)) from no


@certificates.command("keys")
@with_appcontext
def keys() -> None:
    """Print every public key that is believed as a JWK set (RFC 7517), and which are not: for those who check without the portal."""
    click.echo(json.dumps(signing.published(), indent=2))


@certificates.command("turn-over")
@door
def turn_over() -> None:
    """Sign with a new key from now on. What was signed before stays good; hand out a new checker."""
    click.echo(signing.turn_over().kid)


@certificates.command("distrust")
@click.argument("kid", metavar="KEY")
@click.option("--why", required=True, help="Everybody who checks a certificate of this key reads it.")
@click.option("--by", "email", help="Who decides; else the portal itself.")
@door
def distrust(kid: str, why: str, email: str | None) -> None:
    """Believe nothing any more that KEY signed, as when it was stolen. Its certificates are signed again with the key of now.

    Stopped half-way, the same command goes on. Ends with 1 where some were left, whose row and claim disagree. Hand out new
    checkers afterwards.
    """
    key = distrusting.distrust(kid, why=why, by=_person(email))
    db.session.commit()  # from here on, however long the rest takes
    again = distrusting.Again()
    while distrusting.sign_again(key, again):
        db.session.commit()
    click.echo(f"distrusted {key.kid}; signed again {again.signed}; key of now {signing.current().kid}")
    if again.left:
        click.echo(f"left, for row and claim disagree: {' '.join(again.left)}", err=True)
        db.session.commit()
        sys.exit(1)


@certificates.command("checker")
@click.option("--lang", type=click.Choice(list(LANGUAGES)), default="th", show_default=True)
@door
def checker(lang: str) -> None:
    """Print the page that checks certificates without a network: one HTML file, `flask certificates checker > check.html`."""
    signing.current()  # so that there is one
    with in_language(lang):
        click.echo(checking.page(signing.published()))
