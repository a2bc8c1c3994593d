"""Forms that speak Thai and English at the field and keep what was typed; what a form means is its room's rule."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_wtf import FlaskForm
from jinja2.runtime import Macro
from wtforms import FieldList, Form as PlainForm, IntegerField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectFieldBase
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange
from wtforms.widgets import HiddenInput, TextArea

from portal.core import clock, dates
from portal.core.errors import Refused
from portal.core.i18n import _, _l, language
from portal.core.thai import plain_digits, without_heaps

# What wtforms itself may say, in our words.
WORDS = {
    "This field is required.": _l("กรอกช่องนี้"),
    "Not a valid choice.": _l("เลือกจากรายการที่มีให้"),
    "Not a valid choice": _l("เลือกจากรายการที่มีให้"),
    "'%(value)s' is not a valid choice for this field.": _l("เลือกจากรายการที่มีให้"),
    "'%(value)s' are not valid choices for this field.": _l("เลือกจากรายการที่มีให้"),
    "Invalid Choice: could not coerce.": _l("เลือกจากรายการที่มีให้"),
    "Not a valid integer value.": _l("กรอกเป็นจำนวนเต็ม เช่น 40"),
    "Not a valid decimal value.": _l("กรอกเป็นตัวเลข"),
    "Invalid input.": _l("ข้อมูลนี้อ่านไม่ได้"),
}


MOST_VERSIONS = 2**31 - 1  # what a column holds
TURNS = tuple(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))  # the direction of all that follows
INVISIBLE = ("\u200b", "\ufeff", "\u00ad", "\x00", *TURNS)
_hour = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)(?: ?น\.?)?", re.ASCII)


class _Words:
    def gettext(self, string: str) -> str:
        return str(WORDS.get(string, string))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return self.gettext(singular if n == 1 else plural)


ONE_LINE = ("text", "number", "email", "search", "url")  # never what is typed into a password
MOST_DRAWN = 2_000
LONGEST_DRAWN = 4_000  # letters of a field
_drawn: dict[tuple[Any, ...], Any] = {}


def drawn(macro: Macro, field: Any, hint: Any, optional: bool, attributes: Mapping[str, Any]) -> Any:
    """The field as this macro draws it. Without an error it is kept by all that is in it, passwords and files aside:
    a form has dozens, and drawing one takes longer than a query does."""
    value = None if field.errors or field.render_kw else _all_in(field)
    if value is None:
        return macro(field, hint, optional, **attributes)
    given = (field.id, field.name, str(field.label.text), value, str(field.description), hint, type(hint))
    key = (macro, field.type, *given, optional, *vars(field.flags).items(), *attributes.items())
    found = _drawn.get(key)
    if found is None:
        found = macro(field, hint, optional, **attributes)
        if len(_drawn) >= MOST_DRAWN:
            _drawn.clear()  # another thread may be between asking and taking: nobody takes from it twice
        if len(found) <= LONGEST_DRAWN:
            _drawn[key] = found
    return found


def _all_in(field: Any) -> Any:
    """What a field of text or of choices shows, to be compared; None of any other field."""
    if isinstance(field, SelectFieldBase) and hasattr(field, "choices") and not field.has_groups():
        return tuple([(value, str(label), chosen) for value, label, chosen, *_more in field.iter_choices()])
    widget = field.widget
    takes_text = isinstance(widget, TextArea) or getattr(widget, "input_type", "") in ONE_LINE
    return field._value() if takes_text else None


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


class VersionedForm(Form):
    """A form of what several people change: it carries which version it was filled from, and what they met who came too late."""

    version = IntegerField(
        _l("ฉบับที่"),
        [
            InputRequired(_l("โหลดหน้านี้ใหม่แล้วลองอีกครั้ง")),
            NumberRange(1, MOST_VERSIONS, message=_l("โหลดหน้านี้ใหม่แล้วลองอีกครั้ง")),
        ],
        widget=HiddenInput(),
    )

    clash: Any = None

    def met(self, clash: Any, version: int) -> None:
        """Somebody else saved in between; sent again, the form goes on from their version."""
        self.clash = clash
        self.saw(version)

    def saw(self, version: int) -> None:
        """From here on the form goes on from this version."""
        self.version.raw_data = None
        self.version.data = version


class Part(PlainForm):  # type: ignore[misc]
    """A form inside another one, such as a row of it."""

    class Meta:
        def get_translations(self, form: PlainForm) -> _Words:
            return _Words()


def required(message: Any = None) -> DataRequired:
    return DataRequired(message or _l("กรอกช่องนี้"))


def chosen(message: Any = None) -> InputRequired:
    return InputRequired(message or _l("เลือกหนึ่งข้อ"))


def at_most(length: int) -> Length:
    return Length(max=length, message=_l("ยาวได้ไม่เกิน %(max)d ตัวอักษร"))


def _squeeze(value: str | None) -> str | None:
    """One space where people typed several, none at the ends; invisible characters and heaps of marks are gone."""
    if value is None:
        return None
    for invisible in INVISIBLE:
        value = value.replace(invisible, "")
    return " ".join(without_heaps(value).split())


def _squeeze_lines(value: str | None) -> str | None:
    """As of one line, line by line; no empty lines at the ends."""
    if value is None:
        return None
    return "\n".join(_squeeze(line) or "" for line in value.splitlines()).strip("\n")


class LineField(StringField):  # type: ignore[misc]
    """One line of text; of what is typed spaces are squeezed."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        self.data = _squeeze(self.data)


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


class TextField(TextAreaField):  # type: ignore[misc]
    """Lines of text; of what is typed the spaces of each are squeezed."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        self.data = _squeeze_lines(self.data)


class DayField(LineField):
    """A day as people write it (20 กุมภาพันธ์ 2566, 20/2/2566); `day` is what it means once the form is valid.

    Filled with a date, or a moment, it shows the day in Thailand in the language in force.
    """

    def process_data(self, value: Any) -> None:
        if isinstance(value, date):
            value = dates.thai_date(value, lang="en" if language() == "en" else "th")
        super().process_data(value)

    def pre_validate(self, form: PlainForm) -> None:
        if self.data:
            try:
                dates.parse_date(self.data)
            except dates.BadDate as no:
                raise ValidationError(str(no)) from None

    @property
    def day(self) -> date | None:
        return dates.parse_date(self.data) if self.data else None


class HourField(LineField):
    """An hour as people write it (09:00, 9.30 น.); `hour` is what it means once the form is valid."""

    def process_data(self, value: Any) -> None:
        if isinstance(value, datetime):
            value = clock.local(value).time()
        super().process_data(f"{value:%H:%M}" if isinstance(value, time) else value)

    def pre_validate(self, form: PlainForm) -> None:
        if self.data and not _hour.fullmatch(plain_digits(self.data)):
            raise ValidationError(_("เขียนเวลาแบบ 16:30"))

    @property
    def hour(self) -> time | None:
        found = _hour.fullmatch(plain_digits(self.data or ""))
        return time(int(found[1]), int(found[2])) if found else None


def moment(day: DayField, hour: HourField) -> datetime | None:
    """The moment in Thailand that two fields name together, of a form that is valid; None unless both are filled in."""
    on, at = day.day, hour.hour
    return datetime.combine(on, at, tzinfo=clock.BANGKOK) if on and at else None


class Rows(FieldList):  # type: ignore[misc]
    """A list of fields or parts; what is wrong in a row is told as sentences, like that of any field.

    All rows that are there already are shown. Of those sent `most` are read, and more are refused, not lost in silence.
    """

    errors: Any

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.most = most
        self.is_over = False

    def _extract_indices(self, prefix: str, formdata: Any) -> list[int]:
        found = sorted(set(super()._extract_indices(prefix, formdata)))
        self.is_over = len(found) > self.most
        return found[: self.most]

    def validate(self, form: PlainForm, extra_validators: Any = ()) -> bool:
        is_fine: bool = super().validate(form, extra_validators)
        self.errors = list(dict.fromkeys(_sentences(self.errors)))
        if self.is_over:
            self.errors.append(_("%(key)s ต้องไม่เกิน %(most)d", key=self.label.text, most=self.most))
        return is_fine and not self.is_over


def _sentences(errors: Any) -> list[str]:
    """The sentences in errors of errors."""
    if isinstance(errors, Mapping):
        errors = errors.values()
    elif not isinstance(errors, list | tuple):
        return [str(errors)]
    return [sentence for error in errors for sentence in _sentences(error)]
