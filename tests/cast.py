"""The people of the stories, the same as in the demonstration: อร organizes, มะลิ coordinates กรมตัวอย่าง, ละไม learns there, วิทย์ speaks, ศักดา must never get in."""

from dataclasses import dataclass
from typing import Any

from portal.accounts.models import Agency, Role, User
from portal.core import clock
from portal.core.db import db
from tests.rows import laid

PASSWORD = "pmqa-demo-2566"
# argon2 of PASSWORD with cheap parameters, so that a test pays nothing for a cast that signs in by row.
_hash: list[str] = []


@dataclass
class Cast:
    orn: User
    mali: User
    lamai: User
    wit: User
    sakda: User
    agency: Agency
    province: Agency


def person(
    email: str, name: str, role: Role = Role.LEARNER, agency: Agency | None = None, *, approved: bool = True
) -> User:
    """A confirmed person; without `approved` still waiting for the coordinator."""
    user = _person(email, name, role, agency)
    if not approved:
        user.approved_at = None
    db.session.add(user)
    db.session.flush()
    return user


def _person(email: str, name: str, role: Role, agency: Agency | None = None) -> User:
    now = clock.now()
    return User(
        email=email,
        name=name,
        role=role,
        agency=agency,
        password_hash=_password_hash(),
        confirmed_at=now,
        approved_at=now,
    )


def agency(code: str, name: str, ministry: str = "กระทรวงตัวอย่าง") -> Agency:
    row = _agency(code, name, ministry)
    db.session.add(row)
    db.session.flush()
    return row


def _agency(code: str, name: str, ministry: str) -> Agency:
    return Agency(code=code, name_th=name, ministry_th=ministry, kind="department", is_sample=True)


def _password_hash() -> str:
    if not _hash:
        from argon2 import PasswordHasher

        _hash.append(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD))
    return _hash[0]


def gather() -> Cast:
    orn, mali, lamai, wit, sakda, krom, province = laid("cast", _gathered)
    return Cast(orn, mali, lamai, wit, sakda, krom, province)


def _gathered() -> list[Any]:
    krom = _agency("SAMPLE-DEPT", "กรมตัวอย่าง", "กระทรวงตัวอย่าง")
    province = _agency("SAMPLE-PROV", "จังหวัดสมมติ", "กระทรวงมหาดไทย")
    people = [
        _person("orn@demo.example", "อร รักงาน", Role.ORGANIZER),
        _person("mali@demo.example", "มะลิ ใจดี", Role.COORDINATOR, krom),
        _person("lamai@demo.example", "ละไม ตั้งใจ", Role.LEARNER, krom),
        _person("wit@demo.example", "วิทย์ รู้รอบ", Role.SPEAKER),
        _person("sakda@demo.example", "ศักดา สมมติ", Role.LEARNER, province),
    ]
    db.session.add_all([krom, province, *people])
    db.session.flush()
    return [*people, krom, province]
