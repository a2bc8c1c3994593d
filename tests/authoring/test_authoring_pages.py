"""A course edited in the browser: nothing is seen before it is published, nothing is overwritten unseen, and the bytes are those of a file."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from portal.accounts.models import User
from portal.authoring import drafts
from portal.core.db import db
from portal.courses import editions, loading, pack
from portal.courses.models import Edition, EditionFile
from tests.authoring.authoring_pages import CODE, COURSE, HOW, QUIZ, change, draft, file, published
from tests.cast import Cast
from tests.courses import packs
from tests.pages import Client

PAGES = [
    "/organize/courses",
    "/organize/courses/new",
    COURSE,
    f"{COURSE}/history",
    f"{COURSE}/history/1",
    f"{COURSE}/images",
    f"{COURSE}/modules/new",
    f"{COURSE}/modules/op/lessons/new",
    f"{COURSE}/modules/c1/quiz/new",
    HOW,
    f"{HOW}/differences",
    f"{COURSE}/files/course.toml",
    f"{COURSE}/files/op/quiz.toml",
    f"{COURSE}/files/img/way.svg",
    QUIZ,
    f"{QUIZ}/settings",
    f"{QUIZ}/questions/op-01",
    *(
        f"{QUIZ}/questions/new/{kind}"
        for kind in (
            "single",
            "multiple",
            "true_false",
            "matching",
            "ordering",
            "numeric",
            "short",
            "cloze",
            "writing",
        )
    ),
]
BETTER = packs.HOW.replace("minutes = 7", "minutes = 8")


@pytest.fixture
def orn(client: Client, cast: Cast) -> Client:
    return published(client, cast.orn)


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_for_organizers_and_reading_writes_nothing(
    orn: Client, cast: Cast, page: str, queries: Any
) -> None:
    with queries() as statements:
        assert orn.get(page).status_code == 200
    assert [one for one in statements if not one.lstrip().startswith("SELECT")] == []
    assert len(statements) <= 12
    orn.sign_in(cast.mali)
    assert orn.get(page).status_code == 403
    orn.sign_out()
    assert "/sign-in" in orn.get(page).headers["Location"]


@pytest.mark.parametrize(
    "page",
    [
        "/organize/courses/other",
        f"{COURSE}/files/op/none.md",
        f"{COURSE}/files/../../etc/passwd",
        f"{COURSE}/draft/op/how.md",
        f"{COURSE}/draft/img/none.svg",
        f"{COURSE}/history/9",
        f"{COURSE}/c1/quiz",
        f"{QUIZ}/questions/op-99",
        f"{QUIZ}/questions/new/essay",
        f"{COURSE}/modules/c9/lessons/new",
    ],
)
def test_what_is_not_there_is_not_found(orn: Client, page: str) -> None:
    assert orn.get(page).status_code == 404


def test_a_text_is_saved_in_the_draft_and_learners_still_see_the_edition(orn: Client) -> None:
    orn.get(HOW)
    orn.follow(orn.submit(HOW, body=BETTER))
    assert "บันทึกลงร่างแล้ว" in orn.page.text
    assert file("op/how.md") == BETTER
    current = editions.current_of(CODE)
    assert current is not None
    assert editions.files_of(current) == packs.sound()
    assert "แก้แล้ว" in orn.get(COURSE).get_data(as_text=True)
    assert "ต่างจากรุ่นปัจจุบัน 1 ไฟล์" in orn.page.text


@pytest.mark.parametrize("path", ["op/how.md", "op/why.md", "op/quiz.toml", "course.toml"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_saved_untouched_not_a_byte_is_another(client: Client, cast: Cast, path: str, line_end: str) -> None:
    files = packs.sound()
    files[path] = b"\xef\xbb\xbf" + files[path].replace(b"\n", line_end.encode())
    editions.publish(CODE, files, by=None)
    client.sign_in(cast.orn)
    client.get(f"{COURSE}/files/{path}")
    client.follow(client.submit(f"/files/{path}"))
    assert drafts.changes_of(draft()) == {}
    client.get(f"{COURSE}/files/{path}")
    as_sent = str(client.page.one("#edit-body").get_text()).removeprefix("\n").replace("\n", "\r\n")
    client.submit(f"/files/{path}", body=as_sent)  # as browsers send it
    assert drafts.changes_of(draft()) == {}
    client.submit(f"/files/{path}", body=as_sent + "x")
    changed = drafts.files_of(draft())[path]
    assert changed == files[path] + b"x"


def test_what_is_published_is_what_a_folder_with_the_same_files_would_be(orn: Client, tmp_path: Path) -> None:
    orn.get(HOW)
    orn.submit(HOW, body=BETTER)
    orn.get(COURSE)
    orn.follow(orn.submit("/edition", note="เพิ่มเวลาอ่าน"))
    assert "เผยแพร่รุ่นที่ 2 แล้ว" in orn.page.text
    content = tmp_path / "content"
    packs.write(content / "courses" / CODE, packs.sound() | {"op/how.md": BETTER.encode()})
    assert loading.load_folder(content) == []  # the same bytes: nothing to load
    loading.dump(CODE, tmp_path / "out")
    assert editions.read_folder(tmp_path / "out") == editions.read_folder(content / "courses" / CODE)
    assert drafts.of(CODE) is None
    assert "เพิ่มเวลาอ่าน" in orn.get(f"{COURSE}/history").get_data(as_text=True)


def test_a_note_is_asked_for_and_what_was_wrong_stays(orn: Client) -> None:
    change("op/how.md", "minutes = 7", "minutes = 8")
    orn.get(COURSE)
    assert orn.submit("/edition", note="").status_code == 422
    assert "เขียนสั้น ๆ" in orn.page.errors[0]


def test_findings_stand_at_their_line_and_a_broken_draft_is_not_published(orn: Client) -> None:
    change("op/how.md", "minutes = 7", "minutes = 0")
    orn.get(HOW)
    found = orn.page.one(".found li")
    assert found["id"] == "line-5"
    assert "บรรทัด 5" in found.get_text()
    assert "minutes = 0" in found.get_text()
    orn.get(COURSE)
    assert "op/how.md บรรทัด 5" in orn.page.text
    assert orn.submit("/edition", note="ลอง").status_code == 422
    assert "แก้สิ่งที่ตัวตรวจพบก่อน" in orn.page.text
    assert [one.number for one in editions.history(CODE)] == [1]


def test_a_text_is_looked_at_without_being_saved(orn: Client) -> None:
    orn.get(HOW)
    response = orn.submit(HOW, body=BETTER.replace("กลับไป", "**หนา** ![ทาง](../img/way.svg) กลับไป"))
    assert response.status_code == 303
    db.session.commit()
    orn.get(HOW)
    data = {
        "body": BETTER + "\n## ใหม่\n\n[ไม่มี](none.md)",
        "version": orn.page.one(f"form[action='{HOW}'] [name=version]")["value"],
    }
    token = orn.page.one(f"form[action='{HOW}'] [name=csrf_token]")["value"]
    before = file("op/how.md")
    page = orn.post(f"{HOW}/preview", data=data | {"csrf_token": token})
    assert page.status_code == 200
    assert "ใหม่" in orn.page.one(".seen").get_text()
    assert "none.md" in orn.page.one(".found").get_text()
    assert orn.page.one("#edit-body").get_text().rstrip().endswith("none.md)")
    told = orn.post(
        f"{HOW}/preview", data=data | {"csrf_token": token}, headers={"Accept": "application/json"}
    ).get_json()
    assert told["count"] == 1
    assert "none.md" in told["preview"]
    assert file("op/how.md") == before


def test_an_image_of_the_draft_is_shown_in_the_preview(orn: Client) -> None:
    orn.get(f"{COURSE}/files/op/why.md")
    src = str(orn.page.one(".seen img, .seen svg").get("src", ""))
    if src:
        assert orn.get(src).status_code == 200


def test_raw_html_never_becomes_html_in_a_preview(orn: Client) -> None:
    orn.get(HOW)
    orn.submit(HOW, body=BETTER + "\n<script>alert(1)</script> <img src=x onerror=alert(1)>")
    orn.get(HOW)
    assert orn.page.select(".seen script, .seen img[onerror]") == []


def test_the_second_of_two_savers_sees_both(orn: Client, cast: Cast) -> None:
    orn.get(HOW)
    change("op/how.md", "ขั้นตอน", "ลำดับขั้น", cast.mali)
    response = orn.submit(HOW, body=BETTER)
    assert response.status_code == 409
    assert cast.mali.name in orn.page.one(".clash[role=alert]").get_text()
    differing = orn.page.one(".clash .differing").get_text()
    assert "ลำดับขั้น" in differing
    assert "minutes = 8" in differing
    assert "minutes = 8" in orn.page.one("#edit-body").get_text()
    assert "ลำดับขั้น" in file("op/how.md")
    orn.follow(orn.submit(HOW))
    assert file("op/how.md") == BETTER


def test_of_a_file_thrown_out_meanwhile_the_text_stays(orn: Client, cast: Cast) -> None:
    orn.get(HOW)
    working = drafts.begin(CODE, cast.mali)
    drafts.remove(working, "op/how.md", version=drafts.version(packs.HOW.encode()), by=cast.mali)
    db.session.commit()
    response = orn.submit(HOW, body=BETTER)
    assert response.status_code == 409
    assert "minutes = 8" in orn.page.one("#edit-body").get_text()
    orn.follow(orn.submit(HOW))
    assert file("op/how.md") == BETTER


def test_differences_are_told_line_by_line_and_put_back(orn: Client) -> None:
    change("op/how.md", "minutes = 7", "minutes = 8")
    orn.get(f"{HOW}/differences")
    assert [one.get_text() for one in orn.page.select("del")] == ["7"]
    assert [one.get_text() for one in orn.page.select("ins")] == ["8"]
    orn.follow(orn.submit("/restoration"))
    assert drafts.changes_of(draft()) == {}
    change("op/quiz.toml", "draw = 2", "draw = 1")
    orn.get(f"{COURSE}/files/op/quiz.toml/differences")
    assert "จำนวนข้อที่สุ่ม" in orn.page.one("table.blocks").get_text()


def test_a_removed_lesson_leaves_its_module_too(orn: Client) -> None:
    orn.get(f"{COURSE}/files/op/why.md")
    orn.follow(orn.submit("/removal"))
    assert "op/why.md" not in drafts.files_of(draft())
    assert 'lessons = ["how"]' in file("course.toml")


def test_an_old_button_does_nothing(orn: Client, cast: Cast) -> None:
    orn.get(HOW)
    change("op/how.md", "minutes = 7", "minutes = 8")
    orn.follow(orn.submit("/removal"))
    assert "มีผู้จัดอีกคนบันทึกก่อน" in orn.page.text
    assert "op/how.md" in drafts.files_of(draft())
    orn.get(COURSE)
    change("op/how.md", "minutes = 8", "minutes = 9")
    assert orn.submit("/draft/removal").status_code == 422
    assert drafts.of(CODE) is not None


def test_a_new_lesson_begins_with_what_a_lesson_needs(orn: Client) -> None:
    orn.get(f"{COURSE}/modules/c1/lessons/new")
    orn.follow(orn.submit(code="vision", title_th="วิสัยทัศน์", title_en="Vision", minutes="6"))
    assert orn.page.h1 == "c1/vision.md"
    assert 'lessons = ["vision"]' in file("course.toml")
    assert file("c1/vision.md").startswith('+++\ntitle = "วิสัยทัศน์"\n')
    assert orn.get(f"{COURSE}/modules/op/lessons/new").status_code == 200
    assert orn.submit(code="how", title_th="ก", title_en="a", minutes="6").status_code == 422
    assert "ใช้แล้ว" in orn.page.errors[0]
    assert orn.submit(code="quiz", title_th="ก", title_en="a", minutes="6").status_code == 422
    assert orn.submit(code="x", title_th="", title_en="a", minutes="หก").status_code == 422


def test_a_new_module_and_its_quiz(orn: Client) -> None:
    orn.get(f"{COURSE}/modules/new")
    words: dict[str, Any] = {"title_th": "แผน", "title_en": "Plan", "summary_th": "แผน", "summary_en": "Plan"}
    orn.follow(orn.submit(code="c2", part="2", **words))
    assert file("course.toml").startswith(packs.sound()["course.toml"].decode())
    assert '[[module]]\ncode = "c2"\npart = "2"\n' in file("course.toml")
    orn.get(f"{COURSE}/modules/c2/quiz/new")
    orn.follow(orn.submit(title_th="แบบทดสอบ", title_en="Quiz", pass_mark="70"))
    assert orn.last_path == f"{COURSE}/c2/quiz"
    assert orn.get(f"{COURSE}/modules/new").status_code == 200
    assert orn.submit(code="c2", part="3", **words).status_code == 422


def test_a_new_course_is_a_draft_until_it_is_published(orn: Client) -> None:
    orn.get("/organize/courses/new")
    words: dict[str, Any] = {"title_th": "ใหม่", "title_en": "New", "summary_th": "ใหม่", "summary_en": "New"}
    orn.follow(orn.submit(code="fresh", tracks="pmqa40", **words))
    assert orn.page.h1 == "ใหม่"
    assert "fresh" in orn.get("/organize/courses").get_data(as_text=True)
    assert orn.get("/learn/fresh").status_code == 404
    orn.get("/organize/courses/new")
    assert orn.submit(code=CODE, tracks="pmqa40", **words).status_code == 422
    orn.get("/organize/courses/fresh")
    orn.follow(orn.submit("/draft/removal"))
    assert orn.last_path == "/organize/courses"


def sent(body: bytes, name: str = "new.svg") -> tuple[io.BytesIO, str]:
    return io.BytesIO(body), name


def test_images_come_are_replaced_and_go(orn: Client) -> None:
    svg = packs.SVG.encode()
    orn.get(f"{COURSE}/images")
    orn.follow(orn.submit("/images", file=sent(svg, "New Way.SVG"), name=""))
    assert orn.page.h1 == "new-way.svg"
    path = "img/new-way.svg"
    assert drafts.files_of(draft())[path] == svg
    assert orn.get(f"{COURSE}/draft/{path}").data == svg
    orn.get(f"{COURSE}/images")
    assert orn.submit("/images", file=sent(svg + b"\n", "new-way.svg")).status_code == 422
    assert "อยู่แล้ว" in orn.page.errors[0]
    orn.get(f"{COURSE}/files/{path}")
    orn.follow(orn.submit("/images", file=sent(svg + b"\n")))
    assert drafts.files_of(draft())[path] == svg + b"\n"
    orn.get(f"{COURSE}/files/{path}")
    orn.follow(orn.submit("/removal"))
    assert path not in drafts.files_of(draft())


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "bad.svg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "bad.svg"),
        (b"not a picture", "bad.png"),
        (b"GIF89a", "bad.gif"),
        (packs.SVG.encode(), "../course.toml"),
        (packs.SVG.encode(), "ภาพ.svg"),
        (b"x" * (pack.MOST_BYTES_OF_AN_IMAGE + 1), "big.svg"),
        (b"", "empty.svg"),
    ],
)
def test_what_is_no_image_is_refused_with_its_reason(orn: Client, body: bytes, name: str) -> None:
    orn.get(f"{COURSE}/images")
    assert orn.submit("/images", file=sent(body, name)).status_code == 422
    assert orn.page.errors
    assert drafts.of(CODE) is None


def test_no_file_at_all_is_asked_for(orn: Client) -> None:
    orn.get(f"{COURSE}/images")
    assert orn.submit("/images").status_code == 422


def test_history_tells_what_each_edition_brought_and_brings_back(orn: Client, cast: Cast) -> None:
    editions.publish(CODE, packs.sound() | {"op/how.md": BETTER.encode()}, by=cast.mali, note="เพิ่มเวลา")
    db.session.commit()
    orn.get(f"{COURSE}/history")
    assert cast.mali.name in orn.page.text
    orn.get(f"{COURSE}/history/2")
    assert [one.get_text() for one in orn.page.select("ins")] == ["8"]
    orn.get(f"{COURSE}/history/1")
    assert "ถ้ากู้คืนรุ่นนี้ 1 ไฟล์จะเปลี่ยน" in orn.page.text
    orn.follow(orn.submit("/restoration"))
    current = editions.current_of(CODE)
    assert current is not None
    assert (current.number, editions.files_of(current)) == (3, packs.sound())


def test_an_edition_published_since_the_page_was_opened_is_not_undone_unseen(orn: Client) -> None:
    editions.publish(CODE, packs.sound() | {"op/how.md": BETTER.encode()}, by=None)
    db.session.commit()
    orn.get(f"{COURSE}/history/1")
    editions.publish(CODE, packs.sound() | {"op/how.md": BETTER.replace("8", "9").encode()}, by=None)
    db.session.commit()
    assert orn.submit("/restoration").status_code == 422
    assert db.session.query(Edition).count() == 3


def test_a_draft_behind_takes_the_new_edition_in(orn: Client) -> None:
    change("op/how.md", "minutes = 7", "minutes = 8")
    editions.publish(CODE, packs.spoiled("op/why.md", "minutes = 5", "minutes = 6"), by=None)
    db.session.commit()
    orn.get(COURSE)
    assert orn.submit("/edition", note="ลอง").status_code == 422
    orn.get(COURSE)
    orn.follow(orn.submit("/draft/base"))
    assert "minutes = 6" in file("op/why.md")
    orn.follow(orn.submit("/edition", note="ลอง"))
    assert "เผยแพร่รุ่นที่ 3 แล้ว" in orn.page.text


def test_what_another_organizer_changed_is_not_published_unseen(orn: Client, cast: Cast) -> None:
    change("op/how.md", "minutes = 7", "minutes = 8")
    orn.get(COURSE)
    change("op/why.md", "minutes = 5", "minutes = 6", cast.mali)
    assert orn.submit("/edition", note="ลอง").status_code == 409
    assert "op/why.md" in orn.page.main
    orn.follow(orn.submit("/edition"))
    assert "เผยแพร่รุ่นที่ 2 แล้ว" in orn.page.text


@pytest.mark.parametrize(
    "body", ["", "x" * (pack.MOST_BYTES_OF_TEXT + 1), "+++\nno end", "\x00\x01", "[" * 3000]
)
def test_any_text_is_kept_or_refused_with_a_reason(orn: Client, body: str) -> None:
    orn.get(HOW)
    response = orn.submit(HOW, body=body)
    assert response.status_code in (303, 422)
    orn.get(HOW)
    assert orn.get(COURSE).status_code == 200


@pytest.mark.parametrize(
    "body", ["", "title = ", "[[module]]\ncode = 3", "module = [{code='a'}]", "module = 3"]
)
def test_a_broken_course_file_still_has_its_pages(
    orn: Client, body: str, app_pages: Callable[[Client], None]
) -> None:
    orn.get(f"{COURSE}/files/course.toml")
    orn.follow(orn.submit("course.toml", body=body))
    app_pages(orn)


@pytest.mark.parametrize(
    "body",
    ["", "title = ", "question = [{id='a'}]", "[[question]]\nid = 3\nkind = 7\ntext = 9", "question = 3"],
)
def test_a_broken_quiz_still_has_its_pages(
    orn: Client, body: str, app_pages: Callable[[Client], None]
) -> None:
    orn.get(f"{COURSE}/files/op/quiz.toml")
    orn.follow(orn.submit("quiz.toml", body=body))
    app_pages(orn)


@pytest.fixture
def app_pages() -> Callable[[Client], None]:
    def walk(client: Client) -> None:
        for page in (
            *PAGES,
            f"{COURSE}/files/op/quiz.toml/differences",
            f"{COURSE}/files/course.toml/differences",
        ):
            assert client.get(page).status_code in (200, 303, 404), page

    return walk


def test_bytes_of_no_text_are_shown_and_not_lost(client: Client, cast: Cast) -> None:
    editions.publish(CODE, packs.sound(), by=None)
    edition = editions.current_of(CODE)
    assert edition is not None
    db.session.query(EditionFile).filter_by(path="op/how.md").update({"body": b"\xff\xfe\x00"})
    db.session.commit()
    client.sign_in(cast.orn)
    assert client.get(HOW).status_code == 200
    client.follow(client.submit(HOW))
    assert drafts.changes_of(draft()) == {}


def test_fields_of_any_shape_get_an_answer(orn: Client, cast: Cast) -> None:
    assert isinstance(cast.orn, User)
    orn.get(HOW)
    token = orn.page.one(f"form[action='{HOW}'] [name=csrf_token]")["value"]
    for data in ({}, {"version": "x"}, {"version": "-1", "body": "x"}, {"version": "9" * 30, "body": "x"}):
        assert orn.post(HOW, data=data | {"csrf_token": token}).status_code == 422
    assert orn.post(HOW, data={"body": "x"}).status_code == 400
