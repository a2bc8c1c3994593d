"""Every sentence of the interface exists in English: Thai stands in the code, English in the catalogue."""

import subprocess
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from config import ROOT

ENGLISH = ROOT / "portal" / "translations" / "en" / "LC_MESSAGES" / "messages.po"


def _used(tmp_path: Path) -> Catalog:
    out = tmp_path / "messages.pot"
    command = [sys.executable, "-m", "babel.messages.frontend", "-q", "extract", "-F", "babel.cfg"]
    command += ["-k", "_l", "-k", "_n:1,2", "-o", str(out), "portal"]
    subprocess.run(command, cwd=ROOT, check=True)
    with out.open("rb") as file:
        return read_po(file)


def _texts(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def test_every_sentence_has_its_english(tmp_path: Path) -> None:
    with ENGLISH.open("rb") as file:
        english = read_po(file, locale="en")
    missing = []
    for message in _used(tmp_path):
        if not message.id:
            continue
        found = english.get(message.id)
        if found is None or found.fuzzy or not all(_texts(found)):
            missing.append(message.id)
    assert not missing, f"{len(missing)} without English; run `make translations` and write them: {missing[:10]}"


def test_the_english_keeps_every_placeholder(tmp_path: Path) -> None:
    with ENGLISH.open("rb") as file:
        english = read_po(file, locale="en")
    wrong = [str(error) for message in english for error in message.check(english)]
    assert not wrong


def test_no_english_is_kept_for_a_sentence_that_is_gone(tmp_path: Path) -> None:
    used = {str(message.id) for message in _used(tmp_path)}
    with ENGLISH.open("rb") as file:
        left = [message.id for message in read_po(file, locale="en") if message.id and str(message.id) not in used]
    assert not left
