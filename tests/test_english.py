"""An English page says nothing in Thai but names and content, and those are marked as Thai."""

import re

import pytest
from bs4 import BeautifulSoup, Tag
from bs4.element import Comment, NavigableString

from tests import packs, rows

THAI = re.compile(r"[\u0e00-\u0e7f]")
CANNOT_BE_MARKED_INSIDE = {"title", "option"}

PAGES = {
    None: (
        *(
            "/",
            "/award",
            "/speakers",
            "/speakers/opdc-deputy",
            "/workshops",
            "/workshops/pmqa40-2566",
            "/learn",
        ),
        *("/sign-in", "/sign-up", "/forgot-password", "/sign-up/sent", "/forgot-password/sent"),
    ),
    "lamai": ("/me", "/account", "/calendar", "/workshops/excellence-2566", "/no-such-page"),
    "mali": ("/agency",),
    "orn": (
        *("/organize", "/organize/coverage", "/organize/outbox", "/organize/approvals", "/organize/imports"),
        *("/organize/workshops/pmqa40-2566/roster", "/organize/workshops/pmqa40-2566/seats"),
    ),
}


@pytest.fixture
def content(cast) -> None:
    rows.the_round()
    rows.the_programme()
    packs.publish()


def _language(tag: Tag | None) -> str:
    while tag is not None:
        if tag.get("lang"):
            return str(tag["lang"])
        tag = tag.parent
    return ""


def unmarked(soup: BeautifulSoup) -> list[str]:
    """Thai words on the page that would be read out as English."""
    return [
        text.strip()
        for text in soup.find_all(string=THAI)
        if isinstance(text, NavigableString)
        and not isinstance(text, Comment)
        and text.parent is not None
        and text.parent.name not in CANNOT_BE_MARKED_INSIDE
        and _language(text.parent) != "th"
    ]


@pytest.mark.parametrize(
    ("who", "address"), [(who, address) for who, pages in PAGES.items() for address in pages]
)
def test_an_english_page_is_english(client, cast, content, who, address):
    if who:
        client.sign_in(getattr(cast, who))
    client.set_cookie("lang", "en")
    client.get(address)
    assert client.page.one("html")["lang"] == "en"
    assert not unmarked(client.page.soup)


def test_a_refused_form_says_why_in_english(client, content):
    client.set_cookie("lang", "en")
    client.get("/sign-up")
    client.submit("/sign-up", name="", agency="กรมคุมโรค", email="nobody", password="short")
    assert client.page.soup.title.get_text().startswith("Error: ")
    assert "Enter your first and last name." in client.page.errors
    assert not unmarked(client.page.soup)


def test_a_thai_page_stays_thai(client, content):
    client.get("/workshops")
    assert client.page.one("html")["lang"] == "th"
    assert "งานอบรม" in client.page.main
    assert "Workshops" not in client.page.main
