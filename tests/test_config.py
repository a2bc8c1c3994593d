"""The settings: what stands where nothing is said, and one clear line for everything that cannot be."""

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from config import ROOT, BadSetting, from_environment

KEY = "k" * 40


@pytest.fixture
def read(tmp_path: Path):
    """read(PORTAL_X="…") — the settings of an installation in a folder of its own."""

    def settings(**environ: str):
        return from_environment(
            {"PORTAL_INSTANCE": str(tmp_path / "instance"), "PORTAL_SECRET_KEY": KEY, **environ}
        )

    return settings


def refused(read, **environ: str) -> str:
    with pytest.raises(BadSetting) as no:
        read(**environ)
    line = str(no.value.code)
    assert "\n" not in line
    return line


def test_a_production_needs_its_secret_alone(read, tmp_path):
    settings = read()
    instance = tmp_path / "instance"
    assert instance.is_dir()
    assert settings["SECRET_KEY"] == KEY
    assert settings["DATABASE_URL"] == f"sqlite:///{instance}/portal.sqlite"
    assert settings["MAIL_URL"] == f"file://{instance}/mail"
    assert settings["STORAGE_URL"] == f"file://{instance}/blobs"
    assert (instance / "blobs").is_dir()
    assert settings["MATERIAL_MAX_MB"] == 100
    assert (settings["DEMO"], settings["CLOCK"], settings["TRUSTED_PROXIES"]) == (False, None, 0)
    assert (settings["PAGE_CACHE_SECONDS"], settings["SESSION_COOKIE_SECURE"]) == (5, False)


@pytest.mark.parametrize(
    "given",
    [{"PORTAL_SECRET_KEY": ""}, {"PORTAL_SECRET_KEY": "  "}, {"PORTAL_SECRET_KEY": "", "PORTAL_DEMO": "0"}],
)
def test_without_a_secret_nothing_starts_and_the_line_says_how_to_make_one(read, given):
    line = refused(read, **given)
    assert line.startswith("PORTAL_SECRET_KEY: is not set")
    assert "token_urlsafe" in line


def test_a_short_secret_is_refused_and_not_repeated(read):
    line = refused(read, PORTAL_SECRET_KEY="my-short-secret")
    assert line == "PORTAL_SECRET_KEY: must be at least 32 characters long"


def test_a_demonstration_makes_a_secret_and_keeps_it_to_itself(read, tmp_path):
    first = read(PORTAL_SECRET_KEY="", PORTAL_DEMO="1")["SECRET_KEY"]
    assert len(first) >= 32
    assert read(PORTAL_SECRET_KEY="", PORTAL_DEMO="1")["SECRET_KEY"] == first
    assert (tmp_path / "instance" / "demo-secret").stat().st_mode & 0o077 == 0
    assert read(PORTAL_DEMO="1")["SECRET_KEY"] == KEY


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORTAL_DATABASE_URL", "mysql://user:hunter2@host/portal"),
        ("PORTAL_DATABASE_URL", "user:hunter2@host/portal"),
        ("PORTAL_DATABASE_URL", "postgresql://[user:hunter2@host/portal"),
        ("PORTAL_MAIL_URL", "http://user:hunter2@mail.example"),
        ("PORTAL_MAIL_URL", "mail.example:25"),
        ("PORTAL_BASE_URL", "portal.example"),
        ("PORTAL_BASE_URL", "ftp://portal.example"),
        ("PORTAL_BASE_URL", "https://"),
        ("PORTAL_CLOCK", "yesterday"),
        ("PORTAL_CLOCK", "2023-02-13T09:00:00"),
        ("PORTAL_CLOCK", "13/2/2566"),
        ("PORTAL_TRUSTED_PROXIES", "-1"),
        ("PORTAL_TRUSTED_PROXIES", "one"),
        ("PORTAL_PAGE_CACHE_SECONDS", "1.5"),
        ("PORTAL_STORAGE_URL", "/srv/blobs"),
        ("PORTAL_STORAGE_URL", "gs://bucket"),
        ("PORTAL_STORAGE_URL", "s3://"),
        ("PORTAL_STORAGE_URL", "s3://key:hunter2@bucket"),
        ("PORTAL_STORAGE_URL", "s3://bucket?secret=hunter2"),
        ("PORTAL_STORAGE_URL", "file://srv/blobs"),
        ("PORTAL_STORAGE_URL", "file:///"),
        ("PORTAL_STORAGE_URL", "file:///dev/null/blobs"),
        ("PORTAL_MATERIAL_MAX_MB", "0"),
        ("PORTAL_MATERIAL_MAX_MB", "100 MB"),
        ("PORTAL_MATERIAL_MAX_MB", "5000"),
        ("PORTAL_DEMO", "yes"),
        ("PORTAL_INSTANCE", "/dev/null/instance"),
    ],
)
def test_a_bad_value_stops_the_start_with_one_line_that_names_it(read, name, value):
    line = refused(read, **{name: value})
    assert line.startswith(f"{name}: ")
    assert "hunter2" not in line


@pytest.mark.parametrize(
    ("name", "value", "key", "read_as"),
    [
        (
            "PORTAL_DATABASE_URL",
            "postgresql://u:p@host/portal",
            "DATABASE_URL",
            "postgresql://u:p@host/portal",
        ),
        (
            "PORTAL_DATABASE_URL",
            "sqlite:////srv/portal.sqlite",
            "DATABASE_URL",
            "sqlite:////srv/portal.sqlite",
        ),
        ("PORTAL_MAIL_URL", "smtps://mail.example", "MAIL_URL", "smtps://mail.example"),
        ("PORTAL_BASE_URL", "https://portal.example/", "BASE_URL", "https://portal.example"),
        ("PORTAL_BASE_URL", "https://portal.example", "SESSION_COOKIE_SECURE", True),
        (
            "PORTAL_CLOCK",
            "2023-02-13T09:00:00+07:00",
            "CLOCK",
            datetime.fromisoformat("2023-02-13T09:00:00+07:00"),
        ),
        ("PORTAL_STORAGE_URL", "s3://bucket/materials", "STORAGE_URL", "s3://bucket/materials"),
        ("PORTAL_MATERIAL_MAX_MB", "250", "MATERIAL_MAX_MB", 250),
        ("PORTAL_TRUSTED_PROXIES", "2", "TRUSTED_PROXIES", 2),
        ("PORTAL_PAGE_CACHE_SECONDS", "0", "PAGE_CACHE_SECONDS", 0),
        ("PORTAL_DEMO", "TRUE", "DEMO", True),
        ("PORTAL_MAIL_FROM", "ผู้จัด <a@b.example>", "MAIL_FROM", "ผู้จัด <a@b.example>"),
    ],
)
def test_a_good_value_is_taken(read, name, value, key, read_as):
    assert read(**{name: f" {value} "})[key] == read_as


def test_a_start_without_a_secret_ends_with_that_line_and_nothing_else(tmp_path):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    ended = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"],
        cwd=ROOT,
        env=kept | {"PORTAL_INSTANCE": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith("PORTAL_SECRET_KEY: is not set")
    assert ended.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_record_store_is_there_only_where_it_is_named(read):
    assert read()["LRS_URL"] is None
    url = "https://key:p%40ss@lrs.example:8443/xapi"
    assert read(PORTAL_LRS_URL=f" {url}/ ")["LRS_URL"] == url
    assert read(PORTAL_LRS_URL="http://lrs.example")["LRS_URL"] == "http://lrs.example"


@pytest.mark.parametrize(
    "value",
    [
        "lrs.example/hunter2",
        "ftp://key:hunter2@lrs.example",
        "https://:hunter2@",
        "https://hunter2@lrs.example",
        "https://key:hunter2@lrs.example/xapi?all=1",
        "https://key:hunter2@lrs.example/#top",
        "https://key:hunter2@lrs.example:http/xapi",
        "https://key:hunter2@lrs.example:0/xapi",
        "https://key:hunter2@lrs.example/x api",
        "https://key:hunter2ก@lrs.example/xapi",
        "https://[key:hunter2@lrs.example",
    ],
)
def test_a_record_store_that_cannot_be_is_refused_and_its_keys_are_not_repeated(read, value):
    line = refused(read, PORTAL_LRS_URL=value)
    assert line.startswith("PORTAL_LRS_URL: ")
    assert "hunter2" not in line
