"""The form by which a coordinator asks colleagues for a module: shape only; whom and by when is assignments' matter."""

from wtforms import SelectMultipleField

from portal.core.forms import DayField, Form, at_most, required
from portal.core.i18n import _l


class AssignForm(Form):
    """Colleagues by their codes, and a day or none."""

    people = SelectMultipleField(
        _l("มอบหมายให้"), [required(_l("เลือกเพื่อนร่วมงานอย่างน้อยหนึ่งคน"))], choices=(), validate_choice=False
    )
    due_on = DayField(_l("ภายในวันที่"), [at_most(60)])
