"""A workshop to attend, as participation's own tests have it, and certificates of the cast."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from portal.accounts.models import User
from portal.certificates import issuing
from portal.certificates.earning import Earned
from portal.certificates.models import Certificate, CertificateKind
from portal.core.db import db
from tests.cast import Cast
from tests.participation.conftest import cast, make_workshop, track

__all__ = ["cast", "make_workshop", "track"]

TITLE = {"th": "หลักสูตรตัวอย่าง", "en": "A sample course"}


@pytest.fixture
def issue(app, cast: Cast) -> Callable[..., Certificate]:
    """issue(cast.lamai, kind="workshop", …): a certificate that stands. Commits."""

    def made(person: User, **other: Any) -> Certificate:
        given: dict[str, Any] = {
            "kind": CertificateKind.COURSE,
            "subject": "sample",
            "title": TITLE,
            "facts": {"modules": ["op", "c1"]},
            "on": date(2023, 2, 12),
            "agency_id": person.agency_id,
        }
        (one,) = issuing.issue([Earned(user_id=person.id, **(given | other))], by=cast.orn)
        db.session.commit()
        return one

    return made
