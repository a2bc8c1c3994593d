"""The organizer's view of one course or workshop: who earned a certificate, who has one, and issuing to all; each is earning's and issuing's rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.accounts import audit, erasure
from portal.accounts.models import Agency, User
from portal.certificates import earning, issuing, letters
from portal.certificates.earning import Earned
from portal.certificates.models import Certificate, CertificateKind
from portal.core import thai
from portal.core.db import db, read_rows
from portal.courses.course import Course
from portal.programme.models import Workshop

AT_ONCE = 500  # ids in one question to the database
MOST_ISSUED = 2_000  # at one press: others wait for the database meanwhile


@dataclass(frozen=True, slots=True)
class Line:
    """One who earned it, by the names of today; `code` and the rest are of the certificate that stands, if there is one."""

    earned: Earned
    name: str
    agency: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Award:
    """All that is known of one subject. `others`: certificates that stand although the facts do not say so any more."""

    lines: list[Line]
    others: list[Any]  # rows of code, holder

    @property
    def waiting(self) -> list[Earned]:
        """Who earned one and has none."""
        return [line.earned for line in self.lines if not line.code]


def earned_in(subject: Course | Workshop) -> list[Earned]:
    """Everybody who earned a certificate of it."""
    if isinstance(subject, Workshop):
        return earning.of_workshop(subject)
    return earning.of_course(subject)


def of(subject: Course | Workshop) -> Award:
    """Who earned one, by name, those without a certificate first."""
    earned = earned_in(subject)
    kind = CertificateKind.WORKSHOP if isinstance(subject, Workshop) else CertificateKind.COURSE
    columns = select(Certificate.user_id, Certificate.code, Certificate.holder)
    standing = {
        row.user_id: row
        for row in db.session.execute(
            columns.where(
                Certificate.kind == kind, Certificate.subject == subject.code, Certificate.ended_at.is_(None)
            )
        )
    }
    names, agencies = _names([one.user_id for one in earned]), _agencies(earned)
    earned = [one for one in earned if one.user_id in names]
    lines = [
        Line(
            one,
            names[one.user_id],
            agencies.get(one.agency_id or 0, ""),
            standing[one.user_id].code if one.user_id in standing else "",
        )
        for one in earned
    ]
    lines.sort(key=lambda line: (bool(line.code), thai.sort_key(line.name)))
    there = {one.user_id for one in earned}
    return Award(lines, [row for user_id, row in standing.items() if user_id not in there])


def issue_to_all(subject: Course | Workshop, *, by: User | None) -> list[Certificate]:
    """A certificate to everybody who earned one and has none, MOST_ISSUED at a time, and a mail to each; again: the
    rest, in the end none, and no mail."""
    waiting = of(subject).waiting[:MOST_ISSUED]
    if not waiting:
        return []
    issued = issuing.issue(waiting, by=by)
    letters.tell(issued)
    kind = "workshop" if isinstance(subject, Workshop) else "course"
    audit.note("certificate.issue", f"{kind}:{subject.code}", by=by, count=len(issued))
    return issued


def _names(ids: Sequence[int]) -> dict[int, str]:
    """Of everybody but the erased, who get none any more."""
    found: dict[int, str] = {}
    for at in range(0, len(ids), AT_ONCE):
        rows = read_rows(
            select(User.id, User.name).where(User.id.in_(ids[at : at + AT_ONCE]), ~erasure.ERASED)
        )
        found.update((row.id, row.name) for row in rows)
    return found


def _agencies(earned: Sequence[Earned]) -> dict[int, str]:
    ids = {one.agency_id for one in earned if one.agency_id is not None}
    if not ids:
        return {}
    rows = read_rows(select(Agency.id, Agency.name_th).where(Agency.id.in_(ids)))
    return {row.id: row.name_th for row in rows}
