"""The page of all speakers."""

from portal.core.db import db
from portal.programme import speakers
from portal.programme.models import Speaker, WorkshopStatus
from tests.programme.offer import offered


def test_anybody_reads_who_speaks_where_they_come_from_and_how_many(client, programme_2566):
    assert client.get("/speakers").status_code == 200
    page = client.page.main
    for words in (
        "6 คน",
        "นางอารีย์พันธ์ เจริญสุข",
        "รองเลขาธิการ ก.พ.ร.",
        "รศ. รัชต์วรรณ กาญจนปัญญาคม",
        "ผู้อำนวยการกลุ่มพัฒนาระบบบริหาร กรมควบคุมโรค",
        "รศ.พญ.สุพินดา คูณมี",
        "สำนักงาน ก.พ.ร. · กรมควบคุมโรค · มหาวิทยาลัยขอนแก่น",
        "รางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0: 4 คน",
        "ระดับดีเด่นและรายหมวด: 4 คน",
        "2 คน: นางอารีย์พันธ์ เจริญสุข · ดร.ภาวนา กิตติวิมลชัย",
    ):
        assert words in page, words


def test_each_speaker_links_to_a_page_of_their_own(client, programme_2566):
    client.get("/speakers")
    links = [link for link in client.page.links() if link.startswith("/speakers/")]
    assert len(links) == 6
    for link in links:
        assert client.get(link).status_code == 200


def test_names_stay_thai_in_english(client, programme_2566):
    client.set_cookie("lang", "en")
    client.get("/speakers")
    assert "นางอารีย์พันธ์ เจริญสุข" in client.page.main
    assert "Deputy Secretary-General, OPDC" in client.page.main


def test_before_anybody_is_announced_the_page_says_so(client):
    assert client.get("/speakers").status_code == 200
    assert "ยังไม่ประกาศวิทยากร" in client.page.main


def test_what_somebody_speaks_about_in_a_draft_is_not_told(client, programme_2566):
    offered("excellence-2566").status = WorkshopStatus.DRAFT
    client.get("/speakers")
    assert "ไขกุญแจความสำเร็จ" not in client.page.main


def test_places_stand_once_in_the_order_of_the_speakers(programme_2566):
    places = [place["th"] for place in speakers.places_of(speakers.all_speakers())]
    assert places == ["สำนักงาน ก.พ.ร.", "กรมควบคุมโรค", "มหาวิทยาลัยขอนแก่น"]


def test_the_page_asks_the_same_for_six_and_for_thirty_speakers(client, programme_2566, queries):
    with queries() as before:
        client.get("/speakers")
    for number in range(24):
        db.session.add(
            Speaker(code=f"more-{number}", name=f"วิทยากร ตัวอย่าง{number}", positions=[], position=9)
        )
    db.session.commit()
    with queries() as after:
        client.get("/speakers")
    assert "วิทยากร ตัวอย่าง23" in client.page.main
    assert len(after) == len(before)
    assert all(statement.startswith("SELECT") for statement in after)
