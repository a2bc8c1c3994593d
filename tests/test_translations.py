"""Every sentence of the interface exists in English: Thai stands in the code, English in the catalogue."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from config import ROOT

PORTAL = ROOT / "portal"
ENGLISH = PORTAL / "translations" / "en" / "LC_MESSAGES" / "messages.po"
KEYWORDS = ["-k", "_l", "-k", "_n:1,2"]

THAI = re.compile(r"[\u0e00-\u0e7f]+")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
# The two choices that authors must write in Thai, and the name that tags a figure.
SAID_AS_IT_STANDS = {"ถูก", "ผิด", "กรมตัวอย่าง"}
MARKS = re.compile(r"!!! \w+|!\[|<!DOCTYPE>")  # exclamation marks that authors write
SENTENCES = {"_", "_l", "_n"}

# Thai in code that is no sentence of the interface: names of months, letters, content, the headings and
# words that a table of an office may hold, what a placeholder is called, the keys of a Thai keyboard, the น. after an
# hour, the name of a file that has none.
THAI_BY_NATURE = {
    "accounts/erasure.py",
    "accounts/agency_table.py",
    "accounts/passwords.py",
    "accounts/people_table.py",
    "app.py",
    "attendance/attendance_rows.py",
    "attendance/attendance_table.py",
    "attendance/minutes.py",
    "attendance/roster_table.py",
    "authoring/foreign_marks.py",
    "authoring/foreign_text.py",
    "awards/entries.py",
    "certificates/forgetting.py",  # the reason that is stored with what is ended; its page says it in both languages
    "certificates/papers.py",
    "core/dates.py",
    "core/errors.py",
    "core/forms.py",
    "core/i18n.py",
    "core/markup.py",
    "core/markup_shapes.py",
    "core/names.py",
    "core/seams.py",
    "core/thai.py",
    "core/typeset.py",
    "courses/choice_shapes.py",
    "courses/course.py",
    "courses/figures.py",
    "courses/search_keys.py",
    "courses/style.py",
    "courses/wording.py",
    "demo.py",
    "fact_places.py",
    "learning/answering.py",
    "learning/sample_answers.py",
    "learning/attempt_views.py",
    "organize/placeholders.py",
    "participation/forms.py",
    "participation/tickets.py",
    "programme/filenames.py",
    "xapi/statements.py",
}


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The messages of code and templates as they are now."""
    out = tmp_path_factory.mktemp("messages") / "messages.pot"
    command = [sys.executable, "-m", "babel.messages.frontend", "-q", "extract", "-F", "babel.cfg"]
    subprocess.run([*command, *KEYWORDS, "-o", str(out), "portal"], cwd=ROOT, check=True)
    with out.open("rb") as file:
        return read_po(file)


@pytest.fixture(scope="module")
def english() -> Catalog:
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en")


def _forms(text: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or [])


def _messages(catalog: Catalog) -> Iterator[tuple[Message, list[str], list[str]]]:
    """Each message with its Thai and its English forms."""
    for message in catalog:
        if message.id:
            yield message, _forms(message.id), _forms(message.string)


def test_every_sentence_has_its_english(used: Catalog, english: Catalog) -> None:
    missing = []
    for message, thai, _none in _messages(used):
        found = english.get(thai[0])
        if found is None or found.fuzzy or found.id != message.id or not all(_forms(found.string)):
            missing.append(message.id)
    assert not missing, (
        f"{len(missing)} without English; run `make translations` and write them: {missing[:10]}"
    )


def test_no_english_is_kept_for_a_sentence_that_is_gone(used: Catalog, english: Catalog) -> None:
    assert not {str(message.id) for message, *_both in _messages(english)} - {
        str(message.id) for message, *_both in _messages(used)
    }


def test_the_english_keeps_every_placeholder(english: Catalog) -> None:
    wrong = [
        message.id
        for message, thai, forms in _messages(english)
        for form in filter(None, forms)
        if sorted(PLACEHOLDER.findall(form)) != sorted(PLACEHOLDER.findall(thai[0]))
        or list(message.check(english))
    ]
    assert not wrong


def test_the_english_is_english(english: Catalog) -> None:
    """No Thai, no exclamation mark, no year of the Buddhist era where the Thai names one, nothing loose at its ends."""
    wrong = [
        form
        for _message, thai, forms in _messages(english)
        for form in forms
        if set(THAI.findall(form)) - SAID_AS_IT_STANDS
        or "!" in MARKS.sub("", form)
        or ("2566" in thai[0] and "2566" in form)
        or form != form.strip()
        or ("  " in form and "  " not in thai[0])
    ]
    assert not wrong


def test_the_makefile_collects_as_this_test_does() -> None:
    assert f"extract -F babel.cfg {' '.join(KEYWORDS)} " in (ROOT / "Makefile").read_text(encoding="utf-8")


def _bare_in_code(path: Path) -> Iterator[str]:
    """Thai text of a module that no `_()` holds, docstrings aside."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    held: set[int] = set()
    for node in ast.walk(tree):
        is_sentence = (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SENTENCES
        )
        if is_sentence or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            held |= {id(inner) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in held:
            yield from THAI.findall(node.value)


def _bare_in_template(path: Path) -> list[str]:
    """Thai text of a template outside of `_()`, trans blocks and comments; the language names itself."""
    text = path.read_text(encoding="utf-8")
    for pattern in (
        r"\{#.*?#\}",
        r"<!--.*?-->",
        r"\{%-?\s*trans.*?endtrans",
        r"\b_\(\s*'(?:[^'\\]|\\.)*'",
        r"<button[^>]* lang=\"th\"[^>]*>ไทย<",
    ):
        text = re.sub(pattern, "", text, flags=re.DOTALL)
    return THAI.findall(text)


def test_no_sentence_is_said_in_thai_only() -> None:
    bare = {}
    for path in sorted(PORTAL.rglob("*.py")):
        name = path.relative_to(PORTAL).as_posix()
        if name not in THAI_BY_NATURE and (found := list(_bare_in_code(path))):
            bare[name] = found
    for path in sorted(file for file in (PORTAL / "templates").rglob("*") if file.is_file()):
        if found := _bare_in_template(path):
            bare[path.relative_to(PORTAL).as_posix()] = found
    assert not bare
