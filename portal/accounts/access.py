"""Who may enter and whose data they see: the user of a request, roles, and the scope "only my agency"; pages stand in views."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Flask, abort
from flask_login import LoginManager, current_user
from sqlalchemy import Select, select

from portal.accounts.models import Agency, SignIn, User
from portal.core.db import db

P = ParamSpec("P")
R = TypeVar("R")

login_manager = LoginManager()


def viewer() -> User:
    """The signed-in person of this request."""
    user: User = current_user._get_current_object()
    return user


@login_manager.user_loader
def _load(key: str) -> User | None:
    sign_in = db.session.scalar(select(SignIn).where(SignIn.key == key, SignIn.ended_at.is_(None)))
    if sign_in is None or not sign_in.user.is_active:
        return None
    sign_in.user.signed_in_by = sign_in  # type: ignore[misc]  # per person, though declared beside the columns
    return sign_in.user


def organizers_only(view: Callable[P, R]) -> Callable[P, R]:
    """The view is for organizers and admins; others get 403."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not viewer().may_organize:
            abort(403)
        return view(*args, **kwargs)

    guarded.roles = "organizer"  # type: ignore[attr-defined]
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


def may_see_agency(user: User, agency: Agency | int | None) -> bool:
    """Whether the person may see data of this agency: organizers of all, a coordinator of the own one."""
    agency_id = agency.id if isinstance(agency, Agency) else agency
    return user.may_organize or (user.is_coordinator and agency_id is not None and user.agency_id == agency_id)


def only_my_agency(query: Select[Any], column: Any, user: User) -> Select[Any]:
    """The same query, narrowed to the agencies whose data the person may see: the one place of that scope."""
    if user.may_organize:
        return query
    if user.is_coordinator and user.agency_id is not None:
        return query.where(column == user.agency_id)
    return query.where(False)


def init_app(app: Flask) -> None:
    login_manager.init_app(app)
    login_manager.session_protection = None
