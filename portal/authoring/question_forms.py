"""Forms of authors for the questions and settings of a quiz: from the tables of quiz.toml and back; what a question must have is questions' rule.

A form changes what was changed in it: text that comes back as it was given keeps the bytes of the file.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import BooleanField, FormField, RadioField, SelectField, ValidationError
from wtforms.fields.choices import SelectChoice

from portal.authoring.forms import AsTyped, is_number
from portal.core.forms import LineField, Part, Rows, VersionedForm, at_most, required
from portal.core.i18n import _, _l
from portal.core.thai import plain_digits
from portal.courses.choice_shapes import TRUE_FALSE
from portal.courses.course import Credit, QuestionKind
from portal.courses.questions import DIFFICULTIES, MOST_SECONDS

MOST_ROWS = 40
SPARE = 2
LONGEST = 20_000
KINDS: Mapping[QuestionKind, Any] = {
    QuestionKind.SINGLE: _l("เลือกหนึ่งข้อ"),
    QuestionKind.MULTIPLE: _l("เลือกได้หลายข้อ"),
    QuestionKind.TRUE_FALSE: _l("ถูกหรือผิด"),
    QuestionKind.MATCHING: _l("จับคู่"),
    QuestionKind.ORDERING: _l("เรียงลำดับ"),
    QuestionKind.NUMERIC: _l("ตัวเลข"),
    QuestionKind.SHORT: _l("คำตอบสั้น"),
    QuestionKind.CLOZE: _l("เติมคำ"),
    QuestionKind.WRITING: _l("เขียนย่อหน้า"),
}
LEVELS = {"easy": _l("ง่าย"), "medium": _l("ปานกลาง"), "hard": _l("ยาก")}
CREDITS = {
    Credit.EXACT: _l("ต้องถูกทั้งหมด"),
    Credit.SHARE: _l("ตามส่วนที่ถูก"),
    Credit.WEIGHTS: _l("ตามน้ำหนักของตัวเลือก"),
}
SHARED = (Credit.EXACT, Credit.SHARE)
CREDITS_OF = {
    QuestionKind.SINGLE: (Credit.EXACT, Credit.WEIGHTS),
    QuestionKind.MULTIPLE: tuple(Credit),
    QuestionKind.MATCHING: SHARED,
    QuestionKind.ORDERING: SHARED,
    QuestionKind.CLOZE: SHARED,
}
# The rows that a question of a kind has.
PARTS_OF = {
    QuestionKind.SINGLE: ("choice",),
    QuestionKind.MULTIPLE: ("choice",),
    QuestionKind.TRUE_FALSE: ("choice",),
    QuestionKind.MATCHING: ("pair",),
    QuestionKind.ORDERING: ("item",),
    QuestionKind.NUMERIC: (),
    QuestionKind.SHORT: ("wrong",),
    QuestionKind.CLOZE: ("gap",),
    QuestionKind.WRITING: ("criterion",),
}
# The keys of a kind that are no rows and that not all kinds have.
KEYS_OF = {
    QuestionKind.MATCHING: ("others",),
    QuestionKind.NUMERIC: ("answer", "tolerance", "unit"),
    QuestionKind.SHORT: ("accepted", "edits", "tones"),
    QuestionKind.WRITING: ("least", "most", "model"),
}
COMMON = ("lesson", "difficulty", "topic", "text", "why", "time")
FEWEST_ROWS = {"choice": 4, "pair": 3, "item": 4, "wrong": 1, "gap": 2, "criterion": 3}
LISTS = ("accepted", "others", "options")
_number = re.compile(r"-?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")


def _words(label: Any) -> AsTyped:
    return AsTyped(label, [at_most(LONGEST)])


def _listed(label: Any) -> AsTyped:
    return AsTyped(label, [at_most(LONGEST)])


class ChoicePart(Part):
    """One choice."""

    text = _words(_l("ข้อความ"))
    correct = BooleanField(_l("ถูก"))
    why = _words(_l("เหตุผลที่ถูกหรือผิด"))
    weight = is_number(_l("น้ำหนัก (ร้อยละ)"), -100, 100, optional=True)


class PairPart(Part):
    """A left and the right that belongs to it."""

    left = _words(_l("ซ้าย"))
    right = _words(_l("ขวาที่คู่กัน"))


class ItemPart(Part):
    """One thing to order."""

    text = _words(_l("ข้อความ"))


class WhyPart(Part):
    """A text and what is said to it."""

    text = _words(_l("ข้อความ"))
    why = _words(_l("คำอธิบาย"))


class GapPart(Part):
    """One gap: typed or picked."""

    accepted = _listed(_l("คำตอบที่รับ (พิมพ์เอง)"))
    options = _listed(_l("หรือตัวเลือก"))
    answer = LineField(_l("ตัวเลือกที่ถูก"), [at_most(500)])
    edits = is_number(_l("พิมพ์ต่างได้กี่ตัวอักษร"), 0, 2, optional=True)
    tones = BooleanField(_l("ยอมให้วรรณยุกต์หรือสระต่าง"))


def _rows(part: type[Part], label: Any) -> Rows:
    return Rows(FormField(part), label, most=MOST_ROWS)


class QuestionForm(VersionedForm):
    """One question of any kind; `kind` says which fields count. It is the table of the file and back."""

    id = LineField(_l("รหัสคำถาม"), [required(), at_most(40)], id="edit-id")
    lesson = SelectField(_l("บทเรียนที่คำถามนี้มาจาก"))
    difficulty = SelectField(
        _l("ความยาก"), choices=[SelectChoice(level, LEVELS[level]) for level in DIFFICULTIES]
    )
    topic = LineField(_l("หัวข้อ"), [at_most(40)])
    text = AsTyped(_l("คำถาม"), [required(), at_most(LONGEST)], id="edit-text")
    choice = _rows(ChoicePart, _l("ตัวเลือก"))
    pair = _rows(PairPart, _l("คู่"))
    item = _rows(ItemPart, _l("รายการ"))
    gap = _rows(GapPart, _l("ช่องว่าง"))
    wrong = _rows(WhyPart, _l("คำตอบผิดที่คาดไว้"))
    criterion = _rows(WhyPart, _l("เกณฑ์"))
    others = _listed(_l("ตัวเลือกลวงที่ไม่คู่กับข้อใด"))
    answer = LineField(_l("คำตอบ"), [at_most(40)])
    tolerance = LineField(_l("คลาดเคลื่อนได้ไม่เกิน"), [at_most(40)])
    unit = LineField(_l("หน่วย"), [at_most(60)])
    accepted = _listed(_l("คำตอบที่รับ"))
    edits = is_number(_l("พิมพ์ต่างได้กี่ตัวอักษร"), 0, 2, optional=True)
    tones = BooleanField(_l("ยอมให้วรรณยุกต์หรือสระต่าง"))
    least = is_number(_l("อย่างน้อยกี่คำ"), 1, 2000, optional=True)
    most = is_number(_l("ไม่เกินกี่คำ"), 1, 2000, optional=True)
    model = _words(_l("ตัวอย่างคำตอบที่ดี"))
    credit = SelectField(_l("คะแนนเมื่อถูกบางส่วน"))
    why = _words(_l("คำอธิบายของทั้งข้อ"))
    time = is_number(_l("คาดว่าใช้กี่วินาที"), 1, MOST_SECONDS, optional=True)
    source = RadioField(
        _l("ที่มาของคำตอบ"),
        choices=[
            SelectChoice("fact", _l("ข้อเท็จจริงในคู่มือ")),
            SelectChoice("seed", _l("ข้อความในแหล่งข่าว")),
            SelectChoice("advice", _l("คำแนะนำของผู้เขียน")),
        ],
        default="advice",
    )
    source_code = LineField(_l("รหัสของที่มา"), [at_most(20)])

    kind: QuestionKind = QuestionKind.SINGLE

    def offer(self, kind: QuestionKind, lessons: Sequence[tuple[str, str]], spare: int = SPARE) -> None:
        """The kind of the question, the lessons it may be of, and rows to spare."""
        self.kind = kind
        self.lesson.choices = list(lessons)
        credits = CREDITS_OF.get(kind, (Credit.EXACT,))
        self.credit.choices = [(credit.value, CREDITS[credit]) for credit in credits]
        if self.credit.data not in credits:
            self.credit.data = Credit.EXACT.value
        for name in PARTS_OF[kind]:
            rows = self[name]
            wanted = 2 if kind is QuestionKind.TRUE_FALSE else max(FEWEST_ROWS[name], len(rows) + spare)
            while not rows.is_over and len(rows) < min(wanted, MOST_ROWS):
                rows.append_entry()
        if kind is QuestionKind.TRUE_FALSE:
            for row, word in zip(self.choice, TRUE_FALSE, strict=False):
                row.form.text.data = word

    @classmethod
    def of(cls, table: Mapping[str, Any], version: int) -> "QuestionForm":
        """The form as the question stands."""
        values: dict[str, Any] = {key: _shown(key, value) for key, value in table.items()}
        for rows in (values.get(name) for name in FEWEST_ROWS):
            for row in rows or ():
                row.update({key: _shown(key, value) for key, value in row.items()})
        source = next((key for key in ("fact", "seed") if key in table), "advice")
        values |= {"version": version, "source": source, "source_code": table.get(source, "")}
        return cls(data=values | ({"source_code": ""} if source == "advice" else {}))

    def validate(self, extra_validators: Any = None) -> bool:
        """A code beside a fact or a line of the source; numbers where numbers are typed."""
        is_fine: bool = super().validate(extra_validators)
        if self.source.data != "advice" and not self.source_code.data:
            self.source_code.errors = [*self.source_code.errors, _("กรอกรหัส เช่น C1-04 หรือ F20")]
            is_fine = False
        return is_fine

    def validate_answer(self, field: Any) -> None:
        if self.kind is QuestionKind.NUMERIC and as_number(field.data) is None:
            raise ValidationError(_("กรอกเป็นตัวเลข เช่น 12.5"))

    def validate_tolerance(self, field: Any) -> None:
        if self.kind is QuestionKind.NUMERIC and field.data and as_number(field.data) is None:
            raise ValidationError(_("กรอกเป็นตัวเลข เช่น 0.5"))

    def table(self, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The question as a table, of a form that is valid; `before` is what it was filled from."""
        was = before or {}
        keys = (*COMMON, *KEYS_OF.get(self.kind, ()))
        wanted: dict[str, Any] = {"id": was.get("id", self.id.data), "kind": self.kind.value}
        wanted |= {key: _read(key, self[key].data, was.get(key)) for key in keys}
        if self.kind is QuestionKind.NUMERIC:
            wanted |= {key: _number_of(self[key].data, was.get(key)) for key in ("answer", "tolerance")}
        if self.kind in CREDITS_OF:
            is_said = self.credit.data != Credit.EXACT.value or "credit" in was
            wanted["credit"] = self.credit.data if is_said else None
        wanted[self.source.data] = True if self.source.data == "advice" else self.source_code.data
        for name in PARTS_OF[self.kind]:
            wanted[name] = self._rows_of(name, was.get(name, []))
        return {key: value for key, value in wanted.items() if value not in (None, "", [])}

    def _rows_of(self, name: str, was: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The rows that say something, each compared with the one that stood in its place."""
        found = []
        for at, row in enumerate(self[name]):
            old = was[at] if at < len(was) else {}
            values = {key: _read(key, value, old.get(key)) for key, value in row.form.data.items()}
            if not any(value for key, value in values.items() if key != "correct"):
                continue
            kept = {key: value for key, value in values.items() if value not in (None, "", [])}
            if name == "choice":
                kept["correct"] = bool(values["correct"])
            found.append(kept)
        return found


def _shown(key: str, value: Any) -> Any:
    """A value of the file as a field shows it."""
    if isinstance(value, list) and key in LISTS:
        return "\n".join(map(str, value))
    if isinstance(value, list):
        return [dict(row) for row in value]
    return str(value) if key in ("answer", "tolerance") else value


def _read(key: str, typed: Any, was: Any) -> Any:
    """What was typed as a value of the file; the very one that was there where nothing was changed. None: left out."""
    if was is not None and typed == _shown(key, was):
        return was
    if key in LISTS:
        return [line.strip() for line in (typed or "").split("\n") if line.strip()]
    if key == "tones":
        return typed or None
    return typed.strip() if isinstance(typed, str) else typed


def _number_of(typed: str | None, was: Any) -> Any:
    return was if was is not None and typed == str(was) else as_number(typed)


def as_number(typed: str | None) -> int | float | None:
    """What was typed as a number of TOML; Thai digits are read, and commas between thousands alone: 12,5 is not 125."""
    text = plain_digits(typed or "").strip()
    if not _number.fullmatch(text):
        return None
    text = text.replace(",", "")
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return int(number) if number == number.to_integral_value() and "." not in text else float(number)
