"""Every route and who may enter: a route that stands in no list here fails, so nothing opens by accident."""

from typing import Any

import pytest
from flask import Flask

from tests.cast import Cast
from tests.pages import Client

EVERYONE = {
    "accounts.confirm",
    "accounts.forgot",
    "accounts.forgot_sent",
    "accounts.reset",
    "accounts.sign_in",
    "accounts.sign_out",  # signing out twice is no error
    "accounts.sign_up",
    "accounts.sign_up_sent",
    "awards.timeline",
    "courses.search",
    "certificates.certificate",
    "certificates.check",
    "certificates.checker",
    "certificates.credential",
    "certificates.issuer",
    "certificates.public_key",
    "certificates.public_keys",
    "certificates.revoked",
    "door.keeper",  # a script that holds nothing of anybody
    "handouts.bundle",
    "handouts.material",  # what of it, and whether, is the rule of handouts
    "handouts.materials",
    "home.healthz",
    "home.landing",
    "home.metrics",
    "home.preferences",
    "learning.course",
    "learning.courses",
    "learning.file",
    "learning.glossary",
    "learning.lesson",
    "learning.keeper",  # a script that holds nothing of anybody
    "learning.module",
    "learning.offline",
    "learning.print_course",
    "offers.accept",  # the links of an offered seat work signed out
    "offers.decline",
    "offers.offer",
    "feeds.all_workshops",
    "feeds.feed",  # its address is the secret
    "participation.workshop",
    "feeds.workshop_calendar",
    "participation.workshops",
    "programme.speaker",
    "programme.speakers",
}
SIGNED_IN = {
    "accounts.account",
    "accounts.change_password",
    "accounts.end_other_sign_ins",
    "accounts.end_sign_in",
    "certificates.paper",  # to its holder, its agency's coordinator and organizers; others get 404
    "check_in.checked_in",
    "check_in.oneself",
    "check_in.scanned",  # to its owner and to organizers; others get 404
    "check_in.ticket",
    "handouts.version",
    "home.me",
    "learning.attempt",
    "learning.autosave",
    "learning.course_notes",
    "learning.edit_note",
    "learning.finish",
    "learning.note",
    "learning.place",
    "learning.quiz",
    "learning.remove_note",
    "learning.result",
    "learning.review",
    "learning.save",
    "learning.start",
    "learning.submit",
    "learning.writing",  # to speakers and organizers; others get 403
    "learning.writings",
    "learning.written",  # to its writer, speakers and organizers; others get 404
    "papers.ticket",
    "participation.answers",
    "feeds.calendar",
    "participation.cancel",
    "feeds.end_feed",
    "participation.register",
    "feeds.rotate_feed",
    "speak.material",
    "speak.move",
    "speak.replace",
    "speak.restore",
    "speak.talk",
    "speak.talks",
    "speak.withdraw",
}
COORDINATORS = {
    "certificates.of_agency",
    "home.agency",
    "home.assign",
    "home.call_off",
    "home.remind",
    "feeds.agency_attendance",
    "feeds.agency_calendar",
    "feeds.end_agency_feed",
    "feeds.rotate_agency_feed",
    "teams.cancel",
    "teams.invite",
    "teams.register",
    "teams.swap",
    "teams.team",
    "teams.withdraw",
    "queue.agency_ledger",
}
COORDINATORS_AND_ORGANIZERS = {"accounts.approve", "accounts.decline"}
ORGANIZERS = {
    "authoring.catch_up",
    "authoring.course",
    "authoring.courses",
    "authoring.draft_image",
    "authoring.edit_question",
    "authoring.edition",
    "authoring.file",
    "authoring.file_differences",
    "authoring.history",
    "authoring.images",
    "authoring.move_question",
    "authoring.new_course",
    "authoring.new_lesson",
    "authoring.new_module",
    "authoring.new_question",
    "authoring.new_quiz",
    "authoring.preview",
    "authoring.publish",
    "authoring.put_back",
    "authoring.quiz",
    "authoring.quiz_settings",
    "authoring.remove_file",
    "authoring.remove_question",
    "authoring.restore",
    "authoring.throw_away",
    "calendars.attendance",
    "calendars.attendance_file",
    "calendars.end",
    "calendars.rotate",
    "calendars.workshop",
    "care.correction",
    "care.export",
    "care.question",
    "care.questions",
    "certificates.certificates",
    "certificates.issue_of_course",
    "certificates.issue_of_workshop",
    "certificates.issued",
    "certificates.of_course",
    "certificates.of_workshop",
    "certificates.replace",
    "certificates.revoke",
    "certificates.set_rule",
    "check_in.counts",
    "check_in.door",
    "check_in.marks",
    "check_in.note",
    "check_in.scans",
    "check_in.screen",
    "desk.cancel_session",
    "desk.change_status",
    "desk.copy",
    "desk.edit",
    "desk.edit_question",
    "desk.edit_session",
    "desk.edit_speaker",
    "desk.edit_talk",
    "desk.history",
    "desk.join_account",
    "desk.move_question",
    "desk.new",
    "desk.new_question",
    "desk.new_session",
    "desk.new_speaker",
    "desk.new_talk",
    "desk.part_account",
    "desk.questions",
    "desk.remove_question",
    "desk.remove_talk",
    "desk.restore",
    "desk.sessions",
    "desk.speakers",
    "desk.talks",
    "desk.version",
    "desk.workshop",
    "desk.workshops",
    "door.frame",
    "home.agency_of",
    "exchange.confirm",
    "exchange.draft",
    "exchange.export",
    "exchange.import_questions",
    "exchange.send_questions",
    "learning.end_extra_time",
    "learning.extra_times",
    "letters.letter",
    "letters.letters",
    "letters.new",
    "letters.send",
    "letters.send_copy_again",
    "letters.send_failed_again",
    "home.remind_coordinators",
    "organize.approvals",
    "organize.bring_in",
    "organize.bring_in_answers",
    "organize.bring_in_attendance",
    "organize.confirm",
    "organize.coverage",
    "organize.coverage_export",
    "organize.picture_export",
    "organize.pictures",
    "organize.rule",
    "organize.dashboard",
    "organize.draft",
    "organize.export",
    "organize.imports",
    "organize.message",
    "organize.outbox",
    "organize.run",
    "organize.send_again",
    "organize.send_failed_again",
    "organize.tell_again",
    "organize.template",
    "organize.undo",
    "organize.workshop_imports",
    "queue.ledger",
    "queue.queue",
    "queue.removal",
    "roster.answers_table",
    "papers.badges",
    "papers.papers",
    "papers.sign_in_sheet",
    "roster.attendance_calendar",
    "roster.attendance_table",
    "roster.export",
    "roster.mark",
    "terms.results",
    "roster.roster",
    "terms.seats",
}
# What may stand in the variable parts of an address; where nothing has this name the door still decides first.
VALUES: dict[str, Any] = {
    "act": "closing",
    "batch": "none",
    "code": "NOBODY22",
    "course": "pmqa40",
    "ending": "csv",
    "filename": "none.pdf",
    "kind": "csv",
    "lesson": "none",
    "kid": "none",
    "letter": "NOBODY22",
    "message": "NOBODY22",
    "module": "op",
    "number": 1,
    "path": "img/none.svg",
    "person": "NOBODY22",
    "picture": "days",
    "place": "NOBODY22",
    "question": "q1",
    "registration": "NOBODY22",
    "rule": "free",
    "secret": "none",
    "session": "day1",
    "talk": "opening",
    "ticket": "ABC234.NOBODY2222",
    "to": "up",
    "token": "none",
    "workshop": "none",
}
CLOSED = SIGNED_IN | COORDINATORS | COORDINATORS_AND_ORGANIZERS | ORGANIZERS


def _doors(app: Flask, endpoints: set[str]) -> list[tuple[str, str, str]]:
    """(endpoint, method, address) of every way into these endpoints."""
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if rule.endpoint in endpoints:
                values = {name: VALUES[name] for name in rule.arguments}
                if rule.endpoint in ("organize.bring_in", "organize.export", "organize.template"):
                    values["kind"] = "agencies"
                if rule.endpoint == "exchange.export":
                    values["ending"] = "gift"
                address = app.url_for(rule.endpoint, **values)
                found += [
                    (rule.endpoint, method, address)
                    for method in sorted((rule.methods or set()) & {"GET", "POST"})
                ]
    return found


def test_every_route_is_in_exactly_one_list(app: Flask) -> None:
    lists = [EVERYONE, SIGNED_IN, COORDINATORS, COORDINATORS_AND_ORGANIZERS, ORGANIZERS]
    assert sum(map(len, lists)) == len(set().union(*lists))
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set().union(*lists)


def test_who_is_not_signed_in_is_sent_to_the_sign_in_page_and_back(app: Flask, client: Client) -> None:
    for endpoint, method, address in _doors(app, CLOSED):
        response = client.open(
            address, method=method, data={"csrf_token": "none"} if method == "POST" else None
        )
        if address.endswith(".json"):  # asked by a script, which cannot sign in
            assert response.status_code == 401, endpoint
        elif method == "GET":
            assert response.status_code == 303, (endpoint, response.status_code)
            assert response.headers["Location"].startswith("/sign-in?next="), endpoint
        else:
            assert response.status_code in (400, 401), (endpoint, response.status_code)


def test_public_pages_need_no_sign_in(app: Flask, client: Client) -> None:
    for endpoint, method, address in _doors(app, EVERYONE):
        if method == "GET":
            assert client.get(address).status_code in (200, 303, 400, 404, 410), endpoint


@pytest.mark.parametrize("name", ["lamai", "sakda", "wit", "mali"])
def test_organizers_pages_are_closed_to_every_other_role(
    app: Flask, client: Client, cast: Cast, name: str
) -> None:
    client.sign_in(getattr(cast, name))
    for endpoint, method, address in _doors(app, ORGANIZERS):
        if method == "GET":
            assert client.get(address).status_code == 403, endpoint


@pytest.mark.parametrize("name", ["lamai", "sakda", "wit", "orn"])
def test_pages_of_an_agency_are_for_its_coordinator_only(
    app: Flask, client: Client, cast: Cast, name: str
) -> None:
    client.sign_in(getattr(cast, name))
    for endpoint, method, address in _doors(app, COORDINATORS):
        if method == "GET":
            assert client.get(address).status_code == 403, endpoint


def test_a_post_without_the_token_of_its_form_is_refused(app: Flask, client: Client, cast: Cast) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    client.sign_in(cast.orn)
    for endpoint, method, address in _doors(app, (EVERYONE | CLOSED) - {"home.preferences"}):
        if method == "POST":
            assert client.post(address, data={}).status_code == 400, endpoint


def test_a_post_from_another_site_is_refused_even_with_a_token(client: Client, cast: Cast) -> None:
    client.sign_in(cast.lamai)
    client.get("/account")
    token = client.page.form("/sign-out").find("input", attrs={"name": "csrf_token"})["value"]  # type: ignore[index]
    for path in ("/sign-out", "/preferences"):
        response = client.post(
            path, data={"csrf_token": token}, headers={"Origin": "https://elsewhere.example"}
        )
        assert response.status_code == 400, path


def test_answers_carry_the_headers_that_protect_a_browser(client: Client) -> None:
    headers = client.get("/").headers
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
