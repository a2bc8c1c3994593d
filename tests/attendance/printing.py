"""A workshop whose people have the names that papers are tested with."""

from collections.abc import Sequence
from typing import NamedTuple

from portal.accounts.models import Agency, Role, User
from portal.core import clock
from portal.core.db import db
from portal.participation.models import Registration, RegistrationStatus
from portal.programme.models import Workshop

MARKED = "ปู่ปื้ กฐินน้ำทิพย์"
ONE_WORD = "พระมหาสมเด็จพุทธโฆษาจารย์วชิรญาณวโรรสสุทธิวงศ์วิสุทธิโสภณวิมลธรรมภาณพินิจปรีชาญาณกิจจาภรณ์"  # 90
LONG = "พันตำรวจเอกหญิง คุณหญิงกมลวรรณวิภาวดีศรีสุขุมาลย์ พัฒนพงศ์ศิริกุลวัฒนานนท์ ณ อยุธยาวงศ์สกุล"  # 91
FOREIGN = "Mr. Jean-Baptiste O’Connor"
NAMES = (MARKED, ONE_WORD, LONG, FOREIGN, "ศ.ดร.น.พ. ณัฏฐ์ชุดา วิศิษฏ์สรอรรถ", "ปู่")
AGENCY = "สำนักงานคณะกรรมการส่งเสริมและประสานงานการพัฒนาวิทยาศาสตร์ เทคโนโลยีสารสนเทศและการสื่อสารเพื่อเศรษฐกิจแห่งชาติ (องค์การมหาชน)"


class Named(NamedTuple):
    name: str
    agency: str
    status: RegistrationStatus = RegistrationStatus.CONFIRMED


def seat(workshop: Workshop, people: Sequence[Named]) -> list[Registration]:
    """Registrations of these people, whom nobody asks whether they may."""
    agencies: dict[str, Agency] = {}
    rows = []
    for at, one in enumerate(people):
        if one.agency and one.agency not in agencies:
            agencies[one.agency] = Agency(
                code=f"P{len(agencies)}", name_th=one.agency, ministry_th="กระทรวงตัวอย่าง"
            )
        now = clock.now()
        user = User(
            email=f"paper{at}@demo.example",
            name=one.name,
            role=Role.LEARNER,
            agency=agencies.get(one.agency),
            confirmed_at=now,
            approved_at=now,
        )
        rows.append(
            Registration(
                workshop=workshop, user=user, agency=user.agency, status=one.status, arrival=at + 100
            )
        )
    db.session.add_all(rows)
    db.session.commit()
    return rows
