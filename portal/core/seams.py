"""Where Thai written without spaces comes apart on paper: into words it knows, never inside a letter with its marks.

Browsers find Thai words by themselves; a paper's engine does not, and general word lists tear the names of agencies.
"""

import re
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

# What names of agencies, workshops and days are made of. A word that is missing only stays joined to the one before it.
_WORDS = """
    กรม กระทรวง กลาง กลุ่ม กอง กองทุน กองทัพ การเศรษฐกิจ การ กิจการ กิจกรรม กีฬา เกษตร เกษตรกร เกษตรกรรม เกียรติยศ
    ก่อสร้าง กำกับ กำลังคน กฎหมาย กระบวนการ
    ขนส่ง ขั้นพื้นฐาน ข้อมูล ข้าราชการ ข่าวกรอง เขต เขียน ครู คดี คณะ คณะกรรมการ คณะอนุกรรมการ คมนาคม ครอบครัว
    ความ ความปลอดภัย ความมั่นคง ความรู้ ความสำเร็จ ความร่วมมือ ความเป็นเลิศ คลัง ควบคุม ควบคุมโรค คอมพิวเตอร์ คุณธรรม คุณภาพ คุม คุมประพฤติ
    คุ้มครอง คุ้มครองแรงงาน ผู้บริโภค เครือข่าย เคล็ดลับ เครื่องมือ โครงการ โครงสร้าง ใต้ ไขกุญแจ
    งาน งบประมาณ เงิน จัดการ จัดทำ จัดสรร จังหวัด จริยธรรม จราจร จิต เจ้าหน้าที่ ชลประทาน ชนบท ชาติ ชุมชน ชาย เชิงปฏิบัติการ เชิงกลยุทธ์ ช่วยเหลือ
    ฐาน ดำเนินการ ดิจิทัล ดีเด่น ด้าน เด็ก เดินอากาศ โดย
    ต่อ ต่อต้าน ต่างประเทศ ตรวจ ตรวจสอบ ตรวจเงินแผ่นดิน ตรวจคนเข้าเมือง ตำรวจ ตลาด ตัวอย่าง ติดตาม
    ถิ่น ถ่ายทอด ถนน
    ทรัพยากร ทรัพยากรธรรมชาติ ทรัพยากรธรณี ทรัพยากรน้ำ ทรัพยากรทางทะเล ชายฝั่ง ทรัพยากรบุคคล ทรัพย์สิน ทะเบียน ทะเล ทาง ทางบก ทางปัญญา ทางหลวง ทางหลวงชนบท
    ทางอากาศ ทางน้ำ ทางราง ทหาร ทหารผ่านศึก ท้องถิ่น ท่องเที่ยว ที่ ที่ดิน ทุจริต เทคนิค เทคโนโลยี เทศบาล แทน แท้จริง โทรคมนาคม โทรทัศน์
    ธนารักษ์ ธรณี ธรรมชาติ ธุรกรรม ธุรกิจ ธุรการ ธุรกิจการค้า
    นคร นวัตกรรม นโยบาย น้ำ น้ำบาดาล นานาชาติ นายกรัฐมนตรี นำ นิติวิทยาศาสตร์ นิติบัญญัติ นักเรียน
    บริการ บริการสุขภาพ บริหาร บริหารจัดการ บริหารส่วนจังหวัด บริหารส่วนตำบล บรรเทา บังคับคดี บัญชี บัญชีกลาง บุคคล บุคลากร บูรณาการ บ้านเมือง
    ประกันสังคม ประกันสุขภาพ ประกอบ ประจำ ประจำปี ประชากร ประชาชน ประชาสัมพันธ์ ประชุม ประเทศ ประเทศไทย ประพฤติ ประมง ประเมิน ประเมินผล ประสาน ประสานงาน
    ปฏิบัติการ ปฏิรูป ปกครอง ปกครองส่วนท้องถิ่น ปลัด ปลัดกระทรวง ปลอดภัย ป้องกัน ปราบปราม ปรับปรุง ปรมาณู ปศุสัตว์ ปัญหา ป่า ป่าไม้ เป้าหมาย เป็น เปลี่ยนแปลง
    ผล ผลงาน ผลิตภัณฑ์ ผลลัพธ์ ผังเมือง ผู้ ผู้บริหาร ผู้สูงอายุ ผู้พิการ คนพิการ ผู้นำ ผู้รับบริการ แผน แผ่นดิน เผยแพร่
    ฝีมือ ฝีมือแรงงาน ฝ่าย ฝึกอบรม
    พฤติกรรม พลเรือน พลังงาน พลศึกษา พหุ พระพุทธศาสนา พระราชดำริ พัฒนา พัฒนาการ พันธุ์ พันธุ์พืช พัสดุ พาณิชย์ พืช พิจารณา พิชิต พิเศษ พิษ พื้นที่ พื้นฐาน เพื่อ แพทย์ แพทย์แผนไทย
    ภัย ภาค ภาครัฐ ภาคเหนือ ภาคใต้ ภาษี ภายใน ภายใต้ ภูมิภาค ภูมิสารสนเทศ
    มนุษย์ มลพิษ มหาดไทย มหานคร มหาวิทยาลัย มหาชน มั่นคง มาตรฐาน มาตรฐานสินค้า มาตรวิทยา มูลค่า เมือง แม่น้ำ
    และ แลกเปลี่ยน แรงงาน โรค โรงงาน โรงงานอุตสาหกรรม โรงเรียน โรงพยาบาล โรงพยาบาลส่งเสริมสุขภาพตำบล โยธาธิการ ไทย
    ยกระดับ ยา ยานยนต์ ยาเสพติด ยุติธรรม ยุทธศาสตร์ เยาวชน เยียวยา
    รถไฟ ระดับ ระดับดีเด่น ระบบ ระบบราชการ ระบาดวิทยา ระหว่าง ระหว่างประเทศ รักษา รักษาการณ์ รัฐ รัฐบาล รัฐบาลดิจิทัล รัฐวิสาหกิจ รัฐสภา รับรอง ราชการ ราชการส่วนท้องถิ่น ราชทัณฑ์ ราชภัฏ ราชมงคล ราชบัณฑิตยสภา
    รายงาน รายหมวด รางวัล ร่วม เรียนรู้
    เลขาธิการ ลงทุน ลด ลูกจ้าง
    วัฒนธรรม วัสดุ วิจัย วิจัยแห่งชาติ วิชาการ วิชาชีพ วิทยาเขต วิทยาลัย วิทยาลัยเทคนิค วิทยาศาสตร์ วิทยาศาสตร์การแพทย์ วิทยุ วินัย วิสาหกิจ วิสาหกิจขนาดกลาง ขนาดย่อม วิเคราะห์ เวชภัณฑ์ เวที แวดล้อม
    ศาล ศาลปกครอง ศาลยุติธรรม ศาลรัฐธรรมนูญ ศาสตร์ ศาสนา ศิลปากร ศิลปะ ศิลปวัฒนธรรม ศุลกากร ศูนย์ ศูนย์ปฏิบัติการ ศูนย์กลาง ศึกษา ศึกษาธิการ เศรษฐกิจ
    สมอง สมมติ สมาคม สวัสดิการ สวัสดิการสังคม สภา สภาพัฒนา สหกรณ์ สอบสวน สอบสวนคดีพิเศษ สถาน สถานพยาบาล สถานศึกษา สถาบัน สถาบันวิจัย สถิติ สถิติแห่งชาติ ส่งเสริม ส่งเสริมการเกษตร ส่วน ส่วนราชการ ส่วนกลาง ส่วนภูมิภาค สังคม สังกัด สัตว์ สัตว์ป่า สัตว์น้ำ สัมพันธ์
    สาธารณภัย สาธารณสุข สาธารณสุขจังหวัด สาธารณสุขอำเภอ สาธารณะ สามัญ สารสนเทศ สำนัก สำนักงาน สำนักงบประมาณ สำเร็จ สินค้า สิ่ง สิ่งแวดล้อม สิทธิมนุษยชน สืบสวน สุขภาพ สุขภาพจิต สู่ สู่ความเป็นเลิศ สร้าง สร้างเสริม สนับสนุน เสริมสร้าง สื่อสาร เสริม แห่ง แห่งชาติ แห่งประเทศไทย
    หน่วย หน่วยงาน หม่อนไหม หมวด หมู่บ้าน หลวง หลัก หลักประกัน หลักประกันสุขภาพ หลักสูตร หลากหลาย เหตุการณ์ หัวหน้า เหล่าทัพ
    องค์การ องค์การมหาชน องค์กร อนามัย อนุรักษ์ อบรม อวกาศ อัยการ อัยการสูงสุด อาชีพ อาชีวศึกษา อาเซียน อาวุโส อาหาร อำเภอ อำนวยการ ผู้อำนวยการ อิเล็กทรอนิกส์ อุดมศึกษา อุตสาหกรรม อุตสาหกรรมพื้นฐาน อุตุนิยมวิทยา อุทยาน อุทยานแห่งชาติ เอกชน
    เข้าร่วม เข้าถึง เขื่อน เชียงใหม่ ขอนแก่น สงขลานครินทร์ ธรรมศาสตร์ จุฬาลงกรณ์ นครราชสีมา ลำปาง ศรีสะเกษ พิษณุโลก กรุงเทพ กรุงเทพมหานคร ตำบล สมุทรปราการ ภูเก็ต พระนครศรีอยุธยา พิจิตร สกลนคร
    วัน วันที่ หนึ่ง สอง สาม สี่ ห้า เช้า บ่าย เปิด ปิด พิธี บรรยาย หัวข้อ แนวทาง เทคนิค ทักษะ ประสบการณ์ ตาม ใน ของ กับ ให้ จาก ถึง สำหรับ ผ่าน ก้าว
    ประเมินสถานะ สถานะ เกณฑ์ ตัวชี้วัด คุณค่า อย่าง ยั่งยืน โปร่งใส มีส่วนร่วม การมีส่วนร่วม ธรรมาภิบาล
"""
# Small words that go with what follows them, so that no line ends with one.
_LEANING = "การ ความ ผู้ ที่ และ แห่ง เพื่อ ของ ใน กับ โดย ด้าน จาก สู่ ตาม สำหรับ"
LEANING = frozenset(_LEANING.split())
WORDS = frozenset(_WORDS.split()) | LEANING
_LONGEST = max(map(len, WORDS))
# Behind spaces, hyphens and slashes; but a number stays with the word before it, and น. with its hour.
_BETWEEN_PARTS = re.compile(r"(?<=[ /-])(?<!\d-)(?!(?<=[^\d ·] )\d)(?![ /-]|น\.|·)(?!$)")
_THAI = re.compile("([\u0e00-\u0e7f]+)")
_BETWEEN_WORDS = re.compile(r"(?<= )(?<!\bณ )(?!$)")  # ณ อยุธยา is one
# A letter with what belongs to it: vowels before it, marks on it, vowels and signs behind it, and letters that are mute.
_LETTER = re.compile("[เ-ไ]*[^เ-ไ][ะ-ฺๅ-๎ฯ]*(?:[ก-ฮ]{1,2}[ิุ]?์)*|[เ-ไ]+")
_HANGS = re.compile("[ะ-ฺๅ-๎ฯ]|[ก-ฮ]{1,2}[ิุ]?์")  # never begins a line
_LEADS = "เแโใไ"  # never ends one
_LONG = 4  # letters of a word that is not likely to be a part of an unknown one


class _Word(NamedTuple):
    start: int
    end: int
    is_known: bool


@lru_cache(maxsize=4096)
def pieces(text: str) -> tuple[str, ...]:
    """The text cut where a line may end: behind spaces, hyphens and slashes, and between Thai words that are known.

    Joined they are the text again. What is not known is never cut, and goes with its neighbour where that may be a part of it.
    """
    return tuple(piece for part in _BETWEEN_PARTS.split(text) for piece in _of_part(part))


def words(text: str) -> list[str]:
    """The text cut behind its spaces only, as names of people may be."""
    return _BETWEEN_WORDS.split(text)


def letters(text: str) -> list[str]:
    """The text letter for letter, each with its marks: the last resort for what fits no line."""
    return _LETTER.findall(text)


def _of_part(part: str) -> list[str]:
    cut = [""]
    for at, run in enumerate(_THAI.split(part)):
        words = _cut(run) if at % 2 else [run]
        cut[-1] += words[0]  # brackets, digits and Latin stay with their neighbours
        cut += words[1:]
    return [piece for piece in cut if piece]


def _cut(run: str) -> list[str]:
    words = _words(run)
    cuts = [after.start for before, after in pairwise(words) if _may_part(run, before, after)]
    return [run[start:end] for start, end in pairwise([0, *cuts, len(run)])]


def _may_part(run: str, before: _Word, after: _Word) -> bool:
    if run[before.start : before.end] in LEANING:
        return False
    if before.is_known and after.is_known:
        return True
    known, other = (before, after) if before.is_known else (after, before)
    sure = known.end - known.start >= _LONG or before.start == 0 or run[known.start : known.end] in LEANING
    return sure and other.end - other.start >= _LONG


def _words(run: str) -> list[_Word]:
    """The run as words, the fewest letters unknown and then the fewest words; unknown letters side by side are one word."""
    best = [(0, 0, 0)]  # up to each letter: unknown letters, words, where the last one begins
    for end in range(1, len(run) + 1):
        ways = [(best[end - 1][0] + 1, best[end - 1][1] + 1, end - 1)]
        if _is_seam(run, end):
            ways += (
                (best[start][0], best[start][1] + 1, start)
                for start in range(max(0, end - _LONGEST), end)
                if run[start:end] in WORDS and _is_seam(run, start)
            )
        best.append(min(ways))
    words: list[_Word] = []
    end = len(run)
    while end:
        start = best[end][2]
        is_known = run[start:end] in WORDS
        if words and not is_known and not words[-1].is_known:
            words[-1] = _Word(start, words[-1].end, False)
        else:
            words.append(_Word(start, end, is_known))
        end = start
    return words[::-1]


def _is_seam(run: str, at: int) -> bool:
    return at in (0, len(run)) or (not _HANGS.match(run, at) and run[at - 1] not in _LEADS)
