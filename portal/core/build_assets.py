"""Makes portal/static/built at set-up: fonts subset, stylesheets joined and minified, names hashed; core.assets serves them.

Run as `python -m portal.core.build_assets`; it does nothing when no source changed since the last run.
"""

import gzip
import hashlib
import io
import json
import os
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import fontpkg

from portal.core.assets import BUILT, NotBuilt, read_manifest

STATIC = BUILT.parent
CORE = (
    "tokens",
    "base",
    "layout",
    "components",
)  # joined to css/core.css, in the order in which they build on each other
TEXTUAL = (".css", ".js", ".svg")
CSS_URL = re.compile(r'url\("(?!data:)(?P<target>[^"]+)"\)')
# A line of its own: for who reads the source, not for the wire.
JS_REMARK = re.compile(r"^[ \t]*//[^\n]*\n", re.MULTILINE)
JS_IMPORT = re.compile(r'(?:from|import) *\(?"(?P<target>\./[\w-]+\.js)"')

LATIN = [*range(0x20, 0x7F), 0xA0, 0xA7, 0xA9, 0xAB, 0xB0, 0xB1, 0xB2, 0xB7, 0xBB, 0xBD, 0xD7, 0xE9]
MARKS = [ord(character) for character in "\u200b–—‘’“”•…‹›−≤≥←↑→↓"]
THAI = [*range(0x0E01, 0x0E3B), *range(0x0E3F, 0x0E5C), 0x25CC]
FEATURES = ["ccmp", "mark", "mkmk", "kern", "liga", "locl"]


@dataclass(frozen=True)
class Face:
    """One font file: its asset name, the weight of the family it is cut from, and the characters it keeps."""

    name: str
    weight: int
    characters: tuple[int, ...]


FACES = (
    Face("fonts/sarabun-400.woff2", 400, (*LATIN, *MARKS, *THAI)),
    Face("fonts/sarabun-600.woff2", 600, (*LATIN, *MARKS, *THAI)),
    Face("fonts/sarabun-300-figures.woff2", 300, tuple(map(ord, "0123456789–-/:.,% OP"))),
)


def subset(face: Face) -> bytes:
    """The face as woff2 with its characters and the shaping that Thai needs; the same bytes every time."""
    from fontTools import subset as cutting  # noqa: PLC0415 - 0.4 s of import that an unchanged set-up must not pay

    options = cutting.Options(flavor="woff2", hinting=False, layout_features=FEATURES, name_IDs=[1, 2])
    font = cutting.load_font(str(fontpkg.path("sarabun", face.weight)), options)
    cutter = cutting.Subsetter(options)
    cutter.populate(unicodes=face.characters)
    cutter.subset(font)
    target = io.BytesIO()
    cutting.save_font(font, target, options)
    return target.getvalue()


def minify(css: str) -> str:
    """The same rules without comments and needless space; strings stay as they are, and so does space around + and -."""
    parts = re.split(r'("[^"\n]*")', re.sub(r"/\*.*?\*/", "", css, flags=re.S))
    for at in range(0, len(parts), 2):
        text = re.sub(r"\s+", " ", parts[at])
        text = re.sub(r" ?([{};,>]) ?", r"\1", text).replace(";}", "}")
        parts[at] = re.sub(r"([{;(][\w-]+): ", r"\1:", text)
    return "".join(parts).strip()


def write(out: Path, name: str, content: bytes) -> str:
    """Write an asset below `out` with its hash in the name, and a .gz beside it if it is text; returns that name."""
    stem, dot, ending = name.rpartition(".")
    hashed = f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}{dot}{ending}"
    path = out / hashed
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    if name.endswith(TEXTUAL):
        Path(f"{path}.gz").write_bytes(gzip.compress(content, 9, mtime=0))
    return hashed


def relink(text: str, calls: re.Pattern[str], *, of: str, files: dict[str, str]) -> str:
    """The source of the asset `of`, with each target it calls (the pattern's named group) under its hashed name.

    Refuses with NotBuilt a target that does not exist.
    """
    folder = posixpath.dirname(of)

    def hashed(call: re.Match[str]) -> str:
        name = posixpath.normpath(posixpath.join(folder, call["target"]))
        if name not in files:
            raise NotBuilt(f"{of} asks for {call['target']!r}, which does not exist")
        path = posixpath.relpath(files[name], folder)
        return call[0].replace(call["target"], path if path.startswith("..") else f"./{path}")

    return calls.sub(hashed, text)


def stylesheets(static: Path) -> Iterator[tuple[str, str]]:
    """Name and source of each stylesheet that a page may ask for: core.css first, then one for each room, and print."""
    core = "\n".join((static / "css" / f"{name}.css").read_text("utf-8") for name in CORE)
    yield "css/core.css", core
    for path in sorted((static / "css").glob("*.css")):
        if path.stem not in CORE:
            yield f"css/{path.name}", path.read_text("utf-8")


def write_stylesheets(static: Path, out: Path, files: dict[str, str]) -> None:
    for name, source in stylesheets(static):
        linked = relink(minify(source), CSS_URL, of=name, files=files)
        files[name] = write(out, name, linked.encode())


def write_scripts(static: Path, out: Path, files: dict[str, str]) -> None:
    """Modules that import each other by "./name.js" are written after what they import. A circle is refused."""
    waiting = {f"js/{path.name}": path.read_text("utf-8") for path in sorted((static / "js").glob("*.js"))}
    while waiting:
        ready = {
            name: source
            for name, source in waiting.items()
            if not any(f"js/{target[2:]}" in waiting for target in JS_IMPORT.findall(source))
        }
        if not ready:
            raise NotBuilt(f"these scripts import each other in a circle: {', '.join(waiting)}")
        for name, source in ready.items():
            linked = relink(JS_REMARK.sub("", source), JS_IMPORT, of=name, files=files)
            files[name] = write(out, name, linked.encode())
            del waiting[name]


def sources(static: Path) -> list[Path]:
    folders = (static / folder for folder in ("css", "js", "img"))
    return sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())


def digest(static: Path) -> str:
    """One number for everything the build depends on: our sources, the font files, and this file itself."""
    total = hashlib.sha256(Path(__file__).read_bytes())
    for path in sources(static):
        total.update(str(path.relative_to(static)).encode() + b"\0" + path.read_bytes())
    for face in FACES:
        total.update(f"{face.name} {fontpkg.path('sarabun', face.weight).stat().st_size}".encode())
    return total.hexdigest()


def is_current(out: Path, mark: str) -> bool:
    """Whether `out` was built from exactly these sources and is whole."""
    try:
        manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return False
    return manifest.get("sources") == mark and all(
        (out / file).is_file() for file in manifest["files"].values()
    )


def clear(out: Path, keep: set[str]) -> None:
    """Remove files that neither this build nor the one before wrote: a server still running may serve the latter."""
    for path in out.rglob("*"):
        name = path.relative_to(out).as_posix().removesuffix(".gz")
        if path.is_file() and name not in keep and not name.startswith("manifest."):
            path.unlink(missing_ok=True)


def build(static: Path = STATIC, out: Path = BUILT) -> bool:
    """Build all assets into `out`; True if there was anything to do. The manifest is replaced last, in one step."""
    mark = digest(static)
    if is_current(out, mark):
        return False
    try:
        before = set(read_manifest(out).values())
    except NotBuilt:
        before = set()
    files = {face.name: write(out, face.name, subset(face)) for face in FACES}
    for path in sources(static):
        if path.suffix not in (".css", ".js"):
            name = path.relative_to(static).as_posix()
            files[name] = write(out, name, path.read_bytes())
    write_stylesheets(static, out, files)
    write_scripts(static, out, files)
    clear(out, before | set(files.values()))
    fresh = out / f"manifest.{os.getpid()}"
    fresh.write_text(json.dumps({"sources": mark, "files": files}, indent=1, sort_keys=True), "utf-8")
    fresh.replace(out / "manifest.json")
    return True


if __name__ == "__main__":
    print("assets built" if build() else "assets are up to date")
