"""Courses from and to the folders of `content/courses/`: all of them checked, those that changed published; editions keeps what was published."""

from collections.abc import Iterator
from pathlib import Path

from portal.accounts.models import User
from portal.core.i18n import _
from portal.core.toml import Finding
from portal.courses import checker, editions, figures, pack, style, wording
from portal.courses.models import Edition

FOLDER = "courses"


def check_folder(content: Path) -> list[Finding]:
    """Every fault of every course below `content/courses`, by its path in `content`."""
    findings = [finding for folder in _folders(content) for finding in _findings(content, folder)]
    told = {(finding.file, finding.line) for finding in findings}
    return findings + [one for one in _contradictions(content) if (one.file, one.line) not in told]


def style_of_folder(content: Path) -> list[Finding]:
    """What authors should look at again in the courses below `content/courses`, by its path in `content`; nothing is refused."""
    claims = wording.claims_in(content)
    return [
        _placed(content, folder, finding)
        for folder in _folders(content)
        for finding in style.warnings(folder.name, editions.read_folder(folder), claims)
    ]


def load_folder(content: Path, *, by: User | None = None, note: str = "") -> list[Edition]:
    """Publish the courses whose files changed, and give the new editions back. Refuses all of them with BrokenPack when one is broken.

    A folder that was an edition already is left: what authors published on the web since then is not taken back by a restart.
    """
    changed = []
    findings: list[Finding] = []
    for folder in _folders(content):
        files = editions.read_folder(folder)
        if not editions.was_published(folder.name, files):
            changed.append((folder.name, files))
            findings += _findings(content, folder)
    if findings:
        raise editions.BrokenPack(findings)
    editions_or_none = [editions.publish_checked(code, files, by=by, note=note) for code, files in changed]
    return [edition for edition in editions_or_none if edition]


def dump(code: str, folder: Path, *, number: int | None = None) -> Edition:
    """Write the files of an edition (the current one) into an empty folder. Refuses UnknownEdition, FolderInUse."""
    edition = editions.by_number(code, number) if number is not None else editions.current_of(code)
    if edition is None:
        raise editions.UnknownEdition(_("ยังไม่มีหลักสูตร %(code)s", code=code))
    editions.write_folder(editions.files_of(edition), folder)
    return edition


def _folders(content: Path) -> list[Path]:
    return [path for path in sorted((content / FOLDER).glob("*")) if path.is_dir()]


def _findings(content: Path, folder: Path) -> Iterator[Finding]:
    yield from _strays(content, folder)
    for finding in checker.check(folder.name, editions.read_folder(folder)):
        yield _placed(content, folder, finding)


def _contradictions(content: Path) -> Iterator[Finding]:
    """Figures of the invented agency that one course tells otherwise than another: all courses tell one story."""
    return figures.contradictions(
        figure._replace(file=f"{folder.relative_to(content).as_posix()}/{figure.file}")
        for folder in _folders(content)
        for figure in figures.figures_in(editions.read_folder(folder))
    )


def _strays(content: Path, folder: Path) -> Iterator[Finding]:
    """What stands in the folder but can be no part of a pack: links, which may lead out of it."""
    for path in (folder, *sorted(folder.rglob("*"))):
        if path.is_symlink():
            name = pack.printable(path.relative_to(content).as_posix())
            yield Finding(name, 1, _("ใช้ลิงก์ (symbolic link) ในหลักสูตรไม่ได้ วางไฟล์จริงแทน"))


def _placed(content: Path, folder: Path, finding: Finding) -> Finding:
    return Finding(f"{folder.relative_to(content).as_posix()}/{finding.file}", finding.line, finding.text)
