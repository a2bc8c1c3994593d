"""Lessons bound together on one page: their ids kept apart, their headings a step lower, links between them within the page."""

import re
from collections.abc import Sequence

from portal.courses.course import Course, Lesson, Module

LOWER = 2  # a lesson's h2 is an h4 where its title is an h3

_heading = re.compile(r"<(/?)h([2-4])\b")
_named = re.compile(r'\b(id|for|aria-labelledby|aria-describedby)="([^"]*)"')
_within = re.compile(r'\b(href="|xlink:href="|url\()#')


def name(module: Module, lesson: Lesson) -> str:
    """The id of a lesson on the page."""
    return f"{module.code}.{lesson.slug}"


def bound(course: Course, modules: Sequence[Module], module: Module, lesson: Lesson) -> str:
    """The lesson's HTML as a part of a page that holds these modules."""
    mine = name(module, lesson)
    html = _heading.sub(lambda tag: f"<{tag[1]}h{int(tag[2]) + LOWER}", lesson.html)
    html = _named.sub(lambda at: f'{at[1]}="{" ".join(f"{mine}.{one}" for one in at[2].split())}"', html)
    html = _within.sub(rf"\1#{mine}.", html)
    there = {name(part, one) for part in modules for one in part.lessons}

    def here(link: re.Match[str]) -> str:
        to = f"{link[1]}.{link[2]}"
        return f'href="#{to}{"." + link[3] if link[3] else ""}"' if to in there else link[0]

    return re.sub(rf'href="/learn/{re.escape(course.code)}/([\w-]+)/([\w-]+)(?:#([^"]*))?"', here, html)
