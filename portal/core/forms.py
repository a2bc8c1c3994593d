"""Forms that speak Thai and English at the field and keep what was typed; what a form means is its room's rule."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_wtf import FlaskForm
from wtforms import Form as PlainForm, StringField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length

from portal.core.errors import Refused
from portal.core.i18n import _, _l

# What wtforms itself may say, in our words.
WORDS = {
    "This field is required.": _l("กรอกช่องนี้"),
    "Not a valid choice.": _l("เลือกจากรายการที่มีให้"),
    "Not a valid choice": _l("เลือกจากรายการที่มีให้"),
    "Invalid Choice: could not coerce.": _l("เลือกจากรายการที่มีให้"),
    "Not a valid integer value.": _l("กรอกเป็นจำนวนเต็ม เช่น 40"),
    "Not a valid decimal value.": _l("กรอกเป็นตัวเลข"),
    "Invalid input.": _l("ข้อมูลนี้อ่านไม่ได้"),
}


class _Words:
    def gettext(self, string: str) -> str:
        return str(WORDS.get(string, string))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return singular if n == 1 else plural


class Form(FlaskForm):  # type: ignore[misc]
    """The base of every form. `refuse` puts a rule's refusal at its field."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def get_translations(self, form: PlainForm) -> _Words:
            return _Words()

    def refuse(self, no: Refused) -> None:
        """Show a refused rule at the field it names, else above the form."""
        if no.field and no.field in self:
            field = self[no.field]
            field.errors = [*field.errors, str(no)]
        else:
            self.form_errors.append(str(no))


def required(message: Any = None) -> DataRequired:
    return DataRequired(message or _l("กรอกช่องนี้"))


def chosen(message: Any = None) -> InputRequired:
    return InputRequired(message or _l("เลือกหนึ่งข้อ"))


def at_most(length: int) -> Length:
    return Length(max=length, message=_l("ยาวได้ไม่เกิน %(max)d ตัวอักษร"))


def _squeeze(value: str | None) -> str | None:
    """One space where people typed several, none at the ends; zero-width characters that copying brings are gone."""
    if value is None:
        return None
    for invisible in ("\u200b", "\ufeff", "\u00ad", "\x00"):
        value = value.replace(invisible, "")
    return " ".join(value.split())


class LineField(StringField):  # type: ignore[misc]
    """One line of text, spaces squeezed."""

    data: Any

    def __init__(
        self,
        label: Any = None,
        validators: Sequence[Callable[..., Any]] = (),
        filters: Sequence[Callable[..., Any]] = (),
        render_kw: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, filters=[_squeeze, *filters], render_kw=render_kw, **kwargs)


def normal_email(text: str) -> str:
    """The address as it is stored and compared: trimmed, lower case. Refuses with EmailNotValidError what is none."""
    checked = validate_email(
        text.strip(), check_deliverability=False, test_environment=True, allow_smtputf8=False
    )
    return checked.normalized.lower()


class EmailField(LineField):
    """An e-mail address; its data is the normal form."""

    def pre_validate(self, form: PlainForm) -> None:
        if not self.data:
            return
        try:
            self.data = normal_email(self.data)
        except EmailNotValidError:
            raise ValidationError(_("อีเมลนี้ไม่ถูกต้อง เขียนแบบ name@agency.go.th")) from None
