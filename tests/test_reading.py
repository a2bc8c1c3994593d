"""What watches over pages that are only read would notice one that writes."""

import pytest
from flask import Flask

from portal.accounts.models import Agency
from portal.core.db import db
from portal.core.guard import public
from tests.pages import Client


@pytest.mark.both_databases
def test_a_page_that_writes_while_it_is_read_breaks(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    @public
    def view() -> str:
        db.session.execute(db.update(Agency).values(name_en="written"))
        return "ok"

    monkeypatch.setitem(app.view_functions, "home.healthz", view)
    assert client.get("/healthz").status_code == 500
