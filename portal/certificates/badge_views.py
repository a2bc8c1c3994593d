"""Certificates for other programs: the Open Badges credential, its issuer, what was revoked, and the public keys; what they say is open_badges' matter."""

from typing import Any

from flask import Response, abort, jsonify

from portal.certificates import keys, open_badges, showing
from portal.certificates.showing import State
from portal.certificates.views import bp
from portal.core.errors import page
from portal.core.guard import public
from portal.core.i18n import _, in_language


@bp.get("/certificates/<code>.jwt")
@public
def credential(code: str) -> Response:
    """The Open Badges 3.0 credential as VC-JWT, signed with the key of now; 410 where it does not stand any more."""
    verdict = showing.of_code(code)
    if verdict.certificate is None or verdict.state is State.ALTERED:
        abort(404)
    if verdict.state is not State.VALID:
        return page(410, title=_("ใบประกาศนี้ใช้ไม่ได้แล้ว"), text=_("ดูเหตุผลในหน้าของใบประกาศ"))
    key = keys.at_hand()
    if key is None:  # the portal's secret key was changed, and nothing issued since
        abort(503)
    with in_language("th"):
        body = open_badges.jwt(verdict.certificate, key)
    return _open(Response(body, content_type=open_badges.MEDIA_TYPE))


@bp.get("/certificates/issuer.json")
@public
def issuer() -> Response:
    return _said({"@context": open_badges.CONTEXTS, **open_badges.profile()})


@bp.get("/certificates/revoked.json")
@public
def revoked() -> Response:
    return _said(open_badges.revoked())


@bp.get("/certificates/keys.json")
@public
def public_keys() -> Response:
    """Every key that is believed, as a JWK set (RFC 7517), and which are not any more."""
    return _said(keys.published())


@bp.get("/certificates/keys/<kid>.json")
@public
def public_key(kid: str) -> Response:
    """The key that the header of a credential names, as a JWK; 410 and no key once it is distrusted."""
    found = next((key for key in keys.all_keys() if key.kid == kid), None)
    if found is None:
        abort(404)
    if found.distrusted_at is None:
        return _said(keys.as_jwk(kid, found.public))
    answer = _said({"distrusted": keys.as_distrusted(found)})
    answer.status_code = 410
    return answer


def _said(what: Any) -> Response:
    return _open(jsonify(what))


def _open(answer: Response) -> Response:
    """Pages of other sites that check certificates may read it, too: there is nothing in it that is not for everybody."""
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cache-Control"] = "no-cache"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
