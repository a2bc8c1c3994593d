"""Name badges on paper: eight on a page of A4, each of the size A7 that holders take, with the ticket's QR; whose they are is papers' matter."""

from portal.attendance.papers import EVERYBODY, Chosen, NobodySeated, Seat, lang, seats_of
from portal.core import dates, pdf
from portal.core.fitting import Room
from portal.core.i18n import _, in_lang
from portal.core.pdf import CLOTH, INK_2, Paper, Style
from portal.participation import tickets
from portal.programme.models import Workshop

ACROSS, DOWN = 2, 4
WIDTH, HEIGHT = pdf.WIDTH / ACROSS, pdf.HEIGHT / DOWN
MARGIN = 7.0  # printers leave a border white, holders cover one
INNER = WIDTH - 2 * MARGIN
QR = 24.0
QUIET = 3.0  # white between the QR and the letters beside it

OF_TITLE = Room(INNER, 9.5, (9.5, 8.5, 7.5, 6.5))
OF_NAME = Room(INNER, 29.5, (24, 22, 20, 17.5, 15, 13, 11), keeps_words=True)
OF_AGENCY = Room(INNER - QR - QUIET, 18.5, (12.5, 11, 10, 9, 8, 7, 6))


def badges(workshop: Workshop, chosen: Chosen = EVERYBODY) -> bytes:
    """A PDF with a badge for each person chosen. Refuses with NobodySeated. One query."""
    seats = seats_of(workshop, chosen)
    if not seats:
        raise NobodySeated
    title = in_lang(workshop, "title")
    paper = Paper(_("ป้ายชื่อ %(title)s", title=title))
    heading = paper.fit(title, OF_TITLE, Style(9.5, colour=INK_2))
    days = dates.short_range(workshop.starts_on, workshop.ends_on, lang=lang())
    for number, seat in enumerate(seats):
        at = number % (ACROSS * DOWN)
        if not at:
            paper.page()
            _lines_to_cut(paper)
        corner = (at % ACROSS * WIDTH, at // ACROSS * HEIGHT)
        _badge(paper, corner, heading, days, seat)
        address = tickets.address_of(workshop.code, seat.ticket)
        paper.qr(address, corner[0] + WIDTH - MARGIN - QR, corner[1] + HEIGHT - MARGIN + 1 - QR, QR)
    return paper.done()


def _badge(paper: Paper, corner: pdf.Point, heading: pdf.Block, days: str, seat: Seat) -> None:
    left, top = corner[0] + MARGIN, corner[1] + MARGIN - 1
    below = paper.block(heading, left, top)
    paper.rule((left, below + 0.8), (left + INNER, below + 0.8), width=0.5, colour=CLOTH)
    name = paper.fit(seat.name, OF_NAME, Style(24, 600))
    room = corner[1] + HEIGHT - MARGIN + 1 - QR - 1.5 - (below + 0.8)
    paper.block(name, left, below + 0.8 + max(0.0, (room - name.height) / 2))
    bottom = corner[1] + HEIGHT - MARGIN + 1
    paper.block(paper.fit(seat.agency, OF_AGENCY, Style(12.5)), left, bottom - QR - 0.6)
    paper.text(tickets.shown(seat.ticket), left, bottom - 0.6, Style(11, 600, CLOTH))
    paper.text(days, left + OF_AGENCY.width, bottom - 0.6, Style(8, colour=INK_2), "right")


def _lines_to_cut(paper: Paper) -> None:
    paper.rule((WIDTH, 0), (WIDTH, pdf.HEIGHT), width=0.1)
    for row in range(1, DOWN):
        paper.rule((0, row * HEIGHT), (pdf.WIDTH, row * HEIGHT), width=0.1)
