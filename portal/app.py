"""The roof: create_app plugs core and rooms together, in this order; nothing is decided here."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask

from portal import certificate_commands, cli, lrs_commands, quiz_commands
from portal.accounts import access, approval_views
from portal.accounts.views import bp as accounts
from portal.attendance import check_in_manage, papers_manage, tables_manage
from portal.attendance.calendar_manage import bp as calendars
from portal.attendance.calendar_views import bp as feeds
from portal.attendance.check_in_views import bp as check_in
from portal.attendance.door_manage import bp as door
from portal.attendance.handout_views import bp as handouts
from portal.attendance.manage import bp as roster
from portal.attendance.papers_views import bp as papers
from portal.authoring import files_manage, questions_manage as quiz_questions_manage
from portal.authoring.exchange_manage import bp as exchange
from portal.authoring.manage import bp as authoring
from portal.awards.views import bp as awards
from portal.certificates import badge_views, certificates_manage
from portal.certificates.views import bp as certificates
from portal.core import assets, clock, compress, db, errors, filters, guard, i18n, pagecache, unchanged
from portal.core.templating import Environment
from portal.courses import models as courses_models
from portal.courses.search_views import bp as courses
from portal.home import plan_views
from portal.home.views import bp as home
from portal.learning import (
    assessment_views,
    attempt_views,
    extra_time_manage,
    glossary_views,
    offline_views,
    reading_views,
)
from portal.learning.care_manage import bp as care
from portal.learning.views import bp as learning
from portal.mail import models as mail_models
from portal.organize import imports_manage, models as organize_models, pictures_views
from portal.organize.letters_manage import bp as letters
from portal.organize.views import bp as organize
from portal.participation.offer_views import bp as offers
from portal.participation.queue_views import bp as queue
from portal.participation.team_views import bp as teams
from portal.participation.terms_manage import bp as terms
from portal.participation.views import bp as participation
from portal.programme import history_manage, questions_manage, sessions_manage, speakers_manage, talks_manage
from portal.programme.manage import bp as desk
from portal.programme.speak_views import bp as speak
from portal.programme.views import bp as programme
from portal.xapi import models as xapi_models

BLUEPRINTS = (
    home,
    accounts,
    awards,
    programme,
    speak,
    desk,
    participation,
    terms,
    roster,
    feeds,
    calendars,
    door,
    check_in,
    handouts,
    offers,
    papers,
    queue,
    teams,
    courses,
    learning,
    care,
    authoring,
    exchange,
    certificates,
    organize,
    letters,
)
# Pages of a blueprint that stand in files of their own: importing them is all it takes.
MORE_PAGES = (
    approval_views,
    assessment_views,
    attempt_views,
    badge_views,
    certificates_manage,
    check_in_manage,
    extra_time_manage,
    files_manage,
    glossary_views,
    history_manage,
    imports_manage,
    offline_views,
    papers_manage,
    pictures_views,
    plan_views,
    questions_manage,
    quiz_questions_manage,
    reading_views,
    sessions_manage,
    speakers_manage,
    tables_manage,
    talks_manage,
)
MODELS_WITHOUT_PAGES = (courses_models, mail_models, organize_models, xapi_models)


class Portal(Flask):
    """No view of ours is async: Flask looks for one at each of the twenty functions that a request passes."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def _configure(app: Flask, settings: Mapping[str, Any]) -> None:
    app.config.update(
        SITE_NAME="ห้องเรียนเขียนรายงาน",
        SITE_NAME_EN="The report-writing classroom",
        SITE_LINE="รางวัลคุณภาพการบริหารจัดการภาครัฐ ประจำปี พ.ศ. 2566",
        SITE_LINE_EN="Public Sector Management Quality Award, 2023",
    )
    app.config.update(settings)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    clock.start_at(app.config["CLOCK"])


def create_app(settings: Mapping[str, Any]) -> Flask:
    """The portal as a Flask application. `settings` is what config.from_environment gives."""
    app = Portal("portal", static_folder=None)
    app.jinja_environment = Environment
    _configure(app, settings)
    db.init_app(app)
    unchanged.init_app(app)
    pagecache.init_app(app)
    compress.init_app(app)
    i18n.init_app(app)
    access.init_app(app)
    guard.init_app(app)
    errors.init_app(app)
    filters.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    assets.init_app(app)
    cli.init_app(app)
    app.cli.add_command(quiz_commands.quizzes)
    app.cli.add_command(certificate_commands.certificates)
    app.cli.add_command(lrs_commands.lrs)
    return app
