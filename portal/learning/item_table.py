"""Item analysis as rows: for spreadsheets, and one short line a question for a shell; the figures are item_statistics' matter."""

from collections.abc import Iterator

from portal.core.i18n import _, _l
from portal.courses.course import QuestionKind
from portal.courses.shapes import plain
from portal.learning import item_answers
from portal.learning.item_analysis import Analysis, Item
from portal.learning.item_statistics import Flag

LONGEST = 200  # letters of a question's text
KINDS = {
    QuestionKind.SINGLE: _l("เลือกหนึ่งข้อ"),
    QuestionKind.MULTIPLE: _l("เลือกหลายข้อ"),
    QuestionKind.TRUE_FALSE: _l("ถูกหรือผิด"),
    QuestionKind.MATCHING: _l("จับคู่"),
    QuestionKind.ORDERING: _l("เรียงลำดับ"),
    QuestionKind.NUMERIC: _l("ตัวเลข"),
    QuestionKind.SHORT: _l("คำตอบสั้น"),
    QuestionKind.CLOZE: _l("เติมคำในช่องว่าง"),
    QuestionKind.WRITING: _l("เขียน"),
}
FLAGS = {
    Flag.NOBODY: _l("ไม่มีใครตอบถูก"),
    Flag.EVERYBODY: _l("ทุกคนตอบถูก"),
    Flag.NEGATIVE: _l("คนเก่งตอบผิดมากกว่า"),
}


def columns() -> list[str]:
    """The headings of the export."""
    return [
        _("ข้อ"),
        _("รหัสคำถาม"),
        _("คำถาม"),
        _("ชนิด"),
        _("จำนวนครั้งที่ตอบ"),
        _("ไม่ตอบ"),
        _("ความง่าย (0–1)"),
        _("อำนาจจำแนก (สหสัมพันธ์กับข้ออื่น)"),
        _("กลุ่มสูงลบกลุ่มต่ำ (27 %)"),
        _("เวลากลาง (วินาที)"),
        _("ข้อสังเกต"),
        _("คำตอบ (ร้อยละ)"),
    ]


def rows(analysis: Analysis) -> Iterator[list[object]]:
    """The rows of the export, a question each; what is not known is left empty."""
    for item in analysis.items:
        figures = item.figures
        yield [
            item.number or "",
            item.question.id,
            plain(item.question.html)[:LONGEST],
            str(KINDS[item.question.kind]),
            figures.count,
            item.blank,
            *(_rounded(value) for value in (figures.facility, figures.discrimination, figures.spread)),
            figures.seconds if figures.seconds is not None else "",
            ", ".join(str(FLAGS[flag]) for flag in figures.flags),
            "; ".join(
                f"{one.label} {plain(one.html)[:40]} {one.taken.share * 100:.0f}".strip()
                for one in item_answers.given(item)
            ),
        ]


def _rounded(value: float | None) -> float | str:
    return "" if value is None else round(value, 4)


def line(item: Item) -> list[str]:
    """The question in a line of a shell; – for what is not known."""
    figures = item.figures
    seconds = "–" if figures.seconds is None else f"{figures.seconds:.0f} s"
    shares = (figures.facility, figures.discrimination, figures.spread)
    return [
        item.question.id,
        str(figures.count),
        *("–" if value is None else f"{value:.2f}" for value in shares),
        seconds,
        *(flag.value for flag in figures.flags),
    ]
