"""How a sound pack reads: what its author should look at again, told as warnings; what may not be published is checker's matter.

Words and claims, line by line, stand in wording.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from portal.core import thai
from portal.core.i18n import _
from portal.core.toml import Finding
from portal.courses import pack, reader, wording
from portal.courses.course import (
    Accepted,
    Choices,
    Cloze,
    Course,
    Lesson,
    Matching,
    Module,
    Ordering,
    Question,
    QuestionKind,
    Quiz,
    Short,
)
from portal.courses.shapes import plain
from portal.courses.wording import Claim

FEWEST_WORDS, MOST_WORDS = 600, 1_400
LETTERS_PER_WORD = 4  # of Thai: 3.9 over the 74 lessons of both courses, as ICU parts them
SHORTEST_ALT = 10  # letters that tell what a picture shows
LONGER = 1.3  # than the longest wrong choice, and a right choice is found by its length
ENOUGH_TO_TELL = 4  # questions with one right choice, before their lengths say something
LETTERS_PER_EDIT = 4

_DRAWING = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_THAI = re.compile(r"[ก-๎]")
_OTHER_WORD = re.compile(r"[A-Za-z]+|\d[\d.,]*")
_IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)[^)]*\)")
_NEXT_HEADING = re.compile(r"</h2>\s*<h2\b")


def warnings(code: str, files: Mapping[str, bytes], claims: Sequence[Claim] = ()) -> list[Finding]:
    """All that should be looked at again, in the order of files and lines; [] also where there is no course to read."""
    course, _prose = reader.read(code, files)
    if course is None:
        return []
    texts = {path: body.decode("utf-8", "replace") for path, body in files.items() if not pack.is_image(path)}
    found = [*_of_titles(course, texts), *_of_lessons(course, texts), *_of_quizzes(course, texts)]
    found += wording.warnings(course.glossary, texts, claims)
    return sorted(set(found), key=lambda finding: (finding.file, finding.line, finding.text))


def _line(texts: Mapping[str, str], path: str, needle: str) -> int:
    """The line of a file on which this stands first; its first line where it does not."""
    text = texts.get(path, "")
    at = text.find(needle)
    return text.count("\n", 0, at) + 1 if at >= 0 else 1


def _modules(course: Course) -> list[Module]:
    return [module for module in course.modules if module.is_published]


# --- Titles


def _of_titles(course: Course, texts: Mapping[str, str]) -> Iterator[Finding]:
    """English titles that are still Thai."""
    titles = [(pack.COURSE, course.title_en), (pack.COURSE, course.summary_en)]
    for module in course.modules:
        titles += [(pack.COURSE, module.title_en), (pack.COURSE, module.summary_en)]
        for lesson in module.lessons:
            path = f"{module.code}/{lesson.slug}{pack.LESSON}"
            titles += [(path, lesson.title_en), (path, lesson.summary_en)]
        if module.quiz:
            titles.append((f"{module.code}/{pack.QUIZ}", module.quiz.title_en))
    for path, title in titles:
        # A Thai name may stand in an English sentence.
        if len(_THAI.findall(title)) > len(title) / 4:
            yield Finding(path, _line(texts, path, title), _("ยังไม่ได้แปลเป็นอังกฤษ: “%(title)s”", title=title))


# --- Lessons


def _of_lessons(course: Course, texts: Mapping[str, str]) -> Iterator[Finding]:
    for module in _modules(course):
        for lesson in module.lessons:
            path = f"{module.code}/{lesson.slug}{pack.LESSON}"
            yield from _of_length(lesson, path)
            yield from _of_shape(lesson, path, texts)
            yield from _of_images(path, texts)


def words(html: str) -> int:
    """About how many words a text has: Thai is written without spaces, so its letters are counted."""
    text = plain(_DRAWING.sub(" ", html))
    return round(len(_THAI.findall(text)) / LETTERS_PER_WORD) + len(_OTHER_WORD.findall(text))


def _of_length(lesson: Lesson, path: str) -> Iterator[Finding]:
    count = words(lesson.html)
    if not FEWEST_WORDS <= count <= MOST_WORDS:
        yield Finding(
            path,
            1,
            _(
                "ยาวราว %(count)d คำ ควรอยู่ระหว่าง %(few)d ถึง %(many)d",
                count=count,
                few=FEWEST_WORDS,
                many=MOST_WORDS,
            ),
        )


def _of_shape(lesson: Lesson, path: str, texts: Mapping[str, str]) -> Iterator[Finding]:
    if not lesson.toc:
        yield Finding(path, 1, _("ยังไม่มีหัวข้อ (##) ให้กลับมาอ่านซ้ำได้"))
    if _NEXT_HEADING.search(lesson.html):
        yield Finding(path, 1, _("มีหัวข้อที่ไม่มีเนื้อหา"))
    if "!!! source" not in texts.get(path, ""):
        yield Finding(path, 1, _("ยังไม่มีกล่องที่มา (!!! source)"))


def _of_images(path: str, texts: Mapping[str, str]) -> Iterator[Finding]:
    for number, line in enumerate(texts.get(path, "").split("\n"), 1):
        for alt, target in _IMAGE.findall(line):
            if len(alt.strip()) < SHORTEST_ALT:
                yield Finding(
                    path, number, _("คำบรรยายแทนภาพ %(target)s สั้นเกินกว่าจะบอกว่าภาพแสดงอะไร", target=target)
                )


# --- Quizzes


def _of_quizzes(course: Course, texts: Mapping[str, str]) -> Iterator[Finding]:
    asked: dict[str, list[tuple[str, Question]]] = defaultdict(list)
    for module in _modules(course):
        if module.quiz is None:
            continue
        path = f"{module.code}/{pack.QUIZ}"
        for question in module.quiz.questions:
            asked[_asks(question)].append((path, question))
            at = _line(texts, path, f'id = "{question.id}"')
            yield from (Finding(path, at, text) for text in _of_question(question))
        yield from (Finding(path, 1, text) for text in _of_lengths(module.quiz))
    for (_first, same), *others in asked.values():
        for path, question in others:
            at = _line(texts, path, f'id = "{question.id}"')
            yield Finding(path, at, _("คำถามนี้ซ้ำกับ %(id)s", id=same.id))


def _asks(question: Question) -> str:
    """What a question asks and offers, so that two that ask the same can be told."""
    match question.shape:
        case Choices(choices=choices):
            parts = [choice.html for choice in choices]
        case Matching(lefts=lefts, rights=rights):
            parts = [part.html for part in (*lefts, *rights)]
        case Ordering(items=items):
            parts = [item.html for item in items]
        case Cloze(gaps=gaps):
            parts = [option.html for gap in gaps for option in gap.options]
        case _:
            parts = []
    if question.kind is QuestionKind.TRUE_FALSE:
        parts = []
    return "\n".join(thai.search_key(plain(text)) for text in (question.html, *sorted(parts)))


def _of_question(question: Question) -> Iterator[str]:
    if _gives_away(question, LONGER):
        yield _("ตัวเลือกที่ถูกยาวกว่าตัวเลือกอื่นมาก จนเดาได้จากความยาว")
    for accepted in _typed(question):
        shortest = min((len(thai.answer_key(text)) for text in accepted.texts), default=0)
        if accepted.edits and shortest < accepted.edits * LETTERS_PER_EDIT:
            yield _("คำตอบสั้นเกินกว่าจะยอมให้ผิด %(edits)d ตัวอักษร", edits=accepted.edits)


def _typed(question: Question) -> list[Accepted]:
    match question.shape:
        case Short(accepted=accepted):
            return [accepted]
        case Cloze(gaps=gaps):
            return [gap.accepted for gap in gaps if gap.accepted]
        case _:
            return []


def _gives_away(question: Question, times: float) -> bool:
    """Whether the one right choice is so many times as long as the longest wrong one."""
    lengths: dict[bool, list[int]] = {True: [], False: []}
    for choice in question.choices:
        lengths[choice.is_correct].append(len(plain(choice.html)))
    right, wrong = lengths[True], lengths[False]
    if question.kind is not QuestionKind.SINGLE or len(right) != 1 or not wrong:
        return False
    return right[0] > max(wrong) * times


def _of_lengths(quiz: Quiz) -> Iterator[str]:
    """Whether the longest choice is the right one more often than not."""
    single = [question for question in quiz.questions if question.kind is QuestionKind.SINGLE]
    longest = sum(_gives_away(question, 1) for question in single)
    if len(single) >= ENOUGH_TO_TELL and longest * 2 > len(single):
        yield _(
            "ตัวเลือกที่ยาวที่สุดเป็นคำตอบที่ถูก %(count)d จาก %(all)d ข้อ เดาได้จากความยาว",
            count=longest,
            all=len(single),
        )
