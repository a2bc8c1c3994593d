"""A certificate on paper: one page of A4 lying on its side, in Thai or English; what it says was frozen when it was issued."""

from collections.abc import Iterator, Sequence
from datetime import date

from flask import current_app

from portal.certificates import issuing
from portal.certificates.models import Certificate, CertificateKind
from portal.certificates.seal import HEART, MARK
from portal.core import clock, dates, pdf
from portal.core.fitting import Room
from portal.core.i18n import _, language, said
from portal.core.pdf import CLOTH, INK, INK_2, Block, Paper, Style
from portal.courses import catalog
from portal.programme import filenames

WIDTH, HEIGHT = pdf.HEIGHT, pdf.WIDTH
EDGE = 14.0
CLOTH_HEIGHT, MARK_SIZE = 20.0, 14.0
THREADS, EVERY = 92, 13  # of the fringe, each so manieth is long
DEEP, GOLD, SAMPLE = "#112b50", "#f3c351", "#f6e6e3"

TOP, BOTTOM = EDGE + CLOTH_HEIGHT + 8, HEIGHT - EDGE - 32
OF_ISSUER = Room(230, 12, (15, 13, 11))
OF_NAME = Room(WIDTH - 2 * EDGE - 10, 33, (34, 30, 27, 24, 21, 18, 15), keeps_words=True)
OF_AGENCY = Room(220, 16, (17, 15, 13, 11.5, 10))
OF_TITLE = Room(216, 23, (18, 16, 14, 12, 10.5))
OF_LINE = Room(216, 8, (14, 12, 10))
CELL = (13.0, 8.5)  # of the strip of parts
MOST_CELLS = 12
GAP = 3.0
QR, LARGE_QR, USUAL = 36.0, 40.0, 850  # a code of more letters is drawn larger
OF_FOOT = Room(100, 12, (9.5, 8.5, 7.5))


def certificate(one: Certificate, parts: Sequence[str] | None = None) -> bytes:
    """A PDF of one page in the language of the moment. Whether it still stands is not asked.

    `parts`: what parts_of gives, else it is asked. No query with them, where key and agency are loaded.
    """
    paper = Paper(_("ประกาศนียบัตร %(name)s", name=one.holder), lies=True)
    paper.page()
    _cloth(paper)
    if one.agency is not None and one.agency.is_sample:
        paper.text(_("ตัวอย่าง"), WIDTH / 2, 128, Style(110, 600, SAMPLE), "middle")
    _body(paper, one, parts_of(one) if parts is None else parts)
    _foot(paper, one)
    return paper.done()


def site() -> str:
    """Who issues: the portal by its name."""
    return str(current_app.config["SITE_NAME_EN" if language() == "en" else "SITE_NAME"])


def given_on(day: date) -> str:
    """15 มีนาคม พุทธศักราช 2566; in English 15 March 2023."""
    written = dates.thai_date(day, lang=language())
    if language() == "en":
        return written
    rest, year = written.rsplit(" ", 1)
    return f"{rest} พุทธศักราช {year}"


def parts_of(one: Certificate) -> list[str]:
    """The parts of a course that were passed, as the strip names them: OP, 1, 2 …; none of a workshop."""
    if one.kind is not CertificateKind.COURSE:
        return []
    course = catalog.course(one.subject)
    found = []
    for code in one.facts.get("modules", []):
        module = course.module(code) if course else None
        found.append(module.part if module and module.part else str(code).upper())
    return found


def facts_of(one: Certificate) -> str:
    """With what it was earned, in words; "" where nothing is known of it."""
    if one.kind is CertificateKind.COURSE:
        count = len(one.facts.get("modules", []))
        return _("ผ่านแบบทดสอบครบ %(count)d ส่วน", count=count) if count else ""
    if "attended" not in one.facts:
        return ""
    return _(
        "เข้าร่วม %(attended)d จาก %(sessions)d ช่วง",
        attended=one.facts["attended"],
        sessions=one.facts["sessions"],
    )


def _cloth(paper: Paper) -> None:
    wide = WIDTH - 2 * EDGE
    paper.fill((EDGE, EDGE), wide, CLOTH_HEIGHT, colour=DEEP)
    corner = ((WIDTH - MARK_SIZE) / 2, EDGE + (CLOTH_HEIGHT - MARK_SIZE) / 2)
    paper.shape(MARK, corner, MARK_SIZE, colour="#ffffff")
    paper.shape(HEART, corner, MARK_SIZE, colour=GOLD)
    for at in range(THREADS):
        x = EDGE + 1 + at * (wide - 2) / (THREADS - 1)
        long = at % EVERY == 0
        paper.rule(
            (x, EDGE + CLOTH_HEIGHT),
            (x, EDGE + CLOTH_HEIGHT + (6.5 if long else 3.8)),
            width=0.5,
            colour=DEEP,
        )


def _body(paper: Paper, one: Certificate, parts: Sequence[str]) -> None:
    """All that is said, one below the other, in the middle of what is left of the page."""
    blocks = [block for block in _said(paper, one) if block.lines[0]]
    about = 4 if one.agency_name else 3  # whom, and from here on what for
    strip = CELL[1] + 5 if 0 < len(parts) <= MOST_CELLS else 0.0
    high = sum(block.height for block in blocks) + strip + GAP
    y = TOP + max(0.0, (BOTTOM - TOP - high) / 2)
    for at, block in enumerate(blocks[:-1]):
        y = paper.block(block, WIDTH / 2, y, "middle") + (GAP if at == about else 0)
    if strip:
        _strip(paper, parts, y + 2)
    paper.block(blocks[-1], WIDTH / 2, y + strip, "middle")


def _said(paper: Paper, one: Certificate) -> Iterator[Block]:
    is_course = one.kind is CertificateKind.COURSE
    yield paper.fit(site(), OF_ISSUER, Style(15, 600))
    yield paper.fit(_("ประกาศนียบัตร"), Room(230, 20, (30,)), Style(30, 600))
    yield paper.fit(_("ให้ไว้เพื่อแสดงว่า"), OF_LINE, Style(14))
    yield paper.fit(one.holder, OF_NAME, Style(34, 600, CLOTH))
    yield paper.fit(said(one.agency_name), OF_AGENCY, Style(17))
    yield paper.fit(_("ผ่านหลักสูตร") if is_course else _("ได้เข้ารับการอบรม"), OF_LINE, Style(14))
    yield paper.fit(said(one.title), OF_TITLE, Style(18, 600))
    yield paper.fit(facts_of(one), OF_LINE, Style(14))
    day = given_on(clock.local(one.issued_at).date())
    yield paper.fit(_("ให้ไว้ ณ วันที่ %(day)s", day=day), OF_LINE, Style(14))


def _strip(paper: Paper, parts: Sequence[str], y: float) -> None:
    wide, high = CELL
    x = (WIDTH - len(parts) * wide) / 2
    for at, part in enumerate(parts):
        paper.fill((x + at * wide + 0.3, y), wide - 0.6, high, colour=CLOTH)
        middle = x + (at + 0.5) * wide
        block = paper.fit(part, Room(wide - 2, high, (12, 9, 7)), Style(12, 600, "#ffffff"))
        paper.block(block, middle, y + (high - block.height) / 2, "middle")


def _foot(paper: Paper, one: Certificate) -> None:
    address = issuing.address(one)
    if len(address) > pdf.L:  # of very long names: its page is still found
        address = address.partition("#")[0]
    size = QR if len(address) <= USUAL else LARGE_QR
    bottom = HEIGHT - EDGE
    paper.qr(address, EDGE, bottom - size, size)
    x = EDGE + size + 5
    base = str(current_app.config["BASE_URL"]).partition("://")[2]
    paper.text(issuing.shown(one.code), x, bottom - 12, Style(13, 600, INK))
    paper.text(_("ตรวจสอบได้จากรหัสคิวอาร์"), x, bottom - 6.2, Style(9.5, colour=INK_2))
    where = paper.fit(
        _("หรือ %(where)s", where=f"{base}/certificates/check"), OF_FOOT, Style(9.5, colour=INK_2)
    )
    paper.block(where, x, bottom - 4.6)
    right = WIDTH - EDGE
    paper.text(_("ลงนามด้วยลายมือชื่อดิจิทัลของระบบ"), right, bottom - 6.2, Style(9.5, colour=INK_2), "right")
    paper.text(_("กุญแจ %(key)s", key=one.key.kid), right, bottom - 0.6, Style(9.5, colour=INK_2), "right")


def filename(one: Certificate) -> str:
    """Of the file, without its ending: whose it is, and which."""
    name = filenames.safe_name(pdf.clean(one.holder).replace("/", "-").replace("\\", "-"))[:60].strip()
    return f"{_('ใบประกาศ')} {name} {issuing.shown(one.code)}"
