"""What talks hand out: who may change it, one address for life, and a history of every change."""

import io
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from portal.accounts import audit
from portal.core import blobs, clock
from portal.core.db import db
from portal.programme import kinds, materials
from portal.programme.models import Audience, Material, Talk, Workshop
from tests.programme import handed
from tests.programme.handed import file, hand_out


@pytest.fixture
def cast(programme_2566):
    from tests import cast as cast_module

    return cast_module.gather()


@pytest.fixture
def talk(cast) -> Talk:
    workshop = db.session.scalars(select(Workshop).where(Workshop.code == "pmqa40-2566")).one()
    return handed.talk(workshop, cast.wit)


def titles(talk: Talk) -> list[str]:
    return [one.title for one in materials.of_talks([talk])[talk.id]]


def test_who_gives_a_talk_and_organizers_may_change_what_it_hands_out_and_nobody_else(talk, cast):
    assert materials.may_edit(cast.wit, talk)
    assert materials.may_edit(cast.orn, talk)
    for other in (cast.mali, cast.lamai, cast.sakda):
        assert not materials.may_edit(other, talk)
    (theirs, *_) = [one for one in talk.workshop.talks if one is not talk]
    assert not materials.may_edit(cast.wit, theirs)


def test_a_file_is_kept_under_a_safe_name_with_what_it_is(app):
    taken = materials.take(io.BytesIO(handed.PDF), "../สไลด์\n.PDF", most_mb=1)
    assert (taken.filename, taken.media_type, taken.size) == ("สไลด์.pdf", "application/pdf", len(handed.PDF))
    assert b"".join(blobs.open_range(taken.digest, 0, taken.size)) == handed.PDF


def test_a_file_that_is_none_of_ours_is_refused_and_not_kept(app):
    with pytest.raises(kinds.NotTaken):
        materials.take(io.BytesIO(handed.HTML), "สไลด์.pdf", most_mb=1)
    assert blobs.sweep((), older_than=timedelta(days=-1)) == 0


def test_a_file_too_large_is_refused_with_its_name_and_the_limit(app):
    with pytest.raises(blobs.TooLarge) as no:
        materials.take(io.BytesIO(handed.PDF + bytes(1024 * 1024)), "สไลด์.pdf", most_mb=1)
    assert str(no.value) == "ไฟล์ “สไลด์.pdf” ใหญ่เกิน 1 MB ลดขนาดแล้วส่งใหม่"
    assert no.value.field == "file"
    assert blobs.sweep((), older_than=timedelta(days=-1)) == 0


def test_a_link_is_taken_as_it_was_typed(app):
    for address in ("https://www.youtube.com/watch?v=a1#t=5", "https://ตัวอย่าง.ไทย/วิดีโอ"):
        assert materials.link(f" {address} ").url == address


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org",
        "javascript:alert(1)",
        "https://",
        "https:///a",
        "https://localhost/a",
        "https://.org",
        "https://user:secret@example.org",
        "https://example.org/a b",
        'https://example.org/"onx',
        "https://example.org/\n",
        "https://exa\u202emple.org",
        "https://[::1",
        "https://example.org:99999/",
        "//example.org",
        "https://example.org/" + "a" * 1000,
    ],
)
def test_a_link_that_is_no_whole_https_address_is_refused(app, address):
    if address.endswith("\n"):
        address = "https://example.org/\nx"
    with pytest.raises(materials.NotALink) as no:
        materials.link(address)
    assert no.value.field == "url"


def test_new_materials_come_last_and_can_be_moved(talk, cast):
    first, second, third = (
        hand_out(talk, cast.wit, file(handed.PDF + bytes([at])), title=f"{at}") for at in range(3)
    )
    assert titles(talk) == ["0", "1", "2"]
    materials.move(third, "up", by=cast.wit)
    assert titles(talk) == ["0", "2", "1"]
    materials.move(first, "down", by=cast.wit)
    assert titles(talk) == ["2", "0", "1"]
    materials.move(third, "up", by=cast.wit)
    materials.move(second, "down", by=cast.wit)
    assert titles(talk) == ["2", "0", "1"]


def test_the_same_sent_twice_is_there_once(talk, cast):
    assert hand_out(talk, cast.wit) is hand_out(talk, cast.wit)
    assert len(titles(talk)) == 1
    hand_out(talk, cast.wit, title="ชื่ออื่น")
    assert len(titles(talk)) == 2


def test_a_talk_hands_out_fifty_things_at_most(talk, cast, monkeypatch):
    monkeypatch.setattr(materials, "MOST_OF_A_TALK", 2)
    hand_out(talk, cast.wit, title="1")
    hand_out(talk, cast.wit, title="2")
    with pytest.raises(materials.TooMany):
        hand_out(talk, cast.wit, title="3")


def test_replacing_keeps_the_address_and_the_old_version(talk, cast):
    material = hand_out(talk, cast.wit)
    code = material.code
    materials.replace(material, file(handed.PPTX, "สไลด์.pptx"), by=cast.orn)
    materials.replace(material, materials.link("https://example.org/v"), by=cast.wit)
    db.session.commit()
    again = materials.by_code(code)
    assert again is not None
    assert [(one.number, one.filename, one.url, one.by_id) for one in again.versions] == [
        (1, "สไลด์.pdf", None, cast.wit.id),
        (2, "สไลด์.pptx", None, cast.orn.id),
        (3, "", "https://example.org/v", cast.wit.id),
    ]


def test_replacing_with_the_same_changes_nothing(talk, cast):
    material = hand_out(talk, cast.wit)
    assert materials.replace(material, file(), by=cast.wit).number == 1


def test_editing_is_noted_once(talk, cast):
    material = hand_out(talk, cast.wit)
    moment = datetime.fromisoformat("2023-02-20T09:00:00+07:00")
    for _ in range(2):
        materials.edit(material, title="ใหม่", audience=Audience.ATTENDED, visible_from=moment, by=cast.wit)
    assert (material.title, material.audience, material.visible_from) == ("ใหม่", Audience.ATTENDED, moment)
    assert [event.verb for event in audit.events_of(material)] == ["material_edited", "material_added"]


def test_withdrawing_and_restoring_keep_everything(talk, cast):
    material = hand_out(talk, cast.wit)
    for _ in range(2):
        materials.withdraw(material, by=cast.wit)
    assert [one.withdrawn_at for one in (material,)] == [clock.now()]
    for _ in range(2):
        materials.restore(material, by=cast.orn)
    assert [one.withdrawn_at for one in (material,)] == [None]
    verbs = [event.verb for event in audit.events_of(material)]
    assert verbs == ["material_restored", "material_withdrawn", "material_added"]


def test_every_version_there_ever_was_is_in_use(talk, cast):
    material = hand_out(talk, cast.wit)
    first = material.versions[0].digest
    second = materials.replace(material, file(handed.PNG, "ภาพ.png"), by=cast.wit).digest
    materials.withdraw(material, by=cast.wit)
    unused = file(handed.GIF, "ภาพ.gif")
    assert materials.digests_in_use() == {first, second}
    assert blobs.sweep(materials.digests_in_use(), older_than=timedelta(days=-1)) == 1
    assert not blobs.has(unused.digest)


def test_talks_and_counts_are_found(talk, cast):
    hand_out(talk, cast.wit)
    materials.withdraw(hand_out(talk, cast.wit, title="นำออก"), by=cast.wit)
    assert materials.counts_of([talk.workshop]) == {talk.workshop_id: 1}
    assert materials.talks_given_by(cast.wit) == [talk]
    assert materials.talks_given_by(cast.orn) == []
    assert materials.talk_of("pmqa40-2566", "writing") is talk
    assert materials.talk_of("excellence-2566", "writing") is None
    assert materials.by_code("NOBODY22") is None


@pytest.mark.both_databases
def test_two_who_add_and_replace_at_once_lose_nothing(app, talk, cast):
    from tests.participation.test_races import at_once

    material = hand_out(talk, cast.wit)
    talk_id, material_id, user_id = talk.id, material.id, cast.wit.id

    def adds(number: int):
        content = file(handed.PDF + bytes([number]))

        def job() -> None:
            by = db.session.get_one(type(cast.wit), user_id)
            materials.add(
                db.session.get_one(Talk, talk_id), content, title=f"{number}",
                audience=Audience.EVERYONE, visible_from=None, by=by,
            )  # fmt: skip
            materials.replace(db.session.get_one(Material, material_id), content, by=by)

        return job

    at_once(app, [adds(number) for number in range(6)])
    found = materials.of_talks([db.session.get_one(Talk, talk_id)])[talk_id]
    assert [one.position for one in found] == list(range(1, 8))
    assert [one.number for one in found[0].versions] == list(range(1, 8))
