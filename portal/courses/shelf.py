"""Courses as they were read, laid on disk so that a process which starts need not read them again; what is current is catalog's matter.

It is a cache: whatever lies there may be deleted at any time. What was read by other code, or is not sealed with the
portal's secret key, is not taken.
"""

import hashlib
import hmac
import pickle
from contextlib import suppress
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from pathlib import Path

from flask import current_app

from portal.core import markup
from portal.courses.course import Course

FOLDER = "readings"
MOST = 24  # kept in the folder, the latest
LIBRARIES = ("markdown", "pymdown-extensions", "nh3")
_SEAL = hashlib.sha256().digest_size


def take(code: str, digest: str, *, edition_id: int, number: int) -> Course | None:
    """The course of this edition as it was read before; None when it must be read."""
    with suppress(OSError, ValueError, EOFError, pickle.UnpicklingError, AttributeError, ImportError):
        sealed = _place(code, digest, number).read_bytes()
        seal, body = sealed[:_SEAL], sealed[_SEAL:]
        if hmac.compare_digest(seal, _seal(body)):
            course: Course = pickle.loads(body)  # noqa: S301 - only what we sealed ourselves
            return replace(course, edition_id=edition_id)
    return None


def lay(course: Course, digest: str) -> None:
    """Keep it for processes to come; where the folder cannot be written to, nothing is kept."""
    body = pickle.dumps(course, protocol=pickle.HIGHEST_PROTOCOL)
    place = _place(course.code, digest, course.number)
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        half = place.with_suffix(f".{hashlib.sha256(body).hexdigest()[:8]}.part")
        half.write_bytes(_seal(body) + body)
        half.replace(place)
        for old in sorted(place.parent.iterdir(), key=lambda one: one.stat().st_mtime)[:-MOST]:
            old.unlink()


def _place(code: str, digest: str, number: int) -> Path:
    folder: Path = current_app.config["INSTANCE"] / FOLDER
    return folder / f"{code}-{number}-{digest[:16]}-{_reader()}"


def _seal(body: bytes) -> bytes:
    return hmac.digest(f"readings:{current_app.config['SECRET_KEY']}".encode(), body, "sha256")


@cache
def _reader() -> str:
    """What tells the code that reads from any other: the files of this room and of core, and the libraries."""
    told = hashlib.sha256("".join(map(version, LIBRARIES)).encode())
    for folder in (Path(__file__).parent, Path(markup.__file__).parent):
        for path in sorted(folder.glob("*.py")):
            told.update(path.read_bytes())
    return told.hexdigest()[:16]
