"""The sign-in sheet of a session on paper: a line to sign for each person with a seat, blank ones for who comes unannounced; whose lines they are is papers' matter."""

from collections.abc import Sequence
from typing import NamedTuple

from portal.attendance.papers import (
    EVERYBODY,
    Chosen,
    NobodySeated,
    Seat,
    hours_of,
    lang,
    place_of,
    seats_of,
)
from portal.core import clock, dates, pdf
from portal.core.fitting import Room
from portal.core.i18n import _, in_lang
from portal.core.pdf import INK_2, Block, Paper, Style
from portal.participation import tickets
from portal.programme.models import Workshop, WorkshopSession

LEFT, RIGHT = 16.0, pdf.WIDTH - 12.0  # on the left it is punched
TALLEST = 40.0  # mm, of a line with a long name
TOP, BOTTOM = 12.0, pdf.HEIGHT - 16.0
LINE = 11.5  # mm, for a signature by hand
PAD = 1.5
GAP = 3.0  # between the head and the table
BLANKS = 10

TEXT, HEAD, SMALL = Style(11), Style(10.5, 600), Style(9, colour=INK_2)
FOR_NAME, FOR_AGENCY = 60.0, 52.0
OF_NAME = Room(FOR_NAME - 2 * PAD, LINE - 1, (11, 10, 9, 8), keeps_words=True)
OF_AGENCY = Room(FOR_AGENCY - 2 * PAD, LINE - 1, (11, 10, 9, 8))
OF_TITLE = Room(RIGHT - LEFT, 14, (13, 12, 11, 10, 8))
OF_PLACE = Room(RIGHT - LEFT, 12, (11, 10, 9, 8))


class _Columns(NamedTuple):
    """Where each column begins, and where the last one ends."""

    number: float = LEFT
    name: float = LEFT + 11
    agency: float = LEFT + 11 + FOR_NAME
    ticket: float = LEFT + 11 + FOR_NAME + FOR_AGENCY
    signature: float = LEFT + 11 + FOR_NAME + FOR_AGENCY + 19
    end: float = RIGHT


class _Line(NamedTuple):
    """A line of the sheet, blank without name and agency; a note goes across all columns."""

    number: str
    ticket: str = ""
    name: Block | None = None
    agency: Block | None = None
    height: float = LINE
    is_note: bool = False


AT = _Columns()


def sign_in_sheet(workshop: Workshop, session: WorkshopSession, chosen: Chosen = EVERYBODY) -> bytes:
    """A PDF with the names of those chosen, heads on each page, and BLANKS or more blank lines at the end. One query.

    While nobody has a seat all lines are blank; refuses with NobodySeated where some were chosen and none is found.
    """
    seats = seats_of(workshop, chosen)
    if not seats and (chosen.agency or chosen.registration):
        raise NobodySeated
    paper = Paper(_("ใบลงชื่อ %(title)s", title=f"{in_lang(workshop, 'title')} {in_lang(session, 'title')}"))
    lines = [_line(paper, number, seat) for number, seat in enumerate(seats, start=1)]
    lines += _blanks(len(seats))
    head = _head_of(paper, workshop, session)
    pages = _pages(lines, BOTTOM - TOP - sum(block.height for block in head) - GAP - LINE)
    for number, page in enumerate(pages, start=1):
        paper.page()
        _page(paper, head, page)
        _foot(paper, number, len(pages))
    return paper.done()


def _head_of(paper: Paper, workshop: Workshop, session: WorkshopSession) -> list[Block]:
    day = f"{dates.weekday(session.day, lang=lang())} {dates.thai_date(session.day, lang=lang())}"
    when = f"{in_lang(session, 'title')} · {day} · {hours_of(session)}"
    if session.is_cancelled:
        when = f"{when} · {_('ยกเลิก')}"
    return [
        paper.fit(_("ใบลงชื่อเข้าอบรม"), Room(120, 10, (17,)), Style(17, 600)),
        paper.fit(in_lang(workshop, "title"), OF_TITLE, Style(13)),
        paper.fit(when, OF_TITLE, Style(12, 600)),
        paper.fit(place_of(workshop, session), OF_PLACE, Style(11, colour=INK_2)),
    ]


def _line(paper: Paper, number: int, seat: Seat) -> _Line:
    name, agency = _cell(paper, seat.name, OF_NAME), _cell(paper, seat.agency, OF_AGENCY)
    height = max(LINE, name.height + 1, agency.height + 1)
    return _Line(str(number), tickets.shown(seat.ticket), name, agency, height)


def _cell(paper: Paper, text: str, room: Room) -> Block:
    """The text in a line of the usual height, or in as tall a one as it needs: nobody's name is cut."""
    block = paper.fit(text, room, TEXT)
    return block if block.is_whole else paper.fit(text, room._replace(height=TALLEST, sizes=(9, 8)), TEXT)


def _blanks(seats: int) -> list[_Line]:
    blanks = [_Line(str(seats + blank)) for blank in range(1, BLANKS + 1)]
    note = _Line(_("ผู้ที่ไม่มีชื่อข้างต้น เขียนชื่อและหน่วยงานตัวบรรจง"), height=8, is_note=True)
    return [note, *blanks] if seats else blanks


def _pages(lines: Sequence[_Line], room: float) -> list[list[_Line]]:
    """The lines laid on pages; the last one is filled with blank lines."""
    pages: list[list[_Line]] = [[]]
    left = room
    for line in lines:
        if line.height + (LINE if line.is_note else 0) > left:
            pages.append([])
            left = room
        pages[-1].append(line)
        left -= line.height
    last = int(lines[-1].number)
    pages[-1] += [_Line(str(last + more)) for more in range(1, int(left / LINE) + 1)]
    return pages


def _page(paper: Paper, head: Sequence[Block], lines: Sequence[_Line]) -> None:
    y = TOP
    for block in head:
        y = paper.block(block, LEFT, y)
    y += GAP
    words = (_("ที่"), _("ชื่อ"), _("หน่วยงาน"), _("รหัสตั๋ว"), _("ลายมือชื่อ"))
    for x, word in zip(AT[:-1], words, strict=True):
        paper.text(word, x + PAD, y + LINE * 0.65, HEAD)
    _columns(paper, y, LINE)
    paper.rule((LEFT, y), (RIGHT, y), width=0.4)
    y += LINE
    for line in lines:
        paper.rule((LEFT, y), (RIGHT, y), width=0.15)
        _write(paper, line, y)
        y += line.height
    paper.rule((LEFT, y), (RIGHT, y), width=0.4)


def _write(paper: Paper, line: _Line, y: float) -> None:
    baseline = y + line.height / 2 + 1.4
    _columns(paper, y, line.height, ends_only=line.is_note)
    if line.is_note:
        return paper.text(line.number, AT.name + PAD, baseline, SMALL)
    paper.text(line.number, AT.name - PAD, baseline, SMALL, "right")
    for block, x in ((line.name, AT.name), (line.agency, AT.agency)):
        if block:
            paper.block(block, x + PAD, y + (line.height - block.height) / 2)
    if line.ticket:
        paper.text(line.ticket, AT.ticket + PAD, baseline, SMALL._replace(size=10))
    return None


def _columns(paper: Paper, y: float, height: float, *, ends_only: bool = False) -> None:
    for x in (AT.number, AT.end) if ends_only else AT:
        paper.rule((x, y), (x, y + height), width=0.15)


def _foot(paper: Paper, number: int, pages: int) -> None:
    at = dates.date_time(clock.now(), lang=lang())
    paper.text(_("ข้อมูล ณ %(at)s", at=at), LEFT, pdf.HEIGHT - 9, SMALL)
    paper.text(
        _("หน้า %(number)s จาก %(pages)s", number=number, pages=pages), RIGHT, pdf.HEIGHT - 9, SMALL, "right"
    )
