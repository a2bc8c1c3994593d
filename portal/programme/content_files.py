"""The speakers and workshops of the content folder, read whole; what the text of one workshop means is files' matter, creating rows is loading's."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.awards import loading as awards
from portal.core.i18n import _
from portal.core.toml import BadContent, Finding, Table, parse
from portal.programme.files import FACTS, Known, WorkshopText, workshop_of

SPEAKERS = "speakers.toml"
FOLDER = "workshops"


@dataclass(frozen=True)
class SpeakerText:
    code: str
    name: str
    positions: tuple[dict[str, Any], ...]  # {"th": …, "en": …, "at": pair or {}}


@dataclass(frozen=True)
class Texts:
    speakers: tuple[SpeakerText, ...]
    workshops: tuple[WorkshopText, ...]


def read(content: Path) -> Texts:
    """All speakers and workshops of the content folder. Refuses with BadContent, which names every finding of every file.

    The files of the award belong to it: with a broken one no track is complained about that it may have named.
    """
    findings: list[Finding] = []
    tracks: Mapping[int | None, set[str]] | None = None
    try:
        tracks = {text.year_be: {track.code for track in text.tracks} for text in awards.read(content)}
    except BadContent as no:
        findings.extend(no.findings)
    path = content / SPEAKERS
    table = parse(path.read_bytes() if path.exists() else b"", SPEAKERS, findings)
    speakers = _speakers(table) if table else ()
    known = {speaker.code for speaker in speakers}
    paths = sorted((content / FOLDER).glob("*.toml"))
    texts = read_files(paths, findings, tracks=tracks, speakers=known, under=f"{FOLDER}/")
    if findings:
        raise BadContent(findings)
    return Texts(speakers, texts)


def read_files(
    paths: list[Path], findings: list[Finding], *, tracks: Known | None, speakers: Set[str], under: str = ""
) -> tuple[WorkshopText, ...]:
    """The workshops of these files, each named like its code; what is wrong in any is added to the findings."""
    texts = []
    for path in paths:
        table = parse(path.read_bytes(), under + path.name, findings)
        if table is not None:
            text = workshop_of(table, tracks=tracks, speakers=speakers)
            if text.code and text.code != path.stem:
                table.complain("code", _("ชื่อไฟล์ต้องเป็น %(code)s.toml", code=text.code))
            texts.append(text)
    return tuple(texts)


def _speakers(table: Table) -> tuple[SpeakerText, ...]:
    taken: set[str] = set()
    speakers = []
    for row in table.tables("speaker", required=False):
        positions = []
        for at in row.tables("position", required=False):
            positions.append({**at.pair("text"), "at": at.pair("at", required=False)})
            _close(at)
        speakers.append(SpeakerText(row.code(taken=taken), row.text("name"), tuple(positions)))
        _close(row)
    _close(table)
    return tuple(speakers)


def _close(table: Table) -> None:
    table.texts(FACTS, required=False)
    table.done()
