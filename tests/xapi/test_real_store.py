"""A real record store, Ralph of France Université Numérique, takes what the portal says, and has it once."""

from collections import Counter

from ralph.models.xapi.base.statements import BaseXapiStatement
from sqlalchemy import select, update

from portal import jobs
from portal.core.db import db
from portal.xapi import delivery, facts
from portal.xapi.models import Cursor, Statement, StatementStatus


def test_a_real_store_has_each_statement_once_whatever_is_sent_again(ralph, busy, cast) -> None:
    assert jobs.run().has_done
    stored = ralph.statements()
    said = Counter(one["verb"]["display"]["en"] for one in stored)
    assert said == {"started": 3, "passed": 2, "completed": 1, "attended": 1}
    assert not jobs.run().has_failed

    # A worker that died before it could note the answer, and a database brought back from before: the same ids go again.
    bodies = {
        one.body["id"]: one.body
        for stretch in _from_the_start()
        for one in facts.told_by(stretch, "http://localhost")
    }
    for uuid, body in bodies.items():
        again = {"status": StatementStatus.QUEUED, "sent_at": None, "body": body}
        db.session.execute(update(Statement).where(Statement.uuid == uuid).values(again))
    db.session.commit()
    done = delivery.deliver_due()
    assert (done.sent, done.refused, done.error) == (7, 0, "")
    assert ralph.statements() == stored


def _from_the_start() -> list[facts.Stretch]:
    return [facts.Stretch(one.facts, 0, one.last_id) for one in db.session.scalars(select(Cursor))]


def test_a_real_store_knows_the_same_person_and_nothing_personal(ralph, busy, cast) -> None:
    code, name, email = cast.lamai.code, cast.lamai.name, cast.lamai.email
    jobs.run()
    stored = ralph.statements()
    for one in stored:
        BaseXapiStatement.model_validate(one)
    (account,) = {(one["actor"]["account"]["homePage"], one["actor"]["account"]["name"]) for one in stored}
    assert account == ("http://localhost", f"person:{code}")
    for secret in (name, email, email.split("@")[0]):
        assert secret not in str(stored)


def test_wrong_keys_lose_nothing_and_are_told(ralph, busy, app) -> None:
    app.config["LRS_URL"] = ralph.url.replace("portal:", "stranger:")
    done = delivery.deliver_due()
    assert done.error.startswith("401")
    assert "stranger" not in done.error
    app.config["LRS_URL"] = ralph.url
    delivery.hurry()
    assert delivery.deliver_due().sent == len(ralph.statements()) == 7
