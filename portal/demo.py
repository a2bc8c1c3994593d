"""The demonstration: the people of the cast, some thirty invented agencies and two lively weeks, all made by the portal's own rules."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from portal.accounts import passwords, people
from portal.accounts.models import Agency, Role, User
from portal.awards import rounds
from portal.awards.models import Entry, Round
from portal.core import clock
from portal.core.db import db, writing
from portal.courses import catalog
from portal.courses.course import Course, Module
from portal.learning import attempts, progress
from portal.learning.models import Attempt
from portal.mail import outbox
from portal.participation import eligibility, registration, terms
from portal.participation.terms import Terms
from portal.programme import workshops
from portal.programme.models import Workshop

PASSWORD = "pmqa-demo-2566"  # noqa: S105 - of people who do not exist, in demonstration mode only
OPENED = datetime(2023, 2, 1, 2, 0, tzinfo=UTC)  # 1 February 2566, 09:00 in Bangkok
REGISTRATION = (datetime(2023, 2, 6, 1, 30, tzinfo=UTC), datetime(2023, 2, 17, 9, 30, tzinfo=UTC))
DAYS = 11

MINISTRIES = {
    "กระทรวงตัวอย่าง": (
        "กรมสายน้ำ",
        "กรมทุ่งรวงทอง",
        "กรมดวงดาว",
        "กรมกระดาษสา",
        "กรมเรือใบ",
        "กรมป่าสนเขา",
        "กรมผ้าทอมือ",
    ),
    "กระทรวงสมมติ": ("กรมตะวันอุ่น", "กรมทางเดินเท้า", "กรมดินดำ", "กรมเมฆขาว", "กรมคลื่นลม", "กรมสวนผัก", "กรมภาพวาด"),
    "กระทรวงแบบฝึกหัด": (
        "กรมหนังสือเล่มเล็ก",
        "กรมจักรยาน",
        "กรมสะพานไม้",
        "กรมตลาดเช้า",
        "กรมขนมไทย",
        "กรมเพลงพื้นบ้าน",
    ),
    "กระทรวงมหาดไทย": (
        "จังหวัดริมธาร",
        "จังหวัดเขาเขียว",
        "จังหวัดทะเลหมอก",
        "จังหวัดนาข้าว",
        "จังหวัดหาดทราย",
        "จังหวัดดอกคูน",
    ),
}
ENGLISH = {
    "กรมตัวอย่าง": "Sample Department",
    "จังหวัดสมมติ": "Imaginary Province",
    "กรมสายน้ำ": "Department of Streams",
    "กรมทุ่งรวงทอง": "Department of Golden Fields",
    "กรมดวงดาว": "Department of Stars",
    "กรมกระดาษสา": "Department of Mulberry Paper",
    "กรมเรือใบ": "Department of Sailing Boats",
    "กรมป่าสนเขา": "Department of Pine Forests",
    "กรมผ้าทอมือ": "Department of Handwoven Cloth",
    "กรมตะวันอุ่น": "Department of Warm Sun",
    "กรมทางเดินเท้า": "Department of Footpaths",
    "กรมดินดำ": "Department of Black Soil",
    "กรมเมฆขาว": "Department of White Clouds",
    "กรมคลื่นลม": "Department of Wind and Waves",
    "กรมสวนผัก": "Department of Vegetable Gardens",
    "กรมภาพวาด": "Department of Drawings",
    "กรมหนังสือเล่มเล็ก": "Department of Small Books",
    "กรมจักรยาน": "Department of Bicycles",
    "กรมสะพานไม้": "Department of Wooden Bridges",
    "กรมตลาดเช้า": "Department of Morning Markets",
    "กรมขนมไทย": "Department of Thai Sweets",
    "กรมเพลงพื้นบ้าน": "Department of Folk Songs",
    "จังหวัดริมธาร": "Rim Than Province",
    "จังหวัดเขาเขียว": "Khao Khiao Province",
    "จังหวัดทะเลหมอก": "Thale Mok Province",
    "จังหวัดนาข้าว": "Na Khao Province",
    "จังหวัดหาดทราย": "Hat Sai Province",
    "จังหวัดดอกคูน": "Dok Khun Province",
}
FIRST = [
    "กานดา",
    "ขจร",
    "คมสัน",
    "จันทร์ฉาย",
    "ชบา",
    "ชูใจ",
    "ณัฐ",
    "ดวงใจ",
    "ทองดี",
    "ธารา",
    "นภา",
    "บุญมี",
    "ปิติ",
    "พิมพ์",
    "มานี",
    "มานะ",
    "ยศ",
    "รัตนา",
    "วีระ",
    "สมใจ",
    "สายฝน",
    "สุดา",
    "อารี",
    "อุทัย",
    "เอก",
]
LAST = [
    "ใจงาม",
    "ขยันดี",
    "มีสุข",
    "รักเรียน",
    "ตั้งมั่น",
    "พากเพียร",
    "แสงทอง",
    "ร่มเย็น",
    "สดใส",
    "อ่อนหวาน",
    "เก่งกล้า",
    "พอเพียง",
    "ยิ้มแย้ม",
    "ซื่อตรง",
]


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
    """Make agencies, people and two weeks of history up to now, and send their mail. Commits at the end of each step."""
    lot = random.Random(2566)  # noqa: S311 - the same demonstration every time
    with writing():
        with _at(OPENED):
            current = rounds.current_round()
            cast = _cast()
            agencies = [cast.krom, cast.province, *_agencies()]
            staff = _staff(agencies, cast, lot)
            if current is not None:
                _entries(current, agencies, lot)
            db.session.commit()
        _open_registration(cast.orn)
        _register(staff, cast, lot)
        _learn(staff, cast, lot)
        _waiting_people(agencies)
        db.session.commit()
    outbox.deliver_due(limit=2000)


class _Cast:
    """The people of HOUSE §6 and their two agencies."""

    def __init__(self) -> None:
        self.hash = passwords.hash_password(PASSWORD)
        self.krom = _agency("SAMPLE-DEPT", "กรมตัวอย่าง", "กระทรวงตัวอย่าง")
        self.province = _agency("SAMPLE-PROV", "จังหวัดสมมติ", "กระทรวงมหาดไทย", kind="province")
        self.orn = self.person("orn@demo.example", "อร รักงาน", Role.ORGANIZER)
        self.mali = self.person("mali@demo.example", "มะลิ ใจดี", Role.COORDINATOR, self.krom)
        self.lamai = self.person("lamai@demo.example", "ละไม ตั้งใจ", Role.LEARNER, self.krom)
        self.wit = self.person("wit@demo.example", "วิทย์ รู้รอบ", Role.SPEAKER)
        self.sakda = self.person("sakda@demo.example", "ศักดา สมมติ", Role.LEARNER, self.province)

    def person(self, email: str, name: str, role: Role = Role.LEARNER, agency: Agency | None = None) -> User:
        user = people.create_user(email=email, name=name, role=role, agency=agency, is_sample=True)
        user.password_hash = self.hash
        return user


def _cast() -> _Cast:
    return _Cast()


def _agency(code: str, name: str, ministry: str, *, kind: str = "department", mark: str = "") -> Agency:
    agency = Agency(
        code=code,
        name_th=name + mark,
        name_en=ENGLISH[name] + mark.replace("ตัวอย่าง", "sample"),
        ministry_th=ministry,
        kind=kind,
        is_sample=True,
    )
    db.session.add(agency)
    db.session.flush()
    return agency


def _agencies() -> list[Agency]:
    made: list[Agency] = []
    for ministry, names in MINISTRIES.items():
        for name in names:
            kind = "province" if name.startswith("จังหวัด") else "department"
            code = f"SAMPLE-{len(made) + 1:02}"
            made.append(_agency(code, name, ministry, kind=kind, mark=" (ตัวอย่าง)"))
    return made


def _staff(agencies: list[Agency], cast: _Cast, lot: random.Random) -> dict[int, list[User]]:
    """Two to seven people in each agency, the first of them its coordinator."""
    names = [f"{first} {last}" for first in FIRST for last in LAST]
    lot.shuffle(names)
    staff: dict[int, list[User]] = {cast.krom.id: [cast.mali, cast.lamai], cast.province.id: [cast.sakda]}
    number = 0
    for agency in agencies:
        team = staff.setdefault(agency.id, [])
        for _ in range(lot.randint(2, 6)):
            number += 1
            role = Role.LEARNER if team else Role.COORDINATOR
            team.append(cast.person(f"p{number:03}@demo.example", names[number], role, agency))
    return staff


def _entries(current: Round, agencies: list[Agency], lot: random.Random) -> None:
    """Every agency has one or two entries that passed stage 1; กรมตัวอย่าง in every track."""
    for agency in agencies:
        tracks = current.tracks if agency is agencies[0] else lot.sample(current.tracks, lot.randint(1, 2))
        for track in tracks:
            title = f"ผลงานตัวอย่างของ{agency.name_th}"
            db.session.add(Entry(track=track, agency=agency, title=title, stage1_passed_on=clock.today()))


def _open_registration(organizer: User) -> None:
    """Seats and a window, which the source does not tell: an organizer of the demonstration set them."""
    with _at(OPENED):
        for workshop, capacity in zip(workshops.published(), (80, 36), strict=False):
            opens, closes = REGISTRATION
            terms.change(workshop, Terms(capacity, 4, opens, closes, ""), by=organizer)
        db.session.commit()


def _moments(count: int, lot: random.Random) -> list[datetime]:
    """Moments of working hours between the opening of registration and now, in order."""
    start = REGISTRATION[0]
    span = (clock.now() - start).total_seconds()
    return sorted(start + timedelta(seconds=lot.uniform(600, span)) for _ in range(count))


def _register(staff: dict[int, list[User]], cast: _Cast, lot: random.Random) -> None:
    """Most people register for the workshop of their entries, some give their seat back; two of the cast are left to do so."""
    wishes: list[tuple[User, Workshop]] = [
        (user, workshop)
        for team in staff.values()
        for user in team
        for workshop in workshops.published()
        if user not in (cast.lamai, cast.sakda) and lot.random() < 0.75
    ]
    lot.shuffle(wishes)
    for (user, workshop), moment in zip(wishes, _moments(len(wishes), lot), strict=True):
        with _at(moment):
            if eligibility.refusal(workshop, user) is not None:
                continue
            seat = registration.register(workshop, user=user)
            if lot.random() < 0.06:
                registration.cancel(seat, by=user)
    db.session.commit()


def _learn(staff: dict[int, list[User]], cast: _Cast, lot: random.Random) -> None:
    """People read and try quizzes; ละไม is in the middle of a quiz, ศักดา has not begun."""
    courses = catalog.courses()
    for team in staff.values():
        eager = lot.random()
        for user in team:
            if user in (cast.sakda, cast.lamai):
                continue
            for course in courses:
                for module in course.required_modules:
                    if lot.random() < eager:
                        _read_and_try(user, course, module, lot)
    for course in courses[:1]:
        for module in course.required_modules[:2]:
            _read(cast.lamai, course, module)
        with _at(clock.now() - timedelta(minutes=20)):
            _answer(attempts.start(cast.lamai, course, course.required_modules[0]), right=0.5, lot=lot)
    db.session.commit()


def _read(user: User, course: Course, module: Module) -> None:
    for lesson in module.lessons:
        progress.finish(user, course, module, lesson)


def _read_and_try(user: User, course: Course, module: Module, lot: random.Random) -> None:
    for moment in _moments(lot.randint(1, 2), lot):
        with _at(moment):
            _read(user, course, module)
            attempt = _answer(
                attempts.start(user, course, module), right=lot.choice((0.6, 0.95, 1.0)), lot=lot
            )
            seq, _answers = attempts.latest(attempt)
            if attempts.submit(attempt, seq=seq, answers={}).passed:
                return


def _answer(attempt: Attempt, *, right: float, lot: random.Random) -> Attempt:
    """Answer the paper in one step: about this share of its questions rightly, the others by their first wrong choice."""
    answers = {}
    for asked in attempts.paper_of(attempt):
        wanted = lot.random() < right
        keys = [choice.key for choice in asked.question.choices if choice.is_correct is wanted]
        answers[asked.question.id] = keys if wanted else keys[:1]
    attempts.save(attempt, seq=attempts.latest(attempt)[0], answers=answers)
    return attempt


def _waiting_people(agencies: list[Agency]) -> None:
    """Some who wait to be approved, so that coordinators and organizers have somebody to decide on."""
    for number, (name, agency) in enumerate((("วันเพ็ญ มาใหม่", agencies[0]), ("สมหมาย ย้ายมา", agencies[3])), 1):
        user = people.create_user(email=f"new{number}@mail.example", name=name, agency=agency, is_sample=True)
        user.approved_at = None
        user.approved_by_id = None
