"""A small sound course pack, and ways to spoil it."""

from pathlib import Path

from portal.core.toml import Finding
from portal.courses import loading

CODE = "sample"

COURSE = """\
title = "หลักสูตรตัวอย่าง"
title_en = "A sample course"
track = ["pmqa40"]
summary = "เรียนเขียนรายงาน"
summary_en = "Learn to write a report."

[completion]
members = 2
modules = ["op", "c1"]

[[module]]
code = "op"
part = "OP"
title = "ลักษณะสำคัญขององค์การ"
title_en = "Organizational Profile"
summary = "หน่วยงานคือใคร"
summary_en = "Who the agency is."
status = "published"
lessons = ["why", "how"]

[[module]]
code = "c1"
part = "1"
title = "การนำองค์การ"
title_en = "Leadership"
summary = "ผู้บริหารนำอย่างไร"
summary_en = "How leaders lead."
status = "coming"
lessons = []
"""

WHY = """\
+++
title = "เหตุใดต้องมี"
title_en = "Why it is there"
summary_en = "What it is for."
minutes = 5
sources = ["S", "R1"]
+++
## ผู้ประเมินถามอะไร {#ask}

อ่านต่อใน[วิธีเขียน](how.md#steps) หรือ[ข้างล่าง](#more)

![เส้นทางของรายงาน](../img/way.svg "ภาพที่ 1 เส้นทาง")

### รายละเอียด {#more}

**ข้อความ**สำคัญ
"""

HOW = """\
+++
title = "เขียนอย่างไร"
title_en = "How to write it"
summary_en = "How to write it."
minutes = 7
sources = ["G"]
+++
## ขั้นตอน {#steps}

กลับไป[บทก่อน](why.md)
"""

QUIZ = '''\
title = "แบบทดสอบ"
title_en = "Quiz"
pass_mark = 70
draw = 2
shuffle = true

[[question]]
id = "op-01"
kind = "single"
lesson = "why"
difficulty = "easy"
text = """ข้อใด**ถูก**"""
fact = "OP-01"
  [[question.choice]]
  text = "ก"
  correct = true
  why = "เพราะถูก"
  [[question.choice]]
  text = "ข"
  correct = false
  why = "เพราะผิด"
  [[question.choice]]
  text = "ค"
  correct = false
  why = "เพราะผิด ดู[บทเรียน](how.md)"

[[question]]
id = "op-02"
kind = "multiple"
lesson = "how"
difficulty = "medium"
text = """ข้อใดถูกบ้าง

- หนึ่ง
- สอง"""
seed = "F20"
  [[question.choice]]
  text = "ก"
  correct = true
  why = "ถูก"
  [[question.choice]]
  text = "ข"
  correct = true
  why = "ถูก"
  [[question.choice]]
  text = "ค"
  correct = false
  why = "ผิด"

[[question]]
id = "op-03"
kind = "true_false"
lesson = "how"
difficulty = "hard"
text = "รายงานต้องส่งภายใน 22 มีนาคม 2566"
advice = true
  [[question.choice]]
  text = "ถูก"
  correct = true
  why = "ถูกแล้ว"
  [[question.choice]]
  text = "ผิด"
  correct = false
  why = "ผิด"
'''

SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">
  <title>ทาง</title>
  <path d="M0 0L10 10"/>
</svg>
"""


def sound() -> dict[str, bytes]:
    """A pack with nothing wrong: one published module of two lessons, three questions, an image; one coming module."""
    texts = {
        "course.toml": COURSE,
        "op/why.md": WHY,
        "op/how.md": HOW,
        "op/quiz.toml": QUIZ,
        "img/way.svg": SVG,
    }
    return {path: text.encode() for path, text in texts.items()}


def spoiled(path: str, old: str, new: str, *, files: dict[str, bytes] | None = None) -> dict[str, bytes]:
    """The sound pack with the first `old` of a file written as `new`."""
    files = sound() if files is None else dict(files)
    text = files[path].decode()
    assert old in text, f"{path} has no {old!r}"
    files[path] = text.replace(old, new, 1).encode()
    return files


def write(folder: Path, files: dict[str, bytes]) -> Path:
    """Lay the files into a folder."""
    for path, body in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)
    return folder


def checked(content: Path, files: dict[str, bytes], code: str = CODE) -> list[Finding]:
    """What the checker says of these files as a course in a real content folder, by their path in the pack."""
    write(content / "courses" / code, files)
    before = f"courses/{code}/"
    return [
        Finding(finding.file.removeprefix(before), finding.line, finding.text)
        for finding in loading.check_folder(content)
    ]
