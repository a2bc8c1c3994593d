"""A question of each kind as a table of a quiz.toml, with marks in it that other formats read as theirs."""

from typing import Any

IMAGE = "img/a.png"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR-and-more"


def _of(number: int, kind: str, text: str, **more: Any) -> dict[str, Any]:
    return {"id": f"op-{number:02}", "kind": kind, "lesson": "why", "difficulty": "hard", "text": text} | more


KINDS: list[dict[str, Any]] = [
    _of(
        1,
        "single",
        "ข้อใด**ถูก** {a} = b ~c #d 100%\n\n- หนึ่ง: ก\n- สอง \\* สาม",
        fact="OP-01",
        topic="t-1",
        time=60,
        choice=[
            {"text": "ก = ข", "correct": True, "why": "เพราะ *ก*"},
            {"text": "ข ~ #", "correct": False, "why": "ไม่ใช่ {}"},
            {"text": "ค \\_\\_ <", "correct": False, "why": "ไม่ใช่"},
        ],
    ),
    _of(
        2,
        "multiple",
        "เลือก",
        seed="F20",
        credit="share",
        why="ทั้งหมด\n\nสองย่อหน้า",
        choice=[
            {"text": "ก", "correct": True, "why": "1"},
            {"text": "ข", "correct": True, "why": "2"},
            {"text": "ค", "correct": True, "why": "3"},
            {"text": "ง", "correct": False, "why": "4"},
        ],
    ),
    _of(
        3,
        "multiple",
        "เลือกตามน้ำหนัก",
        advice=True,
        credit="weights",
        choice=[
            {"text": "ก", "correct": True, "why": "1", "weight": 34},
            {"text": "ข", "correct": True, "why": "2", "weight": 66},
            {"text": "ง", "correct": False, "why": "4", "weight": -7},
        ],
    ),
    _of(
        4,
        "multiple",
        "เลือกให้ครบ",
        advice=True,
        choice=[{"text": "ก", "correct": True, "why": "1"}, {"text": "ง", "correct": False, "why": "4"}],
    ),
    _of(
        5,
        "true_false",
        "จริงไหม",
        advice=True,
        choice=[{"text": "ถูก", "correct": False, "why": "1#"}, {"text": "ผิด", "correct": True, "why": "4"}],
    ),
    _of(
        6,
        "matching",
        "จับคู่",
        advice=True,
        why="เพราะ",
        pair=[{"left": "**ก**", "right": "1 -> x"}, {"left": "ข", "right": "a_b \\* 2"}],
        others=["สาม"],
    ),
    _of(
        7,
        "ordering",
        "เรียง",
        advice=True,
        why="เพราะ",
        credit="share",
        item=[{"text": "ก"}, {"text": "ข"}, {"text": "ค"}],
    ),
    _of(8, "numeric", "เท่าใด", advice=True, why="เพราะ", answer=12.5, tolerance=0.5, unit="ร้อยละ"),
    _of(
        9,
        "short",
        "คือ",
        advice=True,
        why="เพราะ",
        accepted=["ก*ข", "ผู้มี = ส่วน"],
        edits=1,
        tones=True,
        wrong=[{"text": "ค", "why": "ไม่"}],
    ),
    _of(
        10,
        "single",
        '![ภาพ *ก*](../img/a.png "คำบรรยาย") ข้อใด',
        fact="OP-01",
        credit="weights",
        choice=[
            {"text": "ก", "correct": True, "why": "1", "weight": 100},
            {"text": "ข", "correct": False, "why": "2", "weight": 33},
            {"text": "ค", "correct": False, "why": "3", "weight": 0},
        ],
    ),
    _of(
        11,
        "cloze",
        "ก {{1}} ข **{{2}}**\n\nค",
        advice=True,
        why="เพราะ",
        credit="share",
        gap=[
            {"accepted": ["a}b", "c~d#"], "edits": 1, "tones": True},
            {"options": ["x", "y/z"], "answer": "y/z"},
        ],
    ),
    _of(
        12,
        "writing",
        "เขียน",
        advice=True,
        least=60,
        most=200,
        criterion=[{"text": "ก", "why": "เพราะ"}, {"text": "ข"}, {"text": "ค"}],
        model="แบบ\n\nสอง",
    ),
]
