"""Forms of authors for files, lessons, modules and courses: shape only; those of questions stand in question_forms."""

from typing import Any

from flask_wtf.file import FileField
from wtforms import IntegerField, SelectField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget, TextArea

from portal.core.forms import Form, LineField, VersionedForm, at_most, required
from portal.core.i18n import _, _l
from portal.courses import pack, reader
from portal.courses.course import TRACKS

LONGEST_NOTE = 200
TRACK_NAMES = {"pmqa40": _l("PMQA 4.0"), "excellent": _l("ระดับดีเด่น"), "category": _l("รายหมวด")}


def is_number(label: Any, least: int, most: int, *, optional: bool = False) -> IntegerField:
    """A whole number from `least` to `most`."""
    message = _l("กรอกจำนวนเต็มตั้งแต่ %(min)s ถึง %(max)s")
    first = Optional() if optional else InputRequired(_l("กรอกช่องนี้"))
    return IntegerField(label, [first, NumberRange(least, most, message=message)])


class AsTyped(TextAreaField):  # type: ignore[misc]
    """Text with every space as it was typed; line ends are `\\n`, whatever the browser sends."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        self.data = (self.data or "").replace("\r\n", "\n").replace("\r", "\n")


class FileForm(VersionedForm):
    """The text of a file."""

    body = AsTyped(_l("ข้อความของไฟล์"), id="edit-body")


class ActForm(VersionedForm):
    """A button on a file or a draft of this version."""


class PublishForm(VersionedForm):
    """What is new in the edition, in a few words."""

    note = LineField(_l("รุ่นนี้แก้อะไร"), [required(_l("เขียนสั้น ๆ ว่ารุ่นนี้แก้อะไร")), at_most(LONGEST_NOTE)])


class ImageForm(Form):
    """An image to be put beside the others, or in the place of one."""

    file = FileField(_l("ไฟล์ภาพ SVG หรือ PNG"))
    name = LineField(_l("ชื่อไฟล์"), [at_most(80)])
    version = IntegerField(widget=HiddenInput(), validators=[Optional()])

    def wanted_name(self) -> str:
        """The name to keep it under: the one typed, else that of the file, as small letters."""
        sent = self.file.data.filename if self.file.data else ""
        name = (self.name.data or sent.rpartition("/")[2].rpartition("\\")[2]).strip().lower()
        return name.replace(" ", "-").replace(".jpeg", ".jpg")


class _Titled(Form):
    """A code for the address, and a title in both languages."""

    code = LineField(_l("รหัสในที่อยู่เว็บ"), [required(), at_most(40)])
    title_th = LineField(_l("ชื่อ"), [required(), at_most(300)])
    title_en = LineField(_l("ชื่อภาษาอังกฤษ"), [required(), at_most(300)])


class LessonForm(_Titled):
    """A lesson that is not there yet."""

    minutes = is_number(_l("ใช้เวลาอ่านกี่นาที"), 1, reader.MOST_MINUTES)


class QuizForm(Form):
    """A quiz that is not there yet."""

    title_th = LineField(_l("ชื่อ"), [required(), at_most(300)])
    title_en = LineField(_l("ชื่อภาษาอังกฤษ"), [required(), at_most(300)])
    pass_mark = is_number(_l("เกณฑ์ผ่าน (ร้อยละ)"), 1, 100)


class ModuleForm(_Titled):
    """A module that is not there yet."""

    part = SelectField(_l("ส่วนของรายงาน"))
    summary_th = LineField(_l("สาระย่อ"), [required(), at_most(1000)], widget=TextArea())
    summary_en = LineField(_l("สาระย่อ (อังกฤษ)"), [required(), at_most(1000)], widget=TextArea())

    def offer(self, taken: set[str]) -> None:
        """The parts of the report that no module has yet."""
        free = [part for part in reader.PARTS if part and part not in taken]
        self.part.choices = [("", _("ไม่เป็นส่วนของรายงาน")), *((part, part) for part in free)]

    def table(self) -> dict[str, Any]:
        """The module as a table of course.toml."""
        return {
            "code": self.code.data,
            "part": self.part.data,
            "title": self.title_th.data,
            "title_en": self.title_en.data,
            "summary": self.summary_th.data,
            "summary_en": self.summary_en.data,
            "status": reader.COMING,
            "lessons": [],
        }


class CourseForm(_Titled):
    """A course that is not there yet."""

    tracks = SelectMultipleField(
        _l("ประเภทรางวัล"),
        [required(_l("เลือกอย่างน้อยหนึ่งประเภท"))],
        choices=[SelectChoice(code, TRACK_NAMES[code]) for code in TRACKS],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    summary_th = LineField(_l("สาระย่อ"), [required(), at_most(1000)], widget=TextArea())
    summary_en = LineField(_l("สาระย่อ (อังกฤษ)"), [required(), at_most(1000)], widget=TextArea())


def as_file(typed: str, body: bytes | None) -> bytes:
    """What was typed as bytes: the very same where nothing was changed, else with the mark and line ends the file had."""
    if body is None:
        return typed.encode("utf-8", "replace")
    if typed == as_typed(body):
        return body
    text = typed.replace("\n", "\r\n") if b"\r\n" in body else typed
    return (b"\xef\xbb\xbf" if body.startswith(b"\xef\xbb\xbf") else b"") + text.encode("utf-8", "replace")


def as_typed(body: bytes) -> str:
    """The bytes as a browser gives them back when nothing was changed."""
    text = body.decode("utf-8", "replace").removeprefix("\ufeff").replace("\x00", "\ufffd")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def is_text(path: str) -> bool:
    """Whether the file is edited as text."""
    return not pack.is_image(path)
