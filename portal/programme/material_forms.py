"""Forms of materials: shape only; which files and links are taken is the rule of kinds and materials."""

from datetime import datetime
from typing import Any

from flask_wtf.file import FileField
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice

from portal.core import clock
from portal.core.forms import DayField, Form, HourField, LineField, at_most, chosen, required
from portal.core.i18n import _, _l
from portal.programme.materials import MOST_LINK
from portal.programme.models import Audience, Material

AUDIENCES = [
    SelectChoice(Audience.REGISTERED.value, _l("ผู้ที่ได้ที่นั่งในงานนี้")),
    SelectChoice(Audience.ATTENDED.value, _l("ผู้ที่มาอบรมแล้ว")),
    SelectChoice(Audience.EVERYONE.value, _l("ทุกคน ไม่ต้องเข้าสู่ระบบ")),
]


class ContentForm(Form):
    """A file or a link, to be put in the place of another."""

    file = FileField(_l("ไฟล์"))
    url = LineField(_l("หรือลิงก์"), [at_most(MOST_LINK)])

    def ask_again(self) -> None:
        """A browser forgets the file of a form that comes back: say so."""
        sent = self.file.data
        if sent is not None and sent.filename and not self.file.errors:
            self.file.errors = [*self.file.errors, _("เลือกไฟล์อีกครั้ง ไฟล์ที่ส่งมายังไม่ได้เก็บไว้")]


class DetailsForm(Form):
    """What a material is called, who may see it and from when. An empty day: at once."""

    title = LineField(_l("ชื่อเอกสาร"), [required(), at_most(300)])
    audience = RadioField(_l("ใครเห็นได้"), [chosen()], choices=AUDIENCES, default=Audience.REGISTERED.value)
    visible_on = DayField(_l("เห็นได้ตั้งแต่วันที่"), [at_most(60)])
    visible_at = HourField(_l("เวลา"), [at_most(10)])

    def validate(self, extra_validators: Any = None) -> bool:
        """An hour needs its day; a day without an hour begins at midnight."""
        is_fine: bool = super().validate(extra_validators)
        if self.visible_at.data and not self.visible_on.data:
            self.visible_on.errors = [*self.visible_on.errors, _("ระบุวันของเวลานี้ด้วย เช่น 20 กุมภาพันธ์ 2566")]
            is_fine = False
        return is_fine

    @property
    def visible_from(self) -> datetime | None:
        """The moment meant, of a form that is valid."""
        if self.visible_on.day is None:
            return None
        hour = self.visible_at.hour or datetime.min.time()
        return datetime.combine(self.visible_on.day, hour, tzinfo=clock.BANGKOK)

    @property
    def described(self) -> dict[str, Any]:
        """What was filled in, of a form that is valid, as the rules take it."""
        return {
            "title": self.title.data,
            "audience": Audience(self.audience.data),
            "visible_from": self.visible_from,
        }

    @classmethod
    def of(cls, material: Material) -> "DetailsForm":
        """The form as the material stands."""
        moment = clock.local(material.visible_from) if material.visible_from else None
        return cls(
            data={
                "title": material.title,
                "audience": material.audience.value,
                "visible_on": moment.date() if moment else None,
                "visible_at": moment.time() if moment else None,
            }
        )


class MaterialForm(ContentForm, DetailsForm):
    """A new material."""
