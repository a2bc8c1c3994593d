"""A small sound course pack, and ways to spoil it."""

from pathlib import Path

from portal.core.toml import Finding
from portal.courses import loading
from tests.packs import as_files, course, lesson, module, question, quiz

CODE = "sample"

WHY = lesson(
    "เหตุใดต้องมี",
    """\
## ผู้ประเมินถามอะไร {#ask}

อ่านต่อใน[วิธีเขียน](how.md#steps) หรือ[ข้างล่าง](#more)

![เส้นทางของรายงาน](../img/way.svg "ภาพที่ 1 เส้นทาง")

### รายละเอียด {#more}

**ข้อความ**สำคัญ""",
    title_en="Why it is there",
    summary_en="What it is for.",
    minutes=5,
    sources=("S", "R1"),
)
HOW = lesson(
    "เขียนอย่างไร",
    "## ขั้นตอน {#steps}\n\nกลับไป[บทก่อน](why.md)",
    title_en="How to write it",
    summary_en="How to write it.",
    minutes=7,
    sources=("G",),
)
QUIZ = quiz(
    [
        question(
            "op-01",
            "single",
            [("ก", True, "เพราะถูก"), ("ข", False, "เพราะผิด"), ("ค", False, "เพราะผิด ดู[บทเรียน](how.md)")],
            lesson="why",
            text="ข้อใด**ถูก**",
            note='fact = "OP-01"',
        ),
        question(
            "op-02",
            "multiple",
            [("ก", True, "ถูก"), ("ข", True, "ถูก"), ("ค", False, "ผิด")],
            lesson="how",
            difficulty="medium",
            text="ข้อใดถูกบ้าง\n\n- หนึ่ง\n- สอง",
            note='seed = "F20"',
        ),
        question(
            "op-03",
            "true_false",
            [("ถูก", True, "ถูกแล้ว"), ("ผิด", False, "ผิด")],
            lesson="how",
            difficulty="hard",
            text="รายงานต้องส่งภายใน 22 มีนาคม 2566",
        ),
    ],
    title="แบบทดสอบ",
    title_en="Quiz",
    draw=2,
)
SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">
  <title>ทาง</title>
  <path d="M0 0L10 10"/>
</svg>
"""


def sound() -> dict[str, bytes]:
    """A pack with nothing wrong: one published module of two lessons that point to each other, three questions, an image; one coming module."""
    op = module(
        "op",
        ("why", "how"),
        is_published=True,
        title_en="Organizational Profile",
        says=("หน่วยงานคือใคร", "Who the agency is."),
    )
    c1 = module(
        "c1", (), is_published=False, title_en="Leadership", says=("ผู้บริหารนำอย่างไร", "How leaders lead.")
    )
    texts = {
        "course.toml": course([op, c1], counted=("op", "c1")),
        "op/why.md": WHY,
        "op/how.md": HOW,
        "op/quiz.toml": QUIZ,
        "img/way.svg": SVG,
    }
    return as_files(texts)


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
