"""Forms of the organizer's desk for a workshop as a whole: shape only; its sessions, talks and questions stand in parts_forms, speakers in speakers_forms."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from wtforms import (
    BooleanField,
    SelectField,
    SelectMultipleField,
    ValidationError,
)
from wtforms.widgets import CheckboxInput, ListWidget

from portal.awards.models import Round, Track
from portal.awards.rounds import TrackNames
from portal.core.forms import (
    DayField,
    Form,
    LineField,
    TextField,
    VersionedForm,
    at_most,
    required,
)
from portal.core.i18n import _, _l, in_lang
from portal.core.tokens import new_code
from portal.programme.files import MEMO, Pair, WorkshopText
from portal.programme.models import Workshop

# What stands in an address where the code of a workshop, session, talk or speaker would.
RESERVED = {"new"}
LONGEST = 4000
LONGEST_CODE = 32
_code = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Confirm(Form):
    """Nothing but the button; the token makes sure that it was ours."""


class DeskForm(VersionedForm):
    """What every form of the desk carries besides its version: a few words for the history."""

    note: Any = LineField(_l("บันทึกสั้น ๆ ว่าแก้อะไร"), [at_most(200)])

    overlap_ok = BooleanField(_l("บันทึกทั้งที่ใช้ห้องเดียวกันในเวลาเดียวกัน"))
    past_ok = BooleanField(_l("บันทึกทั้งที่เวลานี้ผ่านไปแล้ว"))

    asks: str = ""  # which of the two above is asked, after it stood in the way
    about: str = ""  # the code of the session, talk or question the form is of

    def consents(self) -> dict[str, Any]:
        """What saving is told besides the text: the version seen, and what is fine all the same."""
        names = ("version", "overlap_ok", "past_ok")
        return {name: self[name].data for name in names}

    def wants_thai(self, names: Iterable[str]) -> bool:
        """Whether each of these pairs of fields (name_th, name_en) that has English has Thai too; else it says so."""
        alone = [
            self[f"{name}_th"] for name in names if self[f"{name}_en"].data and not self[f"{name}_th"].data
        ]
        for field in alone:
            field.errors = [*field.errors, _("มีภาษาอังกฤษแล้ว เขียนภาษาไทยด้วย")]
        return not alone

    def pair(self, name: str) -> Pair:
        """The text of a pair of fields; {} when it is left out."""
        thai, english = self[f"{name}_th"].data or "", self[f"{name}_en"].data or ""
        return {"th": thai, "en": english} if thai else {}


def both(name: str, pair: Pair | None) -> dict[str, str]:
    """The values of a pair of fields."""
    return {f"{name}_th": (pair or {}).get("th", ""), f"{name}_en": (pair or {}).get("en", "")}


def is_code_text(text: str) -> bool:
    """Whether this may be a code."""
    return len(text) <= LONGEST_CODE and _code.fullmatch(text) is not None


def is_code(_form: Form, field: Any) -> None:
    """Refuse what is no code for an address."""
    text = field.data or ""
    if not is_code_text(text):
        raise ValidationError(_("ใช้ได้เฉพาะ a–z 0–9 และขีดกลาง ไม่เกิน 32 ตัว"))
    if text in RESERVED:
        raise ValidationError(_("รหัสนี้ใช้ไม่ได้ เลือกคำอื่น"))


def code_field() -> LineField:
    return LineField(_l("รหัสในที่อยู่เว็บ"), [required(), is_code])


def free_code(stem: str, taken: Iterable[str]) -> str:
    """The first of stem1, stem2, … that is not taken."""
    there = set(taken)
    return next(code for number in range(1, len(there) + 2) if (code := f"{stem}{number}") not in there)


def unused_code(stem: str, taken: Iterable[str]) -> str:
    """A code that no answer was ever kept under: one that was taken away must not come back with another meaning."""
    there = set(taken)
    while (code := f"{stem}-{new_code(6).lower()}") in there:
        pass
    return code


def _words(label: Any) -> TextField:
    return TextField(label, [at_most(LONGEST)])


class BasicsForm(DeskForm):
    """Titles, tracks, days and the memo of a workshop."""

    title_th = LineField(_l("ชื่องานอบรม"), [required(), at_most(300)])
    title_en = LineField(_l("ชื่อภาษาอังกฤษ"), [at_most(300)])
    tracks = SelectMultipleField(
        _l("ประเภทรางวัลที่เข้าอบรมได้"),
        [required(_l("เลือกอย่างน้อยหนึ่งประเภท"))],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    starts_on = DayField(_l("วันแรก"), [required(), at_most(60)])
    ends_on = DayField(_l("วันสุดท้าย"), [required(), at_most(60)])
    topic_th = _words(_l("หัวข้อ"))
    topic_en = _words(_l("หัวข้อ (อังกฤษ)"))
    format_th = _words(_l("รูปแบบ"))
    format_en = _words(_l("รูปแบบ (อังกฤษ)"))
    target_th = _words(_l("สำหรับ"))
    target_en = _words(_l("สำหรับ (อังกฤษ)"))
    purpose_th = _words(_l("เพื่อ"))
    purpose_en = _words(_l("เพื่อ (อังกฤษ)"))
    organizer_th = _words(_l("จัดโดย"))
    organizer_en = _words(_l("จัดโดย (อังกฤษ)"))
    about_th = _words(_l("เพิ่มเติม"))
    about_en = _words(_l("เพิ่มเติม (อังกฤษ)"))

    def offer(self, tracks: Iterable[Track | TrackNames]) -> None:
        """Which tracks may be chosen; of rounds with the same codes each once."""
        self.tracks.choices = list({track.code: in_lang(track, "name") for track in tracks}.items())

    def validate(self, extra_validators: Any = None) -> bool:
        """English only beside Thai; the last day not before the first."""
        is_fine: bool = super().validate(extra_validators)
        is_fine = self.wants_thai(MEMO) and is_fine
        first, last = (self.starts_on.day, self.ends_on.day) if is_fine else (None, None)
        if first and last and first > last:
            self.ends_on.errors = [*self.ends_on.errors, _("วันสุดท้ายต้องไม่มาก่อนวันแรก")]
            is_fine = False
        return is_fine

    @classmethod
    def of(cls, workshop: Workshop) -> "BasicsForm":
        """The form as the workshop stands."""
        values: dict[str, Any] = {
            "version": workshop.version,
            "title_th": workshop.title_th,
            "title_en": workshop.title_en,
            "tracks": [track.code for track in workshop.tracks],
            "starts_on": workshop.starts_on,
            "ends_on": workshop.ends_on,
        }
        for key in MEMO:
            values |= both(key, workshop.notes.get(key))
        return cls(data=values)

    def applied(self, text: WorkshopText) -> WorkshopText:
        """The text with what was filled in, of a form that is valid."""
        return replace(
            text,
            title=self.pair("title"),
            tracks=tuple(self.tracks.data),
            starts_on=self.starts_on.day,
            ends_on=self.ends_on.day,
            notes=text.notes | {key: self.pair(key) for key in MEMO},
        )


class NewForm(BasicsForm):
    """A workshop that is not there yet."""

    version = None
    note = None
    overlap_ok = None
    past_ok = None
    code = code_field()
    round_year = SelectField(_l("รอบรางวัล"), coerce=int)

    def offer_rounds(self, rounds: Sequence[Round]) -> None:
        """Which rounds may be chosen, with all their tracks."""
        self.round_year.choices = [(one.year_be, in_lang(one, "title")) for one in rounds]
        self.offer(track for one in rounds for track in one.tracks)

    def created(self) -> WorkshopText:
        """The workshop as it was filled in, of a form that is valid."""
        blank = WorkshopText(self.code.data, self.round_year.data, {}, None, None)
        return self.applied(blank)


class CopyForm(Form):
    """The code and the first day of a copy."""

    code = code_field()
    first_day = DayField(_l("วันแรกของงานใหม่"), [required(), at_most(60)])


class StatusForm(Form):
    """A change of status, and why."""

    why = LineField(_l("เหตุผล"), [at_most(200)])


class WhyForm(StatusForm):
    """A cancellation says why: it stands in the mail."""

    why = LineField(_l("เหตุผล"), [required(_l("เขียนเหตุผลสั้น ๆ ผู้ลงทะเบียนจะได้อ่านในจดหมาย")), at_most(200)])


class CancelSessionForm(DeskForm):
    """Of a session: why, kept in the history."""

    note = LineField(_l("เหตุผล"), [required(_l("เขียนเหตุผลสั้น ๆ จะอยู่ในประวัติ")), at_most(200)])
