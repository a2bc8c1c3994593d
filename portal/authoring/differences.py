"""What is different between two packs of a course, in words for the organizer: which files, which questions, which lines."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from portal.authoring import question_text, quiz_text
from portal.core import text_differences
from portal.core.i18n import _, _l
from portal.core.text_differences import Line
from portal.courses import pack

LONGEST_NAME = 60
MOST_ROWS = 200


class Change(StrEnum):
    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"


@dataclass(frozen=True)
class FileChange:
    path: str
    change: Change


class Difference(NamedTuple):
    """One thing that is different. "" stands where there was, or is, nothing."""

    label: str
    before: str
    after: str


LABELS: Mapping[str, Any] = {
    "title": _l("ชื่อ"),
    "title_en": _l("ชื่อภาษาอังกฤษ"),
    "pass_mark": _l("เกณฑ์ผ่าน (ร้อยละ)"),
    "draw": _l("จำนวนข้อที่สุ่ม"),
    "shuffle": _l("สลับตัวเลือก"),
    "time_limit": _l("เวลาทำ (นาที)"),
    "grace": _l("ผ่อนเวลาส่ง (วินาที)"),
    "attempts": _l("จำนวนครั้งที่ทำได้"),
    "wait": _l("เว้นระหว่างครั้ง (นาที)"),
    "counts": _l("ครั้งที่นับ"),
    "feedback": _l("ผลที่ให้ผู้เรียนเห็น"),
    "kind": _l("ชนิด"),
    "lesson": _l("บทเรียน"),
    "difficulty": _l("ความยาก"),
    "topic": _l("หัวข้อ"),
    "text": _l("ข้อความ"),
    "why": _l("คำอธิบาย"),
    "credit": _l("คะแนนเมื่อถูกบางส่วน"),
    "answer": _l("คำตอบ"),
    "tolerance": _l("คลาดเคลื่อนได้"),
    "unit": _l("หน่วย"),
    "accepted": _l("คำตอบที่รับ"),
    "edits": _l("พิมพ์ต่างได้ (ตัวอักษร)"),
    "tones": _l("ยอมให้วรรณยุกต์หรือสระต่าง"),
    "others": _l("ตัวเลือกลวง"),
    "options": _l("ตัวเลือก"),
    "least": _l("จำนวนคำอย่างน้อย"),
    "most": _l("จำนวนคำไม่เกิน"),
    "model": _l("ตัวอย่างคำตอบ"),
    "time": _l("เวลาที่คาดไว้ (วินาที)"),
    "fact": _l("ที่มา"),
    "seed": _l("ที่มา"),
    "advice": _l("คำแนะนำของผู้เขียน"),
    "choice": _l("ตัวเลือก"),
    "pair": _l("คู่"),
    "item": _l("รายการ"),
    "wrong": _l("คำตอบผิดที่คาดไว้"),
    "gap": _l("ช่องว่าง"),
    "criterion": _l("เกณฑ์"),
    "left": _l("ซ้าย"),
    "right": _l("ขวา"),
    "correct": _l("ถูก"),
    "weight": _l("น้ำหนัก"),
}


def files(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[FileChange]:
    """The files that differ, in the order of their paths."""
    found = []
    for path in sorted(before.keys() | after.keys()):
        if path not in before:
            found.append(FileChange(path, Change.NEW))
        elif path not in after:
            found.append(FileChange(path, Change.GONE))
        elif before[path] != after[path]:
            found.append(FileChange(path, Change.CHANGED))
    return found


def lines(before: bytes | None, after: bytes | None) -> list[list[Line]]:
    """The lines that differ, of files of text. A file that is not there has none."""
    if before is None or after is None:
        body = before if after is None else after
        empty: list[str] = []
        given = _text(body or b"").removesuffix("\n").split("\n")
        old, new = (given, empty) if after is None else (empty, given)
        return [
            [Line(at, None, _run(text)) for at, text in enumerate(old, 1)]
            + [Line(None, at, _run(text)) for at, text in enumerate(new, 1)]
        ]
    return text_differences.lines(_text(before), _text(after))


def rows(path: str, before: bytes | None, after: bytes | None) -> list[Difference] | None:
    """What became different in a quiz, question by question; None for any other file and where one of both cannot be read."""
    if not path.endswith(f"/{pack.QUIZ}") or before is None or after is None:
        return None
    try:
        old, new = (tomllib.loads(_text(body)) for body in (before, after))
        was, now = question_text.tables_of(before), question_text.tables_of(after)
    except (ValueError, quiz_text.NotEditable):
        return None
    found = _changed(old, new, "", skip=(quiz_text.QUESTION,))
    return [*found, *_of_questions(was, now)][:MOST_ROWS]


def told(
    path: str, before: bytes | None, after: bytes | None
) -> tuple[list[Difference] | None, list[list[Line]]]:
    """What differs in a file: the rows of a quiz, and the lines of any text; of an image neither."""
    if pack.is_image(path):
        return None, []
    return rows(path, before, after), lines(before, after)


def _of_questions(was: Sequence[dict[str, Any]], now: Sequence[dict[str, Any]]) -> list[Difference]:
    old, new = ({str(one.get("id")): one for one in tables} for tables in (was, now))
    found = []
    for id_, table in new.items():
        if id_ in old:
            found += _changed(old[id_], table, f"{id_}: ")
        else:
            found.append(Difference(_("เพิ่มคำถาม %(id)s", id=id_), "", _told(table.get("text"))))
    found += [
        Difference(_("ลบคำถาม %(id)s", id=id_), _told(table.get("text")), "")
        for id_, table in old.items()
        if id_ not in new
    ]
    kept = [id_ for id_ in old if id_ in new], [id_ for id_ in new if id_ in old]
    if kept[0] != kept[1]:
        found.append(Difference(_("ลำดับคำถาม"), ", ".join(kept[0]), ", ".join(kept[1])))
    return found


def of_tables(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What differs between two tables of a quiz.toml, key by key."""
    return _changed(before, after, "")


def _changed(
    old: Mapping[str, Any], new: Mapping[str, Any], prefix: str, *, skip: Sequence[str] = ()
) -> list[Difference]:
    keys = [key for key in dict.fromkeys((*new, *old)) if key not in skip and old.get(key) != new.get(key)]
    return [Difference(f"{prefix}{label(key)}", _told(old.get(key)), _told(new.get(key))) for key in keys]


def label(key: str) -> str:
    """What a key of quiz.toml is called on pages."""
    return str(LABELS[key]) if key in LABELS else key


def _told(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("ใช่") if value else _("ไม่ใช่")
    if isinstance(value, Mapping):
        return " · ".join(f"{label(key)}: {_told(one)}" for key, one in value.items())
    if isinstance(value, list):
        return "\n".join(_told(one) for one in value)
    return str(value).strip()


def _run(text: str) -> tuple[text_differences.Run, ...]:
    return (text_differences.Run(text, True),)


def _text(body: bytes) -> str:
    return body.decode("utf-8-sig", "replace").replace("\r\n", "\n")
