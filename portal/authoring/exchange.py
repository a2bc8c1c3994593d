"""Questions of other systems brought into the draft of a quiz, and those of a quiz given out: what would come is told first; how a format is read stands in its own file."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import IO

from portal.accounts.models import User
from portal.authoring import drafts, gift, moodle_xml, outline, previews, qti, question_text, xml_tree
from portal.authoring.arrivals import Arrivals, ids_of
from portal.authoring.brought import MOST_BYTES, Brought, Coming, TooMany
from portal.core import blobs, tokens
from portal.core.errors import Refused
from portal.core.i18n import _, _l
from portal.core.toml import Finding, lines_of
from portal.courses import pack

PURPOSE = "questions"
CONFIRM_WITHIN = 12 * 60 * 60  # seconds; the storage is swept of what is older than a day
LONGEST_NAME = 60  # of a file, in an address
TEXT_ENDINGS = (".gift", ".txt")
WRITERS = {"gift": gift.write, "xml": moodle_xml.write}


class NoQuiz(Refused):
    """The module has no quiz yet."""

    text = _l("บทนี้ยังไม่มีแบบทดสอบ สร้างแบบทดสอบก่อนแล้วจึงนำเข้าคำถาม")


class Changed(Refused):
    """The quiz is no longer as it was when what would come was shown."""

    text = _l("แบบทดสอบเปลี่ยนไปหลังจากตรวจไฟล์ ดูอีกครั้งแล้วยืนยันใหม่")


class Gone(Refused):
    """What was to be confirmed is no longer kept, or its address was altered."""

    text = _l("ไฟล์ที่ส่งไว้หมดอายุแล้ว ส่งไฟล์ใหม่อีกครั้ง")


class NothingComes(Refused):
    text = _l("ไม่มีคำถามใหม่ให้นำเข้า")


@dataclass(frozen=True)
class Sent:
    """A file, and what is asked of its author because no file says it of its questions."""

    data: bytes
    filename: str
    lesson: str
    difficulty: str = "medium"


@dataclass(frozen=True)
class Plan:
    """What a file would bring into a quiz. `mark` names it: another file, or another quiz, has another one."""

    coming: list[Coming]  # with their ids, complete
    brought: Brought
    renamed: int  # how many had an id that another question has
    same: int  # how many are in the quiz already, just so
    body: bytes  # of the quiz with them
    faults: Mapping[str, list[str]] = field(
        default_factory=dict
    )  # what is to be mended before it is published, by id

    @property
    def mark(self) -> str:
        told = hashlib.sha256(self.body)
        for path, body in sorted(self.brought.images.items()):
            told.update(path.encode() + hashlib.sha256(body).digest())
        return told.hexdigest()[:32]


def keep(course: str, module: str, stream: IO[bytes], asked: Sent) -> str:
    """Keep the file of the stream until it is confirmed; gives the token that names it. Outside of any transaction.

    Refuses with blobs.TooLarge.
    """
    stored = blobs.put(stream, most_bytes=MOST_BYTES)
    name = asked.filename[-LONGEST_NAME:]
    return tokens.sign(PURPOSE, [stored.digest, course, module, name, asked.lesson, asked.difficulty])


def sent_of(course: str, module: str, token: str) -> Sent:
    """The file of a token for this quiz. Refuses with Gone."""
    try:
        digest, *of, filename, lesson, difficulty = tokens.read(PURPOSE, token, max_age=CONFIRM_WITHIN)
    except tokens.BadToken as no:
        raise Gone from no
    size = blobs.size_of(digest) if of == [course, module] else None
    if size is None:
        raise Gone
    return Sent(b"".join(blobs.open_range(digest, 0, size)), filename, lesson, difficulty)


def read(data: bytes, filename: str, *, taken: Mapping[str, bytes], room: int = 0) -> Brought:
    """The questions of a file, whichever of the formats it is in. Refuses with Unreadable, and TooMany where they have no room."""
    if data.startswith(b"PK"):
        return qti.read(data, filename, taken=taken, room=room)
    is_text = filename.lower().endswith(TEXT_ENDINGS)
    begins = data[:200].removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if is_text or (begins != b"<" and not filename.lower().endswith(".xml")):
        return gift.read(data, filename, taken=taken, room=room)
    root = xml_tree.parse(data)
    if root.name == moodle_xml.ROOT:
        return moodle_xml.read_tree(root, filename, taken=taken, room=room)
    return qti.read_tree(root, filename, taken=taken, room=room)


def plan(code: str, module: str, files: Mapping[str, bytes], sent: Sent) -> Plan:
    """What the file would bring into the quiz of these files. Refuses NoQuiz, Unreadable, TooMany, NotEditable."""
    path = f"{module}/{pack.QUIZ}"
    if path not in files:
        raise NoQuiz
    images = {name: body for name, body in files.items() if pack.is_image(name)}
    brought = read(sent.data, sent.filename, taken=images, room=pack.MOST_BYTES_OF_TEXT)
    before = question_text.tables_of(files[path])
    wanted = {str(one.table.get("id", "")) for one in brought.coming}
    present = {str(table.get("id")): table for table in before}
    lessons = _lessons(files, module)
    given = Arrivals(module, ids_of(files), present, lessons, sent.lesson, sent.difficulty, wanted)
    whole = [(given.completed(one.table), one) for one in brought.coming]
    coming = [Coming(table, one.file, one.line) for table, one in whole if table]
    _refuse_too_many(files[path], coming)
    body = question_text.add_questions(files[path], [one.table for one in coming])
    found = Plan(coming, brought, given.renamed, given.same, body)
    return replace(found, faults=_faults(code, files, path, found, len(before)))


def bring_in(code: str, module: str, sent: Sent, *, mark: str | None, by: User | None) -> Plan:
    """Put what the file brings into the draft; `mark` is that of the plan that was shown. Refuses Changed, NothingComes, and as plan does."""
    draft = drafts.begin(code, by)
    files = drafts.files_of(draft)
    found = plan(code, module, files, sent)
    if not found.coming:
        raise NothingComes
    if mark is not None and found.mark != mark:
        raise Changed
    path = f"{module}/{pack.QUIZ}"
    changed = {**found.brought.images, path: found.body}
    for name, body in changed.items():
        drafts.write(draft, name, body, version=drafts.version(files.get(name)), by=by)
    return found


def written(files: Mapping[str, bytes], module: str, ending: str) -> bytes:
    """The questions of a quiz as a file of this ending, with their images where the format has room. Refuses NoQuiz, NotEditable."""
    path = f"{module}/{pack.QUIZ}"
    if path not in files:
        raise NoQuiz
    images = {name: body for name, body in files.items() if pack.is_image(name)}
    return WRITERS[ending](question_text.tables_of(files[path]), images=images)


def _lessons(files: Mapping[str, bytes], module: str) -> Sequence[str]:
    about = outline.of(files).module(module)
    return about.lessons if about else ()


def _refuse_too_many(body: bytes, coming: Sequence[Coming]) -> None:
    size, most = len(body), pack.MOST_BYTES_OF_TEXT
    for one in coming:
        size += len(question_text.written(one.table).encode()) + 1
    if size > most:
        raise TooMany(
            _(
                "แบบทดสอบจะใหญ่ %(size)d กิโลไบต์ เก็บได้ไม่เกิน %(most)d กิโลไบต์ แบ่งไฟล์แล้วนำเข้าบทละไฟล์",
                size=-(-size // 1024),
                most=most // 1024,
            )
        )


def _faults(code: str, files: Mapping[str, bytes], path: str, found: Plan, old: int) -> dict[str, list[str]]:
    """What the checker would say of each new question."""
    if not found.coming:
        return {}
    seen = previews.preview(
        code, {**files, **found.brought.images, path: found.body}, path, images=""
    ).findings
    lines = lines_of(question_text.text_of(found.body))
    starts = sorted(
        (line, where[1])
        for where, line in lines.items()
        if len(where) == 2 and where[0] == question_text.QUESTION and isinstance(where[1], int)
    )
    faults: dict[str, list[str]] = {}
    for one in seen:
        at = _last_before(one, starts)
        if at is not None and at >= old:
            faults.setdefault(str(found.coming[at - old].table["id"]), []).append(one.text)
    return {id_: list(dict.fromkeys(texts)) for id_, texts in faults.items()}


def _last_before(finding: Finding, starts: Sequence[tuple[int, int]]) -> int | None:
    before = [at for line, at in starts if line <= finding.line]
    return before[-1] if before else None
