"""The demonstration: the people of the cast, some thirty invented agencies and a lively week, all made by the portal's own rules."""

import io
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from portal.accounts import passwords, people, signup
from portal.accounts.models import Agency, Role, User
from portal.awards import rounds
from portal.awards.models import Entry, Round
from portal.core import clock
from portal.core.db import db, writing
from portal.core.errors import Refused
from portal.courses import catalog
from portal.courses.course import Course, Module
from portal.learning import attempts, progress, sample_answers
from portal.learning.models import Attempt
from portal.mail import delivery
from portal.participation import registration, terms
from portal.participation.models import Registration
from portal.participation.terms import Terms
from portal.programme import desk, materials, workshops
from portal.programme.models import Audience, Workshop
from portal.programme.questions import Choice, Kind, Question, When

PASSWORD = "pmqa-demo-2566"  # noqa: S105 - of people who do not exist, in demonstration mode only
FOUNDED = datetime(2023, 2, 1, 2, 0, tzinfo=UTC)  # 1 February 2566, 09:00 in Bangkok
OPENS = datetime(2023, 2, 6, 1, 30, tzinfo=UTC)
CLOSES = datetime(2023, 2, 17, 9, 30, tzinfo=UTC)
CAPACITIES = (80, 36)  # the first workshop has seats left, the second a queue
PER_AGENCY = 4

REHEARSAL_QUESTIONS = (
    Question(
        "meal",
        Kind.CHOICE,
        {"th": "อาหารกลางวัน", "en": "Lunch"},
        is_required=True,
        choices=(
            Choice("any", {"th": "รับประทานได้ทุกอย่าง", "en": "Anything"}),
            Choice("vegetarian", {"th": "มังสวิรัติ", "en": "Vegetarian"}),
            Choice("allergy", {"th": "แพ้อาหารบางอย่าง", "en": "An allergy"}),
        ),
    ),
    Question(
        "allergy",
        Kind.TEXT,
        {"th": "แพ้อาหารอะไร", "en": "What are you allergic to?"},
        is_required=True,
        when=When("meal", "allergy"),
    ),
)

MINISTRIES = {
    "กระทรวงตัวอย่าง": "กรมสายน้ำ กรมทุ่งรวงทอง กรมดวงดาว กรมกระดาษสา กรมเรือใบ กรมป่าสนเขา กรมผ้าทอมือ",
    "กระทรวงสมมติ": "กรมตะวันอุ่น กรมทางเดินเท้า กรมดินดำ กรมเมฆขาว กรมคลื่นลม กรมสวนผัก กรมภาพวาด",
    "กระทรวงแบบฝึกหัด": "กรมหนังสือเล่มเล็ก กรมจักรยาน กรมสะพานไม้ กรมตลาดเช้า กรมขนมไทย กรมเพลงพื้นบ้าน กรมว่าวจุฬา",
    "กระทรวงมหาดไทย": "จังหวัดริมธาร จังหวัดเขาเขียว จังหวัดทะเลหมอก จังหวัดนาข้าว จังหวัดหาดทราย จังหวัดดอกคูน จังหวัดลานหิน",
}
FIRST_NAMES = """
    กานดา ขจร คมสัน จันทร์ฉาย ชบา ชูใจ ณัฐ ดวงใจ ทองดี ธารา นภา บุญมี ปิติ พิมพ์ มานี มานะ ยศ รัตนา วีระ สมใจ สายฝน สุดา อารี อุทัย เอก
"""
LAST_NAMES = "ใจงาม ขยันดี มีสุข รักเรียน ตั้งมั่น พากเพียร แสงทอง ร่มเย็น สดใส อ่อนหวาน เก่งกล้า พอเพียง ยิ้มแย้ม ซื่อตรง"
NAMES = [f"{first} {last}" for first in FIRST_NAMES.split() for last in LAST_NAMES.split()]


@dataclass(frozen=True)
class Stage:
    """Who plays: the cast of HOUSE §6, and everybody by agency with its coordinator first."""

    orn: User
    wit: User
    lamai: User
    sakda: User
    krom: Agency
    password_hash: str
    staff: dict[Agency, list[User]]


@contextmanager
def _at(moment: datetime) -> Iterator[None]:
    """The clock of a past moment while inside, so that every fact carries the time it would have had."""
    here = clock.now()
    clock.start_at(moment, still=True)
    try:
        yield
    finally:
        clock.start_at(here)


def is_made() -> bool:
    """Whether the demonstration people are there."""
    return db.session.scalar(select(User.id).where(User.is_sample).limit(1)) is not None


def make() -> None:
    """Make agencies, people and their history up to now in one transaction, then send their mail. Commits.

    The same people do the same things every time; only codes and the order of choices are drawn anew.
    """
    lot = random.Random(2566)  # noqa: S311 - nothing here is secret
    with writing():
        with _at(FOUNDED):
            stage = _stage(lot)
            _enter_the_award(stage, lot)
            _open_registration(stage.orn)
            _hand_out(stage.wit)
            _draft_a_rehearsal(stage.orn)
        if clock.now() > OPENS:
            _register(stage, lot)
            _learn(stage, lot)
        with _at(clock.now() - timedelta(minutes=20)):
            _begin_a_quiz(stage.lamai, lot)
            _sign_up_newcomers(stage)
        db.session.commit()
    delivery.deliver_due(limit=2000)


def _stage(lot: random.Random) -> Stage:
    """The agencies and everybody in them: two to six people beside the cast, the first of each its coordinator."""
    password_hash = passwords.hash_password(PASSWORD)

    def person(email: str, name: str, role: Role, agency: Agency | None = None) -> User:
        user = people.create_user(email=email, name=name, role=role, agency=agency, is_sample=True)
        user.password_hash = password_hash
        return user

    krom = _agency("SAMPLE-DEPT", "กรมตัวอย่าง", "กระทรวงตัวอย่าง")
    province = _agency("SAMPLE-PROV", "จังหวัดสมมติ", "กระทรวงมหาดไทย")
    orn = person("orn@demo.example", "อร รักงาน", Role.ORGANIZER)
    mali = person("mali@demo.example", "มะลิ ใจดี", Role.COORDINATOR, krom)
    lamai = person("lamai@demo.example", "ละไม ตั้งใจ", Role.LEARNER, krom)
    wit = person("wit@demo.example", "วิทย์ รู้รอบ", Role.SPEAKER)
    sakda = person("sakda@demo.example", "ศักดา สมมติ", Role.LEARNER, province)
    staff = {krom: [mali, lamai], province: [sakda], **{agency: [] for agency in _agencies()}}
    names = iter(lot.sample(NAMES, len(NAMES)))
    number = 0
    for agency, team in staff.items():
        for _ in range(lot.randint(2, 6)):
            number += 1
            role = Role.LEARNER if team else Role.COORDINATOR
            team.append(person(f"p{number:03}@demo.example", next(names), role, agency))
    return Stage(orn, wit, lamai, sakda, krom, password_hash, staff)


def _agencies() -> list[Agency]:
    pairs = [(name, ministry) for ministry, names in MINISTRIES.items() for name in names.split()]
    return [
        _agency(f"SAMPLE-{number:02}", f"{name} (ตัวอย่าง)", ministry)
        for number, (name, ministry) in enumerate(pairs, start=1)
    ]


def _agency(code: str, name: str, ministry: str) -> Agency:
    kind = "province" if name.startswith("จังหวัด") else "department"
    agency = Agency(code=code, name_th=name, ministry_th=ministry, kind=kind, is_sample=True)
    db.session.add(agency)
    db.session.flush()
    return agency


def _enter_the_award(stage: Stage, lot: random.Random) -> None:
    """Every agency has one or two entries that passed stage 1; กรมตัวอย่าง in every track."""
    current: Round | None = rounds.current_round()
    if current is None:
        return
    for agency in stage.staff:
        tracks = current.tracks if agency is stage.krom else lot.sample(current.tracks, lot.randint(1, 2))
        for track in tracks:
            title = f"ผลงานตัวอย่างของ{agency.name_th}"
            db.session.add(Entry(track=track, agency=agency, title=title, stage1_passed_on=clock.today()))
    db.session.flush()


def _open_registration(organizer: User) -> None:
    """Seats and a window, which the source does not tell: an organizer of the demonstration set them."""
    for workshop, capacity in zip(workshops.published(), CAPACITIES, strict=False):
        terms.change(workshop, Terms(capacity, PER_AGENCY, OPENS, CLOSES, workshop.venue), by=organizer)


def _draft_a_rehearsal(organizer: User) -> None:
    """A draft of an invented workshop for the desk, with a guarantee, offers of a day and questions: published, it is
    open at once, so that all of these can be tried; until then nobody but organizers sees it."""
    for workshop in workshops.published()[:1]:
        first_day = workshop.starts_on + timedelta(days=14)
        draft = desk.copy(workshop, code="rehearsal-2566", first_day=first_day, by=organizer)
        text = replace(
            desk.text_of(draft),
            title={"th": "ซ้อมเขียนรายงาน (งานตัวอย่าง)", "en": "Report-writing rehearsal (sample)"},
            notes={},
            talks=(),
            capacity=6,
            per_agency=2,
            guaranteed=1,
            guaranteed_until=CLOSES,
            offer_hours=24,
            registration_opens_at=OPENS,
            registration_closes_at=CLOSES + timedelta(days=7),
            questions=REHEARSAL_QUESTIONS,
        )
        desk.save(draft, text, by=organizer, version=draft.version)


def _hand_out(speaker: User) -> None:
    """Two materials of one talk: วิทย์ speaks in the place of who gives it, whose account nobody has."""
    for workshop in workshops.published()[:1]:
        talk = next((one for one in workshop.talks if one.speakers), None)
        if talk is None:
            return
        talk.speakers[0].speaker.user = speaker
        db.session.flush()
        file = materials.take(io.BytesIO(_paper("Sample handout")), "แบบร่างรายงาน (ตัวอย่าง).pdf", most_mb=1)
        site = materials.link("https://www.opdc.go.th/")
        for content, title, audience in (
            (file, "แบบร่างรายงาน (ตัวอย่าง)", Audience.EVERYONE),
            (site, "เว็บไซต์สำนักงาน ก.พ.ร. (ลิงก์ตัวอย่าง)", Audience.REGISTERED),
        ):
            materials.add(talk, content, title=title, audience=audience, visible_from=None, by=speaker)


def _paper(words: str) -> bytes:
    """A PDF of one page with these words (ASCII)."""
    text = f"BT /F1 24 Tf 72 760 Td ({words}) Tj ET"
    objects = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(text)}>>stream\n{text}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    body, places = "%PDF-1.4\n", []
    for number, held in enumerate(objects, start=1):
        places.append(f"{len(body):010} 00000 n \n")
        body += f"{number} 0 obj{held}endobj\n"
    size = len(objects) + 1
    table = f"xref\n0 {size}\n0000000000 65535 f \n{''.join(places)}"
    return f"{body}{table}trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{len(body)}\n%%EOF\n".encode()


def _moments(count: int, lot: random.Random) -> list[datetime]:
    """Moments between the opening of registration and its end or now, in order."""
    seconds = (min(clock.now(), CLOSES) - OPENS).total_seconds()
    return sorted(OPENS + timedelta(seconds=lot.uniform(0, seconds)) for _ in range(count))


def _register(stage: Stage, lot: random.Random) -> None:
    """Most people register for the workshops they may, a few give their seat back; ละไม and ศักดา are left to do so."""
    offered = workshops.published()
    wishes = [
        (user, workshop)
        for team in stage.staff.values()
        for user in team
        for workshop in offered
        if user not in (stage.lamai, stage.sakda) and lot.random() < 0.75
    ]
    lot.shuffle(wishes)
    seats: list[Registration] = []
    for (user, workshop), moment in zip(wishes, _moments(len(wishes), lot), strict=True):
        with _at(moment):
            _give_back_one(seats, lot)
            if (seat := _registered(workshop, user)) is not None:
                seats.append(seat)


def _registered(workshop: Workshop, user: User) -> Registration | None:
    try:
        return registration.register(workshop, user=user)
    except Refused:
        return None


def _give_back_one(seats: list[Registration], lot: random.Random) -> None:
    """Now and then somebody cannot come after all."""
    if seats and lot.random() < 0.06:
        seat = seats.pop(lot.randrange(len(seats)))
        registration.cancel(seat, by=seat.user)


def _learn(stage: Stage, lot: random.Random) -> None:
    """People read and try quizzes of their award's course, each agency as eager as it is; ละไม and ศักดา have not begun."""
    courses = catalog.courses()
    for agency, team in stage.staff.items():
        eager = lot.uniform(0, 1.2)  # some miss nothing
        theirs = courses if agency is stage.krom else courses[lot.randrange(2) :][:1]
        for user in team:
            if user in (stage.lamai, stage.sakda):
                continue
            for course in theirs:
                for module in course.required_modules:
                    if lot.random() < eager:
                        _read_and_try(user, course, module, lot)


def _read(user: User, course: Course, modules: Sequence[Module]) -> None:
    for module in modules:
        for lesson in module.lessons:
            progress.finish(user, course, module, lesson)


def _read_and_try(user: User, course: Course, module: Module, lot: random.Random) -> None:
    for go, moment in enumerate(_moments(lot.randint(1, 2), lot)):
        with _at(moment):
            if not go:
                _read(user, course, [module])
            attempt = attempts.start(user, course, module)
            seq = _answer(attempt, right=lot.choice((0.6, 0.95, 1.0)), lot=lot)
            if attempts.submit(attempt, seq=seq, answers={}).passed:
                return


def _begin_a_quiz(user: User, lot: random.Random) -> None:
    """Somebody in the middle of a quiz, with the lessons of two parts behind."""
    for course in catalog.courses()[:1]:
        modules = course.required_modules[:2]
        _read(user, course, modules)
        for module in modules[:1]:
            _answer(attempts.start(user, course, module), right=0.5, lot=lot)


def _answer(attempt: Attempt, *, right: float, lot: random.Random) -> int:
    """Answer the paper in one step: about this share of its questions rightly, the others wrongly."""
    answers = {}
    for asked in attempts.paper_of(attempt):
        answer = sample_answers.right if lot.random() < right else sample_answers.wrong
        answers[asked.question.id] = answer(asked.question)
    return attempts.save(attempt, seq=0, answers=answers)


def _sign_up_newcomers(stage: Stage) -> None:
    """Two who wait to be approved, so that a coordinator and the organizer have somebody to decide on."""
    others = [agency for agency in stage.staff if agency is not stage.krom]
    for name, email, agency in (
        ("วันเพ็ญ มาใหม่", "new1@mail.example", stage.krom),
        ("สมหมาย ย้ายมา", "new2@mail.example", others[-1]),
    ):
        signup.sign_up(name=name, email=email, agency=agency, password_hash=stage.password_hash)
        user = db.session.scalars(select(User).where(User.email == email)).one()
        user.is_sample = True
        signup.open_account(user)
