"""A module's quiz.toml as a Quiz: its settings and how questions are drawn; what a question must have is questions' matter."""

from collections import Counter
from collections.abc import Collection, Sequence

from portal.core.i18n import _
from portal.core.toml import Table
from portal.courses import questions
from portal.courses.course import Counts, Draw, Feedback, Question, Quiz, Shown
from portal.courses.prose import Prose

MOST_MINUTES = 600
MOST_GRACE = 300  # seconds
MOST_ATTEMPTS = 20
MOST_WAIT = 7 * 24 * 60  # minutes
GRACE = 30


def read(file: str, prose: Prose, *, lessons: Sequence[str], taken: dict[str, str]) -> Quiz | None:
    """The quiz in this file, with every fault noted in `prose`. `taken` is the file of each question id of the course so far."""
    table = prose.table(file)
    if table is None:
        return None
    title_th, title_en = table.text("title"), table.text("title_en")
    pass_mark = table.number("pass_mark", least=1, most=100)
    shuffle = table.flag("shuffle", required=False)
    limits = _limits(table)
    counts = table.one_of("counts", list(Counts)) if "counts" in table.values else ""
    feedback = _feedback(table)
    checked_on = table.day("checked", required=False)
    rows = table.tables("question")
    asked = [questions.read(row, file, prose, lessons, taken) for row in rows]
    if not rows and isinstance(table.values.get("question"), list):
        table.complain("question", _("แบบทดสอบต้องมีคำถามอย่างน้อยหนึ่งข้อ"))
    kept = tuple(question for question in asked if question)
    scored = [question for question in kept if question.is_scored]
    if rows and len(kept) == len(rows) and not scored:
        table.complain("question", _("แบบทดสอบต้องมีคำถามที่ให้คะแนนอย่างน้อยหนึ่งข้อ"))
    draw, draws = _drawn(table, rows, asked)
    table.done()
    return Quiz(
        title_th=title_th,
        title_en=title_en,
        pass_mark=pass_mark or 100,
        draw=draw or len(scored),
        shuffle=shuffle is not False,
        questions=kept,
        draws=draws,
        counts=Counts(counts or Counts.BEST),
        feedback=feedback,
        checked_on=checked_on,
        **limits,
    )


def _limits(table: Table) -> dict[str, int]:
    """How long, how often and after which pause a quiz may be taken."""
    grace = table.number("grace", required=False, most=MOST_GRACE)
    return {
        "minutes": table.number("time_limit", required=False, least=1, most=MOST_MINUTES) or 0,
        "grace": GRACE if grace is None else grace,
        "attempts": table.number("attempts", required=False, least=1, most=MOST_ATTEMPTS) or 0,
        "wait": table.number("wait", required=False, most=MOST_WAIT) or 0,
    }


def _feedback(table: Table) -> Feedback:
    if "feedback" not in table.values:
        return Feedback()
    rows = table.table("feedback")
    if rows is None:
        return Feedback()
    shown = {
        key: Shown(word)
        for key in ("score", "points", "answers", "why")
        if key in rows.values and (word := rows.one_of(key, list(Shown)))
    }
    rows.done()
    return Feedback(**shown)


def _drawn(
    table: Table, rows: Sequence[Table], asked: Sequence[Question | None]
) -> tuple[int | None, tuple[Draw, ...]]:
    """How many questions an attempt gets, of all or per topic."""
    if not isinstance(table.values.get("draw"), list):
        unread = asked.count(None)
        scored = sum(question.is_scored for question in asked if question) + unread
        return table.number("draw", required=False, least=1, most=scored or None), ()
    topics = Counter(question.topic for question in asked if question and question.is_scored)
    draws: dict[str, Draw] = {}
    for one in table.tables("draw"):
        topic, count = one.text("topic"), one.number("count", least=1)
        one.done()
        if topic in draws:
            one.complain("topic", _("หัวข้อ %(topic)s ซ้ำ", topic=topic))
        elif topic and topic not in topics:
            one.complain("topic", _("ไม่มีคำถามในหัวข้อ %(topic)s", topic=topic))
        elif count and count > topics[topic]:
            one.complain("count", _("%(key)s ต้องไม่เกิน %(most)d", key="count", most=topics[topic]))
        if topic:
            draws[topic] = Draw(topic, count or 1)
    _every_topic_is_drawn(rows, asked, draws.keys())
    return sum(draw.count for draw in draws.values()), tuple(draws.values())


def _every_topic_is_drawn(
    rows: Sequence[Table], asked: Sequence[Question | None], drawn: Collection[str]
) -> None:
    """A question of a topic that is not drawn would never be asked."""
    for row, question in zip(rows, asked, strict=True):
        if question is None or not question.is_scored or question.topic in drawn:
            continue
        if question.topic:
            row.complain("topic", _("หัวข้อ %(topic)s ไม่มีใน [[draw]] จึงไม่ถูกสุ่มถามเลย", topic=question.topic))
        elif "topic" not in row.values:
            row.complain(None, _("เมื่อสุ่มตามหัวข้อ ทุกข้อที่ให้คะแนนต้องบอก topic"))
