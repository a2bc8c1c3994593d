"""Letters to a group of a workshop's people: seen before they are sent, sent once, and how far each copy is; who is in a group is recipients' matter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import escape
from sqlalchemy import select

from portal.accounts import audit
from portal.accounts.models import User
from portal.core import dates, tokens
from portal.core.db import begin_write, db
from portal.core.errors import Refused
from portal.core.i18n import _, _l, in_lang, in_language, language as language_in_force
from portal.mail import outbox
from portal.mail.compose import Composed, compose, link
from portal.organize import recipients
from portal.organize.models import GroupLetter
from portal.organize.placeholders import Holes, Name, check, put
from portal.organize.recipients import Group, Recipient
from portal.participation import tickets
from portal.programme.models import Workshop

KIND = "organize.group_letter"
TEXTS = ("subject_th", "body_th", "subject_en", "body_en")


class NobodyThere(Refused):
    text = _l("ตอนนี้ไม่มีใครในกลุ่มนี้ เลือกกลุ่มอื่น หรือรอจนมีผู้รับ")

    def __init__(self) -> None:
        super().__init__(field="recipients")


class NumberChanged(Refused):
    """Others are in the group than those who were counted."""


class SaidBefore(Refused):
    """The same words went to the same group; the sentence says when."""


class AlreadySent(Refused):
    """This very letter was sent: another click, another tab. `letter` is the one that was; is it the same word for word?"""

    text = _l("จดหมายฉบับนี้ส่งไปแล้ว จึงไม่ได้ส่งซ้ำ")

    def __init__(self, letter: GroupLetter, *, is_same: bool) -> None:
        super().__init__(None if is_same else _("ฉบับก่อนส่งไปแล้ว ฉบับที่แก้นี้ยังไม่ได้ส่ง ดูอีกครั้งก่อนส่งเป็นฉบับใหม่"))
        self.letter = letter
        self.is_same = is_same


@dataclass(frozen=True)
class Draft:
    """A letter as it is written; its code stays its own from the first page to the outbox, so that it is sent once."""

    code: str
    group: Group
    subject_th: str
    body_th: str
    subject_en: str = ""
    body_en: str = ""

    def __post_init__(self) -> None:
        for name in TEXTS:
            check(getattr(self, name), field=name)

    @property
    def languages(self) -> tuple[str, ...]:
        return ("th", "en") if self.body_en else ("th",)

    def language_of(self, reader: Recipient) -> str:
        """The reader's, where the letter is written in it."""
        return reader.language if reader.language in self.languages else "th"


@dataclass(frozen=True)
class Preview:
    """A letter as one of its readers would get it: number `number` of `count`. `mails` by language, the reader's own first.

    `no_agency`: how many have none; `unwritten`: how many chose a language it is not written in.
    """

    group: str
    count: int
    number: int
    reader: Recipient
    mails: dict[str, Composed]
    no_agency: int
    unwritten: int


def preview(workshop: Workshop, draft: Draft, *, number: int = 1) -> Preview:
    """What this reader would get; a number beyond the group is its nearest. Refuses with NobodyThere."""
    found = recipients.people(workshop, draft.group)
    if not found:
        raise NobodyThere
    number = min(max(number, 1), len(found))
    reader = found[number - 1]
    own = draft.language_of(reader)
    languages = sorted(draft.languages, key=lambda one: one != own)
    mails = {one: _master(workshop, draft, one).copy_for(reader) for one in languages}
    no_agency = sum(one.agency_th is None for one in found)
    unwritten = sum(draft.language_of(one) != one.language for one in found)
    return Preview(str(draft.group), len(found), number, reader, mails, no_agency, unwritten)


def is_sent(code: str) -> bool:
    """Whether a letter with this code was sent."""
    return _by_code(code) is not None


def _by_code(code: str) -> GroupLetter | None:
    return db.session.scalar(select(GroupLetter).where(GroupLetter.code == code))


def send(workshop: Workshop, draft: Draft, *, by: User, count: int, is_meant: bool = False) -> GroupLetter:
    """Put one mail for everybody who is in the group now in the outbox, once for the letter's code however often it is asked for.

    Refuses with AlreadySent, NobodyThere, NumberChanged when others than `count` are there, and, unless `is_meant`,
    with SaidBefore when the same words went to the same group.
    """
    begin_write()
    # Two letters of one organizer wait for each other; who registers meanwhile does not wait (PostgreSQL).
    db.session.execute(select(User.id).where(User.id == by.id).with_for_update(key_share=True))
    if sent := _by_code(draft.code):
        raise AlreadySent(sent, is_same=_says(draft, workshop).items() <= vars(sent).items())
    if not is_meant:
        _refuse_what_was_said(workshop, draft)
    found = recipients.people(workshop, draft.group)
    if not found:
        raise NobodyThere
    if len(found) != count:
        raise NumberChanged(
            _("กลุ่มนี้เปลี่ยนจาก %(before)s คนเป็น %(now)s คนแล้ว ดูอีกครั้งก่อนส่ง", before=count, now=len(found))
        )
    outbox.put_many(_mails(workshop, draft, found), kind=KIND, batch=draft.code)
    letter = GroupLetter(code=draft.code, by=by, count=count, **_says(draft, workshop))
    db.session.add(letter)  # last: it names the workshop, for which who registers would wait (PostgreSQL)
    db.session.flush()
    audit.note("wrote", letter, by=by, workshop=workshop.code, recipients=letter.recipients, count=count)
    return letter


def _says(draft: Draft, workshop: Workshop) -> dict[str, Any]:
    """What of a letter is the same when it is said again: the words, and to whom."""
    words = {name: getattr(draft, name) for name in TEXTS}
    return words | {"workshop_id": workshop.id, "recipients": str(draft.group)}


def _refuse_what_was_said(workshop: Workshop, draft: Draft) -> None:
    said = select(GroupLetter).filter_by(**_says(draft, workshop)).order_by(GroupLetter.id.desc())
    before = db.session.scalar(said.limit(1))
    if before is not None:
        at = dates.date_time(before.at, lang="en" if language_in_force() == "en" else "th")
        raise SaidBefore(
            _("ข้อความเดียวกันนี้ส่งถึงกลุ่มนี้แล้วเมื่อ %(at)s ถ้าต้องการส่งอีกครั้ง เลือกช่องยืนยันแล้วกดส่ง", at=at),
            field="is_meant",
        )


def _mails(workshop: Workshop, draft: Draft, found: Sequence[Recipient]) -> list[dict[str, str]]:
    """A mail for each reader: made once in each language, then filled."""
    masters = {one: _master(workshop, draft, one) for one in draft.languages}
    mails = []
    for reader in found:
        mail = masters[draft.language_of(reader)].copy_for(reader)
        key = f"group_letter:{draft.code}:{reader.registration}"
        mails.append({"key": key, "to_email": reader.email, "to_name": reader.name, **vars(mail)})
    return mails


@dataclass(frozen=True)
class _Master:
    """The mail in one language, with holes for what differs from reader to reader."""

    mail: Composed
    language: str
    holes: Holes
    no_agency: str
    have_seats: bool  # else their letters open no door yet, or no more

    def copy_for(self, reader: Recipient) -> Composed:
        agency = (reader.agency_en if self.language == "en" else "") or reader.agency_th or self.no_agency
        words = {
            Name.NAME: " ".join(reader.name.split()),
            Name.AGENCY: " ".join(agency.split()),
            Name.TICKET: tickets.shown(reader.ticket) if self.have_seats else "–",
        }
        escaped = {name: str(escape(word)) for name, word in words.items()}
        mail, filled = self.mail, self.holes.filled
        return Composed(filled(mail.subject, words), filled(mail.text, words), filled(mail.html, escaped))


def _master(workshop: Workshop, draft: Draft, language: str) -> _Master:
    holes = Holes(tokens.new_code())
    with in_language(language):
        words = _words_for_all(workshop, draft.group, language)

        def word_of(name: Name) -> str:
            return words[name] if name in words else holes.mark(name)

        subject, body = (getattr(draft, f"{text}_{language}") for text in ("subject", "body"))
        mail = compose(
            "group_letter",
            language=language,
            subject=put(subject, word_of),
            body=put(body, word_of),
            workshop=workshop,
        )
        have_seats = draft.group.kind not in recipients.STATUSES
        return _Master(mail, language, holes, _("ไม่สังกัดหน่วยงานในระบบ"), have_seats)


def _words_for_all(workshop: Workshop, group: Group, language: str) -> dict[Name, str]:
    """The words that are the same in every copy; titles and venues of one line each."""
    lang: dates.Lang = "en" if language == "en" else "th"
    part = recipients.part_of(group)
    module = {"course": part[0].code, "module": part[1].code} if part else {}
    return {
        Name.WORKSHOP: in_lang(workshop, "title", lang),
        Name.DAYS: dates.date_range(workshop.starts_on, workshop.ends_on, lang=lang),
        Name.VENUE: workshop.venue or _("ยังไม่ประกาศ"),
        Name.TICKET_LINK: link("check_in.ticket", code=workshop.code),
        Name.WORKSHOP_LINK: link("participation.workshop", code=workshop.code),
        Name.LESSONS_LINK: link("learning.module" if part else "learning.courses", **module),
    }
