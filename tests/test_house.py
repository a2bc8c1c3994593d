"""The house keeps its own rules (docs/architecture.md): floors only look down, doors commit, nothing grows without being looked at."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from config import ROOT

PORTAL = ROOT / "portal"
FLOORS = {
    "core": 0,
    "mail": 1,
    "accounts": 2,
    "awards": 3,
    "courses": 4,
    "programme": 4,
    "authoring": 5,
    "learning": 5,
    "participation": 5,
    "attendance": 6,
    "certificates": 7,
    "xapi": 7,
    "home": 8,
    "organize": 8,
}
ROOF = 9
# Inside a room: models, then rules, then forms, then pages.
PAGES = ("views", "manage")
DOORS = (*PAGES, "cli")
OTHER_DOORS = {"mail/delivery.py", "xapi/delivery.py", "demo.py", "jobs.py", "certificate_commands.py"}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "services", "managers", "misc"}
MEASURED_IMPORTS = {
    "zxingcpp",
    "cryptography",
    "fontTools",
    "uharfbuzz",
    "PIL",
    "xlsxwriter",
    "alembic",
    "flask_migrate",
    "markdownify",
}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def files() -> list[Path]:
    return sorted(PORTAL.rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(PORTAL).as_posix()


def room(path: Path) -> str:
    parts = path.relative_to(PORTAL).parts
    return parts[0] if len(parts) > 1 else ""


def floor(of_room: str) -> int:
    return FLOORS[of_room] if of_room else ROOF


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(tree(path)))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything a file imports."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)}:{node.lineno} relative import"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def portal_imports(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line, room and file of everything a file imports from the portal."""
    for line, dotted in imports(path):
        parts = dotted.split(".")
        if parts[0] != "portal":
            continue
        if len(parts) > 2 and (PORTAL / parts[1]).is_dir():
            yield line, parts[1], parts[2]
        elif len(parts) > 1:
            yield line, "", parts[1]


def test_every_room_stands_on_a_floor() -> None:
    rooms = {path.name for path in PORTAL.iterdir() if (path / "__init__.py").exists()}
    assert rooms <= set(FLOORS)


def test_floors_only_look_down() -> None:
    wrong = [
        f"{name(path)}:{line} looks up to {other or 'the roof'}"
        for path in files()
        for line, other, _file in portal_imports(path)
        if other != room(path) and floor(other) >= floor(room(path)) and room(path)
    ]
    assert not wrong, "\n".join(wrong)


def test_a_room_takes_models_and_rules_of_another_never_its_pages_or_forms() -> None:
    wrong = [
        f"{name(path)}:{line} takes {other}.{file}"
        for path in files()
        if room(path)
        for line, other, file in portal_imports(path)
        if other != room(path) and kind(file) in (*PAGES, "forms") and (other, file) != ("core", "forms")
    ]
    assert not wrong, "\n".join(wrong)


def kind(file: str) -> str:
    """What a file of a room is: team_views and manage_talks are pages as views and manage are, team_forms are forms."""
    words = file.split("_")
    return next((word for word in (words[0], words[-1]) if word in (*PAGES, "forms", "models")), file)


def rank(file: str) -> int:
    return {"models": 0, "forms": 2, "views": 3, "manage": 3}.get(kind(file), 1)


def test_inside_a_room_models_come_first_then_rules_then_forms_then_pages() -> None:
    wrong = [
        f"{name(path)}:{line} takes {file}"
        for path in files()
        for line, other, file in portal_imports(path)
        if other == room(path) and other not in ("", "core") and rank(file) > rank(path.stem)
    ]
    assert not wrong, "\n".join(wrong)


def test_no_package_says_anything_in_its_init() -> None:
    assert [name(path) for path in files() if path.name == "__init__.py" and path.read_text().strip()] == []


def test_imports_stand_at_the_top_unless_their_cost_was_measured() -> None:
    wrong = []
    for path in files():
        lines = path.read_text(encoding="utf-8").splitlines()
        top = {id(node) for node in tree(path).body}
        for node in nodes(path):
            if isinstance(node, ast.Import | ast.ImportFrom) and id(node) not in top:
                module = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
                reasoned = "#" in lines[node.lineno - 1]
                if not (reasoned and (module or "").split(".")[0] in MEASURED_IMPORTS):
                    wrong.append(f"{name(path)}:{node.lineno}")
    assert not wrong, "\n".join(wrong)


def calls(path: Path, method: str) -> Iterator[int]:
    for node in nodes(path):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method:
            yield node.lineno


def test_commits_stand_only_at_doors() -> None:
    wrong = [
        f"{name(path)}:{line}"
        for path in files()
        if kind(path.stem) not in DOORS and name(path) not in OTHER_DOORS
        for line in calls(path, "commit")
    ]
    assert not wrong, "\n".join(wrong)


def test_only_the_clock_reads_the_time() -> None:
    wrong = [
        f"{name(path)}:{node.lineno}"
        for path in files()
        if name(path) != "core/clock.py"
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("now", "utcnow", "today")
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("datetime", "date")
    ]
    assert not wrong, "\n".join(wrong)


def test_rules_know_nothing_of_requests() -> None:
    """Rule files never see request, session or flash (HOUSE rule: views thin, rules pure of HTTP)."""
    http = {
        "flask.request",
        "flask.session",
        "flask.flash",
        "flask.redirect",
        "flask.render_template",
        "flask.abort",
    }
    allowed = {"accounts/access.py", "mail/compose.py"}
    wrong = [
        f"{name(path)}:{line} takes {dotted}"
        for path in files()
        if room(path) not in ("", "core")
        and kind(path.stem) not in (*DOORS, "forms")
        and name(path) not in allowed
        for line, dotted in imports(path)
        if dotted in http
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", files(), ids=name)
def test_nothing_grows_beyond_its_size(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= 400, f"{name(path)} has {lines} lines: split it by topic"
    for node in nodes(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= 40, f"{name(path)}:{node.lineno} {node.name} has {length} lines"


def test_every_module_says_what_it_answers_for() -> None:
    silent = [
        name(path) for path in files() if path.name != "__init__.py" and not ast.get_docstring(tree(path))
    ]
    assert silent == []


def test_no_file_is_named_for_a_kind() -> None:
    assert [name(path) for path in files() if path.stem in FORBIDDEN_NAMES] == []
