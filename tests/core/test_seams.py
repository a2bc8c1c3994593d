"""Where Thai may come apart on paper: between words that are known, and nowhere else."""

import csv

import pytest

from config import ROOT
from portal.core import seams

_PROVINCES = """
    กรุงเทพมหานคร กระบี่ กาญจนบุรี กาฬสินธุ์ กำแพงเพชร ขอนแก่น จันทบุรี ฉะเชิงเทรา ชลบุรี ชัยนาท ชัยภูมิ ชุมพร เชียงราย เชียงใหม่
    ตรัง ตราด ตาก นครนายก นครปฐม นครพนม นครราชสีมา นครศรีธรรมราช นครสวรรค์ นนทบุรี นราธิวาส น่าน บึงกาฬ บุรีรัมย์ ปทุมธานี
    ประจวบคีรีขันธ์ ปราจีนบุรี ปัตตานี พระนครศรีอยุธยา พะเยา พังงา พัทลุง พิจิตร พิษณุโลก เพชรบุรี เพชรบูรณ์ แพร่ ภูเก็ต มหาสารคาม
    มุกดาหาร แม่ฮ่องสอน ยโสธร ยะลา ร้อยเอ็ด ระนอง ระยอง ราชบุรี ลพบุรี ลำปาง ลำพูน เลย ศรีสะเกษ สกลนคร สงขลา สตูล
    สมุทรปราการ สมุทรสงคราม สมุทรสาคร สระแก้ว สระบุรี สิงห์บุรี สุโขทัย สุพรรณบุรี สุราษฎร์ธานี สุรินทร์ หนองคาย หนองบัวลำภู
    อ่างทอง อำนาจเจริญ อุดรธานี อุตรดิตถ์ อุทัยธานี อุบลราชธานี
"""
PROVINCES = _PROVINCES.split()


def agencies() -> list[str]:
    with (ROOT / "content" / "agencies.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row["name_th"] for row in csv.DictReader(file)]


@pytest.mark.parametrize(
    "text",
    [
        "สำนักงาน|นโยบาย|และแผน|ทรัพยากรธรรมชาติ|และสิ่งแวดล้อม",
        "สำนักงาน|คณะกรรมการ|การศึกษา|ขั้นพื้นฐาน",
        "สำนักงาน|สภาพัฒนา|การเศรษฐกิจ|และสังคม|แห่งชาติ",
        "กระทรวง|การอุดมศึกษา |วิทยาศาสตร์ |วิจัย|และนวัตกรรม",
        "สถาบัน|รับรอง|คุณภาพ|สถานพยาบาล |(องค์การมหาชน)",
        "กรม|การปกครอง",
        "รางวัล|คุณภาพ|การบริหารจัดการ|ภาครัฐ |ระดับดีเด่น|และรายหมวด",
        "กรม|การ์ตูน",  # การ is a word, การ์ is none
        "องค์การ|บริหารส่วนตำบล|บ้านใหม่หนองไทร",
        "จังหวัด|พระนครศรีอยุธยา",
        "Office |of |the |Prime |Minister",
        "PMQA/|ภาครัฐ-|ดิจิทัล 4.0",  # a number stays with its word
        "วันที่|หนึ่ง · |09:00–16:30 น. · |ห้อง 2, |อาคาร 5-10",
    ],
)
def test_a_name_comes_apart_between_its_words(text):
    assert "|".join(seams.pieces(text.replace("|", ""))) == text


def test_no_piece_begins_with_a_mark_or_ends_with_a_leading_vowel_or_a_word_that_leans():
    for name in [*agencies(), *(f"สำนักงานสาธารณสุขจังหวัด{one}" for one in PROVINCES)]:
        pieces = seams.pieces(name)
        assert "".join(pieces) == name
        assert all(piece[0] not in "ะัาำิีึืฺุู็่้๊๋์ํๅๆฯ" for piece in pieces)
        assert all(piece.rstrip()[-1] not in "เแโใไ" for piece in pieces)
        assert all(piece.strip() not in seams.LEANING for piece in pieces)


def test_no_province_is_torn():
    torn = [
        one
        for one in PROVINCES
        for before in ("จังหวัด", "สำนักงานสาธารณสุขจังหวัด", "มหาวิทยาลัยราชภัฏ", "ศาลากลางจังหวัด")
        if not seams.pieces(before + one)[-1].endswith(one)
    ]
    assert not torn


def test_what_is_not_known_stays_whole():
    assert seams.pieces("กฐินปื้ปู่ญาณวิสุทธิ์") == ("กฐินปื้ปู่ญาณวิสุทธิ์",)
    assert seams.pieces("") == ()


def test_letters_keep_their_marks_and_vowels():
    assert seams.letters("เก้าอี้น้ำ ปู่") == ["เก้า", "อี้", "น้ำ", " ", "ปู่"]
    assert seams.letters("วงศ์จันทร์") == ["วงศ์", "จั", "นทร์"]
    assert "".join(seams.letters("ะ์เ ไม่ A1")) == "ะ์เ ไม่ A1"


def test_the_name_of_a_person_comes_apart_at_spaces_but_never_behind_na():
    assert seams.words("คุณหญิงมาลี สมมติ ณ อยุธยา") == ["คุณหญิงมาลี ", "สมมติ ", "ณ อยุธยา"]
