"""Questions of every kind are read as their author wrote them, and every way to write one badly is told with its line."""

from decimal import Decimal
from pathlib import Path

import pytest

from portal.courses import reader
from portal.courses.course import (
    Accepted,
    Choices,
    Cloze,
    Counts,
    Credit,
    Draw,
    Feedback,
    Foreseen,
    Matching,
    Numeric,
    Ordering,
    Question,
    QuestionKind,
    Quiz,
    Short,
    Shown,
    Writing,
)
from portal.courses.shapes import plain
from tests import kinds
from tests.courses import packs


def read(text: str = kinds.QUIZ) -> Quiz:
    course, prose = reader.read("sample", kinds.kinds_pack(text))
    assert [str(finding) for finding in prose.findings] == []
    assert course is not None
    quiz = course.modules[0].quiz
    assert quiz is not None
    return quiz


@pytest.fixture(scope="module")
def asked() -> dict[str, Question]:
    return {question.id: question for question in read().questions}


def test_every_kind_is_there(asked: dict[str, Question]) -> None:
    assert [question.kind for question in asked.values()] == list(QuestionKind)
    assert len(read().scored) == read().draw == 8


def test_choices_are_read(asked: dict[str, Question]) -> None:
    shape = asked["k-multiple"].shape
    assert isinstance(shape, Choices)
    assert [(choice.key, choice.is_correct) for choice in shape.choices] == [
        ("a", True),
        ("b", True),
        ("c", False),
    ]
    assert shape.credit is Credit.SHARE


def test_pairs_are_read(asked: dict[str, Question]) -> None:
    shape = asked["k-matching"].shape
    assert isinstance(shape, Matching)
    assert [(left.key, left.html, left.text) for left in shape.lefts] == [
        ("a", "<strong>A</strong>", "A"),
        ("b", "D", "D"),
        ("c", "L", "L"),
    ]
    assert [(right.key, right.text) for right in shape.rights] == [
        ("1", "แนวทาง"),
        ("2", "การนำไปใช้"),
        ("3", "การเรียนรู้"),
        ("4", "การวัดผล"),
    ]
    assert shape.right_of == {"a": "1", "b": "2", "c": "3"}
    assert "สี่คำ</strong>" in asked["k-matching"].why_html


def test_a_right_may_belong_to_two_lefts() -> None:
    quiz = read(kinds.QUIZ.replace('right = "การเรียนรู้"', 'right = "แนวทาง"'))
    shape = quiz.questions[3].shape
    assert isinstance(shape, Matching)
    assert shape.right_of == {"a": "1", "b": "2", "c": "1"}
    assert [right.text for right in shape.rights] == ["แนวทาง", "การนำไปใช้", "การวัดผล"]


def test_items_are_read(asked: dict[str, Question]) -> None:
    shape = asked["k-ordering"].shape
    assert isinstance(shape, Ordering)
    assert "".join(item.key for item in shape.items) == "abcd"
    assert shape.items[0].text == "กำหนดวิธีการ"


def test_a_number_is_read_as_it_is_written(asked: dict[str, Question]) -> None:
    assert asked["k-numeric"].shape == Numeric(Decimal("12.5"), Decimal("0.1"), "จุด")
    whole = read(kinds.QUIZ.replace("answer = 12.5", "answer = 2_480").replace("tolerance = 0.1\n", ""))
    assert whole.questions[5].shape == Numeric(Decimal(2480), Decimal(0), "จุด")


def test_typed_answers_are_read(asked: dict[str, Question]) -> None:
    assert asked["k-short"].shape == Short(
        Accepted(("ผู้มีส่วนได้ส่วนเสีย", "stakeholder"), 1, False),
        (Foreseen("ผู้รับบริการ", '<span class="nb">ผู้รับบริการ</span>เป็นเพียงส่วนหนึ่ง'),),
    )


def test_gaps_are_read_and_stand_in_the_text(asked: dict[str, Question]) -> None:
    shape = asked["k-cloze"].shape
    assert isinstance(shape, Cloze)
    typed, picked = shape.gaps
    assert typed.accepted == Accepted(("Approach", "แอพโพรช"))
    assert (picked.accepted, picked.answer) == (None, "a")
    assert [option.text for option in picked.options] == ["การนำไปใช้", "การวัดผล", "การพัก"]
    html = asked["k-cloze"].html
    assert html.index("แนวทาง</strong>{{1}}") < html.index("{{2}}</li>")


def test_a_writing_task_is_read(asked: dict[str, Question]) -> None:
    shape = asked["k-writing"].shape
    assert isinstance(shape, Writing)
    assert [(one.key, plain(one.html)) for one in shape.criteria] == [
        ("a", "บอกวิธีการ"),
        ("b", "บอกความครอบคลุม"),
        ("c", "บอกสิ่งที่ปรับปรุง"),
    ]
    assert shape.criteria[0].why_html == "ใครทำ เมื่อใด อย่างไร"
    assert shape.model_html.count("<p>") == 2
    assert (shape.least, shape.most) == (30, 200)
    assert not asked["k-writing"].is_scored


def test_weights_are_read() -> None:
    weighted = kinds.MULTIPLE.replace('"share"', '"weights"')
    for text, weight in (("คำสั่งแต่งตั้ง", 60), ("รายงานการประชุม", 40), ("ความตั้งใจ", -50)):
        weighted = weighted.replace(f'text = "{text}"', f'text = "{text}"\n  weight = {weight}')
    shape = read(kinds.HEAD + weighted).questions[0].shape
    assert isinstance(shape, Choices)
    assert [choice.weight for choice in shape.choices] == [60, 40, -50]
    assert shape.credit is Credit.WEIGHTS


SETTINGS = """\
time_limit = 30
grace = 0
attempts = 3
wait = 10
counts = "latest"

[feedback]
answers = "passed"
why = "never"

[[draw]]
topic = "leading"
count = 2

[[draw]]
topic = "planning"
count = 1
"""


def topical(*names: str) -> str:
    """The questions without a writing task, each of a topic."""
    return "".join(
        text.replace('lesson = "l1"', f'lesson = "l1"\ntopic = "{name}"\ntime = 90')
        for text, name in zip(kinds.QUESTIONS, names, strict=False)
    )


def test_settings_are_read() -> None:
    quiz = read(kinds.HEAD + SETTINGS + topical("leading", "leading", "leading", "planning") + kinds.WRITING)
    assert (quiz.minutes, quiz.grace, quiz.attempts, quiz.wait, quiz.counts) == (30, 0, 3, 10, Counts.LATEST)
    assert quiz.feedback == Feedback(answers=Shown.PASSED, why=Shown.NEVER)
    assert (quiz.draw, quiz.draws) == (3, (Draw("leading", 2), Draw("planning", 1)))
    assert (quiz.questions[0].topic, quiz.questions[0].seconds) == ("leading", 90)


def test_without_settings_there_are_no_limits() -> None:
    quiz = read()
    assert (quiz.minutes, quiz.grace, quiz.attempts, quiz.wait, quiz.draws) == (0, 30, 0, 0, ())
    assert (quiz.counts, quiz.feedback) == (Counts.BEST, Feedback())


# What stands there, what is written instead, the first text on the line that is named, a word of the finding.
FAULTS = {
    "no explanation": ('why = "เริ่มจากวิธีการ"\n', "", "@k-ordering", "why"),
    "credit for a number": ('unit = "จุด"', 'unit = "จุด"\ncredit = "exact"', 'credit = "exact"', "credit"),
    "unknown credit": (
        'credit = "share"\ntext = "ข้อใดเป็นหลักฐาน"',
        'credit = "half"\ntext = "ข้อใดเป็นหลักฐาน"',
        'credit = "half"',
        "credit",
    ),
    "weights of a matching": (
        'credit = "share"\ntext = "จับคู่',
        'credit = "weights"\ntext = "จับคู่',
        '"weights"',
        "credit",
    ),
    "a share of one choice": (
        'difficulty = "easy"\ntext = "ข้อใดเป็นการนำ',
        'difficulty = "easy"\ncredit = "share"\ntext = "ข้อใดเป็นการนำ',
        'credit = "share"',
        "credit",
    ),
    "a weight that nobody adds": (
        'text = "ความตั้งใจ"',
        'text = "ความตั้งใจ"\n  weight = 5',
        "weight = 5",
        "weight",
    ),
    "a topic with blanks": ('lesson = "l1"', 'lesson = "l1"\ntopic = "การ นำ"', "topic", "topic"),
    "no time": ('lesson = "l1"', 'lesson = "l1"\ntime = 0', "time", "ไม่น้อยกว่า 1"),
    "one pair": (
        kinds.MATCHING[kinds.MATCHING.index('  [[question.pair]]\n  left = "D"') :],
        "",
        "@k-matching",
        "2–10",
    ),
    "the same left twice": ('left = "L"', 'left = " d "', 'left = " d "', "ซ้ำ"),
    "another that is a right": ('["การวัดผล"]', '["แนวทาง"]', "others", "ซ้ำ"),
    "a pair with a key": ('left = "D"', 'left = "D"\n  why = "x"', 'why = "x"', "ไม่รู้จัก why"),
    "two items": (
        kinds.ORDERING[kinds.ORDERING.index('  [[question.item]]\n  text = "ทบทวน') :],
        "",
        "@k-ordering",
        "3–10",
    ),
    "the same item twice": ('text = "นำไปใช้ทุกกอง"', 'text = "กำหนดวิธีการ "', 'text = "กำหนดวิธีการ "', "ซ้ำ"),
    "no answer": ("answer = 12.5\n", "", "@k-numeric", "ขาด answer"),
    "an answer in words": ("answer = 12.5", 'answer = "12.5"', "answer = ", "ตัวเลข"),
    "an answer without end": ("answer = 12.5", "answer = inf", "answer = inf", "ตัวเลข"),
    "an answer that is none": ("answer = 12.5", "answer = nan", "answer = nan", "ตัวเลข"),
    "yes for a number": ("answer = 12.5", "answer = true", "answer = true", "ตัวเลข"),
    "less than no tolerance": ("tolerance = 0.1", "tolerance = -0.1", "tolerance", "ไม่น้อยกว่า 0"),
    "nothing accepted": ('accepted = ["ผู้มี', 'accepted = [] # ["ผู้มี', "accepted = []", "1–20"),
    "accepted not a list": (
        'accepted = ["ผู้มีส่วนได้ส่วนเสีย", "stakeholder"]',
        'accepted = "x"',
        'accepted = "x"',
        "รายการข้อความ",
    ),
    "accepted without letters": ('"stakeholder"', '"?"', "accepted = [", "ไม่มีตัวอักษร"),
    "accepted of a book": ('"stakeholder"', f'"{"ก" * 201}"', "accepted = [", "200"),
    "too many edits": ("edits = 1", "edits = 3", "edits = 3", "ไม่เกิน 2"),
    "a foreseen wrong answer that is right": (
        'text = "ผู้รับบริการ"',
        'text = "STAKEHOLDER."',
        "STAKEHOLDER.",
        "accepted",
    ),
    "a foreseen wrong answer without reason": (
        '  why = "ผู้รับบริการเป็นเพียงส่วนหนึ่ง"\n',
        "",
        "[[question.wrong]]",
        "ขาด why",
    ),
    "a gap that is not in the text": ("{{2}}", "", '"""เติมให้ครบ', "{{1}} {{2}}"),
    "a gap twice": ("{{2}}", "{{2}} {{2}}", '"""เติมให้ครบ', "{{1}} {{2}}"),
    "gaps in another order": ("{{1}}", "{{3}}", '"""เติมให้ครบ', "{{1}} {{2}}"),
    "a gap in an address": ("{{1}}", "[อ่าน](l1.md#{{1}})", '"""เติมให้ครบ', "{{1}} {{2}}"),
    "a gap in a link": ("{{1}}", "[อ่าน {{1}}](l1.md)", '"""เติมให้ครบ', "ในลิงก์ไม่ได้"),
    "options without an answer": (
        '  answer = "การนำไปใช้"\n',
        "",
        "[[question.gap]]\n  options",
        "ขาด answer",
    ),
    "an answer that is no option": (
        'answer = "การนำไปใช้"',
        'answer = "การนำ"',
        'answer = "การนำ"',
        "หนึ่งใน options",
    ),
    "one option": (
        'options = ["การนำไปใช้", "การวัดผล", "การพัก"]',
        'options = ["การนำไปใช้"]',
        "options",
        "2–10",
    ),
    "the same option twice": ('"การวัดผล", "การพัก"', '"การพัก", "การพัก"', "options", "ซ้ำ"),
    "accepted beside options": (
        'answer = "การนำไปใช้"',
        'answer = "การนำไปใช้"\n  accepted = ["x"]',
        'accepted = ["x"]',
        "ไม่รู้จัก accepted",
    ),
    "no model answer": (
        kinds.WRITING[kinds.WRITING.index("model") :].partition("advice")[0],
        "",
        "@k-writing",
        "ขาด model",
    ),
    "two criteria": ('  [[question.criterion]]\n  text = "บอกสิ่งที่ปรับปรุง"\n', "", "@k-writing", "3–6"),
    "at most less than at least": ("most = 200", "most = 20", "most = 20", "ไม่น้อยกว่า 30"),
    "choices of a number": (
        kinds.NUMERIC,
        kinds.NUMERIC + '  [[question.choice]]\n  text = "12"\n',
        "@k-numeric",
        "ไม่รู้จัก choice",
    ),
    "time limit of no time": ("shuffle = true", "shuffle = true\ntime_limit = 0", "time_limit", "ไม่น้อยกว่า 1"),
    "endless grace": ("shuffle = true", "shuffle = true\ngrace = 301", "grace", "ไม่เกิน 300"),
    "too many attempts": ("shuffle = true", "shuffle = true\nattempts = 21", "attempts", "ไม่เกิน 20"),
    "a wait of months": ("shuffle = true", "shuffle = true\nwait = 99999", "wait", "ไม่เกิน 10080"),
    "unknown count": ("shuffle = true", 'shuffle = true\ncounts = "mean"', "counts", "counts"),
    "unknown feedback": (
        "shuffle = true",
        'shuffle = true\n[feedback]\nscore = "later"',
        'score = "later"',
        "score",
    ),
    "feedback of nothing": (
        "shuffle = true",
        'shuffle = true\n[feedback]\nmarks = "never"',
        "marks",
        "ไม่รู้จัก marks",
    ),
    "feedback in one word": (
        "shuffle = true",
        'shuffle = true\nfeedback = "never"',
        "feedback",
        "[feedback]",
    ),
    "draw more than is scored": ("shuffle = true", "shuffle = true\ndraw = 9", "draw = 9", "ไม่เกิน 8"),
    "draw of an unknown topic": (
        "shuffle = true",
        'shuffle = true\n[[draw]]\ntopic = "x"\ncount = 1',
        'topic = "x"',
        "ไม่มีคำถามในหัวข้อ x",
    ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found_with_its_line(tmp_path: Path, fault: tuple[str, str, str, str]) -> None:
    old, new, at, word = fault
    assert old in kinds.QUIZ
    text = kinds.QUIZ.replace(old, new, 1)
    found = [finding for finding in packs.checked(tmp_path, kinds.kinds_pack(text)) if word in finding.text]
    place = text.index(f'id = "{at[1:]}"') if at.startswith("@") else text.index(at)
    line = text[:place].count("\n") + 1 - at.startswith("@")
    assert [(finding.file, finding.line) for finding in found] == [("op/quiz.toml", line)]


TOPIC_FAULTS = {
    "no topic": (("leading", "leading", "leading"), kinds.NUMERIC, "ต้องบอก topic"),
    "a topic nobody draws": (("leading", "leading", "planning", "acting"), "", "acting"),
    "more than there are": (("leading", "planning"), "", "ไม่เกิน 1"),
}


@pytest.mark.parametrize("fault", TOPIC_FAULTS.values(), ids=TOPIC_FAULTS)
def test_every_topic_is_drawn_and_none_too_often(
    tmp_path: Path, fault: tuple[tuple[str, ...], str, str]
) -> None:
    names, more, word = fault
    text = kinds.HEAD + SETTINGS + topical(*names) + more
    found = packs.checked(tmp_path, kinds.kinds_pack(text))
    assert any(word in finding.text for finding in found), found


def test_a_topic_is_drawn_by_one_table(tmp_path: Path) -> None:
    text = kinds.HEAD + SETTINGS.replace('"planning"', '"leading"') + topical("leading", "leading", "leading")
    (found,) = packs.checked(tmp_path, kinds.kinds_pack(text))
    assert "หัวข้อ leading ซ้ำ" in found.text


def test_a_quiz_asks_something_that_is_scored(tmp_path: Path) -> None:
    (found,) = packs.checked(tmp_path, kinds.kinds_pack(kinds.HEAD + kinds.WRITING))
    assert "ให้คะแนนอย่างน้อยหนึ่งข้อ" in found.text


WEIGHT_FAULTS = {
    "no weight": (("", "weight = 40", "weight = 0"), "ขาด weight"),
    "right ones that do not make a whole": (("weight = 30", "weight = 40", "weight = 0"), "100"),
    "a right one worth nothing": (("weight = 100", "weight = 0", "weight = 0"), "มากกว่า 0"),
    "a wrong one worth something": (("weight = 50", "weight = 50", "weight = 10"), "ไม่มากกว่า 0"),
    "more than all": (("weight = 150", "weight = 50", "weight = 0"), "ไม่เกิน 100"),
}


@pytest.mark.parametrize("fault", WEIGHT_FAULTS.values(), ids=WEIGHT_FAULTS)
def test_weights_make_a_whole(tmp_path: Path, fault: tuple[tuple[str, ...], str]) -> None:
    lines, word = fault
    text = kinds.MULTIPLE.replace('"share"', '"weights"')
    for choice, line in zip(("คำสั่งแต่งตั้ง", "รายงานการประชุม", "ความตั้งใจ"), lines, strict=True):
        text = text.replace(f'text = "{choice}"', f'text = "{choice}"\n  {line}')
    found = packs.checked(tmp_path, kinds.kinds_pack(kinds.HEAD + text))
    assert any(word in finding.text for finding in found), found
