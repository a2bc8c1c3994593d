"""All certificates of an agency as one zip that is made while it is sent, one paper at a time; who may have it is the view's rule."""

import zipfile
from collections.abc import Hashable, Iterator, Mapping, Sequence

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.certificates import papers
from portal.certificates.models import Certificate
from portal.core import clock
from portal.core.db import db
from portal.core.i18n import in_language
from portal.core.zips import Outlet


def of_agency(agency_id: int) -> list[Certificate]:
    """Those that stand and name this agency, by whom they are of. They know nothing of the database any more, so that a
    slow reader holds none of it. One query."""
    standing = (
        select(Certificate)
        .where(Certificate.agency_id == agency_id, Certificate.ended_at.is_(None))
        .options(joinedload(Certificate.key), joinedload(Certificate.agency))
        .order_by(Certificate.holder, Certificate.id)
    )
    found = list(db.session.scalars(standing))
    for one in found:
        db.session.expunge(one)
    return found


def stream(found: Sequence[Certificate], *, lang: str) -> Iterator[bytes]:
    """The zip in pieces, each paper made when its turn comes. Needs request and database only to begin."""
    parts = {_subject(one): papers.parts_of(one) for one in found}
    return _pieces(current_app._get_current_object(), found, parts, lang)  # type: ignore[attr-defined]


def _subject(one: Certificate) -> Hashable:
    return one.kind, one.subject, *one.facts.get("modules", [])


def _pieces(
    app: Flask, found: Sequence[Certificate], parts: Mapping[Hashable, Sequence[str]], lang: str
) -> Iterator[bytes]:
    outlet = Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED) as archive:
        for one in found:
            with app.app_context(), in_language(lang):
                body = papers.certificate(one, parts[_subject(one)])
                name = f"{papers.filename(one)}.pdf"
            archive.writestr(zipfile.ZipInfo(name, clock.local(one.issued_at).timetuple()[:6]), body)
            yield outlet.taken()
    yield outlet.taken()
