"""Materials of talks: who may change them, and each change with its history; who may see them is participation's matter."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Literal
from urllib.parse import urlsplit

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import joinedload, selectinload

from portal.accounts import audit
from portal.accounts.models import User
from portal.core import blobs, clock
from portal.core.db import begin_write, db, read_rows
from portal.core.errors import Refused
from portal.core.i18n import _, _l
from portal.programme import filenames, kinds
from portal.programme.models import Audience, Material, MaterialVersion, Speaker, Talk, TalkSpeaker, Workshop

MB = 1024 * 1024
MOST_LINK = 1000
MOST_OF_A_TALK = 50


class NotALink(Refused):
    text = _l("ใส่ที่อยู่เต็มที่ขึ้นต้นด้วย https:// เช่น https://www.youtube.com/watch?v=…")


class TooMany(Refused):
    text = _l("หัวข้อนี้มีเอกสารครบจำนวนแล้ว นำเอกสารเดิมออกหรือเปลี่ยนไฟล์แทน")


@dataclass(frozen=True)
class File:
    """A file that was taken: kept by its content under this name."""

    digest: str
    size: int
    filename: str
    media_type: str
    url: None = None


@dataclass(frozen=True)
class Link:
    """An address elsewhere, for a video for instance."""

    url: str
    digest: None = None
    size: int = 0
    filename: str = ""
    media_type: str = ""


Content = File | Link


def take(stream: IO[bytes], sent_name: str, *, most_mb: int) -> File:
    """Keep a file that was sent, once it is what its name says. Outside any transaction: it takes as long as the file is large.

    Refuses with kinds.NotTaken another kind, with blobs.TooLarge more than `most_mb`. Without a row soon after, the content is swept.
    """
    name = filenames.safe_name(sent_name)
    kind = kinds.check(stream, name)
    try:
        stored = blobs.put(stream, most_bytes=most_mb * MB)
    except blobs.TooLarge:
        raise blobs.TooLarge(
            _("ไฟล์ “%(name)s” ใหญ่เกิน %(most)d MB ลดขนาดแล้วส่งใหม่", name=name, most=most_mb), field="file"
        ) from None
    return File(stored.digest, stored.size, name, kind.media_type)


def link(address: str) -> Link:
    """A link as it was typed. Refuses with NotALink what is not a whole https address of a named host."""
    address = address.strip()
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise NotALink(field="url") from None
    plain = address.isprintable() and not any(letter in address for letter in ' "<>\\^`{|}')
    named = "." in host.strip(".") and not host.startswith(".") and port != 0 and "@" not in parts.netloc
    if parts.scheme != "https" or not plain or not named or len(address) > MOST_LINK:
        raise NotALink(field="url")
    return Link(address)


def may_edit(user: User, talk: Talk) -> bool:
    """Whether the person may change what is handed out with this talk: who gives it, and organizers."""
    return user.may_organize or any(place.speaker.user_id == user.id for place in talk.speakers)


def add(  # noqa: PLR0913 - as a material is described
    talk: Talk, content: Content, *, title: str, audience: Audience, visible_from: datetime | None, by: User
) -> Material:
    """Hand out something new with this talk, after what is there. Sent twice it is there once. Refuses with TooMany."""
    there = _locked(talk)
    for material in there:
        latest = material.versions[-1]
        same = (latest.digest, latest.url, latest.filename) == (content.digest, content.url, content.filename)
        if same and material.title == title and material.withdrawn_at is None:
            return material
    if len(there) >= MOST_OF_A_TALK:
        raise TooMany
    material = Material(
        talk=talk,
        position=there[-1].position + 1 if there else 1,
        title=title,
        audience=audience,
        visible_from=visible_from,
        created_at=clock.now(),
        versions=[_version(content, 1, by)],
    )
    db.session.add(material)
    db.session.flush()
    audit.note("material_added", material, by=by, **_told(content))
    return material


def replace(material: Material, content: Content, *, by: User) -> MaterialVersion:
    """Put this in the place of what is handed out: the address stays, the old version is kept. The same once more changes nothing."""
    _locked(material.talk)
    latest = material.versions[-1]
    if (latest.digest, latest.url, latest.filename) == (content.digest, content.url, content.filename):
        return latest
    version = _version(content, latest.number + 1, by)
    material.versions.append(version)
    db.session.flush()
    audit.note("material_replaced", material, by=by, number=version.number, **_told(content))
    return version


def edit(
    material: Material, *, title: str, audience: Audience, visible_from: datetime | None, by: User
) -> None:
    """Change what it is called, who may see it and from when. What is so already is not noted."""
    before = (material.title, material.audience, material.visible_from)
    if before == (title, audience, visible_from):
        return
    material.title, material.audience, material.visible_from = title, audience, visible_from
    db.session.flush()
    moment = visible_from.isoformat() if visible_from else None
    audit.note("material_edited", material, by=by, title=title, audience=audience.value, visible_from=moment)


def move(material: Material, to: Literal["up", "down"], *, by: User) -> None:
    """One place up or down among what its talk hands out; at either end nothing changes."""
    there = _locked(material.talk)
    at = there.index(material)
    other = at + (1 if to == "down" else -1)
    if not 0 <= other < len(there):
        return
    there[at], there[other] = there[other], there[at]
    for position, one in enumerate(there, start=1):
        one.position = position
    db.session.flush()
    audit.note("material_moved", material, by=by, position=material.position)


def withdraw(material: Material, *, by: User) -> None:
    """Hand it out no longer. Its address answers as if there were nothing, its versions are kept."""
    if material.withdrawn_at is None:
        material.withdrawn_at = clock.now()
        db.session.flush()
        audit.note("material_withdrawn", material, by=by)


def restore(material: Material, *, by: User) -> None:
    """Hand it out again as it was."""
    if material.withdrawn_at is not None:
        material.withdrawn_at = None
        db.session.flush()
        audit.note("material_restored", material, by=by)


def talk_of(workshop: str, talk: str) -> Talk | None:
    """One talk by the codes of its workshop and its own, with both and its speakers. Two queries."""
    query = select(Talk).join(Talk.workshop).where(Workshop.code == workshop, Talk.code == talk)
    return db.session.scalar(query.options(*_WITH_SPEAKERS))


def by_code(code: str) -> Material | None:
    """One material with its versions, talk, workshop and speakers. Three queries."""
    query = select(Material).where(Material.code == code)
    talk = joinedload(Material.talk)
    return db.session.scalar(
        query.options(
            selectinload(Material.versions),
            talk.joinedload(Talk.workshop),
            talk.selectinload(Talk.speakers).joinedload(TalkSpeaker.speaker),
        )
    )


def of_talks(talks: Collection[Talk]) -> dict[int, list[Material]]:
    """What is handed out with each talk, by its id and in order, withdrawn too, each with its versions. Two queries."""
    found: dict[int, list[Material]] = {talk.id: [] for talk in talks}
    query = select(Material).where(Material.talk_id.in_(found)).order_by(Material.position, Material.id)
    for material in db.session.scalars(query.options(selectinload(Material.versions))):
        found[material.talk_id].append(material)
    return found


def talks_given_by(user: User) -> list[Talk]:
    """The talks this person gives, drafts too, the latest workshop first. Two queries."""
    given = select(TalkSpeaker.talk_id).join(Speaker).where(Speaker.user_id == user.id)
    query = select(Talk).join(Talk.workshop).where(Talk.id.in_(given))
    order = (Workshop.starts_on.desc(), Workshop.id, Talk.position)
    return list(db.session.scalars(query.options(*_WITH_SPEAKERS).order_by(*order)))


def counts_of(workshops: Collection[Workshop]) -> dict[int, int]:
    """How many materials each workshop hands out, by its id; one without any is not in it. One query."""
    return dict(read_rows(_COUNTS, ids=[one.id for one in workshops]).all())


def digests_in_use() -> set[str]:
    """The content of every version there ever was: history is kept."""
    used = select(MaterialVersion.digest).where(MaterialVersion.digest.is_not(None)).distinct()
    return {digest for digest in db.session.scalars(used) if digest}


# Put together once: everybody's own page asks it.
_COUNTS = (
    select(Talk.workshop_id, func.count(Material.id))
    .join(Material.talk)
    .where(Talk.workshop_id.in_(bindparam("ids", expanding=True)), Material.withdrawn_at.is_(None))
    .group_by(Talk.workshop_id)
)
_WITH_SPEAKERS = (
    joinedload(Talk.workshop),
    joinedload(Talk.session),
    selectinload(Talk.speakers).joinedload(TalkSpeaker.speaker),
)


def _locked(talk: Talk) -> list[Material]:
    """What is handed out with the talk, in order, while nobody else changes it."""
    begin_write()
    db.session.execute(select(Talk.id).where(Talk.id == talk.id).with_for_update())
    query = select(Material).where(Material.talk_id == talk.id).order_by(Material.position, Material.id)
    fresh = query.options(selectinload(Material.versions)).execution_options(populate_existing=True)
    return list(db.session.scalars(fresh))


def _version(content: Content, number: int, by: User) -> MaterialVersion:
    return MaterialVersion(number=number, at=clock.now(), by_id=by.id, **vars(content))


def _told(content: Content) -> dict[str, str]:
    return {"url": content.url} if isinstance(content, Link) else {"file": content.filename}
