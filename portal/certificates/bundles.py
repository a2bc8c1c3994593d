"""All certificates of an agency as one zip that is made while it is sent, one paper at a time; who may have it is the view's rule."""

import zipfile
from collections.abc import Iterator, Sequence

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.certificates import papers
from portal.certificates.models import Certificate
from portal.core import clock
from portal.core.db import db
from portal.core.i18n import in_language
from portal.core.zips import Outlet

AT_ONCE = 100


def of_agency(agency_id: int) -> list[int]:
    """The ids of those that stand and name this agency, by whom they are of. One query."""
    standing = select(Certificate.id).where(
        Certificate.agency_id == agency_id, Certificate.ended_at.is_(None)
    )
    return list(db.session.scalars(standing.order_by(Certificate.holder, Certificate.id)))


def stream(ids: Sequence[int], *, lang: str) -> Iterator[bytes]:
    """The zip in pieces, each paper made when its turn comes. Needs the app to begin, and asks the database for a few at a
    time: a slow reader holds no transaction open."""
    return _pieces(current_app._get_current_object(), ids, lang)  # type: ignore[attr-defined]


def _pieces(app: Flask, ids: Sequence[int], lang: str) -> Iterator[bytes]:
    outlet = Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED) as archive:
        for at in range(0, len(ids), AT_ONCE):
            for one, parts in _loaded(app, ids[at : at + AT_ONCE]):
                with app.app_context(), in_language(lang):
                    body = papers.certificate(one, parts)
                    name = f"{papers.filename(one)}.pdf"
                archive.writestr(zipfile.ZipInfo(name, clock.local(one.issued_at).timetuple()[:6]), body)
                yield outlet.taken()
    yield outlet.taken()


def _loaded(app: Flask, ids: Sequence[int]) -> list[tuple[Certificate, list[str]]]:
    """These certificates in this order, knowing nothing of the database any more, each with the parts that were passed."""
    wanted = select(Certificate).where(Certificate.id.in_(ids))
    with app.app_context():
        rows = db.session.scalars(
            wanted.options(joinedload(Certificate.key), joinedload(Certificate.agency))
        ).all()
        found = {one.id: (one, papers.parts_of(one)) for one in rows}
        db.session.expunge_all()
    return [found[id_] for id_ in ids]
