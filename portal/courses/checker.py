"""A whole pack checked, every fault with its file and line; what a key means is reader's matter, whether to publish editions'."""

from collections.abc import Iterator, Mapping

from portal.core.i18n import _
from portal.core.toml import Finding
from portal.courses import figures, pack, pictures, reader
from portal.courses.prose import Prose


def check(code: str, files: Mapping[str, bytes]) -> list[Finding]:
    """All faults of the pack in the order of its files and lines; [] for one that may be published."""
    findings = list(_faults_of_files(code, files))
    usable = {path: body for path, body in files.items() if not pack.fault_of_path(path)}
    course, prose = reader.read(code, usable)
    listed = set(prose.seen)
    reader.read_unlisted(prose)
    if course is not None:
        findings += _unused(prose, listed)
    findings += prose.findings
    findings += _broken_anchors(prose)
    findings += figures.broken_tags(usable)
    findings += figures.contradictions(figures.figures_in(usable))
    return sorted(set(findings), key=lambda finding: (finding.file, finding.line, finding.text))


def _faults_of_files(code: str, files: Mapping[str, bytes]) -> Iterator[Finding]:
    """What is wrong with names, sizes and images, whatever the texts say."""
    if not pack.is_code(code):
        yield Finding(
            pack.COURSE, 1, _("ใช้ %(code)s เป็นรหัสหลักสูตรไม่ได้ ใช้ a–z 0–9 และขีดกลาง", code=pack.printable(code))
        )
    if fault := pack.fault_of_all(files):
        yield Finding(pack.COURSE, 1, fault)
    for path, body in files.items():
        if fault := pack.fault_of_path(path):
            yield Finding(pack.printable(path), 1, fault)
        elif pack.is_image(path):
            fault = pack.fault_of_size(path, body)
            found = [(1, fault)] if fault else pictures.faults(path, body)
            yield from (Finding(path, line, text) for line, text in found)


def _unused(prose: Prose, listed: set[str]) -> Iterator[Finding]:
    for path in prose.files:
        if pack.is_image(path) and path not in prose.images:
            yield Finding(path, 1, _("ไม่มีบทเรียนใดใช้ภาพนี้"))
        elif not pack.is_image(path) and path not in listed:
            yield Finding(path, 1, _("ไม่มีบทที่เผยแพร่แล้วใดใช้ไฟล์นี้ ตรวจ status และ lessons ใน course.toml"))


def _broken_anchors(prose: Prose) -> Iterator[Finding]:
    for anchor in prose.anchors:
        if anchor.lesson in prose.ids and anchor.id not in prose.ids[anchor.lesson]:
            yield Finding(
                anchor.file,
                anchor.line,
                _("ไม่มีหัวข้อ #%(id)s ใน %(lesson)s", id=anchor.id, lesson=anchor.lesson),
            )
