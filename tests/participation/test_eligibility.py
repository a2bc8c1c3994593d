"""Who may register and when: one test for each way out."""

import pytest

from portal.participation import eligibility
from portal.programme.models import WorkshopStatus
from tests.participation.conftest import passed


def kind_of(workshop, user):
    no = eligibility.refusal(workshop, user)
    return type(no) if no else None


def test_a_person_of_an_agency_that_passed_stage_1_may_register(make_workshop, cast):
    assert eligibility.refusal(make_workshop(), cast.lamai) is None


def test_who_is_not_signed_in_is_asked_to(make_workshop):
    assert kind_of(make_workshop(), None) is eligibility.SignInFirst


def test_an_unconfirmed_address_is_told_to_open_the_mail(make_workshop, cast):
    cast.lamai.confirmed_at = None
    assert kind_of(make_workshop(), cast.lamai) is eligibility.EmailNotConfirmed
    assert "อีเมล" in str(eligibility.refusal(make_workshop("other"), cast.lamai))


def test_who_waits_for_approval_is_told_whom_to_ask(make_workshop, cast):
    cast.lamai.approved_at = None
    assert kind_of(make_workshop(), cast.lamai) is eligibility.NotApproved


def test_who_belongs_to_no_agency_is_told_whom_to_ask(make_workshop, cast):
    assert kind_of(make_workshop(), cast.wit) is eligibility.NoAgency


def test_an_agency_without_any_entry_is_refused(make_workshop, cast):
    no = eligibility.refusal(make_workshop(), cast.sakda)
    assert type(no) is eligibility.NoPassedEntry
    assert "ให้ผู้ประสานงานของหน่วยงานแจ้งผู้จัด" in str(no)


def test_an_entry_that_did_not_pass_is_not_enough(make_workshop, cast, track):
    passed(cast.province, track).stage1_passed_on = None
    assert kind_of(make_workshop(), cast.sakda) is eligibility.NoPassedEntry


def test_an_entry_in_another_track_is_not_enough(make_workshop, cast, track):
    workshop = make_workshop()
    workshop.tracks = []
    assert kind_of(workshop, cast.lamai) is eligibility.NoPassedEntry


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (WorkshopStatus.DRAFT, eligibility.NotOnOffer),
        (WorkshopStatus.CANCELLED, eligibility.WorkshopCancelled),
        (WorkshopStatus.CLOSED, eligibility.WindowClosed),
    ],
)
def test_only_a_published_workshop_takes_registrations(make_workshop, cast, status, expected):
    assert kind_of(make_workshop(status=status), cast.lamai) is expected


def test_without_an_announced_window_nobody_registers(make_workshop, cast):
    workshop = make_workshop(registration_opens_at=None, registration_closes_at=None)
    assert kind_of(workshop, cast.lamai) is eligibility.WindowUnknown


def test_without_a_closing_moment_one_registers_until_the_workshop_is_over(make_workshop, cast, clock_at):
    workshop = make_workshop(registration_closes_at=None)
    clock_at("2023-02-21T23:59:59+07:00")
    assert kind_of(workshop, cast.lamai) is None
    clock_at("2023-02-22T00:00:00+07:00")
    assert kind_of(workshop, cast.lamai) is eligibility.WorkshopOver


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2023-02-01T08:59:59+07:00", eligibility.NotYetOpen),
        ("2023-02-01T09:00:00+07:00", None),
        ("2023-02-17T16:29:59+07:00", None),
        ("2023-02-17T16:30:00+07:00", eligibility.WindowClosed),
    ],
)
def test_the_window_is_kept_to_the_second(make_workshop, cast, clock_at, moment, expected):
    clock_at(moment)
    assert kind_of(make_workshop(), cast.lamai) is expected


def test_the_sentences_name_the_moment_in_thai(make_workshop, cast, clock_at):
    workshop = make_workshop()
    clock_at("2023-01-20T09:00:00+07:00")
    assert str(eligibility.refusal(workshop, cast.lamai)) == "เปิดรับลงทะเบียนตั้งแต่ 1 ก.พ. 2566 09:00 น."
    clock_at("2023-02-18T09:00:00+07:00")
    assert "17 ก.พ. 2566 16:30 น." in str(eligibility.refusal(workshop, cast.lamai))


def test_a_workshop_closed_by_hand_does_not_claim_a_moment_that_is_still_to_come(make_workshop, cast):
    no = eligibility.refusal(make_workshop(status=WorkshopStatus.CLOSED), cast.lamai)
    assert "17 ก.พ." not in str(no)


def test_the_moment_comes_before_the_person(make_workshop, cast, clock_at):
    clock_at("2023-02-18T09:00:00+07:00")
    assert kind_of(make_workshop(), cast.sakda) is eligibility.WindowClosed
    assert kind_of(make_workshop("other"), None) is eligibility.WindowClosed


def test_asking_writes_nothing(make_workshop, cast, queries):
    workshop = make_workshop()
    with queries() as statements:
        eligibility.refusal(workshop, cast.lamai)
    assert all(statement.startswith("SELECT") for statement in statements)


@pytest.mark.parametrize("by", ["mali", "orn"])
def test_whom_the_coordinator_or_an_organizer_registers_may_confirm_later(make_workshop, cast, by):
    cast.lamai.confirmed_at = None
    assert eligibility.refusal(make_workshop(), cast.lamai, by=getattr(cast, by)) is None


@pytest.mark.parametrize("by", ["sakda", "wit", "lamai"])
def test_nobody_else_can_vouch_for_an_address(make_workshop, cast, by):
    cast.lamai.confirmed_at = None
    no = eligibility.refusal(make_workshop(), cast.lamai, by=getattr(cast, by))
    assert type(no) is eligibility.EmailNotConfirmed


def test_approval_and_stage_1_are_asked_whoever_registers(make_workshop, cast):
    workshop = make_workshop()
    cast.lamai.approved_at = None
    assert type(eligibility.refusal(workshop, cast.lamai, by=cast.orn)) is eligibility.NotApproved
    assert type(eligibility.refusal(workshop, cast.sakda, by=cast.orn)) is eligibility.NoPassedEntry
