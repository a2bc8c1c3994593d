"""A team registered in one go: all its seats or none, or as many as fit; nobody half, nobody twice, nobody of another agency."""

import pytest
from sqlalchemy import func, select

from portal.accounts import invitations
from portal.accounts.models import Agency, Role, User
from portal.core import clock
from portal.core.db import db
from portal.mail.models import OutboxMessage
from portal.participation import eligibility, members, registration, teams
from portal.participation.models import Move, Registration, RegistrationMove, RegistrationStatus
from portal.programme.models import WorkshopStatus
from tests import cast as people
from tests.participation.conftest import passed

CONFIRMED = RegistrationStatus.CONFIRMED
WAITLISTED = RegistrationStatus.WAITLISTED


@pytest.fixture
def team(cast):
    """Four colleagues of กรมตัวอย่าง, the coordinator first."""
    names = ("เกด ขยัน", "กา สามารถ")
    more = [people.person(f"t{at}@demo.example", name, agency=cast.agency) for at, name in enumerate(names)]
    db.session.commit()
    return [cast.mali, cast.lamai, *more]


def together(workshop, team, cast, *, all_or_none=False, by=None):
    result = teams.register_team(workshop, team, by=by or cast.mali, all_or_none=all_or_none)
    db.session.commit()
    return result


def users(rows):
    return [row.user for row in rows]


def nothing_was_written():
    counts = [db.session.scalar(select(func.count(model.id))) for model in (Registration, RegistrationMove)]
    return counts == [0, 0] and not db.session.scalars(select(OutboxMessage)).all()


@pytest.mark.both_databases
def test_a_team_for_which_there_is_room_gets_its_seats(app, make_workshop, team, cast, kinds, ledger):
    result = together(make_workshop(capacity=4), team, cast, all_or_none=True)
    assert users(result.seated) == team
    assert (result.waiting, result.kept) == ([], [])
    assert [row.arrival for row in result.seated] == [1, 2, 3, 4]
    for row in result.seated:
        assert row.status is CONFIRMED
        assert ledger(row) == [Move.REGISTERED]
        assert kinds(row.user) == ["registered"]
    assert set(db.session.scalars(select(RegistrationMove.by_id))) == {cast.mali.id}


@pytest.mark.both_databases
def test_as_many_as_fit_get_seats_in_the_order_given_and_the_rest_wait(app, make_workshop, team, cast, kinds):
    result = together(make_workshop(capacity=2), team, cast)
    assert users(result.seated) == team[:2]
    assert users(result.waiting) == team[2:]
    assert [kinds(person) for person in team] == [["registered"]] * 2 + [["waitlisted"]] * 2


@pytest.mark.both_databases
def test_all_or_none_writes_nothing_when_one_seat_is_missing_and_says_how_many_fit(
    app, make_workshop, team, cast
):
    workshop = make_workshop(capacity=3)
    with pytest.raises(teams.NotAllFit) as no:
        together(workshop, team, cast, all_or_none=True)
    assert (no.value.fit, no.value.asked) == (3, 4)
    assert str(no.value) == "ได้ที่นั่งเพียง 3 จาก 4 คน เพราะที่นั่งเต็ม จึงยังไม่ลงทะเบียนใคร"
    db.session.commit()
    assert nothing_was_written()


@pytest.mark.both_databases
def test_the_maximum_of_the_agency_counts_for_a_team(app, make_workshop, team, cast):
    workshop = make_workshop(capacity=10, per_agency=2)
    with pytest.raises(teams.NotAllFit) as no:
        together(workshop, team, cast, all_or_none=True)
    assert no.value.fit == 2
    assert "เพราะหน่วยงานได้ที่นั่งครบ 2 ที่แล้ว" in str(no.value)
    db.session.commit()
    assert nothing_was_written()
    result = together(workshop, team, cast)
    assert (users(result.seated), users(result.waiting)) == (team[:2], team[2:])


def test_seats_kept_for_others_are_named_as_the_reason(app, make_workshop, team, cast, track):
    passed(people.agency("OTHER", "กรมอื่น"), track)
    until = clock.now().replace(year=2024)
    workshop = make_workshop(capacity=4, guaranteed=2, guaranteed_until=until)
    with pytest.raises(teams.NotAllFit) as no:
        together(workshop, team, cast, all_or_none=True)
    assert no.value.fit == 2
    assert "เก็บไว้ให้หน่วยงานที่ยังได้ไม่ครบ" in str(no.value)


def test_who_is_registered_already_stays_as_they_are(app, make_workshop, team, cast, kinds, ledger):
    workshop = make_workshop(capacity=2)
    seat = registration.register(workshop, user=team[3])
    result = together(workshop, team, cast)
    assert result.kept == [seat]
    assert users(result.seated) == [team[0]]
    assert users(result.waiting) == [team[1], team[2]]
    assert ledger(seat) == [Move.REGISTERED]
    assert kinds(team[3]) == ["registered"]


def test_who_waits_already_does_not_spoil_all_or_none(app, make_workshop, team, cast):
    workshop = make_workshop(capacity=1)
    registration.register(workshop, user=team[0])
    waiting = registration.register(workshop, user=team[1])
    result = together(workshop, team[:2], cast, all_or_none=True)
    assert (result.seated, result.waiting) == ([], [])
    assert users(result.kept) == team[:2]
    assert waiting.status is WAITLISTED


def test_who_had_cancelled_is_registered_anew(app, make_workshop, team, cast, ledger):
    workshop = make_workshop(capacity=9)
    row = registration.register(workshop, user=team[1])
    registration.cancel(row, by=team[1])
    assert together(workshop, team[:2], cast).seated[1] is row
    assert ledger(row) == [Move.REGISTERED, Move.CANCELLED, Move.REGISTERED]


def test_the_same_person_twice_is_registered_once(app, make_workshop, cast):
    assert len(together(make_workshop(), [cast.lamai, cast.lamai], cast).seated) == 1


def test_nobody_is_fine_too(app, make_workshop, cast):
    assert together(make_workshop(), [], cast, all_or_none=True) == teams.TeamResult([], [], [])


def test_whoever_may_not_register_is_named_with_the_others_and_nobody_is_registered(
    app, make_workshop, team, cast
):
    team[2].approved_at = None
    team[3].disabled_at = clock.now()
    with pytest.raises(teams.TeamRefused) as no:
        together(make_workshop(), team, cast)
    assert [(person, type(why)) for person, why in no.value.refusals] == [
        (team[2], eligibility.NotApproved),
        (team[3], teams.NotOfAgency),
    ]
    assert "เกด ขยัน:" in str(no.value)
    assert "กา สามารถ:" in str(no.value)
    assert nothing_was_written()


def test_an_agency_that_did_not_pass_stage_1_gets_no_seat_for_anybody(app, make_workshop, cast):
    boss = people.person("boss@demo.example", "หัวหน้า", Role.COORDINATOR, cast.province)
    with pytest.raises(teams.TeamRefused) as no:
        together(make_workshop(), [cast.sakda], cast, by=boss)
    assert type(no.value.refusals[0][1]) is eligibility.NoPassedEntry


def test_people_of_another_agency_are_refused_to_a_coordinator(app, make_workshop, make_people, cast):
    workshop, [stranger] = make_workshop(), make_people(1)
    with pytest.raises(teams.TeamRefused) as no:
        together(workshop, [cast.lamai, stranger], cast)
    assert [(one, type(why)) for one, why in no.value.refusals] == [(stranger, teams.NotOfAgency)]
    assert nothing_was_written()


def test_an_organizer_may_register_any_team(app, make_workshop, make_people, cast):
    workshop, [stranger] = make_workshop(), make_people(1)
    assert len(together(workshop, [cast.lamai, stranger], cast, by=cast.orn).seated) == 2


def test_who_was_invited_and_has_not_answered_gets_a_seat(app, make_workshop, cast, kinds):
    guest = invitations.invite(email="g@demo.example", name="แขก", agency=cast.agency, by=cast.mali)
    assert users(together(make_workshop(), [guest], cast, all_or_none=True).seated) == [guest]
    assert kinds(guest) == ["accounts.invited", "registered"]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (WorkshopStatus.CANCELLED, eligibility.WorkshopCancelled),
        (WorkshopStatus.CLOSED, eligibility.WindowClosed),
        (WorkshopStatus.DRAFT, eligibility.NotOnOffer),
    ],
)
def test_a_workshop_that_takes_nobody_takes_no_team(app, make_workshop, team, cast, status, expected):
    workshop = make_workshop(status=status)
    with pytest.raises(expected):
        together(workshop, team, cast)
    assert nothing_was_written()


def listed(workshop, agency: Agency) -> list[members.Member]:
    return members.people_for(workshop, agency.id)


@pytest.mark.both_databases
def test_the_list_names_the_agencys_people_in_thai_order_with_their_standing(
    app, make_workshop, team, cast, make_people
):
    workshop = make_workshop(capacity=2)
    for person in (make_people(1)[0], team[1], team[0], team[2]):
        registration.register(workshop, user=person)
    rows = listed(workshop, cast.agency)
    assert [row.user.name for row in rows] == ["กา สามารถ", "เกด ขยัน", "มะลิ ใจดี", "ละไม ตั้งใจ"]
    states = [(row.registration.status if row.registration else None, row.position) for row in rows]
    assert states == [(None, 0), (WAITLISTED, 2), (WAITLISTED, 1), (CONFIRMED, 0)]
    assert [row.is_free for row in rows] == [True, False, False, False]


def test_who_waits_for_approval_or_is_shut_out_is_not_on_the_list(app, make_workshop, team, cast):
    team[1].approved_at = None
    team[2].disabled_at = clock.now()
    assert [row.user for row in listed(make_workshop(), cast.agency)] == [team[3], team[0]]


def test_who_was_invited_is_on_the_list_and_marked(app, make_workshop, cast):
    invitations.invite(email="g@demo.example", name="กอ แขก", agency=cast.agency, by=cast.mali)
    first = listed(make_workshop(), cast.agency)[0]
    assert (first.user.name, first.is_invited, first.is_free) == ("กอ แขก", True, True)


def test_a_seat_in_the_agencys_name_stays_on_its_list_when_the_person_moves_on(
    app, make_workshop, team, cast
):
    """The old agency sees the seat it may hand on; the new one sees that there is one, and nothing of it."""
    workshop = make_workshop()
    seat = registration.register(workshop, user=cast.lamai)
    cast.lamai.agency = cast.province
    db.session.commit()
    [ours] = [row for row in listed(workshop, cast.agency) if row.user is cast.lamai]
    assert (ours.registration, ours.is_here) == (seat, False)
    [theirs] = [row for row in listed(workshop, cast.province) if row.user is cast.lamai]
    assert (theirs.registration, theirs.is_here, theirs.is_elsewhere) == (None, True, True)
    assert not theirs.is_free


def test_a_registration_that_was_cancelled_counts_as_none(app, make_workshop, cast):
    workshop = make_workshop()
    registration.cancel(registration.register(workshop, user=cast.lamai), by=cast.lamai)
    assert [row.registration for row in listed(workshop, cast.agency)] == [None, None]


def test_thirty_people_cost_no_more_queries_than_one(app, make_workshop, cast, queries):
    workshop = make_workshop(capacity=1)
    registration.register(workshop, user=cast.mali)
    registration.register(workshop, user=cast.lamai)
    db.session.commit()
    db.session.refresh(workshop)
    agency_id = cast.agency.id
    with queries() as few:
        members.people_for(workshop, agency_id)
    for number in range(30):
        person: User = people.person(f"n{number}@demo.example", f"คน ที่{number}", agency=cast.agency)
        registration.register(workshop, user=person)
    db.session.commit()
    db.session.refresh(workshop)
    with queries() as many:
        assert len(members.people_for(workshop, agency_id)) == 32
    assert len(many) == len(few) == 2
