"""The form of a letter to a group: shape only; who is in a group and what a placeholder means is recipients' and placeholders' matter."""

import re
from typing import Any

from wtforms import BooleanField, HiddenField, IntegerField, SelectField
from wtforms.validators import Optional, ValidationError
from wtforms.widgets import HiddenInput

from portal.core.forms import Form, LineField, TextField, at_most, chosen, required
from portal.core.i18n import _, _l
from portal.core.tokens import ALPHABET, new_code
from portal.organize import recipients
from portal.organize.group_letters import TEXTS, Draft
from portal.organize.models import GroupLetter
from portal.organize.recipients import Group
from portal.programme.letters import bad_letters
from portal.programme.models import Workshop

MOST_LETTERS = 10_000
_code = re.compile(f"[{ALPHABET}]{{8}}")


def _readable(_form: Any, field: Any) -> None:
    if bad_letters(field.data or ""):
        raise ValidationError(_("มีอักขระควบคุมซึ่งมองไม่เห็น ลบออกก่อน"))


def _subject(label: Any, *first: Any) -> LineField:
    return LineField(label, [*first, at_most(200), _readable])


def _body(label: Any, *first: Any) -> TextField:
    return TextField(label, [*first, at_most(MOST_LETTERS), _readable])


class LetterForm(Form):
    """A letter as it is written. Its code is given with the first page and goes with it until it is sent."""

    letter = HiddenField()
    recipients = SelectField(_l("ถึง"), [chosen(_l("เลือกกลุ่มผู้รับ"))])
    agency = SelectField(_l("เฉพาะหน่วยงาน"), [Optional()])
    subject_th = _subject(_l("เรื่อง"), required(_l("เขียนเรื่องของจดหมาย")))
    body_th = _body(_l("ข้อความ"), required(_l("เขียนข้อความ")))
    subject_en = _subject(_l("เรื่อง (อังกฤษ)"))
    body_en = _body(_l("ข้อความ (อังกฤษ)"))
    number = IntegerField(
        _l("ตัวอย่างคนที่"), [Optional()], widget=HiddenInput()
    )  # of the group, for the preview
    count = IntegerField(_l("จำนวนผู้รับ"), [Optional()], widget=HiddenInput())  # as it was seen
    is_meant = BooleanField(_l("ส่งข้อความเดิมถึงกลุ่มนี้อีกครั้ง"))

    def offer(self, workshop: Workshop) -> "LetterForm":
        """With the groups and agencies of this workshop to choose from, and a code that can be one."""
        self.recipients.choices = {
            heading: list(groups) for heading, groups in recipients.choices(workshop).items()
        }
        self.agency.choices = [("", _("ทุกหน่วยงาน")), *recipients.agencies(workshop)]
        if not _code.fullmatch(self.letter.data or ""):
            self.renew()
        return self

    def renew(self) -> None:
        """Go on as a letter of its own, where one with its code was sent."""
        self.letter.data = new_code()

    def validate(self, extra_validators: Any = None) -> bool:
        """English is written whole or not at all."""
        is_fine: bool = super().validate(extra_validators)
        if bool(self.subject_en.data) != bool(self.body_en.data):
            empty = self.body_en if self.subject_en.data else self.subject_en
            empty.errors = [*empty.errors, _("เขียนภาษาอังกฤษทั้งเรื่องและข้อความ หรือเว้นว่างทั้งสองช่อง")]
            is_fine = False
        return is_fine

    @classmethod
    def blank(cls, *, group: Group | None, like: GroupLetter | None = None) -> "LetterForm":
        """A form to begin with: for this group, with the words of another letter."""
        group = (like and Group.read(like.recipients)) or group
        words = {name: getattr(like, name) for name in TEXTS} if like else {"body_th": _("เรียน {ชื่อ}")}
        whom = {"recipients": str(Group(group.kind, group.of)), "agency": group.agency} if group else {}
        return cls(formdata=None, data=words | whom)

    def draft(self) -> Draft:
        """What was written, of a form that is valid. Refuses placeholders that there are not."""
        group = Group.read(self.recipients.data)
        if group is None:
            raise LookupError(self.recipients.data)
        return Draft(
            code=self.letter.data,
            group=Group(group.kind, group.of, self.agency.data or ""),
            **{name: self[name].data or "" for name in TEXTS},
        )
