"""What is sound may still read badly: its author is told, with file and line, and nothing is refused."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from portal.courses import style
from portal.courses.wording import Claim, claims_in
from tests import kinds
from tests.courses import packs
from tests.packs import lesson, question

LONG = "ผู้บริหารทบทวนผลการดำเนินการทุกไตรมาสแล้วปรับแผน " * 60  # some 720 words
SOURCE = '\n\n!!! source "ที่มา"\n    คำแนะนำของผู้สอน\n'
GLOSSARY = """\
[[term]]
code = "adli"
th = "ADLI"
en = "ADLI"
text = "สี่ขั้นของกระบวนการ"

[[term]]
code = "stakeholder"
th = "ผู้มีส่วนได้ส่วนเสีย"
en = "stakeholder"
text = "ผู้ที่ได้รับผล"
also = ["ผู้มีส่วนได้เสียภายนอก"]
not = ["ผู้มีส่วนได้เสีย"]
"""


def tidy_pack(**texts: str) -> dict[str, bytes]:
    """A sound pack with nothing to look at again; `why` is put into its lesson, `quiz` in place of its quiz."""
    files = packs.sound()
    why = LONG + texts.get("why", "")
    for name, body in (("why", f"![เส้นทางของรายงานทั้งเล่ม](../img/way.svg)\n\n{why}"), ("how", LONG)):
        text = lesson("ชื่อบท", f"## ขั้นตอน {{#steps}}\n\n{body}{SOURCE}", title_en="A title")
        files[f"op/{name}.md"] = text.encode()
    files["glossary.toml"] = GLOSSARY.encode()
    if "quiz" in texts:
        files["op/quiz.toml"] = (kinds.HEAD + texts["quiz"]).encode()
    return files


def told(files: dict[str, bytes], claims: tuple[Claim, ...] = ()) -> list[str]:
    return [str(one) for one in style.warnings(packs.CODE, files, claims)]


def only(files: dict[str, bytes], word: str, claims: tuple[Claim, ...] = ()) -> str:
    found = told(files, claims)
    assert len(found) == 1, found
    assert word in found[0]
    return found[0]


def line_of(files: dict[str, bytes], path: str, text: str) -> str:
    body = files[path].decode()
    return f"{path}:{body[: body.index(text)].count(chr(10)) + 1}: "


def test_a_pack_that_reads_well_has_no_warnings(tmp_path: Path) -> None:
    assert packs.checked(tmp_path, tidy_pack()) == []
    assert told(tidy_pack()) == []


@pytest.mark.parametrize("times", [0.5, 2.2])
def test_a_lesson_is_neither_a_note_nor_a_book(times: float) -> None:
    files = tidy_pack()
    body = (
        files["op/how.md"].decode().replace(LONG, LONG[: int(len(LONG) * times)] if times < 1 else LONG * 3)
    )
    files["op/how.md"] = body.encode()
    assert only(files, "ควรอยู่ระหว่าง 600 ถึง 1400").startswith("op/how.md:1: ")


def test_thai_words_are_counted_by_letters_and_others_one_by_one() -> None:
    assert style.words("<p>กรมตัวอย่าง <b>PMQA 4.0</b></p><svg><text>ไม่นับ</text></svg>") == round(11 / 4) + 2


SHAPES = {
    "no source box": (SOURCE, "", "ที่มา"),
    "no headings": ("## ขั้นตอน {#steps}", "", "หัวข้อ"),
    "an empty heading": ("## ขั้นตอน {#steps}", "## ก่อน\n\n## ขั้นตอน {#steps}", "ไม่มีเนื้อหา"),
    "a Thai title in English": ('title_en = "A title"', 'title_en = "ชื่อบท"', "ยังไม่ได้แปล"),
    "a Thai summary in English": ('"What the lesson says."', '"บทเรียนนี้เล่าเรื่องเส้นทาง"', "ยังไม่ได้แปล"),
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_the_shape_of_a_lesson_is_looked_at(shape: tuple[str, str, str]) -> None:
    old, new, word = shape
    files = tidy_pack()
    files["op/how.md"] = files["op/how.md"].decode().replace(old, new, 1).encode()
    assert only(files, word).startswith("op/how.md:")


def test_a_thai_name_may_stand_in_an_english_summary() -> None:
    files = tidy_pack()
    text = (
        files["op/how.md"].decode().replace("What the lesson says.", "It names the 5 ส. of one department.")
    )
    files["op/how.md"] = text.encode()
    assert told(files) == []


def test_an_alternative_text_says_something() -> None:
    files = tidy_pack()
    files["op/why.md"] = files["op/why.md"].decode().replace("เส้นทางของรายงานทั้งเล่ม", "ภาพ").encode()
    assert only(files, "way.svg").startswith(line_of(files, "op/why.md", "![ภาพ]"))


def test_a_right_choice_that_is_much_longer_is_told() -> None:
    files = tidy_pack(
        quiz=kinds.SINGLE.replace("กำหนดวิสัยทัศน์", "กำหนดวิสัยทัศน์และสื่อสารให้ทุกคนเข้าใจตรงกัน").replace(
            '"l1"', '"why"'
        )
    )
    assert only(files, "เดาได้จากความยาว").startswith(line_of(files, "op/quiz.toml", 'id = "k-single"'))


def singles(lengths: tuple[int, ...]) -> str:
    """Questions whose right choice has so many letters; the wrong ones have ten."""
    return "".join(
        question(
            f"s-{at}",
            "single",
            [("ก" * length, True, "ถูก"), ("ข" * 10, False, "ผิด"), ("ค" * 10, False, "ผิด")],
            lesson="why",
        )
        for at, length in enumerate(lengths)
    )


@pytest.mark.parametrize(
    ("lengths", "is_told"),
    [((11, 11, 11, 9), True), ((11, 11, 9, 9), False), ((11, 11, 11), False), ((10, 10, 10, 10), False)],
)
def test_right_choices_that_are_mostly_the_longest_are_told(lengths: tuple[int, ...], is_told: bool) -> None:
    files = tidy_pack(quiz=singles(lengths))
    if is_told:
        assert only(files, "ยาวที่สุด").startswith("op/quiz.toml:1: ")
    else:
        assert told(files) == []


def test_the_same_question_twice_is_told_and_another_with_the_same_words_is_not() -> None:
    first = question(
        "d-1", "true_false", [("ถูก", True, "ก"), ("ผิด", False, "ข")], lesson="why", text="PMQA มี 7 หมวด"
    )
    files = tidy_pack(quiz=first + first.replace("d-1", "d-2").replace("มี 7", "มี  **๗**"))
    assert only(files, "ซ้ำกับ d-1").startswith(line_of(files, "op/quiz.toml", 'id = "d-2"'))
    other = kinds.ORDERING.replace("k-ordering", "k-other").replace("กำหนดวิธีการ", "กำหนดผู้รับผิดชอบ")
    assert told(tidy_pack(quiz=(kinds.ORDERING + other).replace('"l1"', '"why"'))) == []


def test_a_budget_that_lets_anything_pass_is_told() -> None:
    text = kinds.SHORT.replace('"stakeholder"', '"gap"').replace('"l1"', '"why"')
    assert "สั้นเกินกว่าจะยอมให้ผิด 1" in only(tidy_pack(quiz=text), "สั้น")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("\n\nหารือกับผู้มีส่วนได้เสียทุกปี", "“ผู้มีส่วนได้ส่วนเสีย”"),
        ("\n\nในองค์กรของคุณ", "“องค์การ”"),
        ("\n\nตามลำดับ Adli ทุกข้อ", "“ADLI”"),
    ],
)
def test_a_term_spelled_otherwise_is_told(text: str, word: str) -> None:
    files = tidy_pack(why=text)
    assert only(files, word).startswith(line_of(files, "op/why.md", text.strip()))


@pytest.mark.parametrize(
    "text",
    [
        "\n\nข่าวเขียนว่า “ในองค์กร” ตามต้นฉบับ",
        "\n\nองค์กรปกครองส่วนท้องถิ่นและองค์กรอิสระ",
        "\n\nหารือกับผู้มีส่วนได้เสียภายนอก",
        '\n\nอธิบดีทบทวน <span class="adli">L</span> อ่าน[ที่นี่](../glossary.toml#adli)',
        "\n\nผู้มีส่วนได้ส่วนเสีย",
    ],
)
def test_quotations_names_and_addresses_keep_their_words(text: str) -> None:
    assert told(tidy_pack(why=text)) == []


def test_a_claim_that_may_not_be_made_is_told_unless_its_words_stand_by() -> None:
    claims = (Claim(re.compile("470"), "ประกาศ", "เปลี่ยนทุกปี"),)
    files = tidy_pack(why="\n\nต้องได้ 470 คะแนน")
    assert only(files, "เปลี่ยนทุกปี", claims).startswith(line_of(files, "op/why.md", "ต้องได้"))
    assert told(tidy_pack(why="\n\nต้องได้ 470 คะแนน ตามประกาศของปีนั้น"), claims) == []


CLAIMED = [
    "ต้องได้ 470 คะแนน",
    "ผ่านขั้นตอนที่ 2 เมื่อได้คะแนน 300",
    "รายงานต้องไม่เกิน 50 หน้า",
    "ใช้ขนาดตัวอักษร 16",
    "ไฟล์ไม่เกิน 20 MB",
    "หัวข้อ 1.1 มี 60 คะแนน",
    "อบรมผ่านระบบอิเล็กทรอนิกส์",
]


@pytest.mark.parametrize("text", CLAIMED)
def test_the_claims_of_the_house_find_what_is_uncertain(text: str, pytestconfig: pytest.Config) -> None:
    claims = claims_in(pytestconfig.rootpath / "content")
    assert sum(bool(claim.pattern.search(text)) for claim in claims) == 1


def test_without_a_course_there_is_nothing_to_say() -> None:
    assert told({"op/why.md": b"+++"}) == []
    assert told({"course.toml": b"title = "}) == []


def test_the_command_tells_warnings_and_fails_only_when_asked(app, tmp_path: Path) -> None:
    packs.write(tmp_path / "courses" / packs.CODE, packs.sound())
    runner: FlaskCliRunner = app.test_cli_runner()
    from_folder = ["content", "check", str(tmp_path)]
    assert claims_in(tmp_path) == ()
    plain, strict = (runner.invoke(args=[*from_folder, *more]) for more in ([], ["--strict"]))
    assert f"warning: courses/{packs.CODE}/op/how.md:1: " in plain.output
    assert "content is sound" in plain.output
    assert (plain.exit_code, strict.exit_code) == (0, 1)
    assert "content is sound" not in strict.output
