"""Sentences stand in compiled templates as text, in the language of the page, escaped and formatted as a call would do it."""

import contextvars
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, render_template, url_for
from jinja2 import ChoiceLoader, DictLoader
from markupsafe import Markup
from werkzeug.routing import BuildError

from portal.core import i18n, templating
from portal.core.templating import Environment, OfLanguage

TEMPLATES = {
    "plain.html": "{{ _('สวัสดี') }}",
    "hole.html": "{{ _('ถึง %(name)s ได้ 100%%', name=name) }}",
    "odd.html": "{{ _('%(count)d คน', count=count) }}",
    "plural.html": "{% trans n=n %}{{ n }} คน{% pluralize %}{{ n }} คน{% endtrans %}",
    "block.html": "{% trans name=name %}ถึง {{ name }}{% endtrans %}",
    "chosen.html": "{{ _(sentence) }}",
    "parent.html": "{% extends 'layout.html' %}{% block inner %}{{ _('สวัสดี') }}{% endblock %}",
    "layout.html": "{{ _('สวัสดี') }}:{% block inner %}{% endblock %}",
    "letter.txt": "{{ _('สวัสดี') }} {{ _('ถึง %(name)s ได้ 100%%', name=name) }}",
    "language.html": "{{ lang() }} {{ in_lang(thing, 'title') }} {{ day|spoken }}",
    "links.html": "{{ url_for('home.landing') }} {{ url_for('participation.workshop', code=code) }} {{ url_for('participation.workshop', code=code, tag=tags) }} {{ url_for('home.landing', _external=true) }}",
    "number.html": "{{ url_for('home.landing', page=page) }}",
    "lacking.html": "{{ url_for('participation.workshop') }}",
    "markup.html": "{{ _('<b>%(name)s</b>', name=name) }}",
}
ENGLISH = {"สวัสดี": "Hello", "ถึง %(name)s ได้ 100%%": "To %(name)s, got 100%%", "ถึง %(name)s": "To %(name)s"}


def in_request(app: Flask, lang: str, work: Callable[[], Any]) -> Any:
    """Done in a request of its own, outside the context of the test."""

    def done() -> Any:
        with app.test_request_context("/", headers={"Cookie": f"lang={lang}"}):
            return work()

    return contextvars.Context().run(done)


@pytest.fixture
def shop(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """shop("hole.html", lang="en", name="Mali") — the template as that language has it, from an environment of its own."""
    english = lambda message: ENGLISH.get(message, message) if i18n.language() == "en" else message  # noqa: E731
    monkeypatch.setattr(templating, "text_of", english)
    made = app.create_jinja_environment()
    made.loader = ChoiceLoader([DictLoader(TEMPLATES)])
    made.globals.update(lang=OfLanguage(lambda lang: lang), in_lang=OfLanguage(i18n.in_lang))
    made.filters["spoken"] = OfLanguage(lambda day, lang: f"{day}/{lang}")
    made.add_extension("jinja2.ext.i18n")
    made.install_gettext_callables(english, lambda one, _many, _n: one, newstyle=True)  # type: ignore[attr-defined]
    monkeypatch.setitem(app.__dict__, "jinja_env", made)

    def said(template: str, *, lang: str = "th", **values: Any) -> Any:
        return in_request(app, lang, lambda: render_template(template, **values))

    return said


def test_the_app_compiles_its_templates_so(app):
    assert isinstance(app.jinja_env, Environment)


@pytest.mark.parametrize(("lang", "text"), [("th", "สวัสดี"), ("en", "Hello")])
def test_a_sentence_is_in_the_language_of_the_page(shop, lang, text):
    assert shop("plain.html", lang=lang) == text
    assert shop("parent.html", lang=lang) == f"{text}:{text}"


def test_one_language_does_not_leak_into_the_other(shop):
    assert [shop("plain.html", lang=lang) for lang in ("en", "th", "en")] == ["Hello", "สวัสดี", "Hello"]


def test_what_fills_a_hole_is_escaped_and_markup_is_not(shop):
    assert shop("hole.html", name="<i>") == "ถึง &lt;i&gt; ได้ 100%"
    assert shop("hole.html", name=Markup("<i>")) == "ถึง <i> ได้ 100%"
    assert shop("hole.html", lang="en", name="A & B") == "To A &amp; B, got 100%"
    assert shop("markup.html", name="<i>") == "<b>&lt;i&gt;</b>"


def test_a_letter_is_plain_text(shop):
    assert shop("letter.txt", name="A & B") == "สวัสดี ถึง A & B ได้ 100%"


def test_other_forms_of_holes_plurals_and_chosen_sentences_stay_calls(shop):
    assert shop("odd.html", count=3) == "3 คน"
    assert shop("plural.html", n=2) == "2 คน"
    assert shop("block.html", lang="en", name="<i>") == "To &lt;i&gt;"
    assert shop("chosen.html", lang="en", sentence="สวัสดี") == "Hello"


def test_what_has_a_language_takes_that_of_the_page(shop):
    class Thing:
        title_th, title_en = "ชื่อ", "Name"

    assert shop("language.html", thing=Thing, day=1) == "th ชื่อ 1/th"
    assert shop("language.html", lang="en", thing=Thing, day=1) == "en Name 1/en"


def test_outside_of_pages_it_takes_that_of_the_moment(app):
    with i18n.in_language("en"):
        assert OfLanguage(lambda lang: lang)() == "en"


def test_a_template_is_compiled_once_for_each_language(app):
    one, again = (
        in_request(app, "th", lambda: app.jinja_env.get_template("layout/base.html")) for _ in range(2)
    )
    other = in_request(app, "en", lambda: app.jinja_env.select_template(["layout/base.html"]))
    assert one is again
    assert one is not other


def test_links_are_those_of_flask_remembered_or_not(app, shop):
    for code, tags in (("a/b", ["x", "y"]), ("c", ["z"]), ("a/b", ["x", "y"])):
        expected = in_request(
            app,
            "th",
            lambda code=code, tags=tags: [  # type: ignore[misc]
                url_for("home.landing"),
                url_for("participation.workshop", code=code),
                url_for("participation.workshop", code=code, tag=tags),
                url_for("home.landing", _external=True),
            ],
        )
        assert shop("links.html", code=code, tags=tags).replace("&amp;", "&").split() == expected


def test_equal_numbers_of_other_kinds_are_other_links(app, shop):
    assert shop("number.html", page=1).endswith("page=1")
    assert shop("number.html", page=1.0).endswith("page=1.0")
    assert shop("number.html", page=True).endswith("page=True")


def test_an_endpoint_that_lacks_values_is_refused_each_time(shop):
    for _ in range(2):
        with pytest.raises(BuildError):
            shop("lacking.html")
