"""A pack as a Course: what each key of course.toml and of a lesson's front matter means; the pack as a whole is checker's matter.

Reading goes on after a fault, so that all of them are found; an accepted pack reads without any.
"""

import re
from collections.abc import Mapping, Sequence

from portal.core.i18n import _
from portal.core.toml import Table, parse
from portal.courses import glossary, pack, quizzes
from portal.courses.course import TRACKS, Course, Lesson, Module, Quiz
from portal.courses.prose import Prose

PARTS = ("", "OP", "1", "2", "3", "4", "5", "6", "7")
PUBLISHED, COMING = "published", "coming"
MOST_MINUTES = 240
FENCE = "+++"

_SOURCE = re.compile(r"S|G|[RU]\d{1,2}")
_FACT = re.compile(r"F\d{2}|[A-Z][A-Z0-9]*-\d{2,3}")


def read(
    code: str, files: Mapping[str, bytes], *, edition_id: int = 0, number: int = 0
) -> tuple[Course | None, Prose]:
    """The course these files teach, and what was noted while reading. None when course.toml is missing or no TOML."""
    prose = Prose(code, number, files, [])
    if pack.COURSE not in files:
        prose.complain(pack.COURSE, 1, _("ไม่มีไฟล์ course.toml"))
        return None, prose
    table = prose.table(pack.COURSE)
    return (None if table is None else _course(table, prose, edition_id)), prose


def read_unlisted(prose: Prose) -> None:
    """Read the lessons and quizzes that no module named, so that their faults are found as well."""
    question_ids: dict[str, str] = {}
    for file in sorted(prose.files):
        if file in prose.seen or pack.is_image(file):
            continue
        module, _slash, name = file.partition("/")
        if name == pack.QUIZ:
            slugs = [
                path.rpartition("/")[2].removesuffix(pack.LESSON)
                for path in prose.files
                if path.startswith(f"{module}/")
            ]
            quizzes.read(file, prose, lessons=slugs, taken=question_ids)
        elif name:
            lesson(name.removesuffix(pack.LESSON), file, prose)


def _course(table: Table, prose: Prose, edition_id: int) -> Course:
    title_th, title_en = table.text("title"), table.text("title_en")
    summary_th, summary_en = table.text("summary"), table.text("summary_en")
    tracks = table.texts("track")
    for track in tracks:
        if track not in TRACKS:
            table.complain("track", _("ไม่รู้จักประเภทรางวัล %(track)s", track=track))
    if tracks == () and table.values.get("track") == []:
        table.complain("track", _("ต้องมีประเภทรางวัลอย่างน้อยหนึ่งประเภท"))
    modules = _modules(table, prose)
    members, counted = _completion(table, modules, prose)
    table.done()
    return Course(
        code=prose.code,
        edition_id=edition_id,
        number=prose.number,
        title_th=title_th,
        title_en=title_en,
        summary_th=summary_th,
        summary_en=summary_en,
        tracks=tracks,
        members=members,
        counted=counted,
        modules=modules,
        glossary=glossary.read(prose),
    )


def _completion(table: Table, modules: Sequence[Module], prose: Prose) -> tuple[int, tuple[str, ...]]:
    completion = table.table("completion")
    if completion is None:
        return 1, ()
    members = completion.number("members", least=1, most=1000)
    counted = completion.texts("modules")
    by_code = {module.code: module for module in modules}
    for at, code in enumerate(counted):
        if code not in by_code:
            completion.complain("modules", _("ไม่มีบท %(code)s ในหลักสูตรนี้", code=code))
        elif code in counted[:at]:
            completion.complain("modules", _("บท %(code)s ซ้ำ", code=code))
        elif by_code[code].is_published and f"{code}/{pack.QUIZ}" not in prose.files:
            completion.complain("modules", _("บท %(code)s ยังไม่มีแบบทดสอบ จึงนับไม่ได้", code=code))
    if not counted and completion.values.get("modules") == []:
        completion.complain("modules", _("ต้องนับอย่างน้อยหนึ่งบท"))
    completion.done()
    return members or 1, counted


def _modules(table: Table, prose: Prose) -> tuple[Module, ...]:
    codes: set[str] = set()
    parts: set[str] = set()
    question_ids: dict[str, str] = {}
    return tuple(_module(row, prose, codes, parts, question_ids) for row in table.tables("module"))


def _module(
    row: Table, prose: Prose, codes: set[str], parts: set[str], question_ids: dict[str, str]
) -> Module:
    code = row.code(taken=codes)
    if code and not pack.is_code(code):
        row.complain(
            "code",
            _(
                "ใช้ %(code)s เป็นรหัสไม่ได้ ต้องขึ้นต้นด้วย a–z และไม่ใช่ img, files, glossary, notes, offline, print หรือ quiz",
                code=code,
            ),
        )
    part = row.one_of("part", PARTS)
    if part and part in parts:
        row.complain("part", _("ส่วนที่ %(part)s ของรายงานซ้ำ", part=part))
    parts.add(part)
    is_published = row.one_of("status", (PUBLISHED, COMING)) == PUBLISHED
    title_th, title_en = row.text("title"), row.text("title_en")
    summary_th, summary_en = row.text("summary"), row.text("summary_en")
    slugs = _slugs(row, is_published=is_published)
    row.done()
    return Module(
        code=code,
        part=part,
        title_th=title_th,
        title_en=title_en,
        summary_th=summary_th,
        summary_en=summary_en,
        is_published=is_published,
        lessons=_lessons(row, code, slugs, prose) if is_published else (),
        quiz=_quiz(code, slugs, prose, question_ids) if is_published else None,
    )


def _slugs(row: Table, *, is_published: bool) -> tuple[str, ...]:
    slugs = row.texts("lessons")
    if is_published and not slugs and row.values.get("lessons") == []:
        row.complain("lessons", _("บทที่เผยแพร่แล้วต้องมีบทเรียนอย่างน้อยหนึ่งบทเรียน"))
    if not is_published and slugs:
        row.complain("lessons", _("บทที่ยังไม่เผยแพร่ต้องมี lessons = []"))
    for at, slug in enumerate(slugs):
        if slug in slugs[:at]:
            row.complain("lessons", _("บทเรียน %(slug)s ซ้ำ", slug=slug))
        elif not pack.is_code(slug):
            row.complain(
                "lessons",
                _(
                    "ใช้ %(code)s เป็นรหัสไม่ได้ ต้องขึ้นต้นด้วย a–z และไม่ใช่ img, files, glossary, notes, offline, print หรือ quiz",
                    code=slug,
                ),
            )
    return tuple(dict.fromkeys(slugs))


def _lessons(row: Table, module: str, slugs: Sequence[str], prose: Prose) -> tuple[Lesson, ...]:
    lessons = []
    for slug in slugs:
        file = f"{module}/{slug}{pack.LESSON}"
        if file not in prose.files:
            row.complain("lessons", _("ไม่มีไฟล์ %(file)s", file=file))
        elif (read := lesson(slug, file, prose)) is not None:
            lessons.append(read)
    return tuple(lessons)


def _quiz(module: str, slugs: Sequence[str], prose: Prose, question_ids: dict[str, str]) -> Quiz | None:
    file = f"{module}/{pack.QUIZ}"
    if file not in prose.files:
        return None
    return quizzes.read(file, prose, lessons=slugs, taken=question_ids)


def lesson(slug: str, file: str, prose: Prose) -> Lesson | None:
    """The lesson in this file, with every fault noted in `prose`; None when there is no telling what it says."""
    text = prose.text(file)
    if text is None:
        return None
    front, line, body = split(text)
    if front is None:
        prose.complain(file, 1, _("บทเรียนต้องขึ้นต้นด้วยข้อมูลของบทเรียนระหว่างบรรทัด +++ สองบรรทัด"))
        return None
    table = parse(front.encode(), file, prose.findings)
    if table is None:
        return None
    title_th, title_en, summary_en = table.text("title"), table.text("title_en"), table.text("summary_en")
    minutes = table.number("minutes", least=1, most=MOST_MINUTES)
    sources = _sources(table)
    facts = _facts(table)
    table.done()
    if not body.strip():
        prose.complain(file, line, _("บทเรียนยังไม่มีเนื้อหา"))
    html, toc = prose.page(body, file, line)
    return Lesson(slug, title_th, title_en, summary_en, minutes or 0, sources, html, toc, facts)


def split(text: str) -> tuple[str | None, int, str]:
    """The front matter on the lines it stands on, the line on which the body begins, and the body."""
    lines = text.split("\n")
    if lines[0].rstrip() != FENCE:
        return None, 1, text
    for at, line in enumerate(lines[1:], 1):
        if line.rstrip() == FENCE:
            return "\n".join(["", *lines[1:at]]), at + 2, "\n".join(lines[at + 1 :])
    return None, 1, text


def _sources(table: Table) -> tuple[str, ...]:
    sources = table.texts("sources")
    if not sources and table.values.get("sources") == []:
        table.complain("sources", _("บทเรียนต้องบอกที่มาอย่างน้อยหนึ่งแห่ง"))
    for source in sources:
        if not _SOURCE.fullmatch(source):
            table.complain("sources", _("ไม่รู้จักที่มา %(source)s ใช้ได้ S, G, R1… และ U1…", source=source))
    return sources


def _facts(table: Table) -> tuple[str, ...]:
    """The facts that the lesson teaches, by the numbers of content/facts.toml; whether there are such is seen there."""
    facts = table.texts("facts", required=False)
    for fact in facts:
        if not _FACT.fullmatch(fact):
            table.complain("facts", _("ไม่รู้จักข้อเท็จจริง %(fact)s ใช้รหัสแบบ F20 หรือ C1-04", fact=fact))
    return facts
