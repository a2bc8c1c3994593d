"""Form of authors for a file of questions from another system; what it brings is exchange's matter."""

from collections.abc import Mapping
from typing import Any

from flask_wtf.file import FileField
from wtforms import SelectField

from portal.authoring.question_forms import LEVELS
from portal.core.forms import Form, required
from portal.core.i18n import _l


class ImportForm(Form):
    """A file, and what no file says of its questions."""

    file = FileField(_l("ไฟล์คำถาม"), [required(_l("เลือกไฟล์ก่อน"))])
    lesson = SelectField(
        _l("บทเรียนที่ตอบคำถามเหล่านี้"), [required(_l("เลือกบทเรียน"))], description=_l("ย้ายทีละข้อได้ภายหลัง")
    )
    difficulty = SelectField(_l("ระดับ"), choices=list(LEVELS.items()), default="medium")

    def offer(self, lessons: Mapping[str, Any]) -> None:
        """The lessons of the module, by their slugs."""
        self.lesson.choices = list(lessons.items())
