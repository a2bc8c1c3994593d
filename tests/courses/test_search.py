"""/search: every lesson and word of the glossaries, whatever way the words are written; any input gets an answer."""

import pytest

from portal.core import thai
from portal.courses import search, search_keys
from tests import packs

GLOSSARY = """\
[[term]]
code = "pmqa40"
th = "รางวัล PMQA 4.0"
en = "PMQA 4.0 award"
text = "รางวัลของทั้งหน่วยงาน"
also = ["PMQA4.0", "พีเอ็มคิวเอ 4.0"]
[[term]]
code = "customer"
th = "ผู้รับบริการ"
en = "customer"
text = "ผู้ที่ใช้บริการ"
also = ["ลูกค้า"]
"""


def files() -> dict[str, bytes]:
    made = packs.pack() | {"glossary.toml": GLOSSARY.encode()}
    bodies = {
        "op/l1": "รายงานของ PMQA 4.0 เขียนโดยองค์การ\n\n### การรับฟัง {#listen}\n\nรับฟังผู้รับบริการ **น้ำใจ** & ก.พ.ร. <ทุกวัน>",
        "op/l2": "ส่งใน PMQA4.0 ขององค์กรนี้ ตามแผน ADLI",
        "c1/l1": "ผู้นำถามลูกค้าว่าต้องการอะไร",
        "c1/l2": "ข้าวเปลือกเก่า",
    }
    for path, body in bodies.items():
        title = "การรับฟังเสียง" if path == "c1/l2" else f"บท {path.replace('/', ' ')}"
        made[f"{path}.md"] = packs.lesson(
            title, f"## เริ่ม {{#begin}}\n\n{body}", summary_en="Of a leader."
        ).encode()
    return made


@pytest.fixture
def taught(app):
    return packs.publish(files())


def lessons(typed: str) -> list[str]:
    return [f"{hit.module.code}/{hit.lesson.slug}" for hit in search.look_for(typed).hits()]


# --- the key and its places


@pytest.mark.parametrize(
    "text",
    [
        "PMQA 4.0 และ ก.พ.ร.",
        "องค์กร (องค์การ) องค์กรองค์กร จบ",
        "น้ำ ทำ ๑๒๓ ½ ﬁn… ßa—b 😀ก",
        "องค์-กร",
        "",
    ],
)
def test_a_text_folds_to_its_search_key_and_each_letter_keeps_its_place(text):
    text = thai.tidy(text)
    folded = search_keys.fold(text)
    assert folded.key == thai.search_key(text)
    for at, letter in enumerate(folded.key):
        there = text[folded.place(at)]
        assert letter in thai.search_key(there) or letter == "า"


def test_blocks_of_a_text_stay_apart():
    assert search_keys.fold("ก ข\nค").key == "กข\nค"


# --- what is found


@pytest.mark.parametrize("typed", ["PMQA 4.0", "PMQA4.0", "pmqa ๔.๐", "  pmqa  4.0 ", "พีเอ็มคิวเอ 4.0"])
def test_one_name_in_all_its_spellings_finds_the_same_lessons(typed, taught):
    assert sorted(lessons(typed)) == ["op/l1", "op/l2"]


@pytest.mark.parametrize("typed", ["องค์กร", "องค์การ"])
def test_both_spellings_of_organisation_are_one_word(typed, taught):
    assert sorted(lessons(typed)) == ["op/l1", "op/l2"]


@pytest.mark.parametrize("typed", ["ลูกค้า", "ผู้รับบริการ", "customer"])
def test_words_that_the_glossary_knows_as_one_find_each_other(typed, taught):
    assert sorted(lessons(typed)) == ["c1/l1", "op/l1"]


def test_two_letters_are_enough(taught):
    assert lessons("น้ำ") == ["op/l1"]
    assert lessons("กพ") == ["op/l1"]
    assert lessons("DL") == ["op/l2"]


def test_a_tone_mark_makes_another_word(taught):
    assert lessons("ข้าว") == ["c1/l2"]
    assert lessons("ข่าว") == []


def test_several_words_must_all_be_there(taught):
    assert lessons("รับฟัง องค์การ") == ["op/l1"]
    assert lessons("รับฟัง ADLI") == []


def test_a_title_comes_before_a_text_and_lessons_of_a_part_stand_together(taught):
    assert lessons("รับฟัง") == ["c1/l2", "op/l1"]


def test_english_titles_and_summaries_are_searched(taught):
    assert len(lessons("leader")) == 4


def test_a_part_that_is_not_open_is_not_searched(app):
    packs.publish(packs.pack(body="ข้อความเดียวกัน"))
    assert {name[:2] for name in lessons("ข้อความเดียวกัน")} == {"op", "c1"}


def test_a_new_edition_is_searched_at_once(taught):
    assert lessons("คำใหม่") == []
    changed = files()
    changed["c1/l1.md"] = packs.lesson("บท", "คำใหม่").encode()
    packs.publish(changed)
    assert lessons("คำใหม่") == ["c1/l1"]


def test_nothing_found_names_the_word_that_was_meant(taught):
    assert search.look_for("ผู้รับบริกาน").meant == "ผู้รับบริการ"


# --- what is shown


def marks(client) -> list[str]:
    return [mark.get_text() for mark in client.page.select("mark")]


def test_hits_are_marked_where_they_stand_and_lead_to_their_heading(client, taught):
    assert client.get("/search?q=น้ำใจ").status_code == 200
    assert marks(client) == ["น้ำใจ"]
    assert (
        client.page.one(".hits p[lang], .hits article p").get_text().endswith("ผู้รับบริการ น้ำใจ & ก.พ.ร. <ทุกวัน>")
    )
    assert "/learn/sample/op/l1#listen" in client.page.links()


def test_a_hit_is_marked_as_the_lesson_writes_it(client, taught):
    client.get("/search?q=PMQA๔.๐")
    assert {"PMQA 4.0", "PMQA4.0"} <= set(marks(client))
    client.get("/search?q=กพร")
    assert marks(client) == ["ก.พ.ร"]
    client.get("/search?q=องค์การ")
    assert {"องค์กร", "องค์การ"} == set(marks(client))


def test_a_mark_takes_the_signs_of_its_last_letter_along(client, taught):
    client.get("/search?q=รับฟังผ")
    assert "รับฟังผู้" in marks(client)


def test_words_of_the_glossary_stand_first(client, taught):
    client.get("/search?q=ลูกค้า")
    assert "/learn/sample/glossary#customer" in client.page.links()
    assert "ผู้ที่ใช้บริการ" in client.page.main


def test_hits_stand_under_their_part(client, taught):
    client.get("/search?q=รับฟัง")
    headings = [heading.get_text() for heading in client.page.select(".hits h2")]
    assert [heading.rpartition("ตัวอย่าง")[2] for heading in headings] == [
        "หมวด 1 การนำองค์การ",
        "OP ลักษณะสำคัญขององค์การ",
    ]


def test_long_lists_come_in_pages(client):
    packs.publish(packs.pack(lessons=6, body="คำเดียว"))
    client.get("/search?q=คำเดียว")
    assert "พบใน 12 บทเรียน" in client.page.main
    assert len(client.page.select(".hits article")) == 10
    client.get("/search?q=คำเดียว&page=2")
    assert len(client.page.select(".hits article")) == 2


def test_a_kept_page_holds_nothing_of_what_another_asked(client, taught, cast, app, monkeypatch):
    monkeypatch.setitem(app.config, "PAGE_CACHE_SECONDS", 600)
    client.get("/search?q=<i>%26&page=2")
    client.get("/search?q=ลูกค้า")
    assert "&amp;" not in client.page.main
    assert client.page.one("#q")["value"] == "ลูกค้า"
    assert client.page.one(".prefs [name=next]")["value"] == "/search?q=ลูกค้า"
    client.set_cookie("lang", "en")
    client.get("/search?q=ลูกค้า")
    assert client.page.select('.hits p[lang="th"]')
    client.sign_in(cast.lamai)
    client.get("/search?q=ลูกค้า")
    assert "/me" in client.page.links()


def test_the_page_asks_for_a_word_and_every_page_leads_to_it(client, taught):
    assert client.get("/search").status_code == 200
    assert not client.page.select(".error")
    client.get("/learn")
    assert "/search" in client.page.links()


def test_searching_asks_no_database(taught, queries):
    with queries() as statements:
        assert lessons("องค์การ")
    assert statements == []


def test_who_reads_in_english_sees_thai_as_thai(client, taught):
    client.set_cookie("lang", "en")
    client.get("/search?q=รับฟัง")
    assert client.page.select('.hits p[lang="th"] mark')


# --- bad input


@pytest.mark.parametrize(
    ("typed", "why"),
    [("ก" * 10_000, "ยาวเกินไป"), ("่้๊", "ไม่มีตัวอักษร"), ("!? %", "ไม่มีตัวอักษร"), ("ก", "สั้นเกินไป"), ("ก่", "")],
)
def test_what_cannot_be_looked_for_gets_a_clear_answer(typed, why, client, taught):
    response = client.get("/search", query_string={"q": typed})
    assert response.status_code == (422 if why else 200)
    assert why in client.page.main
    assert len(client.page.one("#q")["value"]) <= 100


@pytest.mark.parametrize(
    "typed",
    [
        '"PMQA" OR *',
        "NEAR(a, b)",
        "-ก* ^ข:ค",
        "a AND b NOT c",
        "<b>x</b>",
        "%%__",
        "' OR 1=1 --",
        "😀😀",
        "\\\ud800x",
        "ก\tข\nค",
    ],
)
def test_signs_that_mean_something_elsewhere_mean_nothing_here(typed, client, taught):
    typed = typed.encode("utf-8", "replace").decode()
    assert client.get("/search", query_string={"q": typed, "page": "-1e9"}).status_code in (200, 422)


def test_one_words_worth_of_nul_is_not_found(client, taught):
    assert client.get("/search?q=%00").status_code == 404
