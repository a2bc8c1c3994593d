"""Reads the environment once, through typed readers that refuse a bad value with one clear line; create_app takes it from here."""

import os
import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).parent
MOST_MB = 4_096  # of one file: a file system or a proxy may well take less


class BadSetting(SystemExit):
    """Stops the start: the message names the variable, what is wrong, and what is taken."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")


def _url(environ: Mapping[str, str], name: str, schemes: tuple[str, ...], default: str) -> str:
    """An address; one that is refused is not repeated, for it may hold a password."""
    value = environ.get(name, "").strip() or default
    try:
        parts = urlsplit(value)
        needs_host = parts.scheme in ("http", "https") and not parts.hostname
    except ValueError as no:
        raise BadSetting(name, f"is no address: {no}") from None
    if parts.scheme not in schemes or needs_host:
        raise BadSetting(name, "must begin with one of: " + ", ".join(f"{scheme}://" for scheme in schemes))
    return value


def _whole_number(environ: Mapping[str, str], name: str, default: int) -> int:
    value = environ.get(name, "").strip()
    if not value:
        return default
    if not value.isdecimal():
        raise BadSetting(name, f"{value!r} must be a whole number, zero or more")
    return int(value)


def _moment(environ: Mapping[str, str], name: str) -> datetime | None:
    value = environ.get(name, "").strip()
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise BadSetting(name, f"{value!r} must be a moment such as 2023-02-13T09:00:00+07:00") from None
    if moment.tzinfo is None:
        raise BadSetting(name, f"{value!r} needs its offset, such as +07:00")
    return moment


def _flag(environ: Mapping[str, str], name: str) -> bool:
    value = environ.get(name, "").strip().lower()
    if value not in ("", "0", "1", "false", "true"):
        raise BadSetting(name, f"{value!r} must be 1 or 0")
    return value in ("1", "true")


def _secret(environ: Mapping[str, str], *, demo: bool, instance: Path) -> str:
    value = environ.get("PORTAL_SECRET_KEY", "").strip()
    if value:
        if len(value) < 32:
            raise BadSetting("PORTAL_SECRET_KEY", "must be at least 32 characters long")
        return value
    if not demo:
        raise BadSetting(
            "PORTAL_SECRET_KEY",
            "is not set; make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))'",
        )
    return _kept_demo_secret(instance / "demo-secret")


def _kept_demo_secret(path: Path) -> str:
    """A demonstration keeps its key beside its data, so that a second `make run` keeps people signed in."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return path.read_text(encoding="ascii").strip()


def _storage(environ: Mapping[str, str], instance: Path) -> str:
    """Where files are kept: a folder, made where it is not there, or a bucket of S3, perhaps with a prefix."""
    name = "PORTAL_STORAGE_URL"
    url = _url(environ, name, ("file", "s3"), (instance / "blobs").as_uri())
    parts = urlsplit(url)
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise BadSetting(name, "takes no keys and no options; S3 reads them from AWS_… in the environment")
    if parts.scheme == "s3":
        if not parts.hostname:
            raise BadSetting(name, "must name a bucket: s3://bucket/prefix")
        return url
    if parts.netloc or not parts.path.strip("/"):
        raise BadSetting(name, "must name a folder by its whole path: file:///srv/portal/blobs")
    try:
        Path(unquote(parts.path)).mkdir(parents=True, exist_ok=True)
    except OSError as no:
        raise BadSetting(name, f"the folder cannot be used: {no.strerror}") from None
    return url


def _record_store(environ: Mapping[str, str]) -> str | None:
    """Where xAPI statements go, its keys in the address; None where nothing is said. One that is refused is not repeated."""
    name = "PORTAL_LRS_URL"
    if not environ.get(name, "").strip():
        return None
    url = _url(environ, name, ("http", "https"), "")
    parts = urlsplit(url)
    if not url.isascii() or not url.isprintable() or " " in url:
        raise BadSetting(name, "must be written in ASCII without spaces; anything else as %XX")
    if parts.query or parts.fragment:
        raise BadSetting(name, "takes no ? and no #: https://key:secret@lrs.example/xapi")
    if (parts.username is None) != (parts.password is None):
        raise BadSetting(name, "needs both keys or none: https://key:secret@lrs.example/xapi")
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise BadSetting(name, "its port must be a number from 1 to 65535")
    return url.rstrip("/")


def _megabytes(environ: Mapping[str, str], name: str, default: int) -> int:
    value = _whole_number(environ, name, default)
    if not 1 <= value <= MOST_MB:
        raise BadSetting(name, f"{value} must be from 1 to {MOST_MB}")
    return value


def _instance(environ: Mapping[str, str]) -> Path:
    """The folder of the installation, made where it is not there."""
    folder = Path(environ.get("PORTAL_INSTANCE", "").strip() or ROOT / "instance").absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as no:
        raise BadSetting("PORTAL_INSTANCE", f"{str(folder)!r} cannot be used: {no.strerror}") from None
    return folder


def from_environment(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """The settings of the whole portal as Flask config. Refuses with BadSetting, which ends the process."""
    demo = _flag(environ, "PORTAL_DEMO")
    instance = _instance(environ)
    base_url = _url(environ, "PORTAL_BASE_URL", ("http", "https"), "http://127.0.0.1:8000").rstrip("/")
    database = _url(
        environ,
        "PORTAL_DATABASE_URL",
        ("sqlite", "postgresql", "postgres", "postgresql+psycopg"),
        f"sqlite:///{instance / 'portal.sqlite'}",
    )
    return {
        "DEMO": demo,
        "INSTANCE": instance,
        "SECRET_KEY": _secret(environ, demo=demo, instance=instance),
        "BASE_URL": base_url,
        "DATABASE_URL": database,
        "MAIL_URL": _url(
            environ, "PORTAL_MAIL_URL", ("smtp", "smtps", "file"), f"file://{instance / 'mail'}"
        ),
        "MAIL_FROM": environ.get("PORTAL_MAIL_FROM", "").strip()
        or "ห้องเรียนเขียนรายงาน <no-reply@portal.example>",
        "LRS_URL": _record_store(environ),
        "STORAGE_URL": _storage(environ, instance),
        "MATERIAL_MAX_MB": _megabytes(environ, "PORTAL_MATERIAL_MAX_MB", 100),
        "CLOCK": _moment(environ, "PORTAL_CLOCK"),
        "TRUSTED_PROXIES": _whole_number(environ, "PORTAL_TRUSTED_PROXIES", 0),
        "PAGE_CACHE_SECONDS": _whole_number(environ, "PORTAL_PAGE_CACHE_SECONDS", 5),
        "SESSION_COOKIE_SECURE": base_url.startswith("https:"),
        "CONTENT": ROOT / "content",
    }
