"""The feed that the bench measures, at small size: everybody stands in it at every session, and it is not made twice."""

import pytest
from flask import Flask

from bench import feeds, site
from config import ROOT
from portal.awards import loading as award_files
from portal.core.db import db, writing
from portal.programme import loading as programme_files
from tests.pages import Client

pytestmark = pytest.mark.bench


def test_thirty_people_at_four_sessions_are_a_hundred_and_twenty_attendees(
    app: Flask, client: Client
) -> None:
    with writing():
        award_files.load(ROOT / "content")
        programme_files.load(ROOT / "content")
        db.session.commit()
    feed = feeds.stage(site.Site(app.config["INSTANCE"], {}, app), people=30)
    answer = client.get(feed.path)
    assert answer.data.count(b"\nATTENDEE;") == feed.lines == 120
    assert client.get(feed.path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
