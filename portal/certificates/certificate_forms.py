"""Forms of the organizer's pages of certificates: shape only; the rules stand in earning and issuing."""

from wtforms import IntegerField
from wtforms.validators import InputRequired

from portal.core.forms import Form, LineField, at_most, required
from portal.core.i18n import _l


class RuleForm(Form):
    """How many sessions of a workshop must be attended."""

    sessions = IntegerField(_l("ต้องเข้าร่วมกี่ช่วง"), [InputRequired(_l("กรอกเป็นจำนวนเต็ม เช่น 2"))])


class RevokeForm(Form):
    why = LineField(_l("เหตุผลที่เพิกถอน"), [required(_l("บอกเหตุผลที่เพิกถอน ผู้ตรวจสอบใบประกาศจะเห็น")), at_most(300)])
