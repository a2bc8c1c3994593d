"""A workshop to attend, as participation's own tests have it."""

from tests.participation.conftest import cast, make_workshop, track

__all__ = ["cast", "make_workshop", "track"]
