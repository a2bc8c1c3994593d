"""Content kept by its sha256, in a folder or on S3 (STORAGE_URL); what the content is of, and who may have it, is the rooms' matter.

Content comes first into a part of its own and is moved to its place when it is whole: nothing half-written ever has an
address, and a part that a killed process leaves behind is swept. Content never changes, so it may be read while it is written anew.
"""

import hashlib
import os
import re
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

import obstore
from flask import current_app
from obstore.store import LocalStore, S3Store

from portal.core.errors import Refused
from portal.core.i18n import _l
from portal.core.tokens import new_secret

PIECE = 1024 * 1024  # as much as is ever held in memory
READ = PIECE // 4
SENT = 5 * PIECE  # S3 takes no smaller parts of a file
FRESH = timedelta(hours=12)  # far from being swept

_digest = re.compile(r"[0-9a-f]{64}")


class TooLarge(Refused):
    """There is more than may be kept; reading stopped there."""

    text = _l("ไฟล์นี้ใหญ่เกินกว่าที่รับ")


@dataclass(frozen=True)
class Stored:
    """What was kept: its sha256 in hexadecimal, and how many bytes it has."""

    digest: str
    size: int


@dataclass(frozen=True)
class _Store:
    """Where content stands, and the folder of this machine into which it comes first; `folder` is None on S3."""

    objects: LocalStore | S3Store
    folder: Path | None
    incoming: Path


def put(stream: IO[bytes], *, most_bytes: int) -> Stored:
    """Keep all that the stream gives, in bounded memory. Refuses with TooLarge more than `most_bytes`; then nothing is kept.

    Content that is there already is not kept twice, but counts as new for `sweep`. Outside any transaction, for it takes its time.
    """
    store = _store()
    store.incoming.mkdir(parents=True, exist_ok=True)
    part = store.incoming / new_secret()
    try:
        stored = _receive(stream, part, most_bytes)
        _keep(store, part, stored)
    finally:
        part.unlink(missing_ok=True)
    return stored


def open_range(digest: str, start: int, end: int) -> Iterator[bytes]:
    """The bytes from `start` up to but not including `end`, in pieces; may be read after the request. FileNotFoundError at once."""
    return opener()(digest, start, end)


def opener() -> Callable[[str, int, int], Iterator[bytes]]:
    """The same for content that is opened later, when the app is no longer at hand."""
    objects = _store().objects

    def opened(digest: str, start: int, end: int) -> Iterator[bytes]:
        if end <= start:
            return iter(())
        found = obstore.get(objects, _key(digest), options={"range": (start, end)})
        return (bytes(piece) for piece in found.stream(min_chunk_size=READ))

    return opened


def size_of(digest: str) -> int | None:
    """How many bytes the content has; None where it is not kept."""
    try:
        return obstore.head(_store().objects, _key(digest))["size"]
    except FileNotFoundError:
        return None


def has(digest: str) -> bool:
    return size_of(digest) is not None


def sweep(in_use: Collection[str], *, older_than: timedelta) -> int:
    """Take away content that is not in use and parts left behind, both when last written longer ago than this; how many.

    Younger content may belong to a row that is being written right now. What is no content of ours is left alone.
    """
    store, before = _store(), time.time() - older_than.total_seconds()
    return _sweep_parts(store.incoming, before) + _sweep_content(store, in_use, before)


def _store() -> _Store:
    known = current_app.extensions
    if "blobs" not in known:
        known["blobs"] = _opened(current_app.config["STORAGE_URL"], Path(current_app.config["INSTANCE"]))
    store: _Store = known["blobs"]
    return store


def _opened(url: str, instance: Path) -> _Store:
    if url.startswith("s3:"):  # keys, region and endpoint come from AWS_… in the environment
        return _Store(S3Store.from_url(url), None, instance / "incoming")
    folder = Path(unquote(urlsplit(url).path))
    folder.mkdir(parents=True, exist_ok=True)
    return _Store(LocalStore(folder), folder, folder / "incoming")


def _key(digest: str) -> str:
    return f"{digest[:2]}/{digest[2:4]}/{digest}"


def _receive(stream: IO[bytes], part: Path, most_bytes: int) -> Stored:
    seen, size = hashlib.sha256(), 0
    with part.open("xb") as file:
        while piece := stream.read(PIECE):
            size += len(piece)
            if size > most_bytes:
                raise TooLarge
            seen.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return Stored(seen.hexdigest(), size)


def _keep(store: _Store, part: Path, stored: Stored) -> None:
    if store.folder is not None:
        _move(part, store.folder / _key(stored.digest))
    elif _age(store, stored.digest) > FRESH.total_seconds():
        obstore.put(store.objects, _key(stored.digest), part, chunk_size=SENT, max_concurrency=2)


def _move(part: Path, place: Path) -> None:
    """Into its place in one step, so that it outlives a power cut; what stands there already only becomes young again."""
    with suppress(FileNotFoundError):
        os.utime(place)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    part.replace(place)
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _age(store: _Store, digest: str) -> float:
    """Seconds since the content was last written; without end where there is none."""
    try:
        return time.time() - obstore.head(store.objects, _key(digest))["last_modified"].timestamp()
    except FileNotFoundError:
        return float("inf")


def _sweep_parts(incoming: Path, before: float) -> int:
    gone = 0
    for part in incoming.iterdir() if incoming.is_dir() else ():
        with suppress(FileNotFoundError):
            if part.stat().st_mtime < before:
                part.unlink()
                gone += 1
    return gone


def _sweep_content(store: _Store, in_use: Collection[str], before: float) -> int:
    gone = 0
    for metas in obstore.list(store.objects):
        for meta in metas:
            digest = meta["path"].rsplit("/", 1)[-1]
            is_ours = _digest.fullmatch(digest) and meta["path"].endswith(_key(digest))
            # Asked again: somebody may have sent the same content since the list was made.
            if is_ours and digest not in in_use and time.time() - _age(store, digest) < before:
                with suppress(FileNotFoundError):
                    obstore.delete(store.objects, _key(digest))
                    gone += 1
    return gone
