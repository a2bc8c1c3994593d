"""Every message that the portal sends, each written by the function that sends it, in a small world that never changes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portal.accounts import letters
from portal.accounts.models import Agency, Role, User
from portal.awards.models import Entry, Milestone, Round, Track
from portal.certificates import issuing, letters as certificate_letters
from portal.certificates.earning import Earned
from portal.certificates.models import CertificateKind
from portal.core import clock
from portal.core.db import db
from portal.courses import catalog
from portal.home import coordinators
from portal.learning import assignments, regrade_letters
from portal.learning.corrections import Proposal
from portal.learning.models import CorrectionRule
from portal.learning.regrade_effects import Change, Effect, Mark, Turn
from portal.mail.compose import Composed, compose
from portal.organize import deadline
from portal.participation import messages
from portal.participation.messages import Next, SessionChange
from portal.participation.models import Registration, RegistrationStatus, SessionNews
from portal.participation.queue import Reason
from portal.programme.models import Material, Talk, Workshop, WorkshopSession
from tests import packs
from tests.learning.taking import take

NAMES = {
    "th": {
        "reader": "ละไม ตั้งใจ",
        "colleague": "ปิติ ขยัน",
        "coordinator": "มะลิ ใจดี",
        "organizer": "อร รักงาน",
        "venue": "โรงแรมตัวอย่าง",
        "room": "ห้องบุษบา",
        "why": "ย้ายไปงานเดือนมีนาคม",
        "slides": "สไลด์หมวด 1",
        "exercise": "แบบฝึกหัดเขียนรายงาน",
        "wrong_key": "ตัวเลือก ข ถูกด้วยตามคู่มือ",
        "subject": "ขอให้นำรายงานปีที่แล้วมาด้วย",
        "body": "เรียน ละไม ตั้งใจ\n\nช่วงบ่ายวันแรกจะใช้รายงานปีที่แล้วของหน่วยงาน",
    },
    "en": {
        "reader": "Lamai Tangjai",
        "colleague": "Piti Khayan",
        "coordinator": "Mali Jaidee",
        "organizer": "Orn Rakngan",
        "venue": "Sample Hotel",
        "room": "Butsaba Room",
        "why": "It moves to March",
        "slides": "Slides of category 1",
        "exercise": "Writing exercise",
        "wrong_key": "Choice B is right as well by the handbook",
        "subject": "Please bring last year's report",
        "body": "Dear Lamai Tangjai\n\nThe first afternoon works with last year's report.",
    },
}


@dataclass
class World:
    """One language's world: everything in it is told in that language."""

    language: str
    words: dict[str, str]
    reader: User
    colleague: User
    coordinator: User
    organizer: User
    workshop: Workshop
    seat: Registration

    @property
    def days(self) -> list[WorkshopSession]:
        return self.workshop.sessions

    def waits(self, status: RegistrationStatus = RegistrationStatus.WAITLISTED) -> Registration:
        """The reader's place, no longer a seat."""
        self.seat.status = status
        if status is RegistrationStatus.OFFERED:
            self.seat.offer_expires_at = _at("2023-02-14T09:00")
        return self.seat

    def asks(self) -> None:
        """The workshop asks everybody something."""
        self.workshop.questions = [{"code": "food"}]

    def change(self, at: int, **now: Any) -> SessionChange:
        """A meeting that was as it is and is as told here."""
        one = self.days[at]
        before = SessionNews(
            sequence=0,
            day=one.day,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            room=one.room,
            venue=self.workshop.venue,
            is_cancelled=now.pop("was_cancelled", False),
        )
        for name, value in now.items():
            setattr(one, name, value)
        return SessionChange(one, before)


def _at(moment: str) -> datetime:
    return datetime.fromisoformat(f"{moment}:00+07:00")


def world(language: str) -> World:
    """Two agencies, four people and a workshop of two days, of which the second is all-day, with a seat for the reader."""
    words = NAMES[language]
    round_ = Round(year_be=2566, title_th="รางวัลคุณภาพ พ.ศ. 2566", title_en="Award 2023")
    track = Track(round=round_, code="pmqa40", name_th="PMQA 4.0")
    report = Milestone(
        round=round_, code="report", on=date(2023, 3, 22), label_th="ส่งรายงาน", label_en="Report"
    )
    agency = Agency(code="A1", name_th="กรมตัวอย่าง", name_en="Example Department")
    db.session.add_all([round_, track, report, agency])
    people = [
        User(
            code=f"{who.upper():8.8}".replace(" ", "X"),
            email=f"{who}@demo.example",
            name=words[who],
            role=role,
            agency=agency,
            language=language,
            confirmed_at=clock.now(),
            approved_at=clock.now(),
        )
        for who, role in (
            ("reader", Role.LEARNER),
            ("colleague", Role.LEARNER),
            ("coordinator", Role.COORDINATOR),
            ("organizer", Role.ORGANIZER),
        )
    ]
    db.session.add_all([*people, Entry(track=track, agency=agency, stage1_passed_on=date(2023, 2, 1))])
    workshop = _workshop(round_, track, words)
    seat = Registration(
        code="K7M4Q2X9",
        ticket="P4RN8T",
        workshop=workshop,
        user=people[0],
        agency=agency,
        status=RegistrationStatus.CONFIRMED,
        arrival=1,
    )
    db.session.add(seat)
    db.session.flush()
    reader, colleague, coordinator, organizer = people
    return World(language, words, reader, colleague, coordinator, organizer, workshop, seat)


def _workshop(round_: Round, track: Track, words: dict[str, str]) -> Workshop:
    workshop = Workshop(
        code="pmqa40-2566",
        round=round_,
        tracks=[track],
        title_th="รางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0",
        title_en="Writing the PMQA 4.0 report",
        starts_on=date(2023, 2, 20),
        ends_on=date(2023, 2, 21),
        venue=words["venue"],
        capacity=10,
        per_agency=2,
        guaranteed=2,
        guaranteed_until=_at("2023-02-15T16:30"),
    )
    first = WorkshopSession(
        workshop=workshop,
        code="day1",
        position=1,
        title_th="วันที่หนึ่ง",
        title_en="Day one",
        day=date(2023, 2, 20),
        starts_at=_at("2023-02-20T09:00"),
        ends_at=_at("2023-02-20T16:30"),
        room=words["room"],
        link="https://meet.example/x",
    )
    second = WorkshopSession(
        workshop=workshop,
        code="day2",
        position=2,
        title_th="วันที่สอง",
        title_en="Day two",
        day=date(2023, 2, 21),
    )
    db.session.add_all([workshop, first, second])
    return workshop


def _letter(name: str, **context: Any) -> Callable[[World], None]:
    return lambda here: letters.write(name, here.reader, **context)


def _with_questions(here: World) -> None:
    here.asks()
    messages.registered(here.seat, before=here.colleague)


def _reminder(days: int, *, asks: bool = False) -> Callable[[World], None]:
    def write(here: World) -> None:
        if asks:
            here.asks()
        messages.reminder(here.seat, days=days, what="w", batch="b")

    return write


def _materials(here: World) -> None:
    talk = Talk(workshop=here.workshop, code="t1")
    db.session.add(talk)
    found = [Material(talk=talk, title=here.words[name]) for name in ("slides", "exercise")]
    messages.materials_ready(here.seat, found, what="w", batch="b")


def _thanks(here: World) -> None:
    packs.publish()
    what = Next(has_materials=True, courses=catalog.courses(), report_due=date(2023, 3, 22))
    messages.thanks(here.seat, next=what, what="w", batch="b")


def _thanks_and_nothing_more(here: World) -> None:
    messages.thanks(here.seat, next=Next(False, (), None), what="w", batch="b")


def _uncovered(at: str) -> Callable[[World], None]:
    def write(here: World) -> None:
        packs.publish()
        clock.start_at(_at(at), still=True)
        warning = deadline.due()
        assert warning is not None
        deadline.warn(warning)

    return write


def _group_letter(here: World) -> Composed:
    return compose(
        "group_letter",
        language=here.language,
        subject=here.words["subject"],
        body=here.words["body"],
        workshop=here.workshop,
    )


def _certificate(kind: CertificateKind) -> Callable[[World], None]:
    def write(here: World) -> None:
        title = {"th": "รางวัลคุณภาพ PMQA 4.0", "en": "The PMQA 4.0 award"}
        earned = Earned(here.reader.id, None, kind, "sample", title, {}, date(2023, 2, 12))
        (one,) = issuing.issue([earned], by=None)
        one.code = "C4TN8KWD2M7Q"
        certificate_letters.tell([one])

    return write


def _regraded(rule: str, turn: bool | None) -> Callable[[World], None]:
    """A score that became 7 of 10; of what was taken out, 6 of 9."""

    def write(here: World) -> None:
        course = packs.publish()
        module = course.modules[0]
        assert module.quiz is not None
        proposal = Proposal(course, module, module.quiz.questions[0], CorrectionRule(rule))
        after = Mark(6, 9, False) if rule == "void" else Mark(7.0, 10.0, turn is not False)
        reader = here.reader
        change = Change(
            attempt_id=1,
            code="TRY4K7QX",
            user_id=reader.id,
            agency_id=reader.agency_id,
            submitted_at=_at("2023-02-10T10:30"),
            before=Mark(6.5, 10.0, turn is False),
            after=after,
            points={},
        )
        turns = () if turn is None else (Turn(reader.id, reader.name, reader.agency_id, "", turn),)
        effect = Effect(proposal, 1, (), (change,), turns, ())
        regrade_letters.tell("C0RRECT1", proposal, effect, why=here.words["wrong_key"])

    return write


def _moved(here: World) -> None:
    first = here.change(0, starts_at=_at("2023-02-20T13:00"), ends_at=_at("2023-02-20T17:00"), room="")
    messages.session_moved(here.seat, [first, here.change(1, was_cancelled=True)])


def _assigned(due: date | None) -> Callable[[World], None]:
    def write(here: World) -> None:
        course = packs.publish()
        agency = here.reader.agency
        assert agency is not None
        assignments.assign(
            [here.reader], course, course.modules[0], agency=agency, due_on=due, by=here.coordinator
        )

    return write


def _please_pass(due: date | None) -> Callable[[World], None]:
    def write(here: World) -> None:
        course = packs.publish()
        assignments.remind([here.reader], course, course.modules[:2], due=due, by=here.coordinator)

    return write


def _please_plan(due: date | None, *, passed: bool = False) -> Callable[[World], None]:
    def write(here: World) -> None:
        course = packs.publish()
        agency = here.reader.agency
        assert agency is not None
        if passed:  # one person of the two needed
            for module in course.required_modules:
                take(here.reader, course, module.code)
        coordinators.remind(agency, course, due=due, by=here.organizer)

    return write


# By name: the template, then what is particular. Each puts one mail into the outbox, or gives it back.
CASES: dict[str, Callable[[World], Composed | None]] = {
    "address_taken": _letter("address_taken"),
    "assigned": _assigned(date(2023, 3, 1)),
    "assigned-without_a_day": _assigned(None),
    "please_pass": _please_pass(date(2023, 3, 22)),
    "please_pass-no_day_is_known": _please_pass(None),
    "please_plan": _please_plan(date(2023, 3, 22)),
    "please_plan-no_day_is_known": _please_plan(None),
    "please_plan-too_few_people": _please_plan(date(2023, 3, 22), passed=True),
    "approved": _letter("approved"),
    "confirm_email": _letter("confirm_email", token="t0k3n", days=7),
    "declined": _letter("declined"),
    "invited": _letter("invited", token="t0k3n", days=14, by=None),
    "invited-by_a_coordinator": lambda here: letters.write(
        "invited", here.reader, token="t0k3n", days=14, by=here.coordinator
    ),
    "password_changed": _letter("password_changed"),
    "reset_password": _letter("reset_password", token="t0k3n", hours=2),
    "someone_waits": lambda here: letters.write(
        "someone_waits", here.coordinator, person=here.reader, page="/agency"
    ),
    "registered": lambda here: messages.registered(here.seat),
    "registered-in_place_of_a_colleague_with_questions": _with_questions,
    "waitlisted-full": lambda here: messages.waitlisted(here.waits(), position=3, reason=Reason.FULL),
    "waitlisted-agency_has_its_most": lambda here: messages.waitlisted(
        here.waits(), position=3, reason=Reason.AT_MOST
    ),
    "waitlisted-kept_for_others": lambda here: messages.waitlisted(
        here.waits(), position=3, reason=Reason.KEPT
    ),
    "offered": lambda here: messages.offered(here.waits(RegistrationStatus.OFFERED), token="t0k3n"),
    "offer_expired": lambda here: messages.offer_expired(here.waits(), may_register=True),
    "offer_expired-registration_is_over": lambda here: messages.offer_expired(
        here.waits(), may_register=False
    ),
    "promoted": lambda here: messages.promoted(here.seat),
    "cancelled": lambda here: messages.cancelled(here.seat),
    "cancelled-by_an_organizer": lambda here: messages.cancelled(
        here.seat, by=here.organizer, why=here.words["why"]
    ),
    "cancelled-for_a_colleague": lambda here: messages.cancelled(
        here.seat, heir=here.colleague, by=here.coordinator
    ),
    "left_queue": lambda here: messages.left_queue(here.waits()),
    "left_queue-by_a_coordinator": lambda here: messages.left_queue(here.waits(), by=here.coordinator),
    "left_queue-by_an_organizer": lambda here: messages.left_queue(
        here.waits(), by=here.organizer, why=here.words["why"]
    ),
    "left_queue-for_a_colleague": lambda here: messages.left_queue(
        here.waits(), heir=here.colleague, by=here.coordinator
    ),
    "session_moved": _moved,
    "session_cancelled": lambda here: messages.session_cancelled(
        here.seat, [here.change(1, is_cancelled=True)]
    ),
    "workshop_cancelled": lambda here: messages.workshop_cancelled(
        here.seat, sessions=None, number=1, why=here.words["why"]
    ),
    "workshop_cancelled-while_waiting": lambda here: messages.workshop_cancelled(
        here.waits(), sessions=None, number=1
    ),
    "workshop_restored": lambda here: messages.workshop_restored(here.seat, sessions=None, number=2),
    "workshop_restored-while_waiting": lambda here: messages.workshop_restored(
        here.waits(), sessions=None, number=2
    ),
    "reminder-seven_days": _reminder(7, asks=True),
    "reminder-tomorrow": _reminder(1),
    "reminder-today": _reminder(0),
    "materials_ready": _materials,
    "thanks": _thanks,
    "thanks-nothing_is_next": _thanks_and_nothing_more,
    "uncovered-fourteen_days": _uncovered("2023-03-08T08:00"),
    "uncovered-tomorrow": _uncovered("2023-03-21T08:00"),
    "uncovered-today": _uncovered("2023-03-22T08:00"),
    "group_letter": _group_letter,
    "certificate-course": _certificate(CertificateKind.COURSE),
    "certificate-workshop": _certificate(CertificateKind.WORKSHOP),
    "regraded": _regraded("key", None),
    "regraded-now_passed": _regraded("free", True),
    "regraded-no_longer_passed": _regraded("void", False),
}
