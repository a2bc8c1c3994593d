"""An agency's certificates as one zip for its coordinator: those that stand and name it, each as a paper."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from portal.certificates import issuing
from portal.certificates.models import Certificate
from portal.core.db import db
from tests.cast import Cast
from tests.core import papers as reading
from tests.pages import Client

ZIP = "/agency/certificates.zip"


def names(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return archive.namelist()


@pytest.mark.both_databases
def test_it_holds_what_stands_and_names_the_agency(
    client: Client, cast: Cast, issue: Callable[..., Certificate]
) -> None:
    mine, other, gone = issue(cast.lamai), issue(cast.sakda), issue(cast.mali)
    issuing.revoke(gone, by=cast.orn, why="ออกผิดคน")
    cast.lamai.agency = cast.province  # moved: the certificate stays with the agency that it names
    cast.lamai.name = "ละไม ../ใจใหม่"
    db.session.commit()
    client.sign_in(cast.mali)
    answer = client.get(ZIP)
    assert answer.headers["Content-Type"] == "application/zip"
    assert names(answer.data) == [f"ใบประกาศ ละไม ตั้งใจ {issuing.shown(mine.code)}.pdf"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        (lines,) = reading.read(archive.read(archive.namelist()[0]))
    assert issuing.shown(mine.code) in lines
    assert issuing.shown(other.code) not in lines


def test_a_name_that_is_a_path_stays_a_name(
    client: Client, cast: Cast, issue: Callable[..., Certificate]
) -> None:
    cast.lamai.name = "../../etc/ละไม:\\*"
    issue(cast.lamai)
    client.sign_in(cast.mali)
    (name,) = names(client.get(ZIP).data)
    assert "/" not in name
    assert "\\" not in name
    assert "ละไม" in name


def test_before_there_is_one_it_says_so(client: Client, cast: Cast) -> None:
    client.sign_in(cast.mali)
    assert client.get(ZIP).status_code == 404
    assert client.page.h1 == "ยังไม่มีใบประกาศ"


def test_the_database_is_asked_for_many_at_once(
    client: Client, cast: Cast, issue: Callable[..., Certificate], queries: Any
) -> None:
    issue(cast.lamai)
    client.sign_in(cast.mali)
    client.get(ZIP)
    with queries() as one:
        client.get(ZIP)
    issue(cast.mali)
    with queries() as two:
        assert len(names(client.get(ZIP).data)) == 2
    assert len(two) == len(one)
