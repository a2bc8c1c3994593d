"""What is asked beside a list of attendance: which session, how long it counts as, and what becomes of strangers; the file is imports' matter."""

from typing import Any, Self

from wtforms import BooleanField, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from portal.attendance import minutes
from portal.core import clock, dates
from portal.core.forms import Form
from portal.core.i18n import _, _l, in_lang, language
from portal.programme.models import Workshop


class AttendanceListForm(Form):
    session = SelectField(
        _l("วันอบรม"),
        description=_l("ใช้เมื่อไฟล์ไม่ได้บอกวัน รายชื่อที่ส่งออกจากระบบนี้บอกวันไว้แล้ว"),
        validate_choice=True,
    )
    share = IntegerField(
        _l("นับว่ามาครบเมื่ออยู่อย่างน้อย (ร้อยละของเวลา)"),
        default=minutes.SHARE,
        validators=[InputRequired(), NumberRange(1, 100, _l("ใส่ 1 ถึง 100"))],
    )
    length = IntegerField(
        _l("ความยาวของวันอบรม (นาที)"),
        validators=[Optional(), NumberRange(1, minutes.MOST, _l("ใส่ 1 ถึง 1440 นาที"))],
    )
    skip_unknown = BooleanField(_l("ข้ามแถวที่ไม่ตรงกับใครในงานนี้"))

    @classmethod
    def of(cls, workshop: Workshop) -> Self:
        """The form for a workshop: the latest session that has begun stands chosen."""
        lang: dates.Lang = "en" if language() == "en" else "th"
        form = cls()
        form.session.choices = [("", _("ตามคอลัมน์ในไฟล์"))] + [
            (one.code, f"{in_lang(one, 'title')} · {dates.short_date(one.day, lang=lang)}")
            for one in workshop.sessions
        ]
        if not form.is_submitted():
            begun = [one.code for one in workshop.sessions if one.day <= clock.today()]
            form.session.data = begun[-1] if begun else ""
        return form

    def options(self) -> dict[str, Any]:
        """The same, fit for a draft."""
        return {
            "session": self.session.data,
            "share": self.share.data,
            "length": self.length.data,
            "skip_unknown": bool(self.skip_unknown.data),
        }
