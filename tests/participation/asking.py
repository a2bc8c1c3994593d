"""A workshop's own questions, of each kind, for tests of asking and answering."""

from typing import Any

QUESTIONS: list[dict[str, Any]] = [
    {
        "code": "food",
        "kind": "choice",
        "label": {"th": "อาหารกลางวัน", "en": "Lunch"},
        "required": True,
        "choices": [
            {"code": "any", "label": {"th": "ทั่วไป", "en": "Anything"}},
            {"code": "halal", "label": {"th": "ฮาลาล", "en": "Halal"}},
            {"code": "other", "label": {"th": "อื่น ๆ", "en": "Other"}},
        ],
        "when": None,
    },
    {
        "code": "diet",
        "kind": "text",
        "label": {"th": "อาหารที่รับประทานได้", "en": "What you can eat"},
        "required": True,
        "choices": [],
        "when": {"question": "food", "is": "other"},
    },
    {
        "code": "years",
        "kind": "number",
        "label": {"th": "ทำงานด้านนี้มากี่ปี", "en": "Years in the field"},
        "required": False,
        "choices": [],
        "when": None,
    },
    {
        "code": "arrives",
        "kind": "date",
        "label": {"th": "เดินทางมาถึงวันใด", "en": "Day of arrival"},
        "required": False,
        "choices": [],
        "when": None,
    },
    {
        "code": "bus",
        "kind": "choice",
        "label": {"th": "ใช้รถรับส่งของงาน", "en": "Takes our bus"},
        "required": False,
        "choices": [
            {"code": "yes", "label": {"th": "ใช้", "en": "Yes"}},
            {"code": "no", "label": {"th": "ไม่ใช้", "en": "No"}},
        ],
        "when": None,
    },
]
