"""A made-up course as large as two whole reports: the files of a pack with sixteen published modules that count."""

MODULES = 16
CODE = "bench"
PARTS = ("OP", "1", "2", "3", "4", "5", "6", "7")

COURSE = """\
title = "หลักสูตรสำหรับวัดความเร็ว"
title_en = "A course to measure with"
track = ["category"]
summary = "สิบหกส่วนที่นับ เพื่อวัดตารางความครอบคลุมในขนาดเต็ม"
summary_en = "Sixteen modules that count, to measure the coverage table at its full size."

[completion]
members = 2
modules = [{codes}]
"""
MODULE = """
[[module]]
code = "{code}"
part = "{part}"
title = "ส่วนที่ {number}"
title_en = "Part {number}"
summary = "ส่วนที่ {number} ของหลักสูตรสำหรับวัดความเร็ว"
summary_en = "Part {number} of the course to measure with."
status = "published"
lessons = ["one", "two"]
"""
LESSON = """\
+++
title = "บทเรียนที่ {name} ของส่วนที่ {number}"
title_en = "Lesson {name} of part {number}"
summary_en = "A short lesson."
minutes = 5
sources = ["G"]
+++
## หัวข้อ {{#topic}}

เนื้อหาของบทเรียน
"""
QUIZ = """\
title = "แบบทดสอบส่วนที่ {number}"
title_en = "Quiz of part {number}"
pass_mark = 70

[[question]]
id = "{code}-01"
kind = "true_false"
lesson = "one"
difficulty = "easy"
text = "ข้อความนี้ถูก"
advice = true
  [[question.choice]]
  text = "ถูก"
  correct = true
  why = "เพราะถูก"
  [[question.choice]]
  text = "ผิด"
  correct = false
  why = "เพราะไม่ผิด"
"""


def codes() -> list[str]:
    return [f"m{number}" for number in range(1, MODULES + 1)]


def files() -> dict[str, bytes]:
    """The pack, byte for byte as a folder of files would hold it."""
    made = {"course.toml": COURSE.format(codes=", ".join(f'"{code}"' for code in codes()))}
    for number, code in enumerate(codes(), 1):
        part = PARTS[number - 1] if number <= len(PARTS) else ""
        made["course.toml"] += MODULE.format(code=code, part=part, number=number)
        made[f"{code}/quiz.toml"] = QUIZ.format(code=code, number=number)
        for name in ("one", "two"):
            made[f"{code}/{name}.md"] = LESSON.format(name=name, number=number)
    return {path: text.encode() for path, text in made.items()}
