"""The form of authors for the settings of a quiz: from the keys of quiz.toml and back; what they mean is quizzes' matter."""

from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, FormField, SelectField
from wtforms.fields.choices import SelectChoice

from portal.authoring.forms import is_number
from portal.core.forms import LineField, Part, Rows, VersionedForm, at_most, required
from portal.core.i18n import _, _l
from portal.courses import quizzes
from portal.courses.course import Counts, Shown

COUNTS = {Counts.BEST: _l("ครั้งที่ได้คะแนนสูงสุด"), Counts.LATEST: _l("ครั้งล่าสุด")}
SHOWN = {
    Shown.SUBMIT: _l("ทันทีที่ส่ง"),
    Shown.PASSED: _l("เมื่อผ่าน หรือหมดจำนวนครั้ง"),
    Shown.NEVER: _l("ไม่แสดง"),
}
FEEDBACK = ("score", "points", "answers", "why")
NUMBERS = ("pass_mark", "time_limit", "grace", "attempts", "wait")
SPARE = 2


class DrawPart(Part):
    """How many questions of a topic an attempt gets."""

    topic = LineField(_l("หัวข้อ"), [at_most(40)])
    count = is_number(_l("จำนวนข้อ"), 1, 1000, optional=True)


def _when(label: Any) -> SelectField:
    return SelectField(
        label, choices=[SelectChoice(one.value, word) for one, word in SHOWN.items()], default=Shown.SUBMIT
    )


class SettingsForm(VersionedForm):
    """All a quiz says besides its questions."""

    title = LineField(_l("ชื่อ"), [required(), at_most(300)])
    title_en = LineField(_l("ชื่อภาษาอังกฤษ"), [required(), at_most(300)])
    pass_mark = is_number(_l("เกณฑ์ผ่าน (ร้อยละ)"), 1, 100)
    draw = is_number(_l("สุ่มถามกี่ข้อ"), 1, 1000, optional=True)
    draws = Rows(FormField(DrawPart), _l("สุ่มตามหัวข้อ"), most=40)
    shuffle = BooleanField(_l("สลับลำดับตัวเลือก"))
    time_limit = is_number(_l("เวลาทำ (นาที)"), 1, quizzes.MOST_MINUTES, optional=True)
    grace = is_number(_l("ผ่อนเวลาส่ง (วินาที)"), 0, quizzes.MOST_GRACE, optional=True)
    attempts = is_number(_l("ทำได้กี่ครั้ง"), 1, quizzes.MOST_ATTEMPTS, optional=True)
    wait = is_number(_l("เว้นกี่นาทีก่อนทำครั้งต่อไป"), 0, quizzes.MOST_WAIT, optional=True)
    counts = SelectField(
        _l("ครั้งที่นับว่าผ่าน"),
        choices=[SelectChoice(one.value, word) for one, word in COUNTS.items()],
        default=Counts.BEST,
    )
    score = _when(_l("คะแนนรวม"))
    points = _when(_l("ข้อใดถูกข้อใดผิด"))
    answers = _when(_l("เฉลย"))
    why = _when(_l("คำอธิบาย"))

    @classmethod
    def of(cls, settings: Mapping[str, Any], version: int) -> "SettingsForm":
        """The form as the quiz stands, with rows to spare."""
        values = {key: value for key, value in settings.items() if key in cls._keys()}
        values["shuffle"] = settings.get("shuffle", True) is not False
        feedback = settings.get("feedback")
        values |= {key: feedback[key] for key in FEEDBACK if isinstance(feedback, dict) and key in feedback}
        draw = settings.get("draw")
        rows = draw if isinstance(draw, list) else []
        values |= {"draw": None if rows else draw, "version": version}
        return cls(data=values | {"draws": [*rows, *({},) * SPARE]})

    @staticmethod
    def _keys() -> tuple[str, ...]:
        return ("title", "title_en", *NUMBERS, "counts")

    def validate(self, extra_validators: Any = None) -> bool:
        """One number or numbers per topic, not both."""
        is_fine: bool = super().validate(extra_validators)
        if self.draw.data and self._draws():
            self.draw.errors = [*self.draw.errors, _("ใช้จำนวนรวมหรือจำนวนตามหัวข้ออย่างใดอย่างหนึ่ง")]
            is_fine = False
        return is_fine

    def _draws(self) -> list[dict[str, Any]]:
        rows = [{"topic": row.form.topic.data, "count": row.form.count.data} for row in self.draws]
        return [row for row in rows if row["topic"] and row["count"] is not None]

    def settings(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """The settings as keys of the file, of a form that is valid; what says no more than the default stays unsaid."""
        wanted = {key: self[key].data for key in self._keys()}
        wanted["draw"] = self._draws() or self.draw.data
        wanted["shuffle"] = bool(self.shuffle.data)
        said = before.get("feedback")
        known = said if isinstance(said, dict) else {}
        shown = {key: str(self[key].data) for key in FEEDBACK}
        wanted["feedback"] = {
            key: word for key, word in shown.items() if key in known or word != Shown.SUBMIT
        }
        defaults = {"counts": Counts.BEST, "shuffle": True}
        kept = {key: value for key, value in before.items() if key not in wanted}
        for key, value in wanted.items():
            if value not in (None, "", [], {}) and (key in before or value != defaults.get(key)):
                kept[key] = str(value) if key == "counts" else value
        return kept
