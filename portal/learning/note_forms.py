"""The form of a note beside a lesson: shape only; what becomes of it is notes' matter."""

from typing import Any

from wtforms import SelectField, TextAreaField

from portal.core.forms import Form, at_most
from portal.core.i18n import _, _l
from portal.courses.course import Lesson
from portal.learning import notes


class NoteForm(Form):
    """Words, which may be none for a bookmark, and the heading they stand by."""

    heading = SelectField(_l("ตรงหัวข้อ"))
    words = TextAreaField(_l("โน้ต"), [at_most(notes.LONGEST)])

    def __init__(self, lesson: Lesson | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        toc = lesson.toc if lesson else ()
        self.heading.choices = [("", _("ทั้งบท")), *((one.id, one.text) for one in toc if one.level == 2)]
        if self.heading.data is not None and self.heading.data not in dict(self.heading.choices):
            self.heading.data = ""  # the lesson was changed meanwhile
