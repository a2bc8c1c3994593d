"""What reading without network asks for: the script that opens kept lessons, and the page for those that were never opened."""

from flask import Response, current_app, render_template, request

from portal.core import assets, pagecache
from portal.core.guard import public
from portal.learning.views import bp


@bp.get("/learn/sw.js")
@public
def keeper() -> Response:
    """Below /learn/, which is all that it may touch."""
    script = assets.text_of("js/learn-sw.js")
    response = current_app.response_class(
        script, mimetype="text/javascript", headers={"Cache-Control": "no-cache"}
    )
    response.add_etag()
    response.make_conditional(request)
    return response


@bp.get("/learn/offline")
@public
@pagecache.for_everyone
def offline() -> str:
    return render_template("learning/offline.html")
