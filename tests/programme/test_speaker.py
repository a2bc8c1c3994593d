"""The page of one speaker."""

from portal.core.db import db
from portal.programme import desk
from portal.programme.models import WorkshopStatus
from tests.programme.offer import offered


def test_it_tells_what_they_spoke_about_in_both_workshops(client, programme_2566):
    assert client.get("/speakers/opdc-deputy").status_code == 200
    assert client.page.h1 == "นางอารีย์พันธ์ เจริญสุข"
    page = client.page.main
    for words in (
        "รองเลขาธิการ ก.พ.ร.",
        "เรียนรู้เคล็ดลับความสำเร็จพิชิตรางวัลคุณภาพการบริหารจัดการภาครัฐ 4.0",
        "ไขกุญแจความสำเร็จพิชิตรางวัลคุณภาพการบริหารจัดการภาครัฐ",
        "ระดับพัฒนาจนเกิดผล",
        "11 Core Values",
        "การสนับสนุนนวัตกรรม",
        "ยังไม่ประกาศวัน",
    ):
        assert words in page, words


def test_two_positions_and_all_five_points_are_told(client, programme_2566):
    client.get("/speakers/ddc-development")
    page = client.page.main
    for words in (
        "รักษาการนักวิชาการสาธารณสุขทรงคุณวุฒิ",
        "ผู้อำนวยการกลุ่มพัฒนาระบบบริหาร กรมควบคุมโรค",
        "โปรแกรม DDC-PMQA 4.0",
        "ส.1 สร้างความรู้ความเข้าใจ",
        "ส.5 ส่งเสริม สนับสนุน และกำหนดเป็นนโยบายของผู้บริหาร",
    ):
        assert words in page, words


def test_fellow_speakers_are_named_and_linked(client, programme_2566):
    client.get("/speakers/kku-team-1")
    assert "ร่วมกับ ดร.ภาวนา กิตติวิมลชัย · รศ.โชติชนะ วิไลลักขณา" in client.page.main
    assert "/speakers/kku-team-2" in client.page.links()


def test_a_talk_that_got_its_day_shows_it(client, programme_2566):
    workshop = offered("excellence-2566")
    workshop.talks[1].session = workshop.sessions[1]
    client.get("/speakers/kku-team-1")
    assert "24 กุมภาพันธ์ 2566" in client.page.main
    assert "ยังไม่ประกาศวัน" not in client.page.main


def test_a_talk_in_a_draft_is_not_told(client, programme_2566):
    offered("excellence-2566").status = WorkshopStatus.DRAFT
    client.get("/speakers/kku-team-1")
    assert "ยังไม่ประกาศหัวข้อ" in client.page.main


def test_a_talk_in_a_draft_that_was_called_off_is_not_told(client, programme_2566):
    workshop = offered("excellence-2566")
    workshop.status = WorkshopStatus.DRAFT
    desk.cancel(workshop, by=None)
    client.get("/speakers/kku-team-1")
    assert "ยังไม่ประกาศหัวข้อ" in client.page.main


def test_an_unknown_speaker_is_not_found(client, programme_2566):
    assert client.get("/speakers/nobody").status_code == 404


def test_the_page_asks_the_same_for_one_and_for_many_talks(client, programme_2566, queries):
    with queries() as one:
        client.get("/speakers/kku-team-1")
    with queries() as two:
        client.get("/speakers/kku-quality")
    assert len(one) == len(two)
    db.session.commit()
