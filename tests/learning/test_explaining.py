"""A result explains every kind: what was answered, what is right, and why; as far as the author lets it be seen now."""

import pytest

from portal.core.db import db
from portal.learning import attempts
from portal.learning.models import Attempt
from tests import kinds, packs


def taken(cast, given: dict[str, list[str]], text: str = kinds.QUIZ) -> Attempt:
    course = packs.publish(kinds.kinds_pack(text))
    attempt = attempts.start(cast.lamai, course, course.modules[0])
    attempts.submit(attempt, seq=attempts.save(attempt, seq=0, answers=given), answers={})
    db.session.commit()
    return attempt


def told(client, attempt: Attempt) -> dict[str, str]:
    """The words beside each question of the result."""
    assert client.get(f"/attempts/{attempt.code}/result").status_code == 200
    names = {one.number: one.question.id for one in attempts.paper_of(attempt)}
    found = {}
    for tag in client.page.select("main article[aria-label], main section > details.answer"):
        words = " ".join(tag.get_text(" ").split())
        label = str(tag.get("aria-label") or tag.select("summary")[0].get_text())
        number = int("".join(letter for letter in label.partition("ข้อ")[2][:4] if letter.isdigit()))
        found[names[number]] = words
    return found


def test_all_right_answers_pass_and_are_explained(client, cast):
    attempt = taken(cast, kinds.RIGHT)
    assert (attempt.score, attempt.max_score, attempt.passed) == (8, 8, True)
    words = told(client.sign_in(cast.lamai), attempt)
    for name in kinds.RIGHT.keys() - {"k-writing"}:
        assert "คุณตอบถูก" in words[name] or "ถูก" in words[name]
        assert "ไม่ถูก" not in words[name] or name in ("k-single", "k-multiple", "k-true-false")
    assert "92.5 ลบ 80" in words["k-numeric"]


RIGHT_WORDS = {
    "k-matching": ["A", "การวัดผล", "แนวทาง"],
    "k-ordering": ["กำหนดวิธีการ", "คำตอบ"],
    "k-numeric": ["13", "12.5 จุด", "0.1"],
    "k-short": ["ผู้รับบริการเป็นเพียงส่วนหนึ่ง", "ผู้มีส่วนได้ส่วนเสีย", "stakeholder"],
    "k-cloze": ["ไม่ทราบ", "Approach", "การพัก", "การนำไปใช้"],
    "k-single": ["ซ่อมเครื่องพิมพ์", "กำหนดวิสัยทัศน์", "เป็นหน้าที่ของผู้บริหาร"],
}


def test_wrong_answers_are_told_with_the_right_ones_and_why(client, cast):
    attempt = taken(cast, kinds.WRONG)
    assert (attempt.score, attempt.passed) == (0, False)
    words = told(client.sign_in(cast.lamai), attempt)
    for name, parts in RIGHT_WORDS.items():
        for part in parts:
            assert part in words[name].replace(" ", "") or part in words[name], (name, part, words[name])
    assert "{{" not in client.page.main


def test_per_cent_is_told_before_its_number_as_thai_says_it(client, cast):
    attempt = taken(cast, kinds.WRONG, kinds.QUIZ.replace('unit = "จุด"', 'unit = "ร้อยละ"'))
    assert "ร้อยละ 12.5 คลาดเคลื่อน" in told(client.sign_in(cast.lamai), attempt)["k-numeric"]


def test_an_answer_right_in_part_says_how_much(client, cast):
    attempt = taken(cast, kinds.RIGHT | {"k-matching": ["a=1", "b=2", "c=4"], "k-cloze": ["2=a"]})
    words = told(client.sign_in(cast.lamai), attempt)
    assert "ได้ 0.67 จาก 1 คะแนน" in words["k-matching"]
    assert "ได้ 0.5 จาก 1 คะแนน" in words["k-cloze"]
    assert "ไม่ได้ตอบ" in words["k-cloze"]
    assert client.page.one(".head .fig").get_text() == "7.17/8"


SECRETS = {
    "answers": ["กำหนดวิสัยทัศน์", "12.5 จุด", "stakeholder", "Approach"],
    "why": ["เป็นงานประจำ", "92.5 ลบ 80", "เป็นเพียงส่วนหนึ่ง", "เริ่มจากวิธีการ"],
}


@pytest.mark.parametrize("hidden", SECRETS)
def test_what_its_author_keeps_back_is_not_told(hidden, client, cast):
    text = kinds.QUIZ.replace("shuffle = true", f'shuffle = true\n[feedback]\n{hidden} = "never"')
    told(client.sign_in(cast.lamai), taken(cast, kinds.WRONG, text))
    for part, secrets in SECRETS.items():
        for secret in secrets:
            assert (secret in client.page.main) is (part != hidden), secret
