"""Which round is current, how its days run, and who passed stage 1."""

from datetime import date

from portal.awards import rounds
from portal.awards.models import Entry, Milestone, Round
from portal.core.db import db


def enter(agency, track, *, passed=True, title="ผลงาน"):
    db.session.add(
        Entry(agency=agency, track=track, title=title, stage1_passed_on=date(2023, 2, 1) if passed else None)
    )
    db.session.flush()


def test_the_newest_round_is_the_current_one(round_2566):
    db.session.add(Round(year_be=2565, title_th="รอบก่อน"))
    db.session.flush()
    assert rounds.current_round() is round_2566


def test_before_the_first_round_nothing_is_due(app):
    assert rounds.current_round() is None
    assert rounds.report_due() is None


def test_the_report_of_the_newest_round_is_due(round_2566):
    old = Round(year_be=2565, title_th="รอบก่อน")
    old.milestones.append(Milestone(code="report", on=date(2022, 3, 22), label_th="ส่งรายงาน"))
    db.session.add(old)
    db.session.flush()
    assert rounds.report_due() == date(2023, 3, 22)


def test_the_share_that_passed_is_reckoned_and_only_from_both_figures(round_2566):
    assert f"{rounds.share_passed(round_2566):.2f}" == "45.75"
    assert rounds.share_passed(Round(applied_count=None, passed_count=1)) is None
    assert rounds.share_passed(Round(applied_count=0, passed_count=0)) is None


def test_the_days_of_the_round_run_from_the_first_milestone_to_the_report(round_2566):
    span = rounds.span_of(round_2566)
    assert span is not None
    assert (span.first, span.last) == (date(2022, 12, 20), date(2023, 3, 22))
    assert span.meetings == (date(2023, 2, 20), date(2023, 2, 21), date(2023, 2, 23), date(2023, 2, 24))


def test_a_round_without_a_due_day_has_no_span(app):
    assert rounds.span_of(Round(year_be=2567, title_th="รอบหน้า")) is None


def test_a_milestone_lies_ahead_runs_and_passes(round_2566):
    workshop = next(stone for stone in round_2566.milestones if stone.code == "workshop-pmqa40")
    assert rounds.state_of(workshop, date(2023, 2, 19)) == "ahead"
    assert rounds.state_of(workshop, date(2023, 2, 20)) == "now"
    assert rounds.state_of(workshop, date(2023, 2, 21)) == "now"
    assert rounds.state_of(workshop, date(2023, 2, 22)) == "past"


def test_an_agency_passed_when_one_of_its_entries_in_the_tracks_did(cast, tracks):
    enter(cast.agency, tracks["excellent"], passed=False)
    enter(cast.agency, tracks["category"])
    assert rounds.passed_stage_1(cast.agency, [tracks["excellent"], tracks["category"]])


def test_an_entry_that_did_not_pass_or_stands_in_another_track_does_not_count(cast, tracks):
    enter(cast.agency, tracks["excellent"], passed=False)
    enter(cast.agency, tracks["category"])
    assert not rounds.passed_stage_1(cast.agency, [tracks["excellent"]])
    assert not rounds.passed_stage_1(cast.agency, [tracks["pmqa40"]])


def test_the_entry_of_another_agency_does_not_count(cast, tracks):
    enter(cast.agency, tracks["pmqa40"])
    assert not rounds.passed_stage_1(cast.province, [tracks["pmqa40"]])


def test_without_an_agency_or_a_track_nobody_passed(cast, tracks):
    enter(cast.agency, tracks["pmqa40"])
    assert not rounds.passed_stage_1(None, [tracks["pmqa40"]])
    assert not rounds.passed_stage_1(cast.agency, [])
