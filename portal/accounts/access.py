"""Who may enter and whose data they see: the user of a request, roles, and the scope "only my agency"; pages stand in views."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from flask import Flask, abort, current_app, request, session
from flask_login import LoginManager, current_user
from sqlalchemy import Boolean, Select, bindparam, false, or_, select

from portal.accounts.models import Agency, Role, SignIn, Standing, User
from portal.core import clock
from portal.core.db import UTCDateTime, apart, db
from portal.core.errors import signed_out
from portal.core.prepared import Prepared

# How long a sign-in holds: on one's own device, and on any other.
REMEMBERED = timedelta(days=14)
A_DAY = timedelta(days=1)

P = ParamSpec("P")
R = TypeVar("R")
View = TypeVar("View", bound=Callable[..., Any])

login_manager = LoginManager()

# Made once: every request of somebody signed in asks it, and building it took as long as asking.
_RUNS = (
    SignIn.key == bindparam("key"),
    SignIn.ended_at.is_(None),
    or_(SignIn.expires_at.is_(None), SignIn.expires_at > bindparam("now", type_=UTCDateTime)),
)
_RUNNING = select(User).join(SignIn, SignIn.user_id == User.id).where(*_RUNS)
_OPEN = (User.disabled_at.is_(None), or_(User.is_sample.is_(False), bindparam("demo", type_=Boolean)))
_IS_SIGNED_IN = select(User.id).join(SignIn, SignIn.user_id == User.id).where(*_RUNS, *_OPEN)
# Not role IN (…): such a list is written anew into the statement at each execution.
_MAY_ORGANIZE = _IS_SIGNED_IN.where(or_(User.role == Role.ORGANIZER, User.role == Role.ADMIN))
_PERSON, _ORGANIZER = Prepared(_IS_SIGNED_IN), Prepared(_MAY_ORGANIZE)
# The id of the organizer who asks, None for anybody else: a column for a statement that asks along, by `Asking.values`.
ORGANIZER_ASKING = _MAY_ORGANIZE.correlate(None).scalar_subquery()
_KNOWN = Prepared(
    select(
        User.id,
        User.name,
        User.role,
        User.agency_id,
        User.is_sample,
        User.confirmed_at,
        User.approved_at,
        User.disabled_at,
    )
    .join(SignIn, SignIn.user_id == User.id)
    .where(*_RUNS)
)


@dataclass(frozen=True, slots=True)
class Known(Standing):
    """Of who is signed in, what a letterhead tells and a rule asks: for pages that are asked for by a whole hall."""

    id: int
    name: str
    role: Role
    agency_id: int | None
    is_sample: bool
    confirmed_at: datetime | None
    approved_at: datetime | None
    disabled_at: datetime | None


def viewer() -> User:
    """The signed-in person of this request; not in a view that `knows_by_columns`."""
    user: User = current_user._get_current_object()
    return user


def known() -> Known:
    """Who is signed in, in a view that `knows_by_columns`."""
    user: Known = current_user._get_current_object()
    return user


def knows_by_columns(view: View) -> View:
    """Mark a view that asks by `known()` who is signed in: the row of the person with their agency's is not made into
    objects for it, which took a seventh of such a page."""
    view.knows_by_columns = True  # type: ignore[attr-defined]
    return view


def may_sign_in(user: User | Known) -> bool:
    """Whether the account is open; a demonstration person, whose password everybody knows, only in a demonstration."""
    return user.is_active and (not user.is_sample or bool(current_app.config["DEMO"]))


@login_manager.user_loader  # type: ignore[untyped-decorator]
def _load(key: str) -> User | Known | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "knows_by_columns", False):
        row = _KNOWN.first(key=key, now=clock.now())
        one = None if row is None else Known(*row)
        return one if one is not None and may_sign_in(one) else None
    user = db.session.scalar(_RUNNING, {"key": key, "now": clock.now()})
    if user is None or not may_sign_in(user):
        return None
    user.sign_in_key = key
    return user


def organizers_only(view: Callable[P, R]) -> Callable[P, R]:
    """The view is for organizers and admins; others get 403."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not viewer().may_organize:
            abort(403)
        return view(*args, **kwargs)

    guarded.roles = "organizer"  # type: ignore[attr-defined]
    return guarded


class Asking:
    """Who sends a script's request, by their cookie: looked up when it is first needed, unless a statement asked along."""

    def __init__(self, allowed: Prepared) -> None:
        self._allowed = allowed
        self._id: int | None = None
        self._is_told = False

    @property
    def values(self) -> dict[str, Any]:
        """What a statement is given that asks along."""
        return {"key": session.get("_user_id"), "now": clock.now(), "demo": current_app.config["DEMO"]}

    def told(self, found: int | None) -> None:
        """What a statement said that asked along: their id, or None for who may not."""
        self._id, self._is_told = found, True

    @property
    def id(self) -> int:
        """Their id. Ends the request with 401 or 403 for who may not."""
        if not self._is_told:
            row = self._allowed.first(**self.values)
            self.told(None if row is None else row[0])
        if self._id is None:
            abort(403 if current_user.is_authenticated else signed_out())
        return self._id


def for_scripts_of_organizers(view: Callable[Concatenate[Asking, P], R]) -> Callable[P, R]:
    """The view answers a script of organizers and admins many times a second; it is given who asks, so that its first
    statement may look them up along. Whatever it answers, others get 401 or 403, as everywhere."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        with apart():
            asking = Asking(_ORGANIZER)
            try:
                return view(asking, *args, **kwargs)
            finally:
                _ = asking.id  # nothing leaves the view, no error either, before it is known that they may

    guarded.roles = "organizer"  # type: ignore[attr-defined]
    guarded.is_public = True  # type: ignore[attr-defined]  # the door asks for nobody, this asks by itself
    return guarded


def for_scripts_of_people(view: Callable[Concatenate[int, P], R]) -> Callable[P, R]:
    """The view answers a script of whoever is signed in, every few seconds: it is given their id, and nothing else of
    them is loaded. Others get 401."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        with apart():
            return view(Asking(_PERSON).id, *args, **kwargs)

    guarded.is_public = True  # type: ignore[attr-defined]  # the door asks for nobody, this asks by itself
    return guarded


def coordinators_only(view: Callable[P, R]) -> Callable[P, R]:
    """The view is for approved coordinators of an agency; others get 403."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not viewer().is_coordinator or viewer().agency_id is None:
            abort(403)
        return view(*args, **kwargs)

    guarded.roles = "coordinator"  # type: ignore[attr-defined]
    return guarded


def approvers_only(view: Callable[P, R]) -> Callable[P, R]:
    """The view is for organizers and for approved coordinators of an agency; others get 403."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        user = viewer()
        if not user.may_organize and (not user.is_coordinator or user.agency_id is None):
            abort(403)
        return view(*args, **kwargs)

    guarded.roles = "coordinator organizer"  # type: ignore[attr-defined]
    return guarded


def may_see_agency(user: User, agency: Agency | int | None) -> bool:
    """Whether the person may see data of this agency: organizers of all, a coordinator of the own one."""
    agency_id = agency.id if isinstance(agency, Agency) else agency
    return user.may_organize or (
        user.is_coordinator and agency_id is not None and user.agency_id == agency_id
    )


def only_my_agency(query: Select[Any], column: Any, user: User) -> Select[Any]:
    """The same query, narrowed to the agencies whose data the person may see: the one place of that scope."""
    if user.may_organize:
        return query
    if user.is_coordinator and user.agency_id is not None:
        return query.where(column == user.agency_id)
    return query.where(false())


def init_app(app: Flask) -> None:
    login_manager.init_app(app)
    login_manager.session_protection = None
    app.permanent_session_lifetime = REMEMBERED
    # A sign-in ends at a fixed time, so its cookie may too.
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False
