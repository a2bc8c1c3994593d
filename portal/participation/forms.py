"""Forms of participation: shape only, with days and hours as people write them; what the values mean is terms' and registration's matter."""

import re
from datetime import datetime, time
from typing import Any

from wtforms import Field, IntegerField, ValidationError
from wtforms.validators import NumberRange, Optional

from portal.core import clock, dates
from portal.core.forms import Form, LineField, at_most, required
from portal.core.i18n import _, _l, language
from portal.core.thai import plain_digits
from portal.participation.terms import MOST_OFFER_HOURS, Terms
from portal.programme.models import Workshop

MOST = 100_000

_hour = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)(?: ?น\.?)?", re.ASCII)


class Confirm(Form):
    """Nothing but the button; the token makes sure that it was ours."""


class Removal(Form):
    """Why somebody is taken out of the queue; they read it."""

    why = LineField(_l("เหตุผล"), [required(_l("เขียนเหตุผลสั้น ๆ ผู้ที่ถูกนำออกจะได้อ่าน")), at_most(200)])


def _is_day(_form: Form, field: Field) -> None:
    try:
        dates.parse_date(field.data)
    except dates.BadDate as no:
        raise ValidationError(str(no)) from None


def _is_hour(_form: Form, field: Field) -> None:
    if not _hour.fullmatch(plain_digits(field.data)):
        raise ValidationError(_("เขียนเวลาแบบ 16:30"))


def _from(least: int, most: int = MOST) -> list[Any]:
    return [Optional(), NumberRange(least, most, message=_l("กรอกจำนวนตั้งแต่ %(min)s ถึง %(max)s"))]


class SeatsForm(Form):
    """Seats, window and venue of a workshop. An empty field means that nothing is set or announced."""

    capacity = IntegerField(_l("จำนวนที่นั่ง"), _from(0))
    per_agency = IntegerField(_l("จำนวนสูงสุดต่อหน่วยงาน"), _from(1))
    guaranteed = IntegerField(_l("จำนวนที่รับรองให้หน่วยงานละ"), _from(1))
    guaranteed_on = LineField(_l("รับรองถึงวัน"), [Optional(), at_most(60), _is_day])
    guaranteed_at = LineField(_l("รับรองถึงเวลา"), [Optional(), _is_hour])
    offer_hours = IntegerField(_l("เวลาให้ยืนยันที่นั่ง (ชั่วโมง)"), _from(0, MOST_OFFER_HOURS))
    opens_on = LineField(_l("วันเปิดรับ"), [Optional(), at_most(60), _is_day])
    opens_at = LineField(_l("เวลาเปิดรับ"), [Optional(), _is_hour])
    closes_on = LineField(_l("วันปิดรับ"), [Optional(), at_most(60), _is_day])
    closes_at = LineField(_l("เวลาปิดรับ"), [Optional(), _is_hour])
    venue = LineField(_l("สถานที่"), [at_most(300)])

    def validate(self, extra_validators: Any = None) -> bool:
        """A day needs its hour and an hour its day."""
        is_fine: bool = super().validate(extra_validators)
        pairs = (
            (self.guaranteed_on, self.guaranteed_at),
            (self.opens_on, self.opens_at),
            (self.closes_on, self.closes_at),
        )
        for day, hour in pairs:
            if day.data and not hour.data:
                hour.errors = [*hour.errors, _("ระบุเวลาของวันนี้ด้วย เช่น 16:30")]
                is_fine = False
            elif hour.data and not day.data:
                day.errors = [*day.errors, _("ระบุวันของเวลานี้ด้วย เช่น 17 กุมภาพันธ์ 2566")]
                is_fine = False
        return is_fine

    @classmethod
    def of(cls, workshop: Workshop) -> "SeatsForm":
        """The form as the terms stand, days in the language in force."""
        opens, closes = workshop.registration_opens_at, workshop.registration_closes_at
        until = workshop.guaranteed_until
        return cls(
            data={
                "capacity": workshop.capacity,
                "per_agency": workshop.per_agency,
                "guaranteed": workshop.guaranteed,
                "guaranteed_on": _written_day(until),
                "guaranteed_at": _written_hour(until),
                "offer_hours": workshop.offer_hours,
                "opens_on": _written_day(opens),
                "opens_at": _written_hour(opens),
                "closes_on": _written_day(closes),
                "closes_at": _written_hour(closes),
                "venue": workshop.venue,
            }
        )

    def terms(self) -> Terms:
        """What was filled in, of a form that is valid."""
        return Terms(
            capacity=self.capacity.data,
            per_agency=self.per_agency.data,
            registration_opens_at=_moment(self.opens_on.data, self.opens_at.data),
            registration_closes_at=_moment(self.closes_on.data, self.closes_at.data),
            venue=self.venue.data or "",
            guaranteed=self.guaranteed.data,
            guaranteed_until=_moment(self.guaranteed_on.data, self.guaranteed_at.data),
            offer_hours=self.offer_hours.data or 0,
        )


def _moment(day: str | None, hour: str | None) -> datetime | None:
    found = _hour.fullmatch(plain_digits(hour or ""))
    if not day or not found:
        return None
    return datetime.combine(dates.parse_date(day), time(int(found[1]), int(found[2])), tzinfo=clock.BANGKOK)


def _written_day(moment: datetime | None) -> str:
    return dates.thai_date(moment, lang="en" if language() == "en" else "th") if moment else ""


def _written_hour(moment: datetime | None) -> str:
    return f"{clock.local(moment):%H:%M}" if moment else ""
