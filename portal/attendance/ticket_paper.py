"""One's own ticket on paper, to be folded and carried; the same on a page is check_in_views' matter."""

from collections.abc import Iterator

from flask import current_app

from portal.attendance.papers import hours_of, lang
from portal.core import dates, pdf
from portal.core.errors import Refused
from portal.core.fitting import Room
from portal.core.i18n import _, _l, in_lang
from portal.core.pdf import CLOTH, INK, INK_2, Paper, Style
from portal.participation import tickets
from portal.participation.models import Registration
from portal.participation.seats import CONFIRMED
from portal.programme.models import WorkshopStatus

LEFT, TOP, RIGHT = 18.0, 20.0, pdf.WIDTH - 18.0
SEAM = RIGHT - 70.0  # between the words and the code
PAD = 7.0
QR = 50.0
LABELS = 27.0  # mm, hanging left
GAP = 1.5
LOWEST = pdf.HEIGHT - 20.0

OF_TITLE = Room(RIGHT - LEFT, 32, (24, 21, 18, 16, 14))
SIZES = (13.0, 11.5, 10.0, 8.5)
OF_WORDS = Room(SEAM - LEFT - 2 * PAD - LABELS, 60, SIZES)
OF_NAME = Room(SEAM - LEFT - 2 * PAD, 34, (24, 21, 18, 16, 14, 12), keeps_words=True)
OF_HINT = Room(70 - 2 * PAD, 18, (10, 9))


class NoSeat(Refused):
    text = _l("ตั๋วมีเฉพาะผู้ที่ได้ที่นั่งในงานที่ยังจัดอยู่")


def ticket(registration: Registration) -> bytes:
    """A PDF of one page. Refuses with NoSeat who has none, and in a workshop that is cancelled."""
    workshop = registration.workshop
    if registration.status is not CONFIRMED or workshop.status is WorkshopStatus.CANCELLED:
        raise NoSeat
    title = in_lang(workshop, "title")
    paper = Paper(_("ตั๋ว %(title)s", title=title))
    paper.page()
    paper.text(_site(), LEFT, TOP, Style(11, colour=INK_2))
    below = paper.block(paper.fit(title, OF_TITLE, Style(24, 600)), LEFT, TOP + 4)
    days = dates.date_range(workshop.starts_on, workshop.ends_on, lang=lang())
    below = paper.block(paper.fit(days, OF_TITLE, Style(16, colour=CLOTH)), LEFT, below)
    top = below + 6
    bottom = max(_words(paper, registration, top + PAD), _code(paper, registration, top + PAD)) + PAD
    _frame(paper, top, bottom)
    return paper.done()


def _site() -> str:
    name = current_app.config["SITE_NAME_EN" if lang() == "en" else "SITE_NAME"]
    return str(name)


def _words(paper: Paper, registration: Registration, y: float) -> float:
    x = LEFT + PAD
    paper.text(_("ผู้ถือตั๋ว"), x, y + 4, Style(11, colour=INK_2))
    y = paper.block(paper.fit(registration.user.name, OF_NAME, Style(24, 600)), x, y + 5) + 2
    for label, block in _rows(paper, list(_facts(registration)), LOWEST - y):
        paper.text(label, x, y + block.leading * pdf.ABOVE, Style(min(11, block.style.size), colour=INK_2))
        y = paper.block(block, x + LABELS, y) + GAP
    return y


def _rows(paper: Paper, facts: list[tuple[str, str]], room: float) -> list[tuple[str, pdf.Block]]:
    """The facts in the largest size in which all fit; where none will do, as many as fit and how many are left."""
    rows: list[tuple[str, pdf.Block]] = []
    for size in SIZES:
        sizes = tuple(one for one in SIZES if one <= size)
        rows = [
            (label, paper.fit(text, OF_WORDS._replace(sizes=sizes), Style(size))) for label, text in facts
        ]
        if sum(block.height + GAP for _label, block in rows) <= room:
            return rows
    more = paper.fit(_("ดูช่วงอื่น ๆ ในหน้างานอบรม"), OF_WORDS._replace(sizes=SIZES[-1:]), Style(SIZES[-1]))
    while sum(block.height + GAP for _label, block in rows) + more.height > room:
        rows.pop()
    return [*rows, ("", more)]


def _facts(registration: Registration) -> Iterator[tuple[str, str]]:
    workshop = registration.workshop
    if registration.agency:
        yield _("หน่วยงาน"), in_lang(registration.agency, "name")
    yield _("สถานที่"), workshop.venue or _("ยังไม่ประกาศ")
    for session in workshop.sessions:
        day = dates.short_date(session.day, lang=lang())
        what = _("ยกเลิก") if session.is_cancelled else hours_of(session)
        room = "" if session.is_cancelled else session.room
        yield day, " · ".join(part for part in (in_lang(session, "title"), what, room) if part)


def _code(paper: Paper, registration: Registration, y: float) -> float:
    middle = (SEAM + RIGHT) / 2
    shown = tickets.of(registration)
    paper.qr(shown.address, middle - QR / 2, y, QR)
    paper.text(shown.shown, middle, y + QR + 13, Style(26, 600, INK), "middle")
    hint = paper.fit(_("แสดงที่จุดลงทะเบียน ใช้ได้แม้ไม่มีสัญญาณ"), OF_HINT, Style(10, colour=INK_2))
    return paper.block(hint, middle, y + QR + 17, "middle")


def _frame(paper: Paper, top: float, bottom: float) -> None:
    for start, end in (
        ((LEFT, top), (RIGHT, top)),
        ((LEFT, bottom), (RIGHT, bottom)),
        ((LEFT, top), (LEFT, bottom)),
        ((RIGHT, top), (RIGHT, bottom)),
    ):
        paper.rule(start, end, width=0.6, colour=INK)
    paper.rule((SEAM, top), (SEAM, bottom), width=0.2)
