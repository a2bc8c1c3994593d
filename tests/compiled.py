"""Templates compiled once for a whole run: kept on disk for all its workers, both databases and every further app."""

from pathlib import Path

from flask import Flask
from jinja2 import Environment
from jinja2.bccache import Bucket, FileSystemBytecodeCache


class _OfLanguage(FileSystemBytecodeCache):
    """A template holds the sentences of one language, and is kept apart from that of the other."""

    def get_bucket(self, environment: Environment, name: str, filename: str | None, source: str) -> Bucket:
        language = getattr(environment, "language", "")
        return super().get_bucket(environment, f"{language} {name}", filename, source)


def keep_in(folder: Path) -> None:
    """Let every app keep its templates there. No other run may: they hold what our filters made of constants."""
    folder.mkdir(exist_ok=True)
    Flask.jinja_options = {"bytecode_cache": _OfLanguage(str(folder))}
