"""The forms of a coordinator's team page: shape only; who may be registered or take a seat is the matter of teams."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import Optional

from portal.core.forms import EmailField, Form, LineField, at_most, required
from portal.core.i18n import _, _l

ALL_OR_NONE = "all"
AS_MANY_AS_FIT = "some"
PICK_SOMEBODY = _l("เลือกคนที่จะลงทะเบียนอย่างน้อยหนึ่งคน")


class TeamForm(Form):
    """Whom to register, in the order of the list, and what holds when there are too few seats."""

    people = SelectMultipleField(
        _l("คนที่จะลงทะเบียน"), [required(PICK_SOMEBODY)], choices=(), validate_choice=False
    )
    how = RadioField(
        _l("ถ้าที่นั่งไม่พอสำหรับทุกคนที่เลือก"),
        choices=[
            (AS_MANY_AS_FIT, _l("ลงทะเบียนเท่าที่มีที่นั่ง คนที่เหลือเข้าคิวตามลำดับในรายชื่อ")),
            (ALL_OR_NONE, _l("ยังไม่ลงทะเบียนใคร จนกว่าจะได้ที่นั่งครบทุกคน")),
        ],
        default=AS_MANY_AS_FIT,
    )


class InviteForm(Form):
    """A colleague who has no account yet."""

    name = LineField(_l("ชื่อและนามสกุล"), [required(_l("กรอกชื่อและนามสกุล")), at_most(200)])
    email = EmailField(_l("อีเมลของหน่วยงาน"), [required(_l("กรอกอีเมล")), at_most(254)])
    at_once = BooleanField(_l("ลงทะเบียนงานนี้ให้เลย"))


class SwapForm(Form):
    """Who takes the place over: a colleague from the list, or one who is invited with it."""

    to = SelectField(_l("เพื่อนร่วมหน่วยงานที่จะมาแทน"), [Optional()], default="")
    name = LineField(_l("ชื่อและนามสกุล"), [at_most(200)])
    email = EmailField(_l("อีเมลของหน่วยงาน"), [Optional(), at_most(254)])
    why = LineField(_l("เหตุผล"), [at_most(200)], description=_l("ปรากฏในประวัติที่นั่งและคิวของหน่วยงาน"))

    @classmethod
    def among(cls, colleagues: Sequence[tuple[str, str]], **given: Any) -> "SwapForm":
        """The form with these colleagues, each by code and words."""
        form = cls(**given)
        form.to.choices = [("", _("เลือกจากรายชื่อ")), *colleagues]
        return form

    @property
    def is_new(self) -> bool:
        """Whether somebody without an account is to take over."""
        return bool(self.name.data or self.email.data)

    def validate(self, extra_validators: Any = None) -> bool:
        """One of the two ways, and not both."""
        is_fine: bool = super().validate(extra_validators)
        if self.is_new and self.to.data:
            self.to.errors = [*self.to.errors, _("เลือกจากรายชื่อ หรือเชิญคนใหม่ อย่างใดอย่างหนึ่ง")]
        elif self.is_new:
            for field, words in ((self.name, _("กรอกชื่อและนามสกุล")), (self.email, _("กรอกอีเมล"))):
                if not field.data and not field.errors:
                    field.errors = [*field.errors, words]
        elif not self.to.data and not self.to.errors:
            self.to.errors = [*self.to.errors, _("เลือกคนที่จะมาแทน หรือเชิญคนใหม่ด้านล่าง")]
        return is_fine and not self.errors


class CancelForm(Form):
    """Nothing but the reason and the button."""

    why = LineField(_l("เหตุผล"), [at_most(200)], description=_l("ปรากฏในประวัติที่นั่งและคิวของหน่วยงาน"))
