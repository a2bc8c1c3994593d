"""The files of a course pack: which there may be, under which names and how big; what stands in them is reader's matter."""

import re
from collections.abc import Mapping

from portal.core.i18n import _

COURSE = "course.toml"
QUIZ = "quiz.toml"
GLOSSARY = "glossary.toml"
LESSON = ".md"
IMAGES = "img"
IMAGE_TYPES = {".svg": "image/svg+xml", ".png": "image/png"}

MOST_BYTES_OF_TEXT = 256 * 1024
MOST_BYTES_OF_AN_IMAGE = 1024 * 1024
MOST_BYTES = 20 * 1024 * 1024
MOST_FILES = 1000
LONGEST_PATH = 200

_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*\.[a-z0-9]+")
# Words that stand in the same place of an address: /learn/<course>/files/…, /learn/<course>/glossary, /learn/<course>/<module>/quiz.
TAKEN_BY_ADDRESSES = frozenset({IMAGES, "files", "glossary", "notes", "offline", "print", "quiz"})


def is_code(text: str) -> bool:
    """Whether a course, a module or a lesson may be called so in an address."""
    return len(text) <= 40 and _CODE.fullmatch(text) is not None and text not in TAKEN_BY_ADDRESSES


def ending(path: str) -> str:
    return path[path.rfind(".") :] if "." in path else ""


def is_image(path: str) -> bool:
    return path.startswith(f"{IMAGES}/") and ending(path) in IMAGE_TYPES


def most_bytes(path: str) -> int:
    """How big the file at this path may be."""
    return MOST_BYTES_OF_AN_IMAGE if is_image(path) else MOST_BYTES_OF_TEXT


def printable(path: str) -> str:
    """A path of any kind so that it can be shown on one line."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in path) or "?"


def fault_of_path(path: str) -> str:
    """What is wrong with a path, "" for a good one: `course.toml`, `glossary.toml`, `<module>/quiz.toml`, `<module>/<lesson>.md`, `img/<name>`."""
    folder, _slash, name = path.rpartition("/")
    if path.startswith("/") or "\\" in path or ".." in path.split("/") or re.match(r"[A-Za-z]:", path):
        return _("ที่อยู่ของไฟล์ออกนอกโฟลเดอร์ของหลักสูตร")
    if path in (COURSE, GLOSSARY):
        return ""
    if len(path) > LONGEST_PATH or not _NAME.fullmatch(name) or not (folder == IMAGES or is_code(folder)):
        return _(
            "ไม่รู้จักไฟล์นี้ ในหลักสูตรมีได้เพียง course.toml, glossary.toml, <บท>/quiz.toml, <บท>/<บทเรียน>.md และ img/<ภาพ> ชื่อใช้ a–z 0–9 และขีดกลาง"
        )
    if folder == IMAGES:
        return "" if ending(name) in IMAGE_TYPES else _("ภาพต้องเป็น .svg หรือ .png")
    if name != QUIZ and ending(name) != LESSON:
        return _("ไม่รู้จักไฟล์ชนิดนี้ ในโฟลเดอร์ของบทมีได้เพียง quiz.toml และ .md")
    return ""


def fault_of_size(path: str, body: bytes) -> str:
    """What is wrong with the size of a file, "" for a good one."""
    most = most_bytes(path)
    if len(body) > most:
        return _("ไฟล์ใหญ่เกินไป ต้องไม่เกิน %(most)d กิโลไบต์", most=most // 1024)
    return ""


def fault_of_all(files: Mapping[str, bytes]) -> str:
    """What is wrong with the size of the whole pack, "" for a good one."""
    if len(files) > MOST_FILES:
        return _("หลักสูตรมีไฟล์มากเกินไป ต้องไม่เกิน %(most)d ไฟล์", most=MOST_FILES)
    if sum(map(len, files.values())) > MOST_BYTES:
        return _("หลักสูตรใหญ่เกินไป ต้องไม่เกิน %(most)d เมกะไบต์", most=MOST_BYTES // 1024 // 1024)
    return ""
