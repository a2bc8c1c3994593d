"""A workshop's text for another time: the same programme on other days; making the workshop is the desk's matter."""

from dataclasses import replace
from datetime import date, timedelta

from portal.programme.files import DATES, FACTS, SessionText, TalkText, WorkshopText


def for_another_time(text: WorkshopText, *, code: str, first_day: date) -> WorkshopText:
    """The text with all its days moved so that it begins on `first_day`, hours kept.

    What belongs to the old days alone is left out: registration window, guarantee, cancelled sessions, and
    what the source told of them. The text must be whole.
    """
    if text.starts_on is None or text.ends_on is None:
        raise ValueError("a text with findings is not copied")
    by = first_day - text.starts_on
    sessions = tuple(_moved(one, by) for one in text.sessions if not one.is_cancelled)
    kept = {one.code for one in sessions}
    return replace(
        text,
        code=code,
        starts_on=first_day,
        ends_on=text.ends_on + by,
        guaranteed=None,
        guaranteed_until=None,
        registration_opens_at=None,
        registration_closes_at=None,
        notes=text.notes | {DATES: ""},
        facts=(),
        sessions=sessions,
        talks=tuple(_again(talk, kept) for talk in text.talks),
    )


def _moved(one: SessionText, by: timedelta) -> SessionText:
    return replace(
        one,
        day=one.day and one.day + by,
        starts_at=one.starts_at and one.starts_at + by,
        ends_at=one.ends_at and one.ends_at + by,
    )


def _again(talk: TalkText, sessions: set[str]) -> TalkText:
    points = tuple({key: said for key, said in point.items() if key != FACTS} for point in talk.points)
    return replace(talk, facts=(), points=points, session=talk.session if talk.session in sessions else "")
