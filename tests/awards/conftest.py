"""The round of 2566, as its file tells it."""

import pytest

from config import ROOT
from portal.awards import loading
from portal.awards.models import Round
from portal.core.db import db


@pytest.fixture
def round_2566(app) -> Round:
    [round_] = loading.load(ROOT / "content")
    db.session.commit()
    return round_


@pytest.fixture
def tracks(round_2566):
    return {track.code: track for track in round_2566.tracks}
