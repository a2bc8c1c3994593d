"""Spreadsheets an organizer may bring in: which kinds there are and the rule that takes each; how a row is read stands in its own room."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

from portal.accounts import agency_table as agencies
from portal.awards import entries
from portal.core import sheets
from portal.core.i18n import _l


@dataclass(frozen=True)
class Kind:
    """One kind of spreadsheet: its columns, and the rule that takes it whole or not at all and counts added, changed and kept."""

    name: Any
    columns: tuple[str, ...]
    take: Callable[[Any, str], Any]


def _agencies(stream: IO[bytes], filename: str) -> agencies.Imported:
    return agencies.import_agencies(sheets.read_table(stream, filename))


KINDS = {
    "agencies": Kind(_l("รายชื่อหน่วยงาน"), (*agencies.REQUIRED, *agencies.OPTIONAL), _agencies),
    "entries": Kind(_l("ผลงานที่ผ่านขั้นตอนที่ 1"), entries.COLUMNS, entries.import_entries),
}
