"""What a course is once an edition is read: frozen dataclasses; reading and checking an edition stand in reader and checker."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

_GAP = re.compile(r"\{\{(\d+)\}\}")

TRACKS = ("pmqa40", "excellent", "category")  # codes of awards.Track, in the order of the award


class QuestionKind(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true_false"
    MATCHING = "matching"
    ORDERING = "ordering"
    NUMERIC = "numeric"
    SHORT = "short"
    CLOZE = "cloze"
    WRITING = "writing"


class Credit(StrEnum):
    """What an answer is worth that is right in part."""

    EXACT = "exact"  # nothing
    SHARE = "share"  # the share that is right
    WEIGHTS = "weights"  # what the author gave each choice


@dataclass(frozen=True, slots=True)
class Choice:
    key: str  # "a", "b", … in the order of the file; stays the same when choices are shuffled
    html: str  # one paragraph without its <p>, fit for a label
    is_correct: bool
    why_html: str  # one paragraph without its <p>
    weight: int | None = None  # per cent, -100 to 100, where the credit is by weights


@dataclass(frozen=True, slots=True)
class Option:
    """Something to place or to pick: a side of a matching, an item to order, an option of a gap."""

    key: str
    html: str  # one paragraph without its <p>
    text: str  # the same without marks, for a <select>


@dataclass(frozen=True, slots=True)
class Accepted:
    """The typed answers that are right, and how far from them an answer may be."""

    texts: tuple[str, ...]
    edits: int = 0  # letters that may differ
    tones: bool = False  # whether a difference of tone or vowel marks alone is let pass


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A wrong answer the author expects, and what to say to it."""

    text: str
    why_html: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A place in a cloze: typed where `accepted` is there, else picked from `options`."""

    number: int
    accepted: Accepted | None
    options: tuple[Option, ...] = ()
    answer: str = ""  # key of the right option


@dataclass(frozen=True, slots=True)
class Criterion:
    key: str
    html: str
    why_html: str


@dataclass(frozen=True, slots=True)
class Choices:
    choices: tuple[Choice, ...]
    credit: Credit = Credit.EXACT


@dataclass(frozen=True, slots=True)
class Matching:
    lefts: tuple[Option, ...]
    rights: tuple[Option, ...]  # each different one once; those that belong to no left are last
    right_of: Mapping[str, str]  # key of a left → key of its right
    credit: Credit = Credit.EXACT


@dataclass(frozen=True, slots=True)
class Ordering:
    items: tuple[Option, ...]  # in the right order
    credit: Credit = Credit.EXACT


@dataclass(frozen=True, slots=True)
class Numeric:
    answer: Decimal
    tolerance: Decimal
    unit: str  # "" where there is none

    @property
    def is_unit_first(self) -> bool:
        """Whether the unit is said before its number, as Thai does with per cent."""
        return self.unit == "ร้อยละ"


@dataclass(frozen=True, slots=True)
class Short:
    accepted: Accepted
    foreseen: tuple[Foreseen, ...] = ()


@dataclass(frozen=True, slots=True)
class Cloze:
    """The question's html holds `{{1}}` where the first gap stands."""

    gaps: tuple[Gap, ...]
    credit: Credit = Credit.EXACT


@dataclass(frozen=True, slots=True)
class Writing:
    """A paragraph to a rubric: assessed, never scored."""

    criteria: tuple[Criterion, ...]
    model_html: str
    least: int = 0  # words, told only
    most: int = 0


Shape = Choices | Matching | Ordering | Numeric | Short | Cloze | Writing


@dataclass(frozen=True, slots=True)
class Question:
    id: str
    kind: QuestionKind
    lesson: str
    difficulty: str  # "easy", "medium", "hard"
    html: str  # paragraphs, lists, tables
    shape: Shape
    source: str  # "fact:C1-04", "seed:F20" or "advice"
    topic: str = ""
    why_html: str = ""  # explains the whole; the choices have their own
    seconds: int = 0  # that its author expects it to take; 0 for unsaid

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What may be chosen; () where an answer is no choice."""
        return self.shape.choices if isinstance(self.shape, Choices) else ()

    @property
    def blank_html(self) -> str:
        """The text where it is read, not answered: a numbered blank stands where a gap does."""
        if not isinstance(self.shape, Cloze):
            return self.html
        return _GAP.sub(r'<span class="gap">\1</span>', self.html)

    @property
    def is_scored(self) -> bool:
        return self.kind is not QuestionKind.WRITING


class Shown(StrEnum):
    """When a learner sees a part of the result."""

    SUBMIT = "submit"
    PASSED = "passed"  # or when no attempts are left
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Feedback:
    score: Shown = Shown.SUBMIT  # how much
    points: Shown = Shown.SUBMIT  # which questions were right
    answers: Shown = Shown.SUBMIT  # the right answers
    why: Shown = Shown.SUBMIT  # the explanations


@dataclass(frozen=True, slots=True)
class Draw:
    """How many questions of a topic an attempt gets."""

    topic: str
    count: int


class Counts(StrEnum):
    """Which attempt decides whether a part is passed."""

    BEST = "best"
    LATEST = "latest"


@dataclass(frozen=True, slots=True)
class Quiz:
    title_th: str
    title_en: str
    pass_mark: int  # per cent
    draw: int  # how many scored questions an attempt gets
    shuffle: bool
    questions: tuple[Question, ...]
    draws: tuple[Draw, ...] = ()  # per topic; () to draw from all
    minutes: int = 0  # time limit; 0 for none
    grace: int = 30  # seconds after the limit in which a submit is still taken
    attempts: int = 0  # how many may be begun; 0 for any number
    wait: int = 0  # minutes from the end of an attempt to the next start
    counts: Counts = Counts.BEST
    feedback: Feedback = Feedback()
    checked_on: date | None = None  # when somebody other than its writer held every question against sources

    @property
    def scored(self) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if question.is_scored)

    def question(self, id_: str) -> Question | None:
        return next((question for question in self.questions if question.id == id_), None)


@dataclass(frozen=True, slots=True)
class Heading:
    id: str
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Lesson:
    slug: str
    title_th: str
    title_en: str
    summary_en: str
    minutes: int
    sources: tuple[str, ...]
    html: str
    toc: tuple[Heading, ...]
    facts: tuple[str, ...] = ()  # that it teaches, by the numbers of content/facts.toml


@dataclass(frozen=True, slots=True)
class Module:
    code: str
    part: str  # "OP", "1" … "7" for the parts of the report, "" for others
    title_th: str
    title_en: str
    summary_th: str
    summary_en: str
    is_published: bool
    lessons: tuple[Lesson, ...]
    quiz: Quiz | None

    def lesson(self, slug: str) -> Lesson | None:
        return next((lesson for lesson in self.lessons if lesson.slug == slug), None)


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the glossary."""

    code: str
    th: str
    en: str
    html: str  # one paragraph without its <p>
    also: tuple[str, ...] = ()  # other spellings that readers look for
    avoid: tuple[str, ...] = ()  # spellings that a lesson must not use


@dataclass(frozen=True, slots=True)
class Course:
    code: str
    edition_id: int
    number: int
    title_th: str
    title_en: str
    summary_th: str
    summary_en: str
    tracks: tuple[str, ...]
    members: int  # how many people of an agency must have passed all counted, published modules
    counted: tuple[str, ...]  # codes of the modules that count for the agency, in the order of the report
    modules: tuple[Module, ...]
    glossary: tuple[Term, ...] = ()
    # Read off once: every cell of a strip and of the coverage table asks for them.
    counted_modules: tuple[Module, ...] = field(
        init=False, repr=False, compare=False
    )  # the parts of the report, published or coming
    required_modules: tuple[Module, ...] = field(
        init=False, repr=False, compare=False
    )  # those that completion asks for: published

    def __post_init__(self) -> None:
        counted = tuple(module for code in self.counted if (module := self.module(code)))
        object.__setattr__(self, "counted_modules", counted)
        object.__setattr__(
            self, "required_modules", tuple(module for module in counted if module.is_published)
        )

    def module(self, code: str) -> Module | None:
        return next((module for module in self.modules if module.code == code), None)
