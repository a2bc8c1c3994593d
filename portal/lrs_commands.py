"""The roof: the `flask lrs …` commands, each a thin door to a rule."""

import sys

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from portal.cli import door
from portal.core import clock
from portal.xapi import delivery, line
from portal.xapi.models import StatementStatus

lrs = AppGroup("lrs", help="xAPI statements for the learning record store at PORTAL_LRS_URL.")


@lrs.command("send")
@click.option("--refused", is_flag=True, help="Send what the store refused again, too.")
@with_appcontext
def send(refused: bool) -> None:
    """Send all that waits now, without regard to the pause after a failure; 1 where the store could not be used."""
    if not current_app.config.get("LRS_URL"):
        click.echo("PORTAL_LRS_URL is not set: nothing is sent", err=True)
        sys.exit(1)
    delivery.hurry(refused_too=refused)
    sent = rejected = 0
    while done := delivery.deliver_due():
        sent, rejected = sent + done.sent, rejected + done.refused
    sent, rejected = sent + done.sent, rejected + done.refused
    click.echo(f"sent {sent}, refused {rejected}")
    if done.error:
        click.echo(f"the store cannot be used: {done.error}", err=True)
        sys.exit(1)


@lrs.command("status")
@door
def status() -> None:
    """Say how many statements wait, were sent and were refused, and how the line is; the keys are not shown."""
    url = current_app.config.get("LRS_URL")
    click.echo(f"store: {line.without_keys(url)}" if url else "store: PORTAL_LRS_URL is not set")
    found = delivery.state()
    for kind in StatementStatus:
        click.echo(f"{kind.value}: {found.counts.get(kind, 0)}")
    if found.line and found.line.last_sent_at:
        click.echo(f"last sent: {clock.local(found.line.last_sent_at).isoformat(timespec='seconds')}")
    if found.line and found.line.last_error:
        last, following = (
            clock.local(at).isoformat(timespec="seconds") if at else "unknown"
            for at in (found.line.failed_at, found.line.free_at)
        )
        failures, why = found.line.failures, found.line.last_error
        click.echo(f"failed {failures} times, last {last}, next try {following}: {why}")
    for one in found.refused:
        click.echo(f"refused {one.uuid} ({one.kind}): {one.last_error}")
