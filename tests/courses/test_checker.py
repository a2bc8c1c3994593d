"""Every way a pack can be bad is found, with its file and its line, and all of them at once."""

import time
from pathlib import Path
from typing import Any

import pytest

from portal.core.toml import Finding
from portal.courses import checker, loading, pack
from tests.courses import packs

BIG = b"x" * (pack.MOST_BYTES_OF_TEXT + 1)


def line_of(path: str, text: str, files: dict[str, bytes]) -> int:
    """The line of a file on which this text stands first."""
    body = files[path].decode()
    return body[: body.index(text)].count("\n") + 1


def only(found: list[Finding]) -> Finding:
    assert len(found) == 1, "\n".join(map(str, found))
    return found[0]


def test_a_sound_pack_has_no_findings(tmp_path: Path) -> None:
    assert packs.checked(tmp_path, packs.sound()) == []


# File, what stands there, what is written instead, the first text on the line that is named, a word of the finding,
# and how many lines below that text the named line is.
TEXT_FAULTS = {
    "bad TOML": ("course.toml", 'title = "หลัก', 'title = หลัก"', "title = หลัก", "TOML"),
    "bad TOML in a quiz": ("op/quiz.toml", "pass_mark = 70", "pass_mark = = 70", "pass_mark", "TOML"),
    "bad TOML in a lesson": ("op/why.md", "minutes = 5", "minutes = five", "minutes", "TOML"),
    "missing title": ("course.toml", 'title_en = "A sample course"\n', "", "title =", "ขาด title_en"),
    "missing status": ("course.toml", 'status = "published"\n', "", "[[module]]", "ขาด status"),
    "unknown key": ("course.toml", "members = 2", "members = 2\nmember = 3", "member = 3", "ไม่รู้จัก member"),
    "unknown key of a module": ("course.toml", 'part = "OP"', 'part = "OP"\nparts = 1', "parts", "parts"),
    "unknown key of a lesson": ("op/why.md", "minutes = 5", "minutes = 5\nhours = 1", "hours", "ไม่รู้จัก hours"),
    "unknown key of a quiz": ("op/quiz.toml", "draw = 2", "draw = 2\npassmark = 1", "passmark", "passmark"),
    "unknown key of a choice": ("op/quiz.toml", 'text = "ข"', 'text = "ข"\n  txt = "x"', "txt", "ไม่รู้จัก txt"),
    "number for a text": ("course.toml", 'title = "หลักสูตรตัวอย่าง"', "title = 7", "title = 7", "ข้อความ"),
    "text for a number": ("op/why.md", "minutes = 5", 'minutes = "5"', "minutes", "จำนวนเต็ม"),
    "text for a flag": ("op/quiz.toml", "correct = true", 'correct = "yes"', "correct", "true หรือ false"),
    "empty title": ("op/why.md", 'title = "เหตุใดต้องมี"', 'title = ""', "title =", "ว่าง"),
    "unknown track": ("course.toml", '["pmqa40"]', '["gold"]', "track", "gold"),
    "no track": ("course.toml", '["pmqa40"]', "[]", "track", "อย่างน้อยหนึ่ง"),
    "unknown part": ("course.toml", 'part = "OP"', 'part = "9"', 'part = "9"', "part"),
    "unknown status": ("course.toml", '"coming"', '"soon"', '"soon"', "status"),
    "no members": ("course.toml", "members = 2", "members = 0", "members", "ไม่น้อยกว่า 1"),
    "unknown module in completion": ("course.toml", '["op", "c1"]', '["op", "c1", "c9"]', "modules", "c9"),
    "module twice in completion": ("course.toml", '["op", "c1"]', '["op", "op", "c1"]', "modules", "ซ้ำ"),
    "nothing counts": ("course.toml", '["op", "c1"]', "[]", "modules", "อย่างน้อยหนึ่งบท"),
    "module that cannot be addressed": ("course.toml", 'code = "c1"', 'code = "files"', "files", "files"),
    "lessons of a coming module": ("course.toml", "lessons = []", 'lessons = ["x"]', '["x"]', "lessons = []"),
    "lesson named quiz": ("course.toml", '["why", "how"]', '["why", "how", "quiz"]', '"quiz"', "ใช้ quiz"),
    "lesson twice": ("course.toml", '["why", "how"]', '["why", "how", "why"]', "lessons = [", "ซ้ำ"),
    "missing lesson file": (
        "course.toml",
        '["why", "how"]',
        '["why", "how", "next"]',
        "lessons = [",
        "op/next.md",
    ),
    "no front matter": ("op/how.md", "+++", "", "", "+++"),
    "front matter without an end": ("op/how.md", "+++\n##", "##", "+++", "+++"),
    "no minutes at all": ("op/why.md", "minutes = 5", "minutes = 0", "minutes", "ไม่น้อยกว่า 1"),
    "endless minutes": ("op/why.md", "minutes = 5", "minutes = 500", "minutes", "ไม่เกิน 240"),
    "unknown source": ("op/why.md", '["S", "R1"]', '["S", "[?]"]', "sources", "[?]"),
    "no source": ("op/why.md", '["S", "R1"]', "[]", "sources", "อย่างน้อยหนึ่ง"),
    "h1 in a lesson": ("op/why.md", "## ผู้ประเมิน", "# ผู้ประเมิน", "# ผู้ประเมิน", "ระดับ 1"),
    "broken link": ("op/why.md", "(how.md#steps)", "(where.md)", "where.md", "where.md"),
    "link out of the pack": ("op/why.md", "(how.md#steps)", "(../../x.md)", "x.md", "../../x.md"),
    "link to a place that is not there": ("op/why.md", "#steps)", "#stepz)", "stepz", "#stepz"),
    "link to nowhere on the page": ("op/why.md", "(#more)", "(#mor)", "(#mor)", "#mor"),
    "link with a script": ("op/why.md", "(#more)", "(javascript:alert)", "javascript", "javascript"),
    "missing image": ("op/how.md", "กลับไป", "![ภาพ](../img/none.png) กลับไป", "none.png", "none.png"),
    "image without words": ("op/why.md", "![เส้นทางของรายงาน]", "![]", "![](", "คำบรรยายแทนภาพ"),
    "script in a lesson": ("op/why.md", "**ข้อความ**", "<script>x</script>", "<script>", "HTML"),
    "handler in a lesson": ("op/why.md", "**ข้อความ**", '<b onclick="x">x</b>', "onclick", "HTML"),
    "HTML in a question": ("op/quiz.toml", "ข้อใด**ถูก**", "ข้อใด<img src=x>", "<img", "HTML"),
    "HTML in a reason": ("op/quiz.toml", "เพราะถูก", "<iframe>", "<iframe>", "HTML"),
    "broken link in a reason": ("op/quiz.toml", "(how.md)", "(hwo.md)", "hwo.md", "hwo.md"),
    "pass mark above 100": ("op/quiz.toml", "pass_mark = 70", "pass_mark = 101", "pass_mark", "ไม่เกิน 100"),
    "pass mark of 0": ("op/quiz.toml", "pass_mark = 70", "pass_mark = 0", "pass_mark", "ไม่น้อยกว่า 1"),
    "draw more than there are": ("op/quiz.toml", "draw = 2", "draw = 4", "draw", "ไม่เกิน 3"),
    "draw none": ("op/quiz.toml", "draw = 2", "draw = 0", "draw", "ไม่น้อยกว่า 1"),
    "question id twice": ("op/quiz.toml", 'id = "op-02"', 'id = "op-01"', 'kind = "multiple"', "ซ้ำ", -1),
    "question id with blanks": ("op/quiz.toml", 'id = "op-02"', 'id = "op 02"', "op 02", "id"),
    "unknown kind": ("op/quiz.toml", '"multiple"', '"many"', '"many"', "kind"),
    "unknown difficulty": ("op/quiz.toml", '"medium"', '"normal"', '"normal"', "difficulty"),
    "question of an unknown lesson": ("op/quiz.toml", 'lesson = "why"', 'lesson = "wy"', '"wy"', "wy"),
    "no source of a key": ("op/quiz.toml", 'fact = "OP-01"\n', "", "[[question]]", "ที่มา"),
    "two sources of a key": (
        "op/quiz.toml",
        'fact = "OP-01"',
        'fact = "OP-01"\nadvice = true',
        "advice",
        "ที่มา",
    ),
    "a fact that is none": ("op/quiz.toml", '"OP-01"', '"page 7"', "page 7", "fact"),
    "a seed that is none": ("op/quiz.toml", '"F20"', '"20"', '"20"', "seed"),
    "advice = false": ("op/quiz.toml", "advice = true", "advice = false", "advice", "true"),
    "two keys in single": (
        "op/quiz.toml",
        "correct = false",
        "correct = true",
        "correct = true",
        "เพียงข้อเดียว",
        4,
    ),
    "no key": ("op/quiz.toml", "correct = true", "correct = false", "[[question]]", "ยังไม่มีคำตอบ"),
    "true/false in other words": ("op/quiz.toml", 'text = "ถูก"', 'text = "ใช่"', "op-03", "คำถามถูกผิด", -1),
    "the same choice twice": ("op/quiz.toml", 'text = "ข"', 'text = "ก"', 'text = "ก"', "ซ้ำ", 4),
    "a choice that is a list": ("op/quiz.toml", 'text = "ข"', 'text = "- ข"', "- ข", "ย่อหน้าเดียว"),
    "control character": ("op/quiz.toml", "เพราะถูก", "เพราะ\\u0002ถูก", "เพราะ\\u0002", "อักขระควบคุม"),
}


@pytest.mark.parametrize("fault", TEXT_FAULTS.values(), ids=TEXT_FAULTS)
def test_a_fault_in_a_text_is_found_with_its_line(tmp_path: Path, fault: tuple[Any, ...]) -> None:
    path, old, new, at, word, *below = fault
    files = packs.spoiled(path, old, new)
    found = [finding for finding in packs.checked(tmp_path, files) if word in finding.text]
    line = line_of(path, at, files) + sum(below)
    assert [(finding.file, finding.line) for finding in found] == [(path, line)]


def test_a_question_needs_three_choices_and_several_keys_a_wrong_one(tmp_path: Path) -> None:
    files = packs.spoiled(
        "op/quiz.toml", '  [[question.choice]]\n  text = "ข"\n  correct = false\n  why = "เพราะผิด"\n', ""
    )
    text = 'text = "ค"\n  correct = false\n  why = "ผิด"'
    files = packs.spoiled("op/quiz.toml", text, text.replace("false", "true"), files=files)
    few, many = packs.checked(tmp_path, files)
    assert "3–5 ตัวเลือก" in few.text
    assert few.line == line_of("op/quiz.toml", 'id = "op-01"', files) - 1
    assert "ตัวเลือกที่ผิดอย่างน้อยหนึ่งข้อ" in many.text


def test_a_true_false_question_has_one_key(tmp_path: Path) -> None:
    text = 'text = "ผิด"\n  correct = false'
    files = packs.spoiled("op/quiz.toml", text, text.replace("false", "true"))
    assert "เพียงข้อเดียว" in only(packs.checked(tmp_path, files)).text


def test_a_quiz_without_questions_is_refused(tmp_path: Path) -> None:
    files = packs.sound() | {"op/quiz.toml": packs.QUIZ[: packs.QUIZ.index("[[question]]")].encode()}
    found = packs.checked(tmp_path, files)
    assert {finding.file for finding in found} == {"op/quiz.toml"}
    assert "ขาด question" in found[0].text


def test_a_question_id_may_stand_in_one_module_only(tmp_path: Path) -> None:
    files = packs.spoiled("course.toml", '"coming"\nlessons = []', '"published"\nlessons = ["a"]')
    files["c1/a.md"] = packs.HOW.replace("why.md", "../op/why.md").encode()
    files["c1/quiz.toml"] = (
        packs.QUIZ.replace('"why"', '"a"').replace('"how"', '"a"').replace("how.md", "a.md").encode()
    )
    found = packs.checked(tmp_path, files)
    assert [finding.file for finding in found] == ["c1/quiz.toml"] * 3
    assert all("ซ้ำกับใน op/quiz.toml" in finding.text for finding in found)


def test_two_modules_may_not_share_a_code_or_a_part(tmp_path: Path) -> None:
    files = packs.spoiled("course.toml", 'code = "c1"\npart = "1"', 'code = "op"\npart = "OP"')
    words = " ".join(finding.text for finding in packs.checked(tmp_path, files))
    assert "รหัส op ซ้ำ" in words
    assert "ส่วนที่ OP ของรายงานซ้ำ" in words


def test_a_counted_module_that_is_published_needs_a_quiz(tmp_path: Path) -> None:
    files = packs.sound()
    del files["op/quiz.toml"]
    found = only(packs.checked(tmp_path, files))
    assert (found.file, "ยังไม่มีแบบทดสอบ" in found.text) == ("course.toml", True)


def test_a_pack_without_a_course_file_says_so_and_still_reads_the_rest(tmp_path: Path) -> None:
    files = packs.spoiled("op/quiz.toml", "pass_mark = 70", "pass_mark = 700")
    del files["course.toml"]
    found = {(finding.file, finding.line) for finding in packs.checked(tmp_path, files)}
    assert found == {("course.toml", 1), ("op/quiz.toml", 3)}


def test_a_course_file_that_is_no_toml_does_not_hide_what_is_wrong_in_lessons(tmp_path: Path) -> None:
    files = packs.spoiled("course.toml", "members = 2", "members 2")
    files = packs.spoiled("op/how.md", "minutes = 7", "minutes = 0", files=files)
    assert {finding.file for finding in packs.checked(tmp_path, files)} == {"course.toml", "op/how.md"}


def test_an_image_nobody_shows_is_named(tmp_path: Path) -> None:
    found = only(packs.checked(tmp_path, packs.sound() | {"img/spare.svg": packs.SVG.encode()}))
    assert (found.file, found.line) == ("img/spare.svg", 1)


@pytest.mark.parametrize("path", ["op/spare.md", "c1/draft.md", "c9/quiz.toml"])
def test_a_text_no_published_module_names_is_named(tmp_path: Path, path: str) -> None:
    body = packs.QUIZ if path.endswith("toml") else "+++\ntitle = 1\n+++\n"
    found = packs.checked(tmp_path, packs.sound() | {path: body.encode()})
    assert any(finding.file == path and "ใช้ไฟล์นี้" in finding.text for finding in found)


@pytest.mark.parametrize(
    "path",
    [
        "notes.txt",
        "op/why.html",
        "op/deep/why.md",
        "img/way.gif",
        "img/Way.svg",
        "op/ชื่อ.md",
        ".hidden",
        "op/.swp",
        "Op/a.md",
    ],
)
def test_a_file_of_an_unknown_kind_or_name_is_named(tmp_path: Path, path: str) -> None:
    found = packs.checked(tmp_path, packs.sound() | {path: b"x"})
    assert [(finding.file, finding.line) for finding in found] == [(path, 1)]


@pytest.mark.parametrize(
    "path",
    ["../x.md", "/etc/x.md", "op/../../x.md", "op\\x.md", "C:/x.md", "op/..", "", "a\nb.md", "\udcff.md"],
)
def test_a_path_that_leaves_the_folder_is_refused(path: str) -> None:
    found = checker.check(packs.CODE, packs.sound() | {path: b"x"})
    assert len(found) == 1
    assert str(found[0]).isprintable()


def test_a_link_in_the_folder_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text(packs.HOW, encoding="utf-8")
    packs.write(tmp_path / "courses" / packs.CODE, packs.sound())
    (tmp_path / "courses" / packs.CODE / "op" / "how.md").unlink()
    (tmp_path / "courses" / packs.CODE / "op" / "how.md").symlink_to(secret)
    texts = [(finding.file, finding.text) for finding in loading.check_folder(tmp_path)]
    assert any(file.endswith("op/how.md") and "symbolic link" in text for file, text in texts)
    assert any("ไม่มีไฟล์ op/how.md" in text for _file, text in texts)


def test_a_linked_folder_is_refused_and_not_walked_into(tmp_path: Path) -> None:
    packs.write(tmp_path / "elsewhere", {"extra.md": b"secret"})
    packs.write(tmp_path / "courses" / packs.CODE, packs.sound())
    (tmp_path / "courses" / packs.CODE / "c1").symlink_to(tmp_path / "elsewhere")
    found = only(loading.check_folder(tmp_path))
    assert (found.file, "symbolic link" in found.text) == ("courses/sample/c1", True)


@pytest.mark.parametrize("path", ["course.toml", "op/quiz.toml", "op/how.md"])
def test_a_text_too_big_is_named_and_not_read(tmp_path: Path, path: str) -> None:
    found = [
        finding for finding in packs.checked(tmp_path, packs.sound() | {path: BIG}) if finding.file == path
    ]
    assert "ไฟล์ใหญ่เกินไป" in only(found).text


def test_an_image_too_big_is_named(tmp_path: Path) -> None:
    found = packs.checked(tmp_path, packs.sound() | {"img/way.svg": b" " * (pack.MOST_BYTES_OF_AN_IMAGE + 1)})
    assert "1024 กิโลไบต์" in only(found).text


def test_a_pack_of_too_many_files_or_bytes_is_refused() -> None:
    many = {f"img/x{number}.png": b"" for number in range(pack.MOST_FILES)}
    assert any("1000 ไฟล์" in finding.text for finding in checker.check(packs.CODE, packs.sound() | many))
    heavy = {f"img/x{number}.png": bytes(pack.MOST_BYTES_OF_AN_IMAGE) for number in range(21)}
    assert any("20 เมกะไบต์" in finding.text for finding in checker.check(packs.CODE, packs.sound() | heavy))


@pytest.mark.parametrize("path", ["course.toml", "op/quiz.toml", "op/how.md"])
def test_a_text_in_another_encoding_is_named_with_its_line(tmp_path: Path, path: str) -> None:
    files = packs.sound()
    lines = files[path].split(b"\n")
    lines[1] = "title = 'ภาษาไทย'".encode("cp874")
    files[path] = b"\n".join(lines)
    found = [finding for finding in packs.checked(tmp_path, files) if finding.file == path]
    assert (only(found).line, "UTF-8" in found[0].text) == (2, True)


def test_windows_files_with_a_mark_and_crlf_are_taken(tmp_path: Path) -> None:
    files = {
        path: body if path.startswith("img/") else b"\xef\xbb\xbf" + body.replace(b"\n", b"\r\n")
        for path, body in packs.sound().items()
    }
    assert packs.checked(tmp_path, files) == []


@pytest.mark.parametrize("code", ["Sample", "ตัวอย่าง", "files", "a b", "1st", "x" * 41])
def test_a_folder_that_cannot_be_an_address_is_refused(tmp_path: Path, code: str) -> None:
    assert "รหัสหลักสูตร" in only(packs.checked(tmp_path, packs.sound(), code)).text


HOSTILE = {
    "unclosed brackets": "[" * 60_000,
    "unclosed code": "`" * 60_000,
    "footnotes without end": "[^1]" * 15_000 + "\n\n[^1]: x",
    "nested lists": "1. " * 3_000,
    "nested definitions": "a\n: b\n" * 2_000,
    "nested quotes": "> " * 20_000 + "x",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_text_that_would_keep_the_renderer_busy_is_refused_soon(text: str) -> None:
    began = time.process_time()
    found = checker.check(packs.CODE, packs.spoiled("op/how.md", "กลับไป", text + "\n\nกลับไป"))
    assert time.process_time() - began < 5
    assert {finding.file for finding in found} <= {"op/how.md"}


def test_a_drawing_nested_too_deeply_is_refused_and_not_drawn() -> None:
    deep = packs.SVG.replace("<path", "<g>" * 5_000 + "<path").replace("</svg>", "</g>" * 5_000 + "</svg>")
    found = checker.check(packs.CODE, packs.sound() | {"img/way.svg": deep.encode()})
    assert {finding.file for finding in found} == {"img/way.svg"}


HOSTILE_TOML = {
    "a number without end": "9" * 5_000,
    "brackets without end": "[" * 5_000,
    "a bomb of keys": "{a = " * 5_000,
}


@pytest.mark.parametrize("value", HOSTILE_TOML.values(), ids=HOSTILE_TOML)
def test_toml_beyond_what_python_reads_is_a_finding(value: str) -> None:
    found = checker.check(packs.CODE, packs.spoiled("op/quiz.toml", "draw = 2", f"draw = {value}"))
    assert {finding.file for finding in found} == {"op/quiz.toml"}


def test_all_faults_of_all_files_are_found_at_once(tmp_path: Path) -> None:
    files = packs.spoiled("course.toml", "members = 2", "members = 0")
    files = packs.spoiled("course.toml", '["why", "how"]', '["why", "how", "gone"]', files=files)
    files = packs.spoiled("op/why.md", "minutes = 5", "minuets = 5", files=files)
    files = packs.spoiled("op/why.md", "**ข้อความ**", "<script>x</script>", files=files)
    files = packs.spoiled("op/how.md", "(why.md)", "(wyh.md)", files=files)
    files = packs.spoiled("op/quiz.toml", "correct = false", "correct = true", files=files)
    files = packs.spoiled("op/quiz.toml", 'id = "op-02"', 'id = "op-01"', files=files)
    files = packs.spoiled("img/way.svg", "<title>", "<script/><title>", files=files)
    files["notes.docx"] = b"PK"
    found = packs.checked(tmp_path, files)
    assert [(finding.file, finding.line) for finding in found] == [
        ("course.toml", 8),
        ("course.toml", 19),
        ("img/way.svg", 2),
        ("notes.docx", 1),
        ("op/how.md", 10),
        ("op/quiz.toml", 20),
        ("op/quiz.toml", 28),
        ("op/why.md", 1),
        ("op/why.md", 5),
        ("op/why.md", 16),
    ]
    assert str(found[0]) == "course.toml:8: members ต้องไม่น้อยกว่า 1"
