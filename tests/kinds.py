"""A quiz with a question of every kind, as a file, with right and wrong answers to each as they are stored."""

from tests.packs import pack

HEAD = """\
title = "แบบทดสอบทุกชนิด"
title_en = "A quiz of every kind"
pass_mark = 70
shuffle = true
"""

SINGLE = """
[[question]]
id = "k-single"
kind = "single"
lesson = "l1"
difficulty = "easy"
text = "ข้อใดเป็นการนำองค์การ"
advice = true
  [[question.choice]]
  text = "กำหนดวิสัยทัศน์"
  correct = true
  why = "เป็นหน้าที่ของผู้บริหาร"
  [[question.choice]]
  text = "ซ่อมเครื่องพิมพ์"
  correct = false
  why = "เป็นงานประจำ"
  [[question.choice]]
  text = "จัดโต๊ะทำงาน"
  correct = false
  why = "เป็นงานประจำเช่นกัน"
"""

MULTIPLE = """
[[question]]
id = "k-multiple"
kind = "multiple"
lesson = "l1"
difficulty = "medium"
credit = "share"
text = "ข้อใดเป็นหลักฐาน"
advice = true
  [[question.choice]]
  text = "คำสั่งแต่งตั้ง"
  correct = true
  why = "ตรวจสอบได้"
  [[question.choice]]
  text = "รายงานการประชุม"
  correct = true
  why = "ตรวจสอบได้เช่นกัน"
  [[question.choice]]
  text = "ความตั้งใจ"
  correct = false
  why = "ตรวจสอบไม่ได้"
"""

TRUE_FALSE = """
[[question]]
id = "k-true-false"
kind = "true_false"
lesson = "l1"
difficulty = "easy"
text = "แผนต้องมีผู้รับผิดชอบ"
advice = true
  [[question.choice]]
  text = "ถูก"
  correct = true
  why = "ไม่มีผู้รับผิดชอบก็ไม่มีใครทำ"
  [[question.choice]]
  text = "ผิด"
  correct = false
  why = "อ่านบทเรียนอีกครั้ง"
"""

MATCHING = """
[[question]]
id = "k-matching"
kind = "matching"
lesson = "l1"
difficulty = "medium"
credit = "share"
text = "จับคู่ตัวอักษรกับความหมาย"
why = "ADLI ย่อจาก**สี่คำ**"
others = ["การวัดผล"]
advice = true
  [[question.pair]]
  left = "**A**"
  right = "แนวทาง"
  [[question.pair]]
  left = "D"
  right = "การนำไปใช้"
  [[question.pair]]
  left = "L"
  right = "การเรียนรู้"
"""

ORDERING = """
[[question]]
id = "k-ordering"
kind = "ordering"
lesson = "l1"
difficulty = "hard"
credit = "share"
text = "เรียงตามลำดับ ADLI"
why = "เริ่มจากวิธีการ"
advice = true
  [[question.item]]
  text = "กำหนดวิธีการ"
  [[question.item]]
  text = "นำไปใช้ทุกกอง"
  [[question.item]]
  text = "ทบทวนและปรับปรุง"
  [[question.item]]
  text = "เชื่อมโยงกับแผน"
"""

NUMERIC = """
[[question]]
id = "k-numeric"
kind = "numeric"
lesson = "l1"
difficulty = "easy"
text = "ผลเพิ่มจาก 80 เป็น 92.5 เพิ่มขึ้นเท่าใด"
why = "92.5 ลบ 80"
answer = 12.5
tolerance = 0.1
unit = "จุด"
advice = true
"""

SHORT = """
[[question]]
id = "k-short"
kind = "short"
lesson = "l1"
difficulty = "medium"
text = "ผู้ที่ได้รับผลจากงานของส่วนราชการเรียกว่าอะไร"
why = "คือผู้มีส่วนได้ส่วนเสีย"
accepted = ["ผู้มีส่วนได้ส่วนเสีย", "stakeholder"]
edits = 1
advice = true
  [[question.wrong]]
  text = "ผู้รับบริการ"
  why = "ผู้รับบริการเป็นเพียงส่วนหนึ่ง"
"""

CLOZE = """
[[question]]
id = "k-cloze"
kind = "cloze"
lesson = "l1"
difficulty = "medium"
credit = "share"
text = \"\"\"เติมให้ครบ

- ขั้นแรกคือ **แนวทาง**{{1}}
- ขั้นต่อมาคือ {{2}}\"\"\"
why = "ตามลำดับ ADLI"
advice = true
  [[question.gap]]
  accepted = ["Approach", "แอพโพรช"]
  [[question.gap]]
  options = ["การนำไปใช้", "การวัดผล", "การพัก"]
  answer = "การนำไปใช้"
"""

WRITING = """
[[question]]
id = "k-writing"
kind = "writing"
lesson = "l1"
difficulty = "hard"
text = "เขียนย่อหน้าว่าหน่วยงานของคุณสื่อสารวิสัยทัศน์อย่างไร"
least = 30
most = 200
model = \"\"\"กรมตัวอย่างสื่อสารวิสัยทัศน์ทุกไตรมาส

และวัดการรับรู้ปีละครั้ง\"\"\"
advice = true
  [[question.criterion]]
  text = "บอกวิธีการ"
  why = "ใครทำ เมื่อใด อย่างไร"
  [[question.criterion]]
  text = "บอกความครอบคลุม"
  [[question.criterion]]
  text = "บอกสิ่งที่ปรับปรุง"
"""

QUESTIONS = (SINGLE, MULTIPLE, TRUE_FALSE, MATCHING, ORDERING, NUMERIC, SHORT, CLOZE, WRITING)
QUIZ = HEAD + "".join(QUESTIONS)

RIGHT = {
    "k-single": ["a"],
    "k-multiple": ["a", "b"],
    "k-true-false": ["a"],
    "k-matching": ["a=1", "b=2", "c=3"],
    "k-ordering": ["a", "b", "c", "d"],
    "k-numeric": ["๑๒.๕"],
    "k-short": ["Stakeholder"],
    "k-cloze": ["1=approach", "2=a"],
    "k-writing": ["ผู้บริหารสื่อสารทุกเดือน"],
}
WRONG = {
    "k-single": ["b"],
    "k-multiple": ["c"],
    "k-true-false": ["b"],
    "k-matching": ["a=4", "b=1", "c=2"],
    "k-ordering": ["d", "c", "b", "a"],
    "k-numeric": ["13"],
    "k-short": ["ผู้รับบริการ"],
    "k-cloze": ["1=ไม่ทราบ", "2=c"],
    "k-writing": [],
}


def kinds_pack(quiz: str = QUIZ) -> dict[str, bytes]:
    """A sound pack whose module op has this quiz."""
    return pack() | {"op/quiz.toml": quiz.encode()}
