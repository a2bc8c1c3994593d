"""A cursor skips no fact, however late it is committed."""

import pytest
from sqlalchemy import insert, select

from portal.core.db import db
from portal.core.tokens import new_code
from portal.learning.models import Attempt
from portal.xapi import delivery
from tests.learning.taking import take


def told(small) -> set[str]:
    return {
        one["actor"]["account"]["name"].removeprefix("person:")
        for _path, _headers, batch in small.requests
        for one in batch
        if one["verb"]["display"]["en"] == "started"
    }


@pytest.mark.on_postgresql
def test_a_fact_that_is_committed_after_a_later_one_is_told_too(small, cast, course) -> None:
    early, late = cast.lamai.code, cast.sakda.code
    sample = take(cast.mali, course)
    values = {
        column: getattr(sample, column) for column in ("course", "module", "edition_id", "seed", "started_at")
    }
    db.session.commit()
    with db.engine.connect() as slow:
        slow.execute(
            insert(Attempt).values(**values, user_id=cast.lamai.id, code=new_code(), points={}, seconds={})
        )
        take(cast.sakda, course)
        db.session.commit()
        while delivery.deliver_due():
            pass
        assert not {early, late} & told(small)
        slow.commit()
    ids = {user_id: id_ for id_, user_id in db.session.execute(select(Attempt.id, Attempt.user_id))}
    assert ids[cast.lamai.id] < ids[cast.sakda.id]
    db.session.rollback()
    while delivery.deliver_due():
        pass
    assert {early, late} <= told(small)
