"""The workshops of 2566, as their files tell them."""

import pytest

from config import ROOT
from portal.awards import loading as awards
from portal.core.db import db
from portal.programme import loading
from portal.programme.models import Workshop
from tests.programme.offer import offered


@pytest.fixture
def programme_2566(app) -> loading.Loaded:
    awards.load(ROOT / "content")
    loaded = loading.load(ROOT / "content")
    db.session.commit()
    return loaded


@pytest.fixture
def workshop(programme_2566) -> Workshop:
    """The first workshop of 2566: published, two all-day sessions a week from now."""
    return offered("pmqa40-2566")
