"""Forms of the organizer's desk for the parts of a workshop, its sessions, talks and questions: shape only."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from wtforms import BooleanField, FormField, HiddenField, SelectField, ValidationError
from wtforms.validators import Optional
from wtforms.widgets import TextArea

from portal.core.forms import DayField, HourField, LineField, Part, Rows, TextField, at_most, moment, required
from portal.core.i18n import _, _l, said
from portal.programme.differences import KINDS
from portal.programme.files import Pair, SessionText, TalkText
from portal.programme.forms import LONGEST, DeskForm, both, code_field, is_code_text, unused_code
from portal.programme.letters import is_web_address
from portal.programme.models import Speaker
from portal.programme.questions import Choice, Kind, Question, When

SPARE = 3  # empty rows below those that are filled
MOST_ROWS = 300


def _is_link(_form: DeskForm, field: Any) -> None:
    if not is_web_address(field.data):
        raise ValidationError(_("ลิงก์นี้อ่านไม่ได้ เขียนเต็ม เช่น https://meet.example/room"))


class SessionForm(DeskForm):
    """One meeting. Without hours it takes the whole day."""

    title_th = LineField(_l("ชื่อช่วงอบรม"), [required(), at_most(300)])
    title_en = LineField(_l("ชื่อภาษาอังกฤษ"), [at_most(300)])
    day = DayField(_l("วันที่"), [required(), at_most(60)])
    starts = HourField(_l("เริ่ม"), [at_most(20)])
    ends = HourField(_l("เลิก"), [at_most(20)])
    room = LineField(_l("ห้อง"), [at_most(200)])
    link = LineField(_l("ลิงก์เข้าอบรมออนไลน์"), [Optional(), at_most(500), _is_link])
    again = BooleanField(_l("จัดช่วงนี้อีกครั้ง"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Both hours or none, the end after the start."""
        is_fine: bool = super().validate(extra_validators)
        starts, ends = self.starts, self.ends
        if bool(starts.data) != bool(ends.data):
            empty = ends if starts.data else starts
            empty.errors = [*empty.errors, _("ระบุทั้งเวลาเริ่มและเวลาเลิก หรือเว้นว่างทั้งคู่ถ้าทั้งวัน")]
            return False
        first, last = (starts.hour, ends.hour) if is_fine else (None, None)
        if first and last and last <= first:
            ends.errors = [*ends.errors, _("เวลาเลิกต้องอยู่หลังเวลาเริ่ม")]
            return False
        return is_fine

    @classmethod
    def of(cls, session: SessionText, version: int) -> "SessionForm":
        """The form as the session stands."""
        values = {
            "version": version,
            "day": session.day,
            "starts": session.starts_at,
            "ends": session.ends_at,
            "room": session.room,
            "link": session.link,
        }
        return cls(data=values | both("title", session.title))

    def applied(self, session: SessionText) -> SessionText:
        """The session with what was filled in, of a form that is valid."""
        return replace(
            session,
            title=self.pair("title"),
            day=self.day.day,
            starts_at=moment(self.day, self.starts),
            ends_at=moment(self.day, self.ends),
            room=self.room.data or "",
            link=self.link.data or "",
            is_cancelled=session.is_cancelled and not self.again.data,
        )


class NewSessionForm(SessionForm):
    """A meeting that is not there yet."""

    code = code_field()


class PairPart(Part):
    """A text in two languages: one line, shown on as many as it needs."""

    th = LineField(_l("ภาษาไทย"), [at_most(1000)], widget=TextArea())
    en = LineField(_l("ภาษาอังกฤษ"), [at_most(1000)], widget=TextArea())


class ChoicePart(Part):
    """One choice of a question; its code stays when its words change."""

    th = LineField(_l("ภาษาไทย"), [at_most(500)])
    en = LineField(_l("ภาษาอังกฤษ"), [at_most(500)])
    code = HiddenField()


def _are_whole(rows: Rows) -> bool:
    """Whether no row has only English; else it says so there."""
    is_fine = True
    for row in rows:
        if row.form.en.data and not row.form.th.data:
            row.form.th.errors = rows.errors = [_("มีภาษาอังกฤษแล้ว เขียนภาษาไทยด้วย")]
            is_fine = False
    return is_fine


class TalkForm(DeskForm):
    """What speakers give. `speakers` in their order; empty ones are left out."""

    title_th = LineField(_l("ชื่อหัวข้อ"), [at_most(1000)], widget=TextArea())
    title_en = LineField(_l("ชื่อภาษาอังกฤษ"), [at_most(1000)], widget=TextArea())
    description_th = TextField(_l("คำอธิบาย"), [at_most(LONGEST)])
    description_en = TextField(_l("คำอธิบาย (อังกฤษ)"), [at_most(LONGEST)])
    session = SelectField(_l("อยู่ในช่วงอบรม"))
    speakers = Rows(SelectField(_l("วิทยากร")), _l("วิทยากร"), min_entries=SPARE, most=MOST_ROWS)
    points = Rows(FormField(PairPart), _l("ประเด็น"), min_entries=SPARE, most=MOST_ROWS)

    def offer(self, sessions: Iterable[SessionText], speakers: Iterable[Speaker]) -> None:
        """Which sessions and speakers may be chosen."""
        undated = ("", _("ยังไม่กำหนด"))
        self.session.choices = [undated, *((one.code, said(one.title)) for one in sessions)]
        people = [("", _("ไม่มี")), *((one.code, one.name) for one in speakers)]
        for row in self.speakers:
            row.choices = people

    def validate(self, extra_validators: Any = None) -> bool:
        """A title or a description; each speaker once; English only beside Thai."""
        is_fine: bool = super().validate(extra_validators)
        is_fine = all((self.wants_thai(("title", "description")), _are_whole(self.points), is_fine))
        if not self.title_th.data and not self.description_th.data:
            self.title_th.errors = [*self.title_th.errors, _("เขียนชื่อหัวข้อหรือคำอธิบายอย่างน้อยหนึ่งอย่าง")]
            is_fine = False
        chosen = self._chosen()
        if len(set(chosen)) < len(chosen):
            self.speakers.errors = [*self.speakers.errors, _("มีวิทยากรซ้ำ")]
            is_fine = False
        return is_fine

    def _chosen(self) -> list[str]:
        return [row.data for row in self.speakers if row.data]

    @classmethod
    def of(cls, talk: TalkText, version: int) -> "TalkForm":
        """The form as the talk stands, with rows to spare."""
        values = {
            "version": version,
            "session": talk.session,
            "speakers": [*talk.speakers, "", ""],
            "points": [*({"th": at["th"], "en": at.get("en", "")} for at in talk.points), *({},) * SPARE],
        }
        return cls(data=values | both("title", talk.title) | both("description", talk.description))

    def applied(self, talk: TalkText) -> TalkText:
        """The talk with what was filled in, of a form that is valid."""
        return replace(
            talk,
            title=self.pair("title"),
            description=self.pair("description"),
            session=self.session.data or "",
            speakers=tuple(self._chosen()),
            points=tuple(self._points(talk)),
        )

    def _points(self, talk: TalkText) -> list[Pair]:
        """A point that was reworded keeps what else belongs to it (the lines of the source)."""
        known = {point["th"]: point for point in talk.points}
        by_row = dict(enumerate(talk.points))
        return [
            {
                **(known.get(row.form.th.data) or by_row.get(at, {})),
                "th": row.form.th.data,
                "en": row.form.en.data or "",
            }
            for at, row in enumerate(self.points)
            if row.form.th.data
        ]


class NewTalkForm(TalkForm):
    """A talk that is not there yet."""

    code = code_field()


class QuestionForm(DeskForm):
    """One question. `when` is empty, or an earlier choice as question=choice."""

    label_th = LineField(_l("ข้อความคำถาม"), [required(), at_most(500)])
    label_en = LineField(_l("คำถาม (อังกฤษ)"), [at_most(500)])
    kind = SelectField(_l("ชนิดของคำตอบ"))
    is_required = BooleanField(_l("ต้องตอบ"))
    choices = Rows(FormField(ChoicePart), _l("ตัวเลือก"), min_entries=SPARE, most=MOST_ROWS)
    when = SelectField(_l("ถามเมื่อใด"))

    def offer(self, earlier: Sequence[Question]) -> None:
        """The kinds there are, and the answers to earlier questions on which this one may hang."""
        self.kind.choices = [(kind.value, str(word)) for kind, word in KINDS.items()]
        self.when.choices = [("", _("ถามทุกคน"))] + [
            (
                f"{one.code}={choice.code}",
                _(
                    "เมื่อตอบ “%(question)s” ว่า “%(choice)s”",
                    question=said(one.label),
                    choice=said(choice.label),
                ),
            )
            for one in earlier
            for choice in one.choices
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        """Two choices at least where there are any; English only beside Thai."""
        is_fine: bool = super().validate(extra_validators)
        is_fine = _are_whole(self.choices) and is_fine
        if self.kind.data == Kind.CHOICE and len(self._rows()) < 2:
            self.choices.errors = [*self.choices.errors, _("เขียนตัวเลือกอย่างน้อยสองข้อ")]
            is_fine = False
        return is_fine

    def _rows(self) -> list[Any]:
        return [row.form for row in self.choices if row.form.th.data]

    @classmethod
    def of(cls, question: Question, version: int) -> "QuestionForm":
        """The form as the question stands, with rows to spare."""
        rows = [
            {"code": one.code, "th": one.label["th"], "en": one.label.get("en", "")}
            for one in question.choices
        ]
        values = {
            "version": version,
            "kind": question.kind,
            "is_required": question.is_required,
            "choices": [*rows, *({},) * SPARE],
            "when": f"{question.when.question}={question.when.is_}" if question.when else "",
        }
        return cls(data=values | both("label", question.label))

    def applied(self, code: str) -> Question:
        """The question with this code as it was filled in, of a form that is valid."""
        asked, _equals, answer = (self.when.data or "").partition("=")
        return Question(
            code=code,
            kind=Kind(self.kind.data),
            label=self.pair("label"),
            is_required=bool(self.is_required.data),
            choices=self._choices() if self.kind.data == Kind.CHOICE else (),
            when=When(asked, answer) if asked else None,
        )

    def _choices(self) -> tuple[Choice, ...]:
        """A choice that was reworded keeps its code; a new one gets one of its own."""
        found = []
        taken: set[str] = set()
        for row in self._rows():
            code = row.code.data or ""
            if not is_code_text(code) or code in taken:
                code = unused_code("c", taken)
            taken.add(code)
            found.append(Choice(code, {"th": row.th.data, "en": row.en.data or ""}))
        return tuple(found)
