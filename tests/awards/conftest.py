"""The round of 2566, as its file tells it."""

import pytest

from portal.awards.models import Round
from tests import rows


@pytest.fixture
def round_2566(app) -> Round:
    return rows.the_round()


@pytest.fixture
def tracks(round_2566):
    return {track.code: track for track in round_2566.tracks}
