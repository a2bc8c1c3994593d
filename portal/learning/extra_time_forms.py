"""The form that gives extra time: shape only; what may be given is extra_time's matter."""

from typing import Any

from wtforms import IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange

from portal.core.forms import Form, LineField, at_most, required
from portal.core.i18n import _, _l, in_lang
from portal.courses import catalog
from portal.learning import extra_time


class ExtraTimeForm(Form):
    """For one person, by e-mail, or for one agency."""

    email = LineField(_l("อีเมลของผู้เรียน"), [at_most(254)])
    agency = LineField(_l("หรือหน่วยงาน"), [at_most(200)])
    where = SelectField(_l("ใช้กับแบบทดสอบ"))
    per_cent = IntegerField(
        _l("เพิ่มเวลาร้อยละ"),
        [
            InputRequired(extra_time.NotAShare.text),
            NumberRange(extra_time.LEAST, extra_time.MOST, message=extra_time.NotAShare.text),
        ],
    )
    why = LineField(_l("เหตุผล"), [required(), at_most(300)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.where.choices = places()

    def validate(self, extra_validators: Any = None) -> bool:
        """Exactly one of person and agency."""
        is_fine: bool = super().validate(extra_validators)
        if bool(self.email.data) == bool(self.agency.data):
            self.email.errors = [*self.email.errors, str(extra_time.NobodyNamed())]
            is_fine = False
        return is_fine

    @property
    def place(self) -> tuple[str, str]:
        """Course and module, "" for every one."""
        course, _slash, module = self.where.data.partition("/")
        return course, module


def places() -> list[tuple[str, str]]:
    """Where extra time may hold: everywhere, in a course, in one quiz with a limit."""
    found = [("", _("ทุกหลักสูตร"))]
    for course in catalog.courses():
        found.append((course.code, in_lang(course, "title")))
        found += [
            (f"{course.code}/{module.code}", f"{in_lang(course, 'title')} · {in_lang(module, 'title')}")
            for module in course.modules
            if module.quiz is not None and module.quiz.minutes
        ]
    return found
