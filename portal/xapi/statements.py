"""What a statement says by the rules of xAPI 1.0.3: who, by a code alone, did what with which activity, in Thai and English; which facts there are is facts' matter."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

STARTED = ("http://activitystrea.ms/schema/1.0/start", {"th": "เริ่มทำ", "en": "started"})
PASSED = ("http://adlnet.gov/expapi/verbs/passed", {"th": "ผ่าน", "en": "passed"})
COMPLETED = ("http://adlnet.gov/expapi/verbs/completed", {"th": "เรียนจบ", "en": "completed"})
ATTENDED = ("http://adlnet.gov/expapi/verbs/attended", {"th": "เข้าร่วม", "en": "attended"})

ASSESSMENT = "http://adlnet.gov/expapi/activities/assessment"
COURSE = "http://adlnet.gov/expapi/activities/course"
MEETING = "http://adlnet.gov/expapi/activities/meeting"
EVENT = "http://activitystrea.ms/schema/1.0/event"
# What an account's name holds besides the code, so that no agency is ever taken for a person.
PERSON, AGENCY = "person", "agency"

Verb = tuple[str, Mapping[str, str]]


def uuid_of(home: str, *fact: object) -> str:
    """The id of what is said of this fact in this installation: always the same (UUID, version 5)."""
    return str(uuid5(NAMESPACE_URL, "/".join((home, "xapi", *(str(part) for part in fact)))))


def activity(address: str, kind: str, title: Mapping[str, str]) -> dict[str, Any]:
    """An activity, known by its address in the portal; a title that is empty in one language is left out."""
    name = {language: text for language, text in title.items() if text}
    return {
        "objectType": "Activity",
        "id": address,
        "definition": {"type": kind, **({"name": name} if name else {})},
    }


def statement(  # noqa: PLR0913 - as a statement is spoken
    home: str,
    verb: Verb,
    thing: dict[str, Any],
    *,
    uuid: str,
    person: str,
    agency: str | None,
    at: datetime,
    part_of: dict[str, Any] | None = None,
    registration: str | None = None,
    result: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The whole statement. `person` and `agency` are codes: no name and no address leaves the house."""
    context: dict[str, Any] = {"platform": home}
    if registration:
        context["registration"] = registration
    if agency:
        context["team"] = {"objectType": "Group", "account": _account(home, AGENCY, agency)}
    if part_of:
        context["contextActivities"] = {"parent": [part_of]}
    said = {
        "id": uuid,
        "actor": {"objectType": "Agent", "account": _account(home, PERSON, person)},
        "verb": {"id": verb[0], "display": dict(verb[1])},
        "object": thing,
        "context": context,
        "timestamp": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    return said if result is None else {**said, "result": result}


def score(points: float, most: float, *, passed: bool) -> dict[str, Any]:
    """The result of an attempt; a quiz without points has no score."""
    found: dict[str, Any] = {"success": passed, "completion": True}
    if most > 0:
        found["score"] = {"scaled": round(points / most, 4), "raw": points, "min": 0, "max": most}
    return found


def _account(home: str, kind: str, code: str) -> dict[str, str]:
    return {"homePage": home, "name": f"{kind}:{code}"}
