"""What templates may call: dates, Thai setting, texts, fields and the clock in the language of the page; the functions themselves stand in their modules."""

from flask import Flask

from portal.core import clock, dates, forms, i18n, typeset
from portal.core.templating import OfLanguage

DATES = ("thai_date", "short_date", "date_range", "short_range", "weekday", "time_of", "date_time", "hanging")


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update({name: OfLanguage(getattr(dates, name)) for name in DATES})
    app.jinja_env.filters.update(
        nb=OfLanguage(typeset.nowrap), person=OfLanguage(typeset.person), local=clock.local
    )
    app.jinja_env.globals.update(
        now=clock.now,
        today=clock.today,
        in_lang=OfLanguage(i18n.in_lang),
        said=OfLanguage(i18n.said),
        lang=OfLanguage(lambda lang: lang),
        drawn=forms.drawn,
    )
