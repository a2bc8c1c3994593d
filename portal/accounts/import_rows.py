"""Things of which a table says one a row: what it would add and change, doing so, and taking it back; which things, and what a cell means, their room says."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, TypeVar

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from portal.accounts.import_runs import Change, Changed, Plan, Said, Stays, Undoing
from portal.accounts.models import ImportRun
from portal.core.db import Base, db
from portal.core.i18n import _
from portal.core.tables import as_cell

CHUNK = 1_000  # ids that one statement names

T = TypeVar("T", bound=Base)


@dataclass(frozen=True)
class Shape(Generic[T]):
    """How the things of one kind are read and written by attribute; what is read is fit for JSON, and `labels` name it."""

    model: type[T]
    labels: Mapping[str, Any]
    name: Callable[[T], str]
    make: Callable[[Mapping[str, Any]], T]
    read: Callable[[T, str], Any] = getattr
    write: Callable[[T, str, Any], None] = setattr
    shown: Callable[[str, Any], str] = lambda _attribute, value: str(value or "")
    parts: frozenset[str] = frozenset()  # tables whose rows belong to a thing and are no use of it
    is_used: Callable[[T], bool] = lambda _row: False
    options: tuple[Any, ...] = ()  # what is loaded with many of them, so that none is asked for alone


@dataclass(frozen=True)
class Item(Generic[T]):
    """What one row of a table says: where it stands, of what, the thing that is there already, its attributes."""

    cell: str
    name: str
    row: T | None
    values: Mapping[str, Any]


def plan_of(shape: Shape[T], items: Iterable[Item[T]], *, notes: Sequence[str] = ()) -> Plan:
    """What these rows would add and change. A text that differs in nothing but invisible letters is the same."""
    plan = Plan(notes=list(notes))
    for item in items:
        before = {} if item.row is None else {name: shape.read(item.row, name) for name in item.values}
        news = {
            name: value
            for name, value in item.values.items()
            if item.row is None or not is_same(before[name], value)
        }
        if item.row is not None and not news:
            plan.kept += 1
            continue
        said = tuple(
            Said(str(label), shape.shown(name, before.get(name)), shape.shown(name, news[name]))
            for name, label in shape.labels.items()
            if name in news and (news[name] or before.get(name))
        )
        plan.changes.append(Change(item.cell, item.name, said, is_new=item.row is None))
        plan.steps.append((item.row, news, {name: before.get(name) for name in news}))
    return plan


def is_same(before: Any, after: Any) -> bool:
    if before == after:
        return True
    return isinstance(before, str) and isinstance(after, str) and as_cell(before) == after


def carry_out(shape: Shape[T], plan: Plan) -> dict[str, Any]:
    """Add and change what the plan says; gives what an undo needs. Refuses with Changed when somebody was quicker."""
    added = [(shape.make(news), news) for row, news, _before in plan.steps if row is None]
    changed = [(row, news, before) for row, news, before in plan.steps if row is not None]
    try:
        with db.session.begin_nested():
            db.session.add_all([row for row, _news in added])
            for row, news, _before in changed:
                for name, value in news.items():
                    shape.write(row, name, value)
            db.session.flush()
    except IntegrityError as no:
        raise Changed from no
    return {
        "added": [[_id(row), dict(news)] for row, news in added],
        "changed": [
            [_id(row), {name: [before[name], value] for name, value in news.items()}]
            for row, news, before in changed
        ],
    }


def undoing(shape: Shape[T], run: ImportRun) -> Undoing:
    """What an undo of this run would take back: what it added and nothing uses, what it changed and nobody changed since."""
    done = Undoing()
    added, changed = run.before["added"], run.before["changed"]
    rows = _rows(shape, [id_ for id_, _values in (*added, *changed)])
    used = uses_of(shape.model, [id_ for id_, _values in added], but=shape.parts)
    for id_, values in added:
        row = rows.get(id_)
        if row is None:
            continue  # gone already: there is nothing to take back
        if id_ in used or shape.is_used(row):
            done.stays.append(Stays(shape.name(row), _("ใช้งานหรือมีบันทึกอื่นแล้วหลังนำเข้า")))
        elif any(shape.read(row, name) != value for name, value in values.items()):
            done.stays.append(Stays(shape.name(row), _("มีผู้แก้ไขหลังนำเข้า")))
        else:
            done.back.append(shape.name(row))
            done.steps.append((id_, None))
    for id_, values in changed:
        row = rows.get(id_)
        if row is None:
            continue
        if any(shape.read(row, name) != after for name, (_before, after) in values.items()):
            done.stays.append(Stays(shape.name(row), _("มีผู้แก้ไขหลังนำเข้า")))
        else:
            done.back.append(shape.name(row))
            done.steps.append((id_, {name: before for name, (before, _after) in values.items()}))
    return done


def take_back(shape: Shape[T], done: Undoing) -> None:
    """Remove and change back what was found. Refuses with Changed when somebody was quicker."""
    rows = _rows(shape, [id_ for id_, values in done.steps if values is not None])
    key: Any = shape.model.__table__.c.id
    try:
        with db.session.begin_nested():
            for id_, values in done.steps:
                for name, value in (values or {}).items():
                    shape.write(rows[id_], name, value)
            db.session.flush()
            for ids in _chunks([id_ for id_, values in done.steps if values is None]):
                db.session.execute(delete(shape.model).where(key.in_(ids)))
    except IntegrityError as no:
        raise Changed from no


def uses_of(model: type[Base], ids: Collection[int], *, but: Collection[str] = ()) -> set[int]:
    """Which of these rows any other row in the database points to, whichever room's it is. A query for each way to point there."""
    found: set[int] = set()
    for table in Base.metadata.sorted_tables if ids else ():
        for key in () if table.name in but else table.foreign_keys:
            if key.column.table is model.__table__:
                # Rows of one run were made one after the other: a range names them in one go.
                query = select(key.parent).where(key.parent.between(min(ids), max(ids))).distinct()
                found.update(db.session.scalars(query))
    return found.intersection(ids)


def by_keys(query: Any, column: Any, keys: Sequence[Any], *, lock: bool) -> Iterator[Any]:
    """The rows of a query whose column has one of these values; held until the transaction ends when `lock` says so."""
    for some in _chunks(list(keys)):
        found = query.where(column.in_(some))
        yield from db.session.scalars(found.with_for_update(of=column.class_) if lock else found)


def _rows(shape: Shape[T], ids: Sequence[int]) -> dict[int, T]:
    key: Any = shape.model.__table__.c.id
    query = select(shape.model).options(*shape.options)
    return {_id(row): row for some in _chunks(ids) for row in db.session.scalars(query.where(key.in_(some)))}


def _id(row: Any) -> int:
    return int(row.id)


def _chunks(things: Sequence[Any]) -> Iterator[list[Any]]:
    left = iter(things)
    while some := list(islice(left, CHUNK)):
        yield some
