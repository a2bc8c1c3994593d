"""What a ticket says and how it is read: by QR, typed in any way, and never one of somebody else's making."""

import pytest

from portal.core import tokens
from portal.core.db import db
from portal.core.tokens import ALPHABET
from portal.participation import registration, tickets
from portal.programme.models import Workshop

KELVIN = "\u212a"  # what matches a K where case does not count


@pytest.fixture
def mine(make_workshop, cast):
    row = registration.register(make_workshop(), user=cast.lamai)
    row.ticket = "K7M4QX"
    db.session.commit()
    return row


def read(text, workshop="pmqa40-2566"):
    return tickets.read(text, workshop)


def test_the_qr_holds_a_whole_address_that_reads_back(mine):
    ticket = tickets.of(mine)
    assert ticket.shown == "K7M-4QX"
    assert ticket.address.startswith("http://localhost/tickets/pmqa40-2566/K7M4QX.")
    assert read(ticket.address) == "K7M4QX"
    assert read(f" {ticket.address.upper().replace('HTTP', 'http')}?utm=1 ") == "K7M4QX"


@pytest.mark.parametrize(
    "typed",
    [
        "K7M4QX",
        "k7m-4qx",
        " k7m 4qx ",
        "K7M–4QX",
        "K7M.4QX",
        "k๗m๔qx",
        "K7\u200bM4QX",
        "า7ทภๆป",
        "าึทภๆป",
        "าึทขภๆป",
    ],
)
def test_six_letters_are_read_however_they_are_typed(app, typed):
    assert read(typed) == "K7M4QX"


def test_the_keys_of_a_thai_keyboard_stand_for_every_letter_of_a_ticket(app):
    keys = "/-ภถุึคตฟิแกำดเ้่าทืยๆพหะีอไปัผ"
    assert tickets.letters_in(f"{keys}") == ALPHABET


@pytest.mark.parametrize(
    "typed", ["", "   ", "K7M4Q", "K7M4QX2", "https://line.me/R/ti/p/x", "WIFI:S:hall;;", "ละไม"]
)
def test_what_is_no_ticket_says_so(app, typed):
    with pytest.raises(tickets.NotATicket):
        read(typed)


def test_letters_that_no_ticket_has_are_unknown_not_strange(app):
    with pytest.raises(tickets.UnknownTicket):
        read("K0M4QX")


def test_a_signature_of_another_ticket_or_workshop_is_forged(mine):
    address = tickets.address(mine)
    signature = address.rpartition(".")[2]
    for forged in (
        address.replace("K7M4QX", "K7M4QY"),
        address.replace("pmqa40-2566", "excellence-2566"),
        address[:-1] + ("2" if address[-1] != "2" else "3"),
        f"{address}2",
        f"https://evil.example/tickets/pmqa40-2566/K7M4QX.{'A' * len(signature)}",
        f"https://evil.example/tickets/pmqa40-2566/K7M4QX.{KELVIN * len(signature)}",
    ):
        with pytest.raises((tickets.ForgedTicket, tickets.NotATicket)):
            read(forged)


def test_a_true_ticket_of_another_workshop_names_it(mine, make_workshop, cast):
    other = registration.register(make_workshop("other", title_th="งานเขียนรายงาน"), user=cast.lamai)
    with pytest.raises(tickets.OtherWorkshop, match="งานเขียนรายงาน"):
        read(tickets.address(other))


def test_a_ticket_signed_with_another_key_is_forged(app, mine, monkeypatch):
    address = tickets.address(mine)
    monkeypatch.setitem(app.config, "SECRET_KEY", "another key, just as long as the first one")
    with pytest.raises(tickets.ForgedTicket):
        read(address)


def test_letters_thought_of_twice_are_given_to_nobody_twice(mine, make_people, monkeypatch):
    workshop = db.session.get_one(Workshop, mine.workshop_id)
    thought = iter(["K7M4QX", "K7M4QX", "ABC234"])
    monkeypatch.setattr(tokens, "new_ticket", lambda: next(thought))
    other = registration.register(workshop, user=make_people(1)[0])
    db.session.commit()
    assert other.ticket == "ABC234"


def test_a_colleague_who_takes_a_seat_over_gets_free_letters_too(mine, ked, cast, monkeypatch):
    from portal.participation import teams

    thought = iter(["K7M4QX", "ABC234"])
    monkeypatch.setattr(tokens, "new_ticket", lambda: next(thought))
    theirs = teams.swap(mine, to=ked, by=cast.mali)
    db.session.commit()
    assert (theirs.ticket, mine.ticket) == ("ABC234", "K7M4QX")


def test_a_qr_is_drawn_without_style_and_white_in_the_dark(app):
    drawn = tickets.qr("https://portal.example/tickets/pmqa40-2566/K7M4QX.ABCDEFGHJK")
    assert "style" not in drawn
    assert 'fill="#fff"' in drawn
    assert 'class="qr"' in drawn
