"""Public pages of who speaks; the pages of workshops show seats and so live in participation."""

from flask import Blueprint, abort, render_template

from portal.core import pagecache
from portal.core.guard import public
from portal.programme import speakers as people, workshops

bp = Blueprint("programme", __name__)


@bp.get("/speakers")
@public
@pagecache.for_everyone
def speakers() -> str:
    everybody = people.all_speakers()
    offered = workshops.published()
    casts = [(workshop, workshops.speakers_of(workshop)) for workshop in offered]
    return render_template(
        "programme/speakers.html",
        speakers=everybody,
        places=people.places_of(everybody),
        casts=casts,
        in_all=[person for person in everybody if casts and all(person in cast for _, cast in casts)],
    )


@bp.get("/speakers/<code>")
@public
@pagecache.for_everyone
def speaker(code: str) -> str:
    person = people.speaker_by_code(code) or abort(404)
    return render_template("programme/speaker.html", speaker=person, talks=people.talks_of(person))
