"""Long lists: the page asked for, or the nearest there is, in two queries."""

import pytest
from sqlalchemy import func, select

from portal.accounts.models import Agency
from portal.core.db import db
from portal.core.paging import page_of, part_of

IN_ORDER = select(Agency).order_by(Agency.sort_key)


@pytest.fixture
def seven(app) -> list[str]:
    names = [f"กรมที่ {number}" for number in range(1, 8)]
    db.session.add_all([Agency(code=f"A{number}", name_th=name) for number, name in enumerate(names)])
    db.session.flush()
    return names


def test_a_page_holds_its_part_of_the_list(seven) -> None:
    page = page_of(IN_ORDER, page=2, per_page=3)
    assert [agency.name_th for agency in page.items] == seven[3:6]
    assert (page.number, page.pages, page.total) == (2, 3, 7)


def test_the_last_page_may_be_short(seven) -> None:
    assert [agency.name_th for agency in page_of(IN_ORDER, page="3", per_page=3).items] == seven[6:]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("2", 2),
        ("0", 1),
        ("-1", 1),
        ("abc", 1),
        ("", 1),
        (None, 1),
        ("1.5", 1),
        ("๒", 1),
        ("99", 3),
        ("9" * 40, 3),
    ],
)
def test_a_number_that_is_no_page_falls_to_the_nearest(seven, asked, shown) -> None:
    assert page_of(IN_ORDER, page=asked, per_page=3).number == shown


def test_an_empty_list_has_one_empty_page(app) -> None:
    page = page_of(IN_ORDER, page="5", per_page=3)
    assert (page.items, page.number, page.pages, page.total) == ([], 1, 1, 0)


def test_a_full_last_page_has_no_empty_one_behind_it(seven) -> None:
    assert page_of(IN_ORDER, per_page=7).pages == 1


def test_several_columns_come_as_rows_and_groups_are_counted_as_shown(seven) -> None:
    query = select(Agency.kind, func.count().label("many")).group_by(Agency.kind)
    page = page_of(query, per_page=3)
    assert [tuple(row) for row in page.items] == [("", 7)]
    assert page.total == 1


def test_it_takes_two_queries_whatever_the_length(seven, queries) -> None:
    with queries() as counted:
        page_of(IN_ORDER, page=1, per_page=5)
    assert len(counted) == 2


def test_a_list_in_hand_is_cut_the_same_way_without_a_query(app, queries) -> None:
    with queries() as statements:
        page = part_of("abcdefg", page="3", per_page=3)
        beyond = part_of("abcdefg", page="99", per_page=3)
        empty = part_of([], page="2")
    assert (page.items, page.number, page.pages, page.total) == (["g"], 3, 3, 7)
    assert beyond == page
    assert (empty.items, empty.number, empty.pages, empty.total) == ([], 1, 1, 0)
    assert statements == []
