"""The forms of accounts: their shape and the words at their fields; what happens with them stands in the rules."""

from flask import request
from wtforms import BooleanField, PasswordField, SelectChoice, SelectField, StringField, ValidationError

from portal.accounts import agencies, passwords
from portal.accounts.agencies import UnknownAgency
from portal.accounts.models import Agency
from portal.core.errors import Refused
from portal.core.forms import EmailField, Form, LineField, at_most, required
from portal.core.i18n import LANGUAGES, _l

PASSWORD_HINT = _l("อย่างน้อย 10 ตัว ใช้ประโยคที่จำได้ก็ได้ เว้นวรรคและภาษาไทยใช้ได้")


def _check_password(field: PasswordField, email: str) -> None:
    try:
        passwords.check(field.data or "", email=email)
    except Refused as no:
        raise ValidationError(str(no)) from no


class SignInForm(Form):
    email = EmailField(_l("อีเมล"), [required(_l("กรอกอีเมลที่ใช้สมัคร"))])
    password = PasswordField(_l("รหัสผ่าน"), [required(_l("กรอกรหัสผ่าน")), at_most(passwords.LONGEST)])
    remember = BooleanField(_l("จำฉันไว้ในเครื่องนี้ 14 วัน"), description=_l("อย่าเลือกถ้าใช้เครื่องส่วนกลาง"))


class SignUpForm(Form):
    name = LineField(
        _l("ชื่อและนามสกุล"),
        [required(_l("กรอกชื่อและนามสกุล")), at_most(200)],
        description=_l("ตามที่ต้องการให้พิมพ์ในใบประกาศ ไม่ต้องใส่คำนำหน้า"),
    )
    position = LineField(_l("ตำแหน่ง"), [at_most(200)])
    agency = LineField(
        _l("หน่วยงานที่สังกัด"),
        [required(_l("พิมพ์ชื่อหน่วยงาน แล้วเลือกจากรายการ")), at_most(200)],
        description=_l("พิมพ์ชื่อหรือชื่อย่อ แล้วเลือกจากรายการ เช่น กรมควบคุมโรค หรือ คร."),
    )
    email = EmailField(_l("อีเมลของหน่วยงาน"), [required(_l("กรอกอีเมล")), at_most(254)])
    password = PasswordField(_l("ตั้งรหัสผ่าน"), [required(_l("ตั้งรหัสผ่าน"))], description=PASSWORD_HINT)

    chosen: Agency | None = None
    meant: str | None = None  # the name to offer, when what was typed is close to it

    def validate_agency(self, field: StringField) -> None:
        """Find the agency; one that was only close to what was typed counts once its box is ticked."""
        try:
            self.chosen = agencies.match(field.data or "")
        except UnknownAgency as no:
            self.meant = no.meant
            if not no.meant or request.form.get("meant") != no.meant:
                raise ValidationError(str(no)) from no
            self.chosen = agencies.match(no.meant)
        except Refused as no:
            raise ValidationError(str(no)) from no

    def validate_password(self, field: PasswordField) -> None:
        _check_password(field, self.email.data or "")


class ForgotForm(Form):
    email = EmailField(_l("อีเมล"), [required(_l("กรอกอีเมลที่ใช้สมัคร"))])


class ResetForm(Form):
    password = PasswordField(_l("รหัสผ่านใหม่"), [required(_l("ตั้งรหัสผ่านใหม่"))], description=PASSWORD_HINT)

    email = ""  # whose password it will be

    def validate_password(self, field: PasswordField) -> None:
        _check_password(field, self.email)


class ProfileForm(Form):
    name = LineField(
        _l("ชื่อและนามสกุล"),
        [required(_l("กรอกชื่อและนามสกุล")), at_most(200)],
        description=_l("ตามที่ต้องการให้พิมพ์ในใบประกาศ ไม่ต้องใส่คำนำหน้า"),
    )
    position = LineField(_l("ตำแหน่ง"), [at_most(200)])
    language = SelectField(
        _l("ภาษาของหน้าเว็บและจดหมาย"), choices=[SelectChoice(code, name) for code, name in LANGUAGES.items()]
    )


class PasswordForm(ResetForm):
    current = PasswordField(_l("รหัสผ่านปัจจุบัน"), [required(_l("กรอกรหัสผ่านปัจจุบัน")), at_most(passwords.LONGEST)])
