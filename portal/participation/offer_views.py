"""The page behind the links of an offered seat, open to whoever has the link: it shows the offer, takes it or lets it go; what an offer is, is offers' matter."""

from collections.abc import Callable

from flask import Blueprint, Response, abort, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.accounts.access import viewer
from portal.accounts.models import User
from portal.core.db import db
from portal.core.errors import Refused
from portal.core.guard import public
from portal.participation import eligibility, offers
from portal.participation.models import Move, Registration
from portal.participation.offers import Offer

bp = Blueprint("offers", __name__, url_prefix="/offers")


@bp.get("/<token>")
@public
def offer(token: str) -> Response:
    return _page(token)


@bp.post("/<token>/accept")
@public
def accept(token: str) -> ResponseReturnValue:
    return _answered(token, offers.accept)


@bp.post("/<token>/decline")
@public
def decline(token: str) -> ResponseReturnValue:
    return _answered(token, offers.decline)


def _answered(token: str, answer: Callable[..., Registration]) -> ResponseReturnValue:
    found = _offer(token)
    try:
        answer(found.registration, by=_reader(), offer=found.id)
    except Refused as no:
        db.session.rollback()
        return _page(token, no)
    db.session.commit()
    return redirect(url_for("offers.offer", token=token), 303)


def _offer(token: str) -> Offer:
    return offers.read(token) or abort(404)


def _reader() -> User | None:
    """Who pressed, where they are signed in; else the person to whom the link was sent."""
    return viewer() if current_user.is_authenticated else None


def _page(token: str, no: Refused | None = None) -> Response:
    """The offer as it is now: 410 once its time is over, 409 above a refusal."""
    found = _offer(token)
    page = render_template(
        "participation/offer.html",
        token=token,
        mine=found.registration,
        workshop=found.registration.workshop,
        became=found.became.value if found.became else "",
        refused=no,
        shut=eligibility.not_open(found.registration.workshop),
    )
    return make_response(page, 410 if found.became is Move.EXPIRED else 409 if no else 200)
