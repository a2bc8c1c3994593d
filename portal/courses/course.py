"""What a course is once an edition is read: frozen dataclasses; reading and checking an edition stand in reader and checker."""

from dataclasses import dataclass, field
from enum import StrEnum

TRACKS = ("pmqa40", "excellent", "category")  # codes of awards.Track, in the order of the award


class QuestionKind(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true_false"


@dataclass(frozen=True, slots=True)
class Choice:
    key: str  # "a", "b", … in the order of the file; stays the same when choices are shuffled
    html: str  # one paragraph without its <p>, fit for a label
    is_correct: bool
    why_html: str  # one paragraph without its <p>


@dataclass(frozen=True, slots=True)
class Question:
    id: str
    kind: QuestionKind
    lesson: str
    difficulty: str  # "easy", "medium", "hard"
    html: str  # paragraphs, lists, tables
    choices: tuple[Choice, ...]
    source: str  # "fact:C1-04", "seed:F20" or "advice"


@dataclass(frozen=True, slots=True)
class Quiz:
    title_th: str
    title_en: str
    pass_mark: int  # per cent
    draw: int  # how many questions an attempt gets
    shuffle: bool
    questions: tuple[Question, ...]


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
