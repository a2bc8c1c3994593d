"""/learn/<course>/glossary: the words of a course, for everybody."""

from tests import packs

WORDS = """\
[[term]]
code = "le"
th = "ระดับ"
en = "Level"
text = "ค่าของผลลัพธ์"
[[term]]
code = "adli"
th = "เกณฑ์"
en = "Criteria"
text = "สิ่งที่ผู้ประเมินถาม"
also = ["ข้อกำหนด"]
"""


def test_the_words_stand_in_thai_order_with_their_english(app, client):
    packs.publish(packs.pack() | {"glossary.toml": WORDS.encode()})
    assert client.get("/learn/sample/glossary").status_code == 200
    assert [" ".join(one.text.split()) for one in client.page.select(".glossary dt")] == [
        "เกณฑ์ Criteria",
        "ระดับ Level",
    ]
    assert "ข้อกำหนด" in client.page.main


def test_the_course_leads_to_its_words(app, client):
    packs.publish(packs.pack() | {"glossary.toml": WORDS.encode()})
    client.get("/learn/sample")
    assert "/learn/sample/glossary" in client.page.links()


def test_a_course_without_words_has_no_such_page(client, course):
    assert client.get("/learn/sample/glossary").status_code == 404
    client.get("/learn/sample")
    assert "/learn/sample/glossary" not in client.page.links()


def test_of_a_course_that_is_not_there_neither(app, client):
    assert client.get("/learn/nowhere/glossary").status_code == 404
