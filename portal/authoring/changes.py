"""What authors do to a course: see it as it stands, add lessons, modules, quizzes and images, take files out; every change goes into the draft.

Questions are changed in quiz_drafts; what is kept and published is drafts' and editions' matter.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sqlalchemy import select

from portal.accounts.models import User
from portal.authoring import course_text, drafts
from portal.authoring.course_text import CodeTaken
from portal.authoring.models import Draft
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.i18n import _, _l, language
from portal.core.toml import Finding
from portal.courses import checker, editions, pack, pictures
from portal.courses.models import Edition

MOST_KEPT = 8  # checked packs, per process: checking one takes as long as drawing a hundred pages

_checked: OrderedDict[tuple[str, str, str], tuple[Finding, ...]] = OrderedDict()
_lock = Lock()


class BadImage(Refused):
    """What was sent is no image that a lesson may show."""


class NotThere(Refused):
    """Somebody took the file out in between."""

    text = _l("ไฟล์นี้ถูกลบไปแล้ว")


@dataclass(frozen=True)
class Work:
    """A course as its authors see it: the draft where there is one, else the current edition."""

    code: str
    draft: Draft | None
    edition: Edition | None  # the current one
    files: Mapping[str, bytes]
    base: Mapping[str, bytes]  # of the edition the draft began from

    @property
    def changes(self) -> dict[str, bool]:
        """The files that the draft changes, and whether each is still there."""
        paths = sorted(path for path in self.files.keys() | self.base.keys())
        return {path: path in self.files for path in paths if self.files.get(path) != self.base.get(path)}


def work_of(code: str) -> Work | None:
    """The course as it stands; None when there is neither a draft nor an edition of it."""
    edition, draft = editions.current_of(code), drafts.of(code)
    if edition is None and draft is None:
        return None
    if draft is None:
        files = editions.files_of(edition) if edition else {}
        return Work(code, None, edition, files, files)
    return Work(code, draft, edition, drafts.files_of(draft), drafts.base_of(draft))


def findings(code: str, files: Mapping[str, bytes]) -> tuple[Finding, ...]:
    """All the checker finds, in the language in force; asked again of the same files it is known."""
    key = code, editions.digest_of(files), language()
    with _lock:
        if key in _checked:
            _checked.move_to_end(key)
            return _checked[key]
    found = tuple(checker.check(code, files))
    with _lock:
        _checked[key] = found
        while len(_checked) > MOST_KEPT:
            _checked.popitem(last=False)
    return found


def names_of(ids: Iterable[int | None]) -> dict[int | None, str]:
    """Who these people are, by their ids. One query."""
    wanted = {id_ for id_ in ids if id_ is not None}
    rows = db.session.execute(select(User.id, User.name).where(User.id.in_(wanted))) if wanted else ()
    return {row.id: row.name for row in rows}


def begin_course(code: str, body: bytes, *, by: User | None) -> Draft:
    """A course that is new, as a draft with this course.toml. Refuses CodeTaken."""
    _refuse_no_code(code)
    if editions.current_of(code) is not None or drafts.of(code) is not None:
        raise CodeTaken(code)
    draft = drafts.begin(code, by)
    drafts.write(draft, pack.COURSE, body, version=drafts.ABSENT, by=by)
    return draft


def add_lesson(code: str, module: str, slug: str, body: bytes, *, by: User | None) -> str:
    """A new lesson, last of its module; gives back its path. Refuses CodeTaken and what drafts and course_text refuse."""
    path = f"{module}/{slug}{pack.LESSON}"
    _refuse_no_code(slug)
    _add(code, path, body, slug, by)
    change(code, pack.COURSE, lambda now: course_text.with_lesson(now, module, slug), by=by)
    return path


def add_module(code: str, table: Mapping[str, Any], *, by: User | None) -> None:
    """A new module, last of the course, without lessons. Refuses CodeTaken and what drafts and course_text refuse."""
    _refuse_no_code(table["code"])
    change(code, pack.COURSE, lambda now: course_text.with_module(now, table), by=by)


def add_quiz(code: str, module: str, body: bytes, *, by: User | None) -> str:
    """The quiz of a module; gives back its path. Refuses CodeTaken."""
    path = f"{module}/{pack.QUIZ}"
    _add(code, path, body, pack.QUIZ, by)
    return path


def put_image(code: str, name: str, body: bytes, *, version: int, by: User | None) -> str:
    """An image, new or in the place of the one of this name and version; gives back its path.

    Refuses BadImage, and what drafts refuse.
    """
    path = f"{pack.IMAGES}/{name}"
    if fault := pack.fault_of_path(path) or pack.fault_of_size(path, body):
        raise BadImage(fault, field="file")
    if faults := pictures.faults(path, body):
        raise BadImage(
            " ".join(_("บรรทัด %(line)d: %(text)s", line=line, text=text) for line, text in faults[:5]),
            field="file",
        )
    drafts.write(drafts.begin(code, by), path, body, version=version, by=by)
    return path


def take_out(code: str, path: str, *, version: int, by: User | None) -> None:
    """Leave a file out of the next edition; a lesson out of its module, too. Refuses what drafts refuse."""
    draft = drafts.begin(code, by)
    drafts.remove(draft, path, version=version, by=by)
    module, _slash, name = path.partition("/")
    if name.endswith(pack.LESSON) and pack.COURSE in drafts.files_of(draft):
        slug = name.removesuffix(pack.LESSON)
        change(code, pack.COURSE, lambda now: course_text.without_lesson(now, module, slug), by=by)


def change(code: str, path: str, edit: Any, *, by: User | None) -> bytes:
    """The file as it is now put through `edit` (bytes to bytes) and kept in the draft; gives back the new bytes.

    Refuses NotThere, and what `edit` and drafts refuse.
    """
    draft = drafts.begin(code, by)
    now = drafts.files_of(draft).get(path)
    if now is None:
        raise NotThere
    new: bytes = edit(now)
    drafts.write(draft, path, new, version=drafts.version(now), by=by)
    return new


def _refuse_no_code(code: str) -> None:
    if not pack.is_code(code):
        raise Refused(
            _(
                "ใช้ a–z 0–9 และขีดกลาง ขึ้นต้นด้วย a–z และไม่ใช่ img, files, glossary, notes, offline, print หรือ quiz"
            ),
            field="code",
        )


def _add(code: str, path: str, body: bytes, name: str, by: User | None) -> None:
    draft = drafts.begin(code, by)
    if path in drafts.files_of(draft):
        raise CodeTaken(name)
    drafts.write(draft, path, body, version=drafts.ABSENT, by=by)


def tree(files: Mapping[str, bytes], modules: Sequence[str]) -> list[tuple[str, list[str]]]:
    """The files by folder: the course's own first, then every module's in the order taught, what no module names, and images."""
    folders: dict[str, list[str]] = {folder: [] for folder in ("", *modules)}
    for path in sorted(files):
        folders.setdefault(path.rpartition("/")[0], []).append(path)
    images = folders.pop(pack.IMAGES, [])
    return [*folders.items(), (pack.IMAGES, images)]
