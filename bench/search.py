"""Search: what its page costs over five hundred lessons as a multiple of "hello", whatever is looked for."""

import time
from itertools import cycle
from pathlib import Path
from statistics import quantiles
from urllib.parse import quote

from bench import pages, site
from bench.figures import Figure
from bench.pages import Page
from bench.server import Server, serving
from bench.traffic import Visitor
from config import ROOT
from portal.core.db import db
from portal.courses import catalog, editions, search, search_index

LESSONS, MOST = 500, 8
COURSES = ("pmqa40", "pmqa2562")
ROUNDS, HELLOS = 8, 300
TERMS = [
    "ผู้รับบริการ",
    "ผู้มีส่วนได้ส่วนเสีย",
    "ยุทธศาสตร์",
    "ตัวชี้วัด",
    "กระบวนการ",
    "ผลลัพธ์",
    "บุคลากร",
    "วัฒนธรรมองค์การ",
    "นวัตกรรม",
    "ดิจิทัล",
    "ค่าเป้าหมาย",
    "แนวโน้ม",
    "คู่เทียบ",
    "วิสัยทัศน์",
    "พันธกิจ",
    "ความท้าทาย",
    "ความเสี่ยง",
    "การเรียนรู้",
    "การถ่ายทอด",
    "การบูรณาการ",
    "ผู้ประเมิน",
    "หลักฐาน",
    "รายงานผลการดำเนินการ",
    "ระบบราชการ",
    "ภาคีเครือข่าย",
    "ธรรมาภิบาล",
    "ข้อร้องเรียน",
    "ความผูกพัน",
    "สมรรถนะ",
    "งบประมาณ",
]
WORDS = ("องค์การ", "ผู้รับบริการ", "PMQA4.0", "ผล", "การนำองค์การ ตัวชี้วัด", "ระบบราชการ 4.0", "น้ำล้างผลผลิต", "ไม่มีคำนี้")


def measured(folder: Path, log: Path) -> list[Figure]:
    """The page for each of these words, signed out, as asked again and as asked for the first time; and what an index of all costs."""
    here = site.make(folder)
    with here.open():
        fill()
        db.session.commit()
        lessons = _lessons()
        built = _seconds_to_build()
        found = {words: search.look_for(words).count for words in WORDS}
    asked = [
        Page(f"search over {lessons} lessons: {words} ({found[words]})", f"/search?q={quote(words)}", MOST)
        for words in WORDS
    ]
    with (
        serving("bench.hello:app", {}, workers=1, alive="/", log=log) as hello,
        serving(site.TARGET, here.environ, workers=1, alive="/healthz", log=log) as portal,
    ):
        figures = pages.ratios(hello, portal, asked, rounds=5)
        bare, first = _first_ms(hello, portal)
    new = Figure(
        f"search over {lessons} lessons, words never asked before",
        first / bare,
        "× hello",
        at_most=MOST,
        note=f"{first:.2f} ms; hello {bare:.3f} ms beside it",
    )
    return [*figures[1:], new, Figure(f"index of {lessons} lessons, made", built, "s of CPU")]


def _first_ms(hello: Server, portal: Server) -> tuple[float, float]:
    """CPU milliseconds for hello and for a word that this server was not asked for yet: terms without their first or last letters.

    As in pages.ratios hello is asked anew right before each burst, and of both the burst at the first quarter counts.
    """
    visitors = Visitor(hello.port), Visitor(portal.port)
    bare, costs, known = [], [], {*TERMS, *WORDS}
    for cut in range(1, ROUNDS + 1):
        long = [term for term in TERMS if len(term) > cut + 2]
        words = {*(term[cut:] for term in long), *(term[:-cut] for term in long)} - known
        known |= words
        bare.append(_burst(hello, visitors[0], ["/"] * HELLOS))
        costs.append(_burst(portal, visitors[1], [f"/search?q={quote(word)}" for word in sorted(words)]))
    for visitor in visitors:
        visitor.close()
    return quantiles(bare, n=4)[0], quantiles(costs, n=4)[0]


def _burst(server: Server, visitor: Visitor, paths: list[str]) -> float:
    before = server.cpu_seconds()
    for path in paths:
        visitor.get(path)
    return 1000 * (server.cpu_seconds() - before) / len(paths)


def fill() -> None:
    """Publish the real courses again under other names, in turn, until there are so many lessons."""
    known = catalog.courses()
    lessons = {
        course.code: sum(len(part.lessons) for part in course.modules if part.is_published)
        for course in known
    }
    packs = {code: editions.read_folder(ROOT / "content" / "courses" / code) for code in COURSES}
    count = sum(lessons.values())
    for copy, code in enumerate(cycle(COURSES), start=1):
        if count >= LESSONS:
            return
        editions.publish(f"{code}-{copy}", packs[code], by=None)
        count += lessons[code]


def _lessons() -> int:
    return sum(
        len(module.lessons)
        for course in catalog.courses()
        for module in course.modules
        if module.is_published
    )


def _seconds_to_build() -> float:
    began = time.process_time()
    for course in catalog.courses():
        search_index.build(course)
    return time.process_time() - began
