"""Looking at the organizer's pages changes nothing: no statement but SELECT, whatever page."""

import pytest

from portal.mail import outbox
from tests.organize.conftest import passes
from tests.pages import only_read

PAGES = [
    "/organize",
    "/organize/coverage",
    "/organize/coverage?as_of=xx&page=9",
    "/organize/coverage.csv",
    "/organize/coverage.xlsx",
    "/organize/outbox",
    "/organize/outbox?status=sent&q=x&page=2",
    "/organize/outbox/{code}",
    "/organize/approvals",
    "/organize/imports",
    "/organize/imports/agencies.csv",
]


@pytest.mark.parametrize("address", PAGES)
def test_a_look_writes_nothing(orn, cast, course, queries, address):
    passes(cast.lamai, course, ["op"])
    letter = outbox.enqueue(kind="t", to_email="a@demo.example", subject="s", text="t")
    with queries() as statements:
        assert orn.get(address.format(code=letter.code)).status_code in (200, 422)
    assert statements
    assert only_read(statements)
