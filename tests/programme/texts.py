"""Texts of workshops for tests: one with everything set, and strategies for any."""

import string
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import strategies as st

from portal.core.clock import BANGKOK
from portal.programme.files import DATES, MEMO, RESERVED, SessionText, TalkText, WorkshopText
from portal.programme.models import WorkshopStatus
from portal.programme.questions import Choice, Kind, Question, When


def pair(thai: str, english: str = "") -> dict[str, str]:
    return {"th": thai, "en": english}


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment + "+07:00")


QUESTIONS = (
    Question(
        "food",
        Kind.CHOICE,
        pair("อาหารกลางวัน", "Lunch"),
        is_required=True,
        choices=(Choice("any", pair("ทานได้ทุกอย่าง")), Choice("special", pair("อาหารพิเศษ", "A special diet"))),
    ),
    Question("diet", Kind.TEXT, pair("โปรดระบุ"), is_required=True, when=When("food", "special")),
    Question("years", Kind.NUMBER, pair("ทำงานด้านนี้มากี่ปี", "Years in the field")),
    Question("arrives", Kind.DATE, pair("วันเดินทางถึง")),
)

FULL = WorkshopText(
    code="full-2566",
    round_year=2566,
    title=pair('งาน "พิเศษ" \\ ครบทุกอย่าง', "Everything set"),
    notes={key: pair(f'{key} บรรทัดแรก\nบรรทัด """สอง"""', key) for key in MEMO}
    | {DATES: "20-21 กุมภาพันธ์ 2566"},
    tracks=("category", "excellent"),
    starts_on=date(2023, 2, 20),
    ends_on=date(2023, 2, 21),
    venue="ห้องประชุมใหญ่ กรุงเทพฯ",
    capacity=120,
    per_agency=4,
    guaranteed=2,
    guaranteed_until=at("2023-02-15T12:00:00"),
    offer_hours=48,
    registration_opens_at=at("2023-02-01T09:00:00"),
    registration_closes_at=at("2023-02-17T16:30:00"),
    status=WorkshopStatus.DRAFT,
    facts=("F01", "F02"),
    sessions=(
        SessionText("later", pair("วันที่สอง"), date(2023, 2, 21)),
        SessionText(
            "morning",
            pair("เช้าวันแรก", "Morning"),
            date(2023, 2, 20),
            starts_at=at("2023-02-20T09:00:00"),
            ends_at=at("2023-02-20T12:00:00"),
            room="ห้อง 1",
            link="https://meet.example/a?b=1&c=%E0%B8%81#x",
        ),
        SessionText("off", pair("ช่วงที่ยกเลิก"), date(2023, 2, 20), is_cancelled=True),
    ),
    talks=(
        TalkText(
            code="opening",
            title=pair("หัวข้อเปิด", "Opening"),
            description=pair("คำอธิบาย\n\nสองย่อหน้า", "Words"),
            points=(pair("ข้อหนึ่ง", "One") | {"facts": ["F03"]}, pair("ข้อสอง")),
            speakers=("kku-quality", "opdc-deputy"),
            session="morning",
            facts=("F04",),
        ),
        TalkText(code="bare", description=pair("มีแต่คำอธิบาย")),
    ),
    questions=QUESTIONS,
)


def _is_plain(text: str) -> bool:
    return bool(text) and text == text.strip()


_letters = st.characters(exclude_categories=("Cc", "Cs"))
_thai = st.sampled_from("กขคงจ่้๊๋ะัาำิีึืเแโใไๆฯ๐๑๒ \"'\\#=[]{}")
words = st.text(st.one_of(_letters, _thai), min_size=1, max_size=30).filter(_is_plain)
_many_lines = st.text(st.one_of(_letters, _thai, st.sampled_from('\n\t"')), min_size=1, max_size=60)
lines = _many_lines.filter(_is_plain)
codes = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=20).filter(
    lambda code: code not in RESERVED
)
_facts = st.lists(words, max_size=3).map(tuple)
_moments = st.datetimes(datetime(1990, 1, 1), datetime(2300, 1, 1), timezones=st.sampled_from([UTC, BANGKOK]))
_counts = st.none() | st.integers(1, 100_000)


def pairs(of: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, str]]:
    return st.builds(pair, of, st.just("") | of)


@st.composite
def _sessions(draw, code: str, first: date, last: date) -> SessionText:
    day = first + timedelta(days=draw(st.integers(0, (last - first).days)))
    session = SessionText(
        code=code,
        title=draw(pairs(words)),
        day=day,
        room=draw(st.just("") | words),
        link=draw(st.sampled_from(["", "https://meet.example/x", "http://a.example/?q=ก"])),
        is_cancelled=draw(st.booleans()),
    )
    starts, ends = sorted(draw(st.tuples(st.times(), st.times())))
    if starts == ends or draw(st.booleans()):
        return session
    return replace(session, starts_at=_on(day, starts), ends_at=_on(day, ends))


def _on(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=BANGKOK)


@st.composite
def _talks(draw, code: str, sessions: list[str], speakers: st.SearchStrategy[str]) -> TalkText:
    point = st.builds(
        lambda text, facts: text | ({"facts": facts} if facts else {}),
        pairs(lines),
        st.lists(words, max_size=2),
    )
    title = draw(st.just({}) | pairs(words))
    return TalkText(
        code=code,
        title=title,
        description=draw(pairs(lines) if not title else st.just({}) | pairs(lines)),
        points=draw(st.lists(point, max_size=3).map(tuple)),
        speakers=draw(st.lists(speakers, max_size=3, unique=True).map(tuple)),
        session=draw(st.sampled_from(["", *sessions])),
        facts=draw(_facts),
    )


@st.composite
def _questions(draw, code: str, earlier: list[Question]) -> Question:
    kind = draw(st.sampled_from(Kind))
    asked = [question for question in earlier if question.kind is Kind.CHOICE]
    when = None
    if asked and draw(st.booleans()):
        question = draw(st.sampled_from(asked))
        when = When(question.code, draw(st.sampled_from(question.choices)).code)
    choices: tuple[Choice, ...] = ()
    if kind is Kind.CHOICE:
        found = draw(st.lists(codes, min_size=2, max_size=4, unique=True))
        choices = tuple(Choice(one, draw(pairs(words))) for one in found)
    return Question(code, kind, draw(pairs(words)), draw(st.booleans()), choices, when)


@st.composite
def workshop_texts(
    draw, tracks: st.SearchStrategy[str] = words, speakers: st.SearchStrategy[str] = codes
) -> WorkshopText:
    """Any text without a fault; its tracks and speakers are invented unless they are given."""
    first = draw(st.dates(date(1990, 1, 1), date(2300, 1, 1)))
    last = first + timedelta(days=draw(st.integers(0, 5)))
    some_codes = st.lists(codes, max_size=3, unique=True)
    sessions = tuple(draw(_sessions(code, first, last)) for code in draw(some_codes))
    talks = tuple(draw(_talks(code, [one.code for one in sessions], speakers)) for code in draw(some_codes))
    questions: list[Question] = []
    for code in draw(some_codes):
        questions.append(draw(_questions(code, questions)))
    opens, closes = sorted(draw(st.tuples(_moments, _moments)))
    per_agency = draw(_counts)
    guaranteed = draw(st.none() | st.integers(1, per_agency or 100_000))
    notes = {key: draw(st.just({}) | pairs(lines)) for key in MEMO}
    return WorkshopText(
        code=draw(codes),
        round_year=draw(st.integers(2500, 2700)),
        title=draw(pairs(words)),
        notes=notes | {DATES: draw(st.just("") | lines)},
        tracks=draw(st.lists(tracks, max_size=3, unique=True).map(sorted).map(tuple)),
        starts_on=first,
        ends_on=last,
        venue=draw(st.just("") | words),
        capacity=draw(st.none() | st.integers(0, 100_000)),
        per_agency=per_agency,
        guaranteed=guaranteed,
        guaranteed_until=guaranteed and draw(_moments),
        offer_hours=draw(st.integers(0, 720)),
        registration_opens_at=opens,
        registration_closes_at=closes if closes > opens and draw(st.booleans()) else None,
        status=draw(st.sampled_from(WorkshopStatus)),
        facts=draw(_facts),
        sessions=sessions,
        talks=talks,
        questions=tuple(questions),
    )
