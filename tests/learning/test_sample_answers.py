"""A right and a wrong answer to every kind are what they say, and such as a form may send."""

import pytest

from portal.courses import reader
from portal.courses.course import Question
from portal.learning import sample_answers
from portal.learning.marking import normalised, points
from tests import kinds


def questions() -> tuple[Question, ...]:
    course, _prose = reader.read("sample", kinds.kinds_pack())
    assert course is not None
    quiz = course.modules[0].quiz
    assert quiz is not None
    return quiz.questions


@pytest.mark.parametrize("question", questions(), ids=lambda question: question.kind)
def test_right_is_right_and_wrong_is_wrong(question: Question) -> None:
    right, wrong = sample_answers.right(question), sample_answers.wrong(question)
    assert normalised(question, right) == right
    assert normalised(question, wrong) == wrong
    assert points(question, right) == question.is_scored
    assert points(question, wrong) == 0
    assert right
    assert bool(wrong) == question.is_scored
