"""The roof: all of content/ checked or brought in, part by part; how each part is read stands in its room."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from portal import fact_places
from portal.accounts import agency_table
from portal.awards import loading as award_files
from portal.core import tables
from portal.core.tables import SheetError
from portal.core.toml import BadContent, Finding
from portal.courses import loading as course_files
from portal.programme import content_files as programme_texts, loading as programme_files

AGENCIES = "agencies.csv"


def counts(done: Any) -> str:
    """What an import of a table came to."""
    return f"added {done.added}, changed {done.changed}, kept {done.kept}"


def _agencies_table(folder: Path) -> tables.Table | None:
    """The list of agencies, where content/ has one."""
    if not (folder / AGENCIES).exists():
        return None
    with (folder / AGENCIES).open("rb") as stream:
        return tables.read_table(stream, AGENCIES)


def _check_agencies(folder: Path) -> None:
    table = _agencies_table(folder)
    if table is not None and (errors := agency_table.faults_of(table)):
        raise SheetError(errors=errors)


def _load_agencies(folder: Path) -> str:
    table = _agencies_table(folder)
    return "no list" if table is None else counts(agency_table.import_agencies(table))


def _load_programme(folder: Path) -> str:
    done = programme_files.load(folder)
    return f"new workshops {done.workshops}, new speakers {done.speakers}"


def _check_courses(folder: Path) -> None:
    if findings := course_files.check_folder(folder):
        raise BadContent(findings)


def _load_courses(folder: Path) -> str:
    new = course_files.load_folder(folder)
    return ", ".join(f"{one.course} edition {one.number}" for one in new) or "as they were"


def _check_facts(folder: Path) -> None:
    if findings := fact_places.check(folder):
        raise BadContent(findings)


def _count_facts(folder: Path) -> str:
    _check_facts(folder)
    known = fact_places.known(folder)
    return f"known {len(known)}" if known else "no list"


# The parts of content/, each built on those before it: name, check, load.
PARTS: tuple[tuple[str, Callable[[Path], Any], Callable[[Path], Any]], ...] = (
    ("agencies", _check_agencies, _load_agencies),
    ("award", award_files.read, lambda folder: f"rounds {len(award_files.load(folder))}"),
    ("programme", programme_texts.read, _load_programme),
    ("courses", _check_courses, _load_courses),
    ("facts", _check_facts, _count_facts),
)


def load(folder: Path) -> list[str]:
    """Bring in all of content/ and say what is new. Refuses with BadContent: everything wrong in any file, nothing kept."""
    findings: list[Finding] = []
    said: list[str] = []
    for name, check_part, load_part in PARTS:
        try:
            if findings:
                check_part(folder)  # nothing will be kept; what else is wrong is told all the same
            else:
                said.append(f"{name}: {load_part(folder)}")
        except (BadContent, SheetError) as no:
            findings.extend(_findings_of(no))
    if findings:
        raise BadContent(list(set(findings)))
    return said


def check(folder: Path) -> None:
    """Refuse with BadContent what is wrong in any file, told by file and line. Asks no database."""
    findings: list[Finding] = []
    for _name, check_part, _load in PARTS:
        try:
            check_part(folder)
        except (BadContent, SheetError) as no:
            findings.extend(_findings_of(no))
    if findings:
        raise BadContent(list(set(findings)))  # the programme reads the award's files too


def style(folder: Path) -> list[Finding]:
    """What authors of sound content should look at again."""
    return course_files.style_of_folder(folder)


def _findings_of(no: BadContent | SheetError) -> list[Finding]:
    """What was refused, each by its file and line; a cell of the agencies' table by its row."""
    if isinstance(no, BadContent):
        return list(no.findings)
    rows = [(re.sub(r"\D", "", error.cell), str(error)) for error in no.errors] or [("1", str(no))]
    return [Finding(AGENCIES, int(row or 1), text) for row, text in rows]
