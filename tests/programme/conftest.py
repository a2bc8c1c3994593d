"""The workshops of 2566, as their files tell them."""

import pytest

from portal.accounts.models import Role
from portal.programme import loading
from portal.programme.models import Workshop
from tests import rows
from tests.cast import person
from tests.pages import Client
from tests.programme.offer import offered


@pytest.fixture
def programme_2566(app) -> loading.Loaded:
    rows.the_round()
    return rows.the_programme()


@pytest.fixture
def workshop(programme_2566) -> Workshop:
    """The first workshop of 2566: published, two all-day sessions a week from now."""
    return offered("pmqa40-2566")


@pytest.fixture
def orn(client, cast) -> Client:
    """A browser in which the organizer is signed in."""
    client.sign_in(cast.orn)
    found: Client = client
    return found


@pytest.fixture
def other(app, cast) -> Client:
    """A browser of another organizer."""
    found: Client = app.test_client()
    return found.sign_in(person("ying@demo.example", "หญิง ร่วมจัด", Role.ORGANIZER))


@pytest.fixture
def closed_to_others(client, cast):
    """closed_to_others(address): who is not signed in is sent to sign in, every other role is refused."""

    def check(address: str) -> None:
        client.sign_out()
        assert client.get(address).headers["Location"].startswith("/sign-in?next=")
        for somebody in (cast.lamai, cast.mali, cast.wit, cast.sakda):
            assert client.sign_in(somebody).get(address).status_code == 403, address
        client.sign_in(cast.orn)
        assert client.get(address).status_code == 200

    return check
