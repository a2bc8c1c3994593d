"""Long lists a page at a time; how a list is ordered and narrowed is its query's matter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from portal.core.db import db


@dataclass(frozen=True)
class Page:
    """One page of a list. `items` are entities where the query selects one, else rows."""

    items: list[Any]
    number: int
    pages: int
    total: int


def page_of(query: Select[*tuple[Any, ...]], *, page: object = 1, per_page: int = 50) -> Page:
    """The page with this number; what is no number is the first, one beyond the end the last. Two queries."""
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    number, pages = place(page, total, per_page)
    result = db.session.execute(query.limit(per_page).offset((number - 1) * per_page))
    rows = result.all()
    single = len(result.keys()) == 1
    return Page([row[0] for row in rows] if single else list(rows), number, pages, total)


def part_of(items: Sequence[Any], *, page: object = 1, per_page: int = 50) -> Page:
    """The same of a list that is in hand already. No query."""
    number, pages = place(page, len(items), per_page)
    return Page(list(items[(number - 1) * per_page : number * per_page]), number, pages, len(items))


def place(page: object, total: int, per_page: int) -> tuple[int, int]:
    """The number of the page to show, and how many there are, for a query that counts and cuts by itself."""
    pages = max(1, -(-total // per_page))
    return min(max(_number(page), 1), pages), pages


def _number(page: object) -> int:
    text = str(page)
    return int(text[:9]) if text.isascii() and text.isdecimal() else 1
