"""From a template to the three pieces of a message."""

from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader

from portal.core.templating import Environment
from portal.mail.compose import compose, link

TEMPLATES = {
    "mail/greeting.txt": "{# why #}\nSubject:  {{ _('สวัสดี') }}\n  {{ name }}\n",
    "mail/letter.txt": "Subject: เรื่อง {{ name }}\n\nเรียน {{ name }}\n\n\n\nเปิดลิงก์นี้\n{{ link('accounts.sign_in') }}\n",
    "mail/silent.txt": "เรียน\n",
    "mail/spoken.txt": "Subject: {{ lang() }}\n\n{{ lang() }}\n",
}


@pytest.fixture(autouse=True)
def _templates(app: Flask) -> Iterator[None]:
    environment, before = app.jinja_env, app.jinja_env.loader
    assert isinstance(environment, Environment)
    assert before is not None
    environment.loader = ChoiceLoader([DictLoader(TEMPLATES), before])
    environment.forget()
    yield
    environment.loader = before
    environment.forget()


def test_the_first_line_is_the_subject(app: Flask) -> None:
    assert compose("letter", language="th", name="ละไม").subject == "เรื่อง ละไม"


def test_a_template_may_begin_with_a_comment(app: Flask) -> None:
    assert compose("greeting", language="th", name="ละไม").subject == "สวัสดี"


def test_the_text_is_signed_and_has_single_blank_lines(app: Flask) -> None:
    assert compose("letter", language="th", name="ละไม").text == (
        "เรียน ละไม\n\nเปิดลิงก์นี้\nhttp://localhost/sign-in\n\n-- \nห้องเรียนเขียนรายงาน\nhttp://localhost\n"
    )


def test_the_html_says_the_same_with_links_to_press(app: Flask) -> None:
    html = BeautifulSoup(compose("letter", language="th", name="ละไม").html, "html.parser")
    assert [a["href"] for a in html.select("a")] == ["http://localhost/sign-in", "http://localhost"]
    assert "เรียน ละไม" in html.get_text()


def test_a_name_is_never_taken_for_html(app: Flask) -> None:
    letter = compose("letter", language="th", name="<b>ละไม</b> & Co")
    assert "เรียน <b>ละไม</b> & Co" in letter.text
    assert "<b>" not in letter.html
    assert letter.subject == "เรื่อง <b>ละไม</b> & Co"


def test_a_message_speaks_the_language_of_its_reader(app: Flask) -> None:
    english = compose("spoken", language="en")
    assert english.text.startswith("en\n")
    assert '<html lang="en">' in english.html
    assert "The report-writing classroom" in english.text
    assert compose("spoken", language="th").subject == "th"


def test_a_template_without_a_subject_is_a_mistake(app: Flask) -> None:
    with pytest.raises(ValueError, match=r"silent\.txt"):
        compose("silent", language="th")


def test_a_link_is_full_outside_a_request_and_keeps_the_path_of_the_site(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "BASE_URL", "https://learn.example/portal")
    assert link("accounts.confirm", token="a.b") == "https://learn.example/portal/confirm/a.b"
