"""The same workshop, people and mails as who takes part."""

from tests.participation.conftest import (
    cast,
    ked,
    kinds,
    ledger,
    mails,
    make_people,
    make_workshop,
    team_page,
    track,
    workshop,
)

__all__ = [
    "cast",
    "ked",
    "kinds",
    "ledger",
    "mails",
    "make_people",
    "make_workshop",
    "team_page",
    "track",
    "workshop",
]
