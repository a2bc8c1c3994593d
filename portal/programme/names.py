"""What speakers and tracks are called where a text has only their codes; what of it is different is differences' matter."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from portal.awards.models import Round, Track
from portal.core.db import db
from portal.core.i18n import language
from portal.programme.models import Speaker


@dataclass(frozen=True)
class Names:
    """By code; a track by its round's year too. What is not in it is called by its code."""

    speaker_names: Mapping[str, str] = field(default_factory=dict)
    track_names: Mapping[tuple[int, str], str] = field(default_factory=dict)

    def speakers(self, codes: Iterable[str]) -> str:
        return ", ".join(self.speaker_names.get(code, code) for code in codes)

    def tracks(self, year: int, codes: Iterable[str]) -> str:
        return ", ".join(self.track_names.get((year, code), code) for code in codes)


CODES = Names()


def names_now() -> Names:
    """What everybody is called now, in the language in force. Two queries."""
    is_english = language() == "en"
    tracks = db.session.execute(
        select(Round.year_be, Track.code, Track.name_th, Track.name_en).join(Track.round)
    )
    return Names(
        speaker_names=dict(db.session.execute(select(Speaker.code, Speaker.name)).all()),
        track_names={(year, code): (is_english and english) or thai for year, code, thai, english in tracks},
    )
