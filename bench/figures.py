"""A figure with its target, and how all of them are told: as a table on the screen and in RESULTS.md with the machine."""

import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("flask", "granian", "sqlalchemy", "jinja2")
RESULTS = Path(__file__).parent / "RESULTS.md"

INTRODUCTION = """\
# Figures

`make bench` wrote this page. A ratio says how many times the CPU time of a bare Flask "hello" a request costs: both run under
the same server with one worker, in the same run, asked by one client over a kept-alive connection with `Accept-Encoding: gzip`;
the CPU time of the server and its workers is read before and after each burst, and the one at the first quarter of the rounds counts,
of hello and of the page: what others do on the machine only adds. The middle ones stand beside it.
Signed out, pages are kept whole for a few seconds; "made anew" is what they cost when they are not.
"""


@dataclass(frozen=True)
class Figure:
    """`at_most` or `at_least` is the target; a figure without either is told and not judged."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None
    note: str = ""

    @property
    def is_met(self) -> bool:
        above = self.at_most is not None and self.value > self.at_most
        below = self.at_least is not None and self.value < self.at_least
        return not above and not below

    @property
    def said(self) -> str:
        return f"{_number(self.value)} {self.unit}".strip()

    @property
    def target(self) -> str:
        if self.at_most is not None and self.at_most == self.at_least:
            return f"= {_number(self.at_most)}"
        if self.at_most is not None:
            return f"≤ {_number(self.at_most)}"
        return f"≥ {_number(self.at_least)}" if self.at_least is not None else ""

    @property
    def verdict(self) -> str:
        if not self.target:
            return ""
        return "met" if self.is_met else "MISSED"


def _number(value: float) -> str:
    return f"{value:g}" if value == int(value) else f"{value:.3g}" if value < 1 else f"{value:.1f}"


def _rows(figures: Sequence[Figure]) -> list[tuple[str, str, str, str, str]]:
    return [(one.name, one.said, one.target, one.verdict, one.note) for one in figures]


def as_table(figures: Sequence[Figure]) -> str:
    """The figures for a screen."""
    rows = [("figure", "measured", "target", "", ""), *_rows(figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def as_markdown(figures: Sequence[Figure], left_out: Sequence[str] = ()) -> str:
    """The figures and the machine as a page; it names no host and no path. What was `left_out` is named."""
    lines = ["| Figure | Measured | Target | | |", "|---|---:|---:|---|---|"]
    lines += [f"| {' | '.join(row)} |" for row in _rows(figures)]
    missing = ["", f"Not taken in this run: {', '.join(left_out)}."] if left_out else []
    return "\n".join(
        [INTRODUCTION, *lines, *missing, "", "## The machine", "", *(f"- {fact}" for fact in machine()), ""]
    )


def machine() -> list[str]:
    """What the figures depend on: the CPU, its load, and the versions."""
    load = f", load {os.getloadavg()[0]:.1f} at the end" if hasattr(os, "getloadavg") else ""
    return [
        f"{_cpu()}, {os.cpu_count()} cores{load}",
        f"{platform.system()}, Python {platform.python_version()} ({sys.implementation.name})",
        ", ".join(f"{name} {version(name)}" for name in PACKAGES),
        f"{datetime.now(UTC):%Y-%m-%d}",
    ]


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()
