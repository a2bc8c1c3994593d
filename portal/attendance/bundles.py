"""Many materials as one zip that is made while it is sent, in bounded memory; which ones is handouts' rule."""

import logging
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.attendance.handouts import Handout
from portal.core import blobs, clock
from portal.core.zips import Outlet
from portal.programme import filenames

LINKS = "links.txt"

log = logging.getLogger("portal.materials")


@dataclass(frozen=True)
class Entry:
    """One file of the zip: its own name there, and where its content is kept."""

    name: str
    digest: str
    size: int
    at: datetime


def entries_of(handouts: Sequence[Handout]) -> list[Entry]:
    """The files of these materials, each under a name of its own. What has gone missing from the storage is left out and logged."""
    entries, taken = [], {LINKS}
    for version in (one.latest for one in handouts):
        if version.digest is None:
            continue
        if not blobs.has(version.digest):
            log.error("the content of material version %s is gone: %s", version.id, version.digest)
            continue
        name = filenames.distinct(version.filename, taken)
        taken.add(name.casefold())
        entries.append(Entry(name, version.digest, version.size, version.at))
    return entries


def links_of(handouts: Sequence[Handout]) -> str:
    """The links among these materials as a text that any system opens; empty where there are none."""
    return "\r\n".join(f"{one.material.title}\r\n{one.latest.url}\r\n" for one in handouts if one.latest.url)


def stream(entries: Sequence[Entry], links: str) -> Iterator[bytes]:
    """The zip in pieces: files as they are (what speakers send is packed already), names in UTF-8. Needs the app only to begin."""
    return _pieces(entries, links, blobs.opener())


def _pieces(
    entries: Sequence[Entry], links: str, opened: Callable[[str, int, int], Iterator[bytes]]
) -> Iterator[bytes]:
    sink = Outlet()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for entry in entries:
            info = zipfile.ZipInfo(entry.name, clock.local(entry.at).timetuple()[:6])
            info.file_size = entry.size  # known beforehand: it decides whether the long form is needed
            info.external_attr = 0o644 << 16
            with archive.open(info, "w") as place:
                for piece in opened(entry.digest, 0, entry.size):
                    place.write(piece)
                    yield sink.taken()
        if links:
            archive.writestr(LINKS, "\ufeff" + links)
    yield sink.taken()
