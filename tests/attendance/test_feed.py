"""Feeds over HTTP: the secret address of one's own, an agency's and a workshop's calendar, how it ends, and what a program is answered."""

import gzip
from concurrent.futures import ThreadPoolExecutor

import pytest
from icalendar import Calendar
from sqlalchemy import select

from portal.accounts.models import Role, User
from portal.attendance import feeds, roll
from portal.attendance.models import CalendarFeed
from portal.core import clock, db as db_module
from portal.core.db import db
from portal.participation import registration
from portal.participation.models import AttendanceState
from portal.programme import desk
from tests.attendance.test_calendars import assert_is_well_formed, events
from tests.rows import once


def address(feed: CalendarFeed) -> str:
    return f"/calendar/{feed.secret}.ics"


@pytest.fixture
@once
def workshop(make_workshop, cast):
    workshop = make_workshop()
    registration.register(workshop, user=cast.lamai)
    db.session.commit()
    return workshop


@pytest.fixture
def mine(workshop, cast) -> str:
    found = address(feeds.rotate(cast.lamai))
    db.session.commit()
    return found


@pytest.fixture
def of_agency(workshop, cast) -> str:
    """Mali's feed of กรมตัวอย่าง."""
    found = address(feeds.rotate(cast.mali, feeds.subject_of(cast.agency)))
    db.session.commit()
    return found


@pytest.fixture
def of_workshop(workshop, cast) -> str:
    """Orn's feed of the workshop."""
    found = address(feeds.rotate(cast.orn, feeds.subject_of(workshop)))
    db.session.commit()
    return found


class TestAddress:
    def test_the_first_rotation_makes_it_and_the_next_kills_it(self, cast):
        assert feeds.feed_of(cast.lamai) is None
        first = feeds.rotate(cast.lamai).secret
        db.session.commit()
        found = feeds.by_secret(first)
        assert found is not None
        assert found.user is cast.lamai
        second = feeds.rotate(cast.lamai).secret
        db.session.commit()
        assert second != first
        assert feeds.by_secret(first) is None
        assert len(db.session.scalars(select(CalendarFeed)).all()) == 1

    def test_each_subject_has_its_own(self, workshop, cast):
        secrets = {
            feeds.rotate(cast.orn, subject).secret
            for subject in (feeds.MINE, feeds.subject_of(cast.agency), feeds.subject_of(workshop))
        }
        db.session.commit()
        feeds.rotate(cast.orn, feeds.subject_of(workshop))
        assert len(secrets) == 3
        assert len([secret for secret in secrets if feeds.by_secret(secret)]) == 2

    def test_ending_takes_one_away_and_says_whether_there_was_one(self, cast):
        secret = feeds.rotate(cast.lamai).secret
        db.session.commit()
        assert feeds.end(cast.lamai) is True
        assert feeds.by_secret(secret) is None
        assert feeds.end(cast.lamai) is False

    @pytest.mark.both_databases
    def test_the_longest_codes_fit(self, make_workshop, cast):
        workshop = make_workshop(code="w" * 60)
        feeds.rotate(cast.orn, feeds.subject_of(workshop))
        db.session.commit()
        assert feeds.feed_of(cast.orn, feeds.subject_of(workshop))


class TestFeed:
    def test_it_needs_no_sign_in_and_is_kept_by_nobody(self, client, mine):
        answer = client.get(mine)
        assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8")
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert answer.headers["Content-Disposition"].startswith("inline")
        assert len(events(answer.data)) == 2

    def test_no_secret_stands_inside_of_any(self, client, cast, mine, of_agency, of_workshop):
        feeds.rotate(cast.mali)
        db.session.commit()
        secrets = db.session.scalars(select(CalendarFeed.secret)).all()
        assert len(secrets) == 4
        for url in (mine, of_agency, of_workshop, "/workshops.ics", "/workshops/pmqa40-2566.ics"):
            body = client.get(url).data.replace(b"\r\n ", b"")
            assert b"/calendar/" not in body
            assert not [secret for secret in secrets if secret.encode() in body]

    def test_no_secret_goes_out_with_a_mail(self, workshop, cast, mine, mails):
        [mail] = mails(cast.lamai)
        secret = mine.removeprefix("/calendar/").removesuffix(".ics")
        assert secret not in mail.text + mail.html
        assert secret.encode() not in mail.calendar.replace(b"\r\n ", b"")

    def test_an_agencys_names_its_people_and_how_they_attended(
        self, client, of_agency, workshop, cast, make_people, clock_at
    ):
        [stranger] = make_people(1)
        registration.register(workshop, user=stranger)
        clock_at("2023-02-20T17:00:00+07:00")
        seat = registration.register(workshop, user=cast.lamai)  # the one there is
        roll.mark(seat, workshop.sessions[0], state=AttendanceState.ATTENDED, by=None, how="roster")
        db.session.commit()
        body = client.get(of_agency).data
        assert_is_well_formed(body)
        one, _two = events(body).values()
        assert str(one["ATTENDEE"]) == f"mailto:{cast.lamai.email}"
        assert one["ATTENDEE"].params["X-ATTENDANCE"] == "attended"
        assert one["DESCRIPTION"].startswith("มาแล้ว 1 คน")
        assert stranger.email.encode() not in body

    def test_a_workshops_names_everybody(self, client, of_workshop, workshop, cast):
        one, _two = events(client.get(of_workshop).data).values()
        assert str(one["ATTENDEE"]) == f"mailto:{cast.lamai.email}"
        assert one["SUMMARY"] == "วันที่หนึ่ง · รางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0"

    def test_each_speaks_its_owners_language(self, client, cast, of_agency, of_workshop):
        cast.mali.language = cast.orn.language = "en"
        db.session.commit()
        for url in (of_agency, of_workshop):
            assert "PMQA 4.0" in str(next(iter(events(client.get(url).data).values()))["SUMMARY"])

    def test_a_moved_session_has_a_higher_sequence_everywhere(
        self, client, workshop, cast, mine, of_agency, of_workshop
    ):
        urls = (mine, of_agency, of_workshop, "/workshops.ics")
        before = [events(client.get(url).data) for url in urls]
        text = desk.text_of(workshop)
        moved = text.sessions[0].__class__(**(vars(text.sessions[0]) | {"room": "ห้องใหม่"}))
        changed = text.__class__(**(vars(text) | {"sessions": (moved, *text.sessions[1:])}))
        desk.save(workshop, changed, by=cast.orn, version=workshop.version)
        db.session.commit()
        for url, was in zip(urls, before, strict=True):
            one, two = events(client.get(url).data).items()
            assert one[1]["SEQUENCE"] == was[one[0]]["SEQUENCE"] + 1
            assert two[1]["SEQUENCE"] == was[two[0]]["SEQUENCE"]
            assert one[1]["LOCATION"] == "ห้องใหม่"


class TestNotModified:
    @pytest.mark.both_databases
    @pytest.mark.parametrize("which", ["mine", "of_agency", "of_workshop"])
    def test_an_unchanged_feed_is_not_sent_again_and_a_changed_one_is(
        self, client, request, cast, workshop, which
    ):
        url = request.getfixturevalue(which)
        etag = client.get(url).headers["ETag"]
        again = client.get(url, headers={"If-None-Match": etag})
        assert (again.status_code, again.data) == (304, b"")
        registration.cancel(registration.register(workshop, user=cast.lamai), by=cast.lamai)
        db.session.commit()
        after = client.get(url, headers={"If-None-Match": etag})
        assert after.status_code == 200
        assert after.headers["ETag"] != etag

    def test_what_changes_elsewhere_leaves_it_as_it_is(self, client, cast, mine):
        etag = client.get(mine).headers["ETag"]
        cast.sakda.name = "ชื่อใหม่"
        db.session.commit()
        assert client.get(mine, headers={"If-None-Match": etag}).status_code == 304

    def test_an_agencys_stays_as_it_is_when_somebody_of_another_agency_is_marked(
        self, client, cast, of_agency, workshop, make_people
    ):
        [stranger] = make_people(1)
        seat = registration.register(workshop, user=stranger)
        db.session.commit()
        etag = client.get(of_agency).headers["ETag"]
        roll.mark(seat, workshop.sessions[0], state=AttendanceState.ATTENDED, by=None, how="roster")
        db.session.commit()
        assert client.get(of_agency, headers={"If-None-Match": etag}).status_code == 304

    def test_one_that_was_packed_is_known_again(self, client, of_workshop):
        packed = client.get(of_workshop, headers={"Accept-Encoding": "gzip"})
        assert len(events(gzip.decompress(packed.data))) == 2
        again = client.get(
            of_workshop,
            headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]},
        )
        assert again.status_code == 304

    @pytest.mark.parametrize("etag", ["*", '"other", {}', "W/{}", "nonsense"])
    def test_any_way_to_ask_is_understood(self, client, mine, etag):
        known = client.get(mine).headers["ETag"]
        answer = client.get(mine, headers={"If-None-Match": etag.format(known)})
        assert answer.status_code == (200 if etag == "nonsense" else 304)

    def test_after_rotating_the_old_address_is_dead_even_for_who_holds_its_answer(self, client, cast, mine):
        etag = client.get(mine).headers["ETag"]
        feeds.rotate(cast.lamai)
        db.session.commit()
        assert client.get(mine, headers={"If-None-Match": etag}).status_code == 404

    def test_who_is_disabled_is_told_so_even_holding_the_answer(self, client, cast, mine):
        etag = client.get(mine).headers["ETag"]
        cast.lamai.disabled_at = clock.now()
        db.session.commit()
        assert client.get(mine, headers={"If-None-Match": etag}).status_code == 410


def leave_the_agency(cast):
    cast.mali.agency = cast.province


def lose_the_role(cast):
    cast.mali.role = Role.LEARNER


def lose_the_approval(cast):
    cast.mali.approved_at = None


def be_disabled(cast):
    cast.mali.disabled_at = clock.now()


class TestEnded:
    @pytest.mark.parametrize("leave", [leave_the_agency, lose_the_role, lose_the_approval, be_disabled])
    def test_an_agencys_feed_dies_with_its_coordinators_standing_and_says_so(
        self, client, cast, of_agency, leave
    ):
        leave(cast)
        db.session.commit()
        answer = client.get(of_agency)
        assert (answer.status_code, answer.mimetype) == (410, "text/html")
        assert client.page.h1 == "ปฏิทินนี้เลิกใช้แล้ว"
        assert "ไม่มีสิทธิ์เห็นข้อมูลนี้แล้ว" in client.page.main
        assert "lamai" not in answer.get_data(as_text=True)

    def test_a_coordinator_of_another_agency_sees_nothing_of_the_former(self, client, cast, of_agency):
        leave_the_agency(cast)
        new = address(feeds.rotate(cast.mali, feeds.subject_of(cast.province)))
        db.session.commit()
        assert client.get(of_agency).status_code == 410
        assert events(client.get(new).data) == {}

    def test_who_comes_back_has_it_again(self, client, cast, of_agency):
        cast.mali.disabled_at = clock.now()
        db.session.commit()
        assert client.get(of_agency).status_code == 410
        cast.mali.disabled_at = None
        db.session.commit()
        assert client.get(of_agency).status_code == 200

    def test_a_workshops_feed_dies_when_its_owner_stops_organizing(self, client, cast, of_workshop):
        cast.orn.role = Role.LEARNER
        db.session.commit()
        assert client.get(of_workshop).status_code == 410

    def test_ones_own_goes_on_after_leaving_the_agency_and_dies_with_the_account(self, client, cast, mine):
        cast.lamai.agency = None
        db.session.commit()
        assert client.get(mine).status_code == 200
        be_disabled(cast)
        cast.lamai.disabled_at = clock.now()
        db.session.commit()
        assert client.get(mine).status_code == 410

    def test_a_demonstration_persons_feed_is_shut_outside_of_demonstrations(self, client, cast, mine):
        cast.lamai.is_sample = True
        db.session.commit()
        assert client.get(mine).status_code == 410

    def test_a_subject_that_nobody_knows_is_ended(self, client, cast):
        feed = feeds.rotate(cast.orn, "workshop:gone")
        db.session.commit()
        assert client.get(address(feed)).status_code == 410

    def test_dead_feeds_of_an_agency_write_nothing(self, client, cast, of_agency, queries):
        lose_the_role(cast)
        db.session.commit()
        with queries() as statements:
            client.get(of_agency)
        assert all(statement.startswith("SELECT") for statement in statements)


@pytest.mark.parametrize("secret", ["x", "a" * 43, "../etc", "ก" * 9, "a" * 2000])
def test_an_unknown_address_is_404_and_says_where_to_find_the_right_one(client, app, secret):
    assert client.get(f"/calendar/{secret}.ics").status_code == 404
    if "/" not in secret:
        assert client.page.h1 == "ไม่พบปฏิทินนี้"
        assert "เปิดหน้าปฏิทินเพื่อดูที่อยู่ที่ใช้อยู่" in client.page.main


class TestEverybodysFiles:
    FILE = "/workshops/pmqa40-2566.ics"

    def test_anybody_takes_the_workshop_as_a_file(self, client, workshop):
        answer = client.get(self.FILE)
        assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8")
        assert "filename=pmqa40-2566.ics" in answer.headers["Content-Disposition"]
        assert len(Calendar.from_ical(answer.data).walk("VEVENT")) == 2

    @pytest.mark.parametrize("url", [FILE, "/workshops.ics"])
    def test_unchanged_it_is_not_sent_again(self, client, workshop, url):
        first = client.get(url)
        again = client.get(url, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")

    def test_drafts_and_unknown_ones_have_none(self, client, make_workshop):
        make_workshop(code="draft", status="draft")
        assert client.get("/workshops/draft.ics").status_code == 404
        assert client.get("/workshops/none.ics").status_code == 404

    def test_all_workshops_stand_in_one_file_in_the_readers_language(self, client, workshop):
        assert len(events(client.get("/workshops.ics").data)) == 2
        assert b"PMQA 4.0" not in client.get("/workshops.ics").data
        client.set_cookie("lang", "en")
        assert b"PMQA 4.0" in client.get("/workshops.ics").data


@pytest.mark.both_databases
def test_ten_presses_at_once_make_one_feed_whose_address_works(app, cast):
    person = cast.lamai.id
    db.session.commit()

    def press(_number: int) -> str:
        with app.app_context(), db_module.writing():
            secret = feeds.rotate(db.session.get_one(User, person)).secret
            db.session.commit()
            return secret

    with ThreadPoolExecutor(10) as pool:
        secrets = list(pool.map(press, range(10)))
    [feed] = db.session.scalars(select(CalendarFeed)).all()
    assert feed.secret in secrets
