"""Forms of participation: shape only, with days and hours as people write them; what the values mean is terms' and registration's matter."""

from typing import Any

from wtforms import IntegerField
from wtforms.validators import NumberRange, Optional

from portal.core.forms import DayField, Form, HourField, LineField, VersionedForm, at_most, moment, required
from portal.core.i18n import _, _l
from portal.participation.terms import MOST_OFFER_HOURS, Terms
from portal.programme.models import Workshop

MOST = 100_000


class Confirm(Form):
    """Nothing but the button; the token makes sure that it was ours."""


class Removal(Form):
    """Why somebody is taken out of the queue; they read it."""

    why = LineField(_l("เหตุผล"), [required(_l("เขียนเหตุผลสั้น ๆ ผู้ที่ถูกนำออกจะได้อ่าน")), at_most(200)])


def _from(least: int, most: int = MOST) -> list[Any]:
    return [Optional(), NumberRange(least, most, message=_l("กรอกจำนวนตั้งแต่ %(min)s ถึง %(max)s"))]


class SeatsForm(VersionedForm):
    """Seats, window and venue of a workshop. An empty field means that nothing is set or announced."""

    capacity = IntegerField(_l("จำนวนที่นั่ง"), _from(0))
    per_agency = IntegerField(_l("จำนวนสูงสุดต่อหน่วยงาน"), _from(1))
    guaranteed = IntegerField(_l("ที่นั่งที่รับรองต่อหน่วยงาน"), _from(1))
    guaranteed_on = DayField(_l("รับรองถึงวัน"), [Optional(), at_most(60)])
    guaranteed_at = HourField(_l("รับรองถึงเวลา"), [Optional()])
    offer_hours = IntegerField(_l("เวลาให้ยืนยันที่นั่ง (ชั่วโมง)"), _from(0, MOST_OFFER_HOURS))
    opens_on = DayField(_l("วันเปิดรับ"), [Optional(), at_most(60)])
    opens_at = HourField(_l("เวลาเปิดรับ"), [Optional()])
    closes_on = DayField(_l("วันปิดรับ"), [Optional(), at_most(60)])
    closes_at = HourField(_l("เวลาปิดรับ"), [Optional()])
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
                "version": workshop.version,
                "capacity": workshop.capacity,
                "per_agency": workshop.per_agency,
                "guaranteed": workshop.guaranteed,
                "guaranteed_on": until,
                "guaranteed_at": until,
                "offer_hours": workshop.offer_hours,
                "opens_on": opens,
                "opens_at": opens,
                "closes_on": closes,
                "closes_at": closes,
                "venue": workshop.venue,
            }
        )

    def terms(self) -> Terms:
        """What was filled in, of a form that is valid."""
        return Terms(
            capacity=self.capacity.data,
            per_agency=self.per_agency.data,
            registration_opens_at=moment(self.opens_on, self.opens_at),
            registration_closes_at=moment(self.closes_on, self.closes_at),
            venue=self.venue.data or "",
            guaranteed=self.guaranteed.data,
            guaranteed_until=moment(self.guaranteed_on, self.guaranteed_at),
            offer_hours=self.offer_hours.data or 0,
        )
