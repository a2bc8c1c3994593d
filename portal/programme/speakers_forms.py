"""Forms of the organizer's desk for who speaks: shape only; what joining an account means is casting's matter."""

from typing import Any

from wtforms import FormField, StringField
from wtforms.widgets import HiddenInput

from portal.core.forms import EmailField, Form, LineField, Part, Rows, at_most, required
from portal.core.i18n import _, _l
from portal.programme.clashes import Clash
from portal.programme.forms import code_field
from portal.programme.models import Speaker


class PositionPart(Part):
    """One position of a speaker and where it is held."""

    th = LineField(_l("ตำแหน่ง"), [at_most(300)])
    en = LineField(_l("ตำแหน่ง (อังกฤษ)"), [at_most(300)])
    at_th = LineField(_l("หน่วยงาน"), [at_most(300)])
    at_en = LineField(_l("หน่วยงาน (อังกฤษ)"), [at_most(300)])


class SpeakerForm(Form):
    """A speaker's name and positions. `seen`: a digest of what the form was filled from."""

    name = LineField(_l("คำนำหน้าและชื่อ"), [required(), at_most(200)])
    positions = Rows(FormField(PositionPart), _l("ตำแหน่ง"), most=60)
    seen = StringField(widget=HiddenInput())

    clash: Clash | None = None

    def met(self, clash: Clash, seen: str) -> None:
        """Somebody else saved in between; sent again, the form goes on from what they saved."""
        self.clash = clash
        self.seen.data = seen

    @classmethod
    def of(cls, speaker: Speaker, seen: str) -> "SpeakerForm":
        """The form as the speaker stands, with a row to spare."""
        rows: list[dict[str, str]] = [
            {
                "th": at["th"],
                "en": at.get("en", ""),
                "at_th": place.get("th", ""),
                "at_en": place.get("en", ""),
            }
            for at in speaker.positions
            for place in [at.get("at") or {}]
        ]
        return cls(formdata=None, data={"name": speaker.name, "positions": [*rows, {}], "seen": seen})

    def validate(self, extra_validators: Any = None) -> bool:
        """A position without its Thai words is refused, not lost."""
        is_fine: bool = super().validate(extra_validators)
        for row in self.positions:
            if not row.form.th.data and any(field.data for field in row.form):
                row.form.th.errors = [_("เขียนชื่อตำแหน่งภาษาไทยด้วย")]
                self.positions.errors = [_("เขียนชื่อตำแหน่งภาษาไทยด้วย")]
                is_fine = False
        return is_fine

    def written(self) -> list[dict[str, Any]]:
        """The positions as a speaker holds them, of a form that is valid."""
        return [
            {
                "th": row.form.th.data,
                "en": row.form.en.data or "",
                "at": {"th": row.form.at_th.data, "en": row.form.at_en.data or ""}
                if row.form.at_th.data
                else {},
            }
            for row in self.positions
            if row.form.th.data
        ]


class NewSpeakerForm(SpeakerForm):
    """A speaker who is not there yet."""

    seen = None
    code = code_field()


class AccountForm(Form):
    """The account that a speaker signs in with."""

    email = EmailField(_l("อีเมลของบัญชี"), [required(), at_most(254)])
