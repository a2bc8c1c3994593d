"""The language of a request and its texts: the one face on flask-babel; what a date looks like is core.dates' matter.

Message ids are Thai, the first language of the interface, so Thai needs no catalogue; English is `translations/en`.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from babel import Locale
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, force_locale, get_locale, get_translations, gettext, ngettext
from flask_babel.speaklater import LazyString

LANGUAGES = {"th": "ไทย", "en": "English"}
COOKIE = "lang"

_n: Callable[..., str] = ngettext
in_language = force_locale


def _(message: str, **values: Any) -> str:
    """The sentence in the language in force, values put in. Thai is the message itself, which no catalogue is asked for."""
    if language() == "th":
        return message % values if values else message
    return str(gettext(message, **values))


def _l(message: str, **values: Any) -> LazyString:
    """The same for what is named before there is a request: put into words each time it is read."""
    return LazyString(_, message, **values)


def language() -> Literal["th", "en"]:
    """The language in force, "th" or "en"; Thai outside a request."""
    try:
        locale = (
            g._get_current_object()._flask_babel.babel_locale
        )  # asked so often that the way round was a twentieth of a page
    except (RuntimeError, AttributeError):
        locale = None
    locale = locale or get_locale()
    return "en" if locale is not None and locale.language == "en" else "th"


def in_lang(thing: Any, name: str, lang: str = "") -> str:
    """The text `name` of a thing that has it as `name_th` and `name_en`; Thai where the English is missing."""
    if (lang or language()) == "en":
        english = getattr(thing, f"{name}_en")
        if english:
            return str(english)
    return str(getattr(thing, f"{name}_th") or "")


def said(pair: Mapping[str, str] | None, lang: str = "") -> str:
    """The text of a {"th": …, "en": …} pair; Thai where the English is missing, "" where there is no pair."""
    if not pair:
        return ""
    return ((lang or language()) == "en" and pair.get("en")) or pair.get("th", "")


_LOCALES = {
    code: Locale(code) for code in LANGUAGES
}  # read from text at each request they took as long as a form's token


def _choose() -> Locale:
    """What the person picked (cookie set by home.preferences), else Thai: offices share machines set to English."""
    if not has_request_context():
        return _LOCALES["th"]
    return _LOCALES.get(request.cookies.get(COOKIE, ""), _LOCALES["th"])


def text_of(message: str) -> str:
    """A template's sentence. Thai is the message itself: looking it up in an empty catalogue was half of a page's time."""
    return message if language() == "th" else str(get_translations().ugettext(message))


def _texts(singular: str, plural: str, n: int) -> str:
    if language() == "th":
        return singular
    return str(get_translations().ungettext(singular, plural, n))


def init_app(app: Flask) -> None:
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "th")
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "Asia/Bangkok")
    Babel(app, locale_selector=_choose)
    app.jinja_env.install_gettext_callables(text_of, _texts, newstyle=True)  # type: ignore[attr-defined]
