"""The team pages are for the agency's coordinator alone, and show nothing of another agency by any code."""

import pytest

from portal.core.db import db
from portal.participation import registration
from portal.participation.models import RegistrationStatus
from tests.participation.teaming import URL, standing

CONFIRMED = RegistrationStatus.CONFIRMED
CANCELLED = RegistrationStatus.CANCELLED


@pytest.fixture
def foreign(workshop, make_people):
    """A seat of another agency."""
    row = registration.register(workshop, user=make_people(1)[0])
    db.session.commit()
    return row


@pytest.mark.parametrize("act", ["cancel", "swap"])
def test_a_registration_of_another_agency_is_not_there_by_any_code(client, cast, foreign, act, team_page):
    team_page()
    address = f"{URL}/registrations/{foreign.code}/{act}"
    assert client.get(address).status_code == 404
    client.get(URL)
    token = str(client.page.form(f"{URL}/invitations").find("input", attrs={"name": "csrf_token"})["value"])
    data = {"csrf_token": token, "to": cast.lamai.code, "why": ""}
    assert client.post(address, data=data).status_code == 404
    assert standing() == {foreign.user.email: CONFIRMED}


@pytest.mark.parametrize("act", ["cancel", "swap"])
def test_a_registration_of_another_workshop_is_not_there_either(client, cast, workshop, make_workshop, act):
    other = registration.register(make_workshop("other"), user=cast.lamai)
    db.session.commit()
    client.sign_in(cast.mali)
    assert client.get(f"{URL}/registrations/{other.code}/{act}").status_code == 404


@pytest.mark.parametrize("name", ["lamai", "sakda", "wit", "orn"])
def test_the_pages_are_for_the_coordinator_alone(client, cast, workshop, name):
    seat = registration.register(workshop, user=cast.lamai)
    client.sign_in(getattr(cast, name))
    for address in (URL, *(f"{URL}/registrations/{seat.code}/{act}" for act in ("cancel", "swap"))):
        assert client.get(address).status_code == 403, address
    client.get("/account")
    token = str(client.page.form("/sign-out").find("input", attrs={"name": "csrf_token"})["value"])
    data = {
        "csrf_token": token,
        "people": cast.lamai.code,
        "how": "some",
        "name": "x",
        "email": "x@y.example",
    }
    for address in (f"{URL}/registrations", f"{URL}/invitations", f"{URL}/registrations/{seat.code}/cancel"):
        assert client.post(address, data=data).status_code == 403, address
    assert standing() == {cast.lamai.email: CONFIRMED}


def test_a_coordinator_who_was_not_approved_is_kept_out(client, cast, workshop):
    cast.mali.approved_at = None
    assert client.sign_in(cast.mali).get(URL).status_code == 403


def test_a_visitor_signs_in_first(client, workshop):
    assert client.get(URL).headers["Location"] == f"/sign-in?next={URL}"


def test_without_the_token_of_the_form_nothing_happens(client, cast, workshop):
    seat = registration.register(workshop, user=cast.lamai)
    client.sign_in(cast.mali)
    for address in (
        f"{URL}/registrations",
        f"{URL}/invitations",
        f"{URL}/registrations/{seat.code}/cancel",
        f"{URL}/registrations/{seat.code}/swap",
    ):
        assert client.post(address, data={"people": cast.mali.code}).status_code == 400
    assert standing() == {cast.lamai.email: CONFIRMED}
