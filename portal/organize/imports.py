"""Spreadsheets an organizer may bring in: which kinds there are and what each did; how a row is read stands in its own room."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

from portal.accounts import agencies
from portal.awards import entries
from portal.core import sheets
from portal.core.i18n import _l


@dataclass(frozen=True)
class Kind:
    """One kind of spreadsheet: its columns, and the rule that takes it whole or not at all."""

    name: Any
    columns: tuple[str, ...]
    take: Callable[[BinaryIO, str], Any]


def _agencies(stream: BinaryIO, filename: str) -> Any:
    return agencies.import_agencies(sheets.read_table(stream, filename))


KINDS = {
    "agencies": Kind(
        _l("รายชื่อหน่วยงาน"),
        ("code", "name_th", "name_en", "abbrev_th", "ministry_th", "type", "domains"),
        _agencies,
    ),
    "entries": Kind(
        _l("ผลงานที่ผ่านขั้นตอนที่ 1"), ("agency_code", "track", "title", "stage1_passed"), entries.import_entries
    ),
}
