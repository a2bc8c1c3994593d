"""The form of a corrected key; what it does is regrading's rule."""

from wtforms import StringField
from wtforms.widgets import HiddenInput

from portal.core.forms import Form, TextField, at_most, required
from portal.core.i18n import _l


class CorrectionForm(Form):
    """`seen` is the digest of the effect that the page told."""

    seen = StringField(widget=HiddenInput())
    why = TextField(
        _l("เหตุผล"),
        [required(_l("บอกเหตุผล ผู้ที่คะแนนเปลี่ยนจะได้อ่าน")), at_most(500)],
        description=_l("อยู่ในจดหมายถึงผู้ที่คะแนนเปลี่ยน และในประวัติของข้อนี้"),
    )
