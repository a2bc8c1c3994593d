"""The form of a workshop's own questions, made anew for each workshop: shape only, what an answer must be is programme.questions' matter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wtforms import Field, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from portal.core.forms import Form
from portal.core.i18n import _, said
from portal.participation import answers as rules
from portal.programme import questions
from portal.programme.questions import BadAnswers, Kind, Question

PREFIX = "q-"


@dataclass(frozen=True)
class Asked:
    """A question with its field; `when` and `is_` name the field and the value it hangs on, "" for what is asked of all."""

    question: Question
    field: Field
    when: str
    is_: str


class AnswersForm(Form):
    """The fields are named q-<code of the question>; `questions` is set by `form_of`."""

    questions: Sequence[Question] = ()

    def asked(self) -> list[Asked]:
        """The questions in order, for the page."""
        return [
            Asked(
                one,
                self[PREFIX + one.code],
                PREFIX + one.when.question if one.when else "",
                one.when.is_ if one.when else "",
            )
            for one in self.questions
        ]

    def sent(self) -> dict[str, str]:
        """What was sent, as it was typed, by code of the question."""
        return {one.code: str(self[PREFIX + one.code].data or "") for one in self.questions}

    def refuse_answers(self, no: BadAnswers) -> None:
        """Show what is wrong with each answer at its field."""
        for code, text in no.errors.items():
            self[PREFIX + code].errors = [text]


def form_of(asked: Sequence[Question], answers: Mapping[str, Any] | None = None) -> AnswersForm:
    """The form of these questions, with these answers in it unless it was sent."""
    fields: dict[str, Any] = {PREFIX + one.code: _field(one, asked) for one in asked}
    made: type[AnswersForm] = type("AnswersForm", (AnswersForm,), {**fields, "questions": tuple(asked)})
    return made(data={PREFIX + one.code: _written(one, answers or {}) for one in asked})


def _written(question: Question, answers: Mapping[str, Any]) -> str:
    """An answer as the person would write it."""
    if question.kind is Kind.CHOICE:
        return str(answers.get(question.code, ""))
    return questions.shown(question, answers)


def _field(question: Question, asked: Sequence[Question]) -> Any:
    label, hint = said(question.label), _hint(question, asked)
    if question.kind is Kind.CHOICE:
        choices = [SelectChoice(one.code, said(one.label)) for one in question.choices]
        if not question.is_required:
            choices.append(SelectChoice("", _("ไม่ตอบข้อนี้")))
        return RadioField(label, choices=choices, description=hint, validate_choice=False)
    kind = TextAreaField if question.kind is Kind.TEXT else StringField
    return kind(label, description=hint)


def _hint(question: Question, asked: Sequence[Question]) -> str:
    """When it is asked and how to write the answer."""
    hints = []
    if (condition := rules.condition_of(question, asked)) is not None:
        hints.append(
            _("ตอบเมื่อเลือก “%(answer)s” ในข้อ “%(question)s”", question=condition[0], answer=condition[1])
        )
    if question.kind is Kind.NUMBER:
        hints.append(_("เขียนเป็นตัวเลข เช่น 12"))
    if question.kind is Kind.DATE:
        hints.append(_("เช่น 20 กุมภาพันธ์ 2566 หรือ 20/2/2566"))
    return " · ".join(hints)
