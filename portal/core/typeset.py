"""Where Thai text may break into lines: spans round compounds, dates and names; the text itself stays letter for letter.

Browsers break Thai by dictionary and get compounds, names and figures wrong; the classes `.nb` and `.name` forbid it.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from html.parser import HTMLParser

from markupsafe import Markup, escape

from portal.core.dates import MONTHS, SHORT_MONTHS

# What no reader splits; each short enough to stand on one line of a phone.
_COMPOUNDS = """
    การกำกับ การเขียน การเข้า การจัดการ การจัดทำ การดำเนินการ การถ่ายทอด การนำ การบริหาร การบูรณาการ การประเมิน
    การพัฒนา การพิจารณา การมุ่งเน้น การเรียนรู้ การวัด การวาง การวิเคราะห์ การส่ง
    กรมควบคุมโรค กรมตัวอย่าง กระทรวง กองพัฒนา กำหนดการ ขั้นตอน ข้อความ ข้อมูลตัวอย่าง ความคืบหน้า คำตอบ ค่านิยม ครอบคลุม ชั่วโมง เชิงปฏิบัติการ
    เข้าสู่ระบบ ดีเด่น ตัวชี้วัด ที่นั่ง ที่อยู่ โทรศัพท์ แนวโน้ม แบบทดสอบ บทเรียน บุคลากร ใบประกาศ ปฏิทิน ปฏิบัติการ ประจำปี ประชาชน
    ผลกระทบ ผลงาน ผลลัพธ์ ผู้จัด ผู้บริหาร ผู้ประเมิน ผู้ประสานงาน ผู้รับบริการ ผู้เรียน ผู้มีส่วนได้ส่วนเสีย ผู้อำนวยการ
    พื้นฐาน ภาครัฐ มหาวิทยาลัย เมื่อวานนี้ ไม่ได้ ไม่บังคับ ไม่มีสัญญาณ ยืนยัน ยุทธศาสตร์ รองเลขาธิการ ร่วมกัน ร้อยละ
    รหัสผ่าน รายการ รายงาน รายหมวด ลงทะเบียน วันสุดท้าย วิทยากร วิสัยทัศน์ ส่วนราชการ สำนักงาน หน่วยงาน
    หลักฐาน องค์การ อธิบดี ออฟไลน์ อีเมล เอกสารประกอบ
"""
COMPOUNDS = tuple(_COMPOUNDS.split())

_NUMBER = r"\d[\d,]*(?:[.:-]\d+)*(?:–\d[\d,]*(?:[.:-]\d+)*)?"
_MONTH = "|".join(re.escape(name) for name in (*MONTHS["th"], *SHORT_MONTHS["th"]))
_BEFORE = (
    "หมวด|หัวข้อ|ข้อ|บทที่|วันที่|ครั้งที่|ขั้นตอนที่|ขั้นที่|ลำดับที่|ร้อยละ|ภาพ|ตาราง|ระบบราชการ|ราชการ|(?:DDC-)?PMQA|พ.ศ.|ค.ศ."
)
_AFTER = "วัน(?!ที่)|คน|ข้อ|นาที|ชั่วโมง|คะแนน|ที่นั่ง|ผลงาน|รายการ|หน่วยงาน|เรื่อง|บท|ครั้ง|น."
_TOGETHER = re.compile(
    "|".join(
        [
            rf"(?<!\d)\d{{1,2}}(?:–\d{{1,2}})? (?:{_MONTH})(?: (?:พ\.ศ\. )?\d{{4}}(?!\d))?",
            # … but of วันที่ 22 มีนาคม 2566 the date holds together, not วันที่ with its day
            rf"(?:{_BEFORE.replace('.', '[.]')}) {_NUMBER}(?![\d–]| (?:{_MONTH}))",
            r"OP-\d+",
            r"[เ-ไ]?[ก-ฮ][ะ-ฺ็-๎]* ๆ",  # no line begins with ๆ
            rf"(?<![\d.,]){_NUMBER} (?:{_AFTER.replace('.', '[.]')})",
            r"(?:สำนักงาน )?ก\.พ\.(?:ร\.)?",
            *sorted(COMPOUNDS, key=len, reverse=True),
        ]
    )
)

_TAG = re.compile(r"(<[^>]*>)")
_THAI = re.compile(r"[\u0e01-\u0e5b](?:[\u0e01-\u0e5b \d.,()–-]*[\u0e01-\u0e5b.)])?")


def nowrap(text: object, *, lang: str = "th") -> Markup:
    """The text with a span round each piece that must not break; plain text is escaped, Markup is taken as HTML.

    On an English page its Thai is marked as Thai.
    """
    done = in_html(text.__html__()) if hasattr(text, "__html__") else _nowrap(str(text))
    return done if lang == "th" else as_thai(str(done))


@lru_cache(maxsize=4096)
def person(name: str, *, lang: str = "th") -> Markup:
    """A person's name, each word unbreakable, so that a long one may break at its spaces only; Thai is marked in English."""
    words = re.split(r"(\s+)", str(name))
    done = Markup("").join(
        escape(word) if not word or word.isspace() else Markup('<span class="name">{}</span>').format(word)
        for word in words
    )
    return done if lang == "th" else as_thai(done)


@lru_cache(maxsize=4096)
def as_thai(html: str) -> Markup:
    """The HTML with each run of Thai in its texts marked as Thai, so that a page in another language is read out rightly."""
    pieces = _TAG.split(html)
    pieces[::2] = [_THAI.sub(r'<span lang="th">\g<0></span>', piece) for piece in pieces[::2]]
    return Markup("".join(pieces))  # noqa: S704 - the same HTML with spans of ours


@lru_cache(maxsize=1024)
def in_html(html: str) -> Markup:
    """The same for the text of HTML that we made ourselves, outside of code, fields and what is wrapped already."""
    parser = _Wrapper()
    parser.feed(str(html))
    parser.close()
    return Markup("".join(parser.written))  # noqa: S704 - the same HTML with spans of ours


# Kept apart from in_html: equal strings, one plain and one Markup, would share a cache and so escape escaping.
@lru_cache(maxsize=4096)
def _nowrap(text: str) -> Markup:
    return Markup(_wrapped(text, lambda piece: str(escape(piece))))  # noqa: S704 - every piece is escaped


def _wrapped(text: str, written: Callable[[str], str]) -> str:
    pieces: list[str] = []
    end = 0
    for found in _TOGETHER.finditer(text):
        pieces += [written(text[end : found.start()]), '<span class="nb">', written(found[0]), "</span>"]
        end = found.end()
    pieces.append(written(text[end:]))
    return "".join(pieces)


class _Wrapper(HTMLParser):
    """Writes HTML again as it reads it, wrapping pieces of its text nodes."""

    left_alone = frozenset({"code", "pre", "script", "style", "textarea", "option", "title", "svg", "time"})
    void = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.written: list[str] = []
        self.inside: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.written.append(self.get_starttag_text() or "")
        if tag not in self.void:
            classes = (dict(attrs).get("class") or "").split()
            alone = tag in self.left_alone or "nb" in classes or "name" in classes
            self.inside.append((tag, alone or self._alone()))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.written.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        self.written.append(f"</{tag}>")
        if any(tag == open_tag for open_tag, _alone in self.inside):
            while self.inside.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.written.append(data if self._alone() else _wrapped(data, str))

    def handle_entityref(self, name: str) -> None:
        self.written.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.written.append(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self.written.append(f"<!--{data}-->")

    def _alone(self) -> bool:
        return bool(self.inside) and self.inside[-1][1]
