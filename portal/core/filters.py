"""What templates may call: dates, Thai setting and the clock in the language of the request; the functions themselves stand in their modules."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask

from portal.core import clock, dates, typeset
from portal.core.i18n import language

DATES = ("thai_date", "short_date", "date_range", "short_range", "weekday", "time_of", "date_time", "hanging")


def _in_language(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def called(*args: Any) -> Any:
        return function(*args, lang=language())

    return called


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update({name: _in_language(getattr(dates, name)) for name in DATES})
    app.jinja_env.filters.update(nb=typeset.nowrap, person=typeset.person, local=clock.local)
    app.jinja_env.globals.update(now=clock.now, today=clock.today)
