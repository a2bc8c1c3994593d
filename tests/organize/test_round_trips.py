"""Whatever is stored, every table that goes out comes back as nothing new: tried with odd names, dates and answers."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from portal.accounts import agency_table, import_runs, people_table
from portal.accounts.models import Agency, AgencyDomain, Role, User
from portal.attendance import answers_table, attendance_rows, attendance_table, roll, roster_table
from portal.awards import entries
from portal.awards.models import Entry
from portal.core import sheets, tables
from portal.core.db import db
from portal.participation import registration
from portal.participation.models import AttendanceState
from tests.organize.conftest import passed_stage_1
from tests.participation.asking import QUESTIONS
from tests.participation.conftest import make_people, make_workshop  # noqa: F401 - fixtures of the neighbour

FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LETTERS = "กขคงจฉนมยรลวสหอ่้๊๋์ิีึืุูะาำเแโใไๆฯ๐๑๒๓ABcd019 .-'=+@\"“”,;\t|/()ํ\u200b\u00a0😀"
odd = st.one_of(
    st.text(LETTERS, min_size=1, max_size=30),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=20),
)
names = st.builds(
    "{}{}".format,
    st.sampled_from(["", "นาย", "รศ.ดร.", "พล.ต.อ. ", "ว่าที่ ร.ต.หญิง ", "=", "'", "+66 "]),
    odd.filter(tables.as_cell),
)
days = st.none() | st.dates(date(2019, 1, 1), date(2030, 1, 1))
numbers = iter(range(100_000))  # of workshops: each example has its own
endings = st.sampled_from(["csv", "xlsx"])


def written(columns: Any, rows: Any, ending: str, known: tables.Names) -> tables.Table:
    """The table as a file, read back."""
    write = sheets.write_csv if ending == "csv" else sheets.write_xlsx
    return tables.read_table(io.BytesIO(write(columns, rows)), f"a.{ending}", names=known)


@pytest.fixture
def afresh() -> Callable[[], None]:
    """Back to what the fixtures made, between two examples."""
    return db.session.rollback


@FEW
@given(
    people=st.lists(st.tuples(names, odd | st.just(""), st.sampled_from(Role), st.booleans()), max_size=6),
    ending=endings,
)
def test_people(cast, afresh, people, ending):
    afresh()
    for at, (name, position, role, has_agency) in enumerate(people):
        agency = cast.agency if has_agency else None
        db.session.add(
            User(email=f"h{at}@demo.example", name=name, position=position, role=role, agency=agency)
        )
    db.session.flush()
    table = written(people_table.EXPORTED, people_table.rows(), ending, people_table.NAMES)
    plan = people_table.plan(table, by=cast.orn)
    assert (plan.changes, plan.kept) == ([], 5 + len(people))


@FEW
@given(
    agencies=st.lists(
        st.tuples(
            names, odd | st.just(""), st.lists(st.sampled_from(["a.go.th", "b.or.th", "c.th"]), unique=True)
        ),
        max_size=5,
        unique_by=lambda one: tables.as_cell(one[0]).casefold(),
    ),
    ending=endings,
)
def test_agencies(cast, afresh, agencies, ending):
    afresh()
    for at, (name, short, domains) in enumerate(agencies):
        agency = Agency(code=f"00{at}", name_th=name, abbrev_th=tables.as_cell(short), ministry_th="")
        agency.domains = [AgencyDomain(domain=domain) for domain in domains]
        db.session.add(agency)
    db.session.flush()
    table = written(agency_table.COLUMNS, agency_table.rows(), ending, agency_table.NAMES)
    plan = agency_table.plan(table)
    assert (plan.changes, plan.kept) == ([], 2 + len(agencies))


@FEW
@given(
    works=st.lists(st.tuples(odd, days), max_size=6, unique_by=lambda one: tables.as_cell(one[0])),
    ending=endings,
)
def test_entries(cast, track, afresh, works, ending):
    afresh()
    passed_stage_1(cast.province, track)
    for title, day in works:
        db.session.add(Entry(track=track, agency=cast.agency, title=title, stage1_passed_on=day))
    db.session.flush()
    table = written(entries.EXPORTED, entries.rows(), ending, entries.NAMES)
    plan = entries.plan(table)
    assert (plan.changes, plan.kept) == ([], 1 + len(works))


given_answers = st.fixed_dictionaries(
    {},
    optional={
        "food": st.sampled_from(["any", "halal", "other", "of an older form"]),
        "diet": odd.filter(tables.as_cell),
        "years": st.integers(-(10**14), 10**14) | st.floats(-1e6, 1e6).map(lambda one: round(one, 6)),
        "arrives": st.dates(date(2019, 1, 1), date(2030, 1, 1)).map(date.isoformat) | st.just("soon"),
        "gone": odd,
    },
)
marked = st.lists(st.none() | st.sampled_from(AttendanceState), min_size=2, max_size=2)


@FEW
@given(
    people=st.lists(st.tuples(names, marked, given_answers), min_size=1, max_size=4),
    ending=endings,
    table=st.sampled_from(["roster", "answers", "marks"]),
)
def test_rosters_answers_and_marks(cast, make_workshop, make_people, people, ending, table):  # noqa: F811
    workshop = make_workshop(code=f"h{next(numbers)}", questions=QUESTIONS, capacity=3)
    rows = [registration.register(workshop, user=one) for one in make_people(len(people))]
    for row, (name, states, answers) in zip(rows, people, strict=True):
        row.user.name, row.answers = name, answers
        for session, state in zip(workshop.sessions, states, strict=True):
            if state is not None and row.status == "confirmed":
                roll.mark(row, session, state=state, by=cast.orn, how="roster", why="=เหตุผล")
    db.session.flush()
    columns, lines = {
        "roster": lambda: (roster_table.columns(workshop), roster_table.rows(workshop)),
        "answers": lambda: (roster_table.answer_columns(workshop), roster_table.answer_rows(workshop)),
        "marks": lambda: (roster_table.mark_columns(), roster_table.mark_rows(workshop)),
    }[table]()
    back = written(columns, lines, ending, roster_table.names(workshop))
    if table != "answers":
        asked = attendance_rows.Asked(None)
        assert attendance_table.plan(back, workshop, asked, filename="a").changes == []
    if table != "marks":
        plan = answers_table.plan(back, workshop)
        assert (plan.changes, plan.kept) == ([], len(rows))


@FEW
@given(
    before=st.lists(st.none() | st.sampled_from(AttendanceState), min_size=3, max_size=3),
    listed=st.lists(st.sampled_from(["มา", "ขาด", "ลา", "ครึ่งวัน", ""]), min_size=3, max_size=3),
)
def test_an_import_undone_leaves_everybody_as_before(orn, cast, make_workshop, make_people, before, listed):  # noqa: F811
    """Through the rules alone, with marks of every kind standing before."""
    workshop = make_workshop(code=f"u{next(numbers)}")
    rows = [registration.register(workshop, user=one) for one in make_people(3)]
    [day, _other] = workshop.sessions
    for row, state in zip(rows, before, strict=True):
        if state is not None:
            roll.mark(row, day, state=state, by=None, how="roster")
    stood = roll.states_of([day])
    lines = [[row.user.email, word] for row, word in zip(rows, listed, strict=True)]
    back = written(["อีเมล", "ผล"], lines, "csv", roster_table.names(workshop))
    plan = attendance_table.plan(back, workshop, attendance_rows.Asked(day), filename="a")
    if not plan.changes:
        return
    run = import_runs.note(plan, kind="attendance", filename="a", by=cast.orn, subject=workshop.code)
    run.before = attendance_table.carry_out(plan, run, cast.orn)
    done = attendance_table.undoing(run)
    assert (len(done.back), done.stays) == (len(plan.changes), [])
    attendance_table.take_back(done, run, cast.orn)
    db.session.flush()
    assert roll.states_of([day]) == stood
