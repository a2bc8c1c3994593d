"""The throttle: counts in the database, forgets with time, says nothing about people."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts import throttle
from portal.accounts.models import ThrottleHit
from portal.accounts.throttle import TooMany
from portal.core import clock
from portal.core.db import db, writing

HOUR = timedelta(hours=1)


def take(bucket: str = "b", most: int = 2) -> ThrottleHit:
    return throttle.take(bucket, most=most, within=HOUR)


@pytest.mark.both_databases
def test_after_so_many_tries_the_next_is_refused_and_told_when(app: Flask) -> None:
    take()
    clock.start_at(clock.now() + timedelta(minutes=20), still=True)
    take()
    with pytest.raises(TooMany, match="รออีก 40 นาที") as no:
        take()
    assert no.value.status == 429


def test_another_bucket_is_free(app: Flask) -> None:
    take(most=1)
    assert take("other", most=1)


def test_tries_are_forgotten_one_by_one(app: Flask) -> None:
    take()
    clock.start_at(clock.now() + timedelta(minutes=30), still=True)
    take()
    clock.start_at(clock.now() + timedelta(minutes=30), still=True)
    take()
    with pytest.raises(TooMany):
        take()


def test_a_refused_try_does_not_lengthen_the_wait(app: Flask) -> None:
    take(most=1)
    for _ in range(3):
        with pytest.raises(TooMany):
            take(most=1)
    clock.start_at(clock.now() + HOUR, still=True)
    assert take(most=1)


def test_a_try_that_went_well_is_given_back(app: Flask) -> None:
    hit = take(most=1)
    throttle.give_back(hit.id)
    assert take(most=1)


def test_what_people_typed_is_not_kept(app: Flask) -> None:
    assert "secret" not in take("sign-in:my secret password").bucket


def test_tries_of_yesterday_are_swept_away(app: Flask) -> None:
    take("somebody who never came back")
    clock.start_at(clock.now() + timedelta(days=1, seconds=1), still=True)
    take()
    assert db.session.scalar(select(func.count(ThrottleHit.id))) == 1


@pytest.mark.both_databases
def test_many_at_the_same_moment_are_counted_one_by_one(app: Flask) -> None:
    def one(_: int) -> bool:
        with app.app_context(), writing():
            try:
                take(most=5)
                db.session.commit()
            except TooMany:
                return False
            finally:
                db.session.remove()
            return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(one, range(12))) == 5


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", "unknown"),
        (None, "unknown"),
        ("unix:", "unknown"),
    ],
)
def test_a_network_is_an_address_or_the_half_of_a_long_one(address: str | None, network: str) -> None:
    assert throttle.network(address) == network
