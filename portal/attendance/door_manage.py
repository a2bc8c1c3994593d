"""What a check-in door asks besides its page: the script that keeps the page without network, and pictures read for phones that cannot; scans are taken by check_in_manage."""

from flask import Blueprint, Response, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from portal.accounts.access import organizers_only
from portal.attendance import frames, meetings
from portal.core import assets
from portal.core.db import db
from portal.core.guard import public

bp = Blueprint("door", __name__)


@bp.get("/door-sw.js")
@public
def keeper() -> Response:
    """At the root, for a service worker keeps only pages below its own address; each door page narrows it to itself."""
    response = current_app.response_class(
        assets.text_of("js/door-sw.js"), mimetype="text/javascript", headers={"Cache-Control": "no-cache"}
    )
    response.add_etag()
    response.make_conditional(request)
    return response


@bp.post("/organize/workshops/<code>/sessions/<session>/frames")
@organizers_only
def frame(code: str, session: str) -> ResponseReturnValue:
    """The text in a JPEG of this door's camera, 204 where there is none; nothing of it is kept."""
    if meetings.meeting_of(code, session) is None:
        abort(404)
    if (request.content_length or 0) > frames.MOST_BYTES:
        abort(413)
    db.session.rollback()  # looking at a picture must not hold the lock of all who write
    try:
        text = frames.text_in(request.get_data())
    except frames.NotAPicture as no:
        return jsonify(message=str(no)), 422
    return jsonify(text=text) if text else Response(status=204, mimetype="application/json")
