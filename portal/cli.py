"""The roof: the `flask …` commands, each a thin door to a rule; the commit of a command stands here."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any

import click
from email_validator import EmailNotValidError
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from portal import content as whole_content, demo, erasing, fact_places, jobs
from portal.accounts import agencies as agency_rules, agency_table, people, recovery
from portal.accounts.models import Role
from portal.awards import entries as entry_rules
from portal.core import backup as backups, blobs, tables
from portal.core.db import db, writing
from portal.core.errors import Refused
from portal.core.forms import normal_email
from portal.core.i18n import _
from portal.core.tables import SheetError
from portal.core.toml import BadContent
from portal.courses import loading as course_files
from portal.mail import delivery
from portal.programme import exchange, materials as material_rules

WORKER_PAUSE_SECONDS = 2.0
UNUSED = timedelta(days=1)  # a file younger than this may belong to a form that is being sent
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@contextmanager
def refusals_are_told() -> Iterator[None]:
    """A refused rule ends the command with its sentence (every bad cell, for a table) and exit code 1; nothing is kept."""
    try:
        yield
    except (SheetError, BadContent) as no:
        db.session.rollback()
        for error in (no.errors if isinstance(no, SheetError) else no.findings) or (no,):
            click.echo(str(error), err=True)
        sys.exit(1)
    except Refused as no:
        db.session.rollback()
        click.echo(str(no), err=True)
        sys.exit(1)
    except OSError as no:  # a folder that cannot be made, a file that cannot be read
        db.session.rollback()
        if no.filename is None:
            raise
        click.echo(_("อ่านหรือเขียน %(file)s ไม่ได้: %(why)s", file=no.filename, why=no.strerror), err=True)
        sys.exit(1)


def door(command: Callable[..., Any]) -> Callable[..., Any]:
    """A command that may write: in the app, in one transaction, with refusals told."""

    @with_appcontext
    @wraps(command)
    def opened(*args: Any, **kwargs: Any) -> None:
        with refusals_are_told(), writing():
            command(*args, **kwargs)
            db.session.commit()

    return opened


content = AppGroup("content", help="What is published from content/: award, agencies, workshops, courses.")
agencies = AppGroup("agencies", help="Agencies of the installation.")
entries = AppGroup("entries", help="Entries and which of them passed stage 1.")
users = AppGroup("users", help="People.")
workshops = AppGroup("workshops", help="Workshops as text files.")
materials = AppGroup("materials", help="Files that speakers hand out.")
mail = AppGroup("mail", help="The outbox.")


@content.command("check")
@click.argument("folder", type=FOLDER, required=False)
@click.option("--strict", is_flag=True, help="Fail on warnings, too.")
@door
def check_content(folder: Path | None, strict: bool) -> None:
    """Check every file of content/ and print all that is wrong, with file and line; then, as warnings, how it reads. Asks no database."""
    folder = folder or Path(current_app.config["CONTENT"])
    whole_content.check(folder)
    warnings = whole_content.style(folder)
    for warning in warnings:
        click.echo(f"warning: {warning}")
    if strict and warnings:
        raise click.ClickException(f"{len(warnings)} warnings")
    click.echo("content is sound")


@content.command("load")
@click.argument("folder", type=FOLDER, required=False)
@door
def load_content(folder: Path | None) -> None:
    """Bring in all of content/; courses that changed become new editions. All or nothing."""
    for line in whole_content.load(folder or Path(current_app.config["CONTENT"])):
        click.echo(line)


@content.command("facts")
@click.argument("folder", type=FOLDER, required=False)
@door
def place_facts(folder: Path | None) -> None:
    """Write COVERAGE.md of content/: where each fact of facts.toml is taught, asked or shown. Names those that are nowhere."""
    folder = folder or Path(current_app.config["CONTENT"])
    (folder / fact_places.TABLE).write_text(fact_places.table(folder), "utf-8")
    unused = fact_places.unused(folder)
    click.echo(f"nowhere: {', '.join(unused)}" if unused else "every fact has its place")


@content.command("dump")
@click.argument("course")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--number", type=int, help="An older edition.")
@door
def dump_content(course: str, folder: Path, number: int | None) -> None:
    """Write the files of a course as they were published, byte for byte, into an empty folder."""
    edition = course_files.dump(course, folder, number=number)
    click.echo(f"{edition.course} {edition.number}")


@agencies.command("import")
@click.argument("file", type=FILE)
@door
def import_agencies(file: Path) -> None:
    """Bring in agencies from a CSV or XLSX, all rows or none."""
    with file.open("rb") as stream:
        table = tables.read_table(stream, file.name, names=agency_table.NAMES)
        click.echo(whole_content.counts(agency_table.import_agencies(table)))


@entries.command("import")
@click.argument("file", type=FILE)
@door
def import_entries(file: Path) -> None:
    """Bring in entries from a CSV or XLSX, all rows or none."""
    with file.open("rb") as stream:
        click.echo(whole_content.counts(entry_rules.import_entries(stream, file.name)))


@users.command("create")
@click.argument("email")
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.LEARNER.value)
@click.option("--agency", "code", help="Code of the agency; coordinators need one.")
@click.option("--password", help="Else a link to set one is printed.")
@door
def create_user(email: str, name: str, role: str, code: str | None, password: str | None) -> None:
    """Make a confirmed and approved person, for example the first organizer."""
    try:
        address = normal_email(email)
    except EmailNotValidError:
        raise click.BadParameter(f"{email!r} is no e-mail address") from None
    agency = agency_rules.by_code(code) if code else None
    if code and agency is None:
        raise click.BadParameter(f"there is no agency {code!r}")
    user = people.create_user(email=address, name=name, role=Role(role), agency=agency, password=password)
    click.echo(f"created {user.email} ({user.role.value})")
    if password is None:
        click.echo(recovery.reset_link(user))


@users.command("erase")
@click.argument("email")
@door
def erase_user(email: str) -> None:
    """Turn a person into a pseudonym, for good; what is counted of them stays counted."""
    user = people.by_email(email.strip().lower())
    if user is None:
        raise click.BadParameter(f"nobody has the address {email!r}")
    click.echo(erasing.erase(user, by=None))


@workshops.command("dump")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--code", help="This workshop only.")
@door
def dump_workshops(folder: Path, code: str | None) -> None:
    """Write each workshop as <code>.toml, in place of a file of that name; comments are not kept."""
    for path in exchange.dump(folder, code=code):
        click.echo(str(path))


@workshops.command("load")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change and keep nothing.")
@door
def load_workshops(path: Path, dry_run: bool) -> None:
    """Bring in a file, or every .toml of a folder: new workshops and changes to known ones. All or nothing."""
    for one in exchange.load(path):
        click.echo(f"{'created' if one.is_new else 'changed' if one.differences else 'kept'} {one.code}")
        for found in one.differences:
            click.echo(f"  {found.label}: {found.before or '–'} → {found.after or '–'}")
    if dry_run:
        db.session.rollback()
        click.echo("dry run: nothing was kept")


@materials.command("sweep")
@with_appcontext
def sweep_materials() -> None:
    """Take away files that no material ever held and uploads that broke off, when older than a day. Once a day will do."""
    in_use = material_rules.digests_in_use()
    db.session.rollback()
    click.echo(f"swept {blobs.sweep(in_use, older_than=UNUSED)}")


@mail.command("send")
@click.option("--limit", default=1000, show_default=True)
@with_appcontext
def send_mail(limit: int) -> None:
    """Send what is due, once."""
    done = delivery.deliver_due(limit)
    click.echo(f"sent {done.sent}, to be tried again {done.retried}, failed {done.failed}")


@click.command()
@click.option("--once", is_flag=True, help="Do all that is due now and end; 1 where something failed.")
@with_appcontext
def worker(once: bool) -> None:
    """End offers, pass seats on, tell, remind and send mail, again and again, until stopped. Several may run at once."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    has_failed = False
    while not stop.is_set():
        done = jobs.run(stop.is_set)
        has_failed |= done.has_failed
        if not done.has_done:
            if once:
                sys.exit(has_failed)
            stop.wait(WORKER_PAUSE_SECONDS)


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@door
def backup(file: Path) -> None:
    """Write a consistent copy of the SQLite database while the portal runs."""
    backups.backup(current_app.config["DATABASE_URL"], file)
    click.echo(str(file))


@click.command("restore")
@click.argument("file", type=FILE)
@click.confirmation_option(
    prompt="This puts the copy in the place of all present data. Is the portal stopped?"
)
@with_appcontext
def restore(file: Path) -> None:
    """Put a copy written by `flask backup` in the place of the database."""
    with refusals_are_told():
        backups.restore(current_app.config["DATABASE_URL"], file)
    click.echo("restored; now run: flask db upgrade")


@click.command("demo")
@click.option("--if-empty", is_flag=True, help="Say nothing where the data is there already.")
@with_appcontext
def make_demo(if_empty: bool) -> None:
    """Migrate, load content/, and make the demonstration people, agencies and history."""
    if not current_app.config["DEMO"]:
        click.echo("set PORTAL_DEMO=1: sample people never belong in a real installation", err=True)
        sys.exit(1)
    from flask_migrate import upgrade  # noqa: PLC0415 - alembic costs 150 ms that only commands should pay

    use_migrations(current_app)
    upgrade()
    with refusals_are_told():
        whole_content.load(Path(current_app.config["CONTENT"]))
        db.session.commit()
    if not demo.is_made():
        demo.make()
    elif not if_empty:
        click.echo("demonstration data is there; it stays as it is")


def use_migrations(app: Flask) -> None:
    """Let Flask-Migrate know the app; a server never needs it."""
    from flask_migrate import Migrate  # noqa: PLC0415 - alembic costs 150 ms that only commands should pay

    directory = Path(app.config["CONTENT"]).parent / "migrations"
    Migrate(app, db, directory=str(directory), render_as_batch=True)


def init_app(app: Flask) -> None:
    if click.get_current_context(silent=True) is not None:  # made for a command, perhaps for `flask db`
        use_migrations(app)
    for command in (
        content,
        agencies,
        entries,
        users,
        workshops,
        materials,
        mail,
        worker,
        backup,
        restore,
        make_demo,
    ):
        app.cli.add_command(command)
