"""A draft keeps what organizers change until it is published byte for byte; nobody overwrites what they have not seen."""

from functools import partial
from pathlib import Path

import pytest
from flask import Flask

from portal.accounts.models import AuditEvent
from portal.authoring import drafts
from portal.authoring.drafts import BadFile, ChangedMeanwhile, Gone, NothingChanged, PublishedMeanwhile
from portal.authoring.models import Draft, DraftFile
from portal.core.db import db
from portal.courses import editions, loading, pack
from portal.courses.editions import BrokenPack
from tests.cast import Cast
from tests.courses import packs
from tests.courses.test_editions import publish_at_once

CODE = packs.CODE
HOW = packs.HOW.encode()
BETTER = HOW.replace(b"minutes = 7", b"minutes = 8")
OTHER = HOW.replace(b"minutes = 7", b"minutes = 9")


@pytest.fixture
def draft(app: Flask, cast: Cast) -> Draft:
    editions.publish(CODE, packs.sound(), by=None)
    draft = drafts.begin(CODE, cast.orn)
    db.session.commit()
    return draft


def write(draft: Draft, path: str, body: bytes) -> DraftFile | None:
    return drafts.write(draft, path, body, version=drafts.version_of(draft, path), by=None)


def test_a_draft_begins_as_the_current_edition_and_once(draft: Draft, cast: Cast) -> None:
    assert drafts.files_of(draft) == packs.sound()
    assert drafts.begin(CODE, cast.mali) is draft
    assert drafts.of(CODE) is draft
    assert drafts.of("other") is None


def test_a_course_that_is_new_begins_with_nothing(app: Flask, cast: Cast) -> None:
    draft = drafts.begin("new-one", cast.orn)
    assert drafts.files_of(draft) == {}
    for path, body in packs.sound().items():
        write(draft, path, body)
    edition = drafts.publish(draft, by=cast.orn)
    assert (edition.number, editions.files_of(edition)) == (1, packs.sound())


def test_what_is_written_removed_and_put_back_is_what_would_be_published(draft: Draft, cast: Cast) -> None:
    row = drafts.write(draft, "op/how.md", BETTER, version=drafts.version(HOW), by=cast.orn)
    assert row is not None
    assert row.changed_by_id == cast.orn.id
    drafts.remove(draft, "img/way.svg", version=drafts.version_of(draft, "img/way.svg"), by=cast.orn)
    write(draft, "op/new.md", HOW)
    assert drafts.changes_of(draft) == {"img/way.svg": None, "op/how.md": BETTER, "op/new.md": HOW}
    assert drafts.files_of(draft).keys() == {
        "course.toml",
        "op/how.md",
        "op/new.md",
        "op/quiz.toml",
        "op/why.md",
    }
    for path in drafts.changes_of(draft):
        drafts.put_back(draft, path, version=drafts.version_of(draft, path), by=cast.orn)
    assert drafts.changes_of(draft) == {}
    assert drafts.files_of(draft) == packs.sound()


def test_written_as_the_edition_has_it_is_no_change(draft: Draft) -> None:
    write(draft, "op/how.md", BETTER)
    assert write(draft, "op/how.md", HOW) is None
    assert drafts.changes_of(draft) == {}


def test_the_second_of_two_savers_is_refused_with_what_the_first_wrote(draft: Draft, cast: Cast) -> None:
    seen = drafts.version_of(draft, "op/how.md")
    drafts.write(draft, "op/how.md", BETTER, version=seen, by=cast.mali)
    with pytest.raises(ChangedMeanwhile) as no:
        drafts.write(draft, "op/how.md", OTHER, version=seen, by=cast.orn)
    assert (no.value.body, no.value.by) == (BETTER, cast.mali)
    assert drafts.files_of(draft)["op/how.md"] == BETTER
    drafts.write(draft, "op/how.md", OTHER, version=no.value.version, by=cast.orn)
    assert drafts.files_of(draft)["op/how.md"] == OTHER


def test_the_same_change_twice_is_fine(draft: Draft) -> None:
    seen = drafts.version_of(draft, "op/how.md")
    drafts.write(draft, "op/how.md", BETTER, version=seen, by=None)
    drafts.write(draft, "op/how.md", BETTER, version=seen, by=None)


def test_removing_what_somebody_changed_is_refused(draft: Draft) -> None:
    seen = drafts.version_of(draft, "op/how.md")
    write(draft, "op/how.md", BETTER)
    with pytest.raises(ChangedMeanwhile):
        drafts.remove(draft, "op/how.md", version=seen, by=None)
    with pytest.raises(ChangedMeanwhile) as no:
        drafts.write(draft, "op/gone.md", HOW, version=seen, by=None)
    assert no.value.version == drafts.ABSENT


@pytest.mark.parametrize(
    "path", ["../x.md", "op/x.exe", "/etc/passwd", "img/x.gif", "a/b/c.md", "op/X.md", ""]
)
def test_no_file_can_be_called_anything(draft: Draft, path: str) -> None:
    with pytest.raises(BadFile):
        drafts.write(draft, path, b"", version=drafts.ABSENT, by=None)


def test_too_big_a_file_and_too_many_are_refused(draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadFile, match="256"):
        write(draft, "op/how.md", b"x" * (pack.MOST_BYTES_OF_TEXT + 1))
    monkeypatch.setattr(pack, "MOST_FILES", 5)
    with pytest.raises(BadFile, match="5"):
        write(draft, "op/new.md", HOW)


def test_published_it_is_the_next_edition_byte_for_byte_and_the_draft_ends(
    draft: Draft, cast: Cast, tmp_path: Path
) -> None:
    write(draft, "op/how.md", BETTER + b"\r\n\xef\xbb\xbf")
    files = drafts.files_of(draft)
    edition = drafts.publish(draft, by=cast.orn, note="เพิ่มเวลา", version=drafts.version_of_all(files))
    db.session.commit()
    assert (edition.number, edition.note, edition.published_by_id) == (2, "เพิ่มเวลา", cast.orn.id)
    assert drafts.of(CODE) is None
    loading.dump(CODE, tmp_path / "out")
    assert editions.read_folder(tmp_path / "out") == files
    assert editions.is_current(CODE, files)
    assert db.session.query(AuditEvent).filter_by(verb="course.publish").one().detail["edition"] == 2


def test_a_broken_draft_is_refused_with_findings_and_stays(draft: Draft) -> None:
    write(draft, "op/how.md", BETTER.replace(b"minutes = 8", b"minutes = 0"))
    db.session.commit()
    with pytest.raises(BrokenPack) as no:
        drafts.publish(draft, by=None)
    assert {finding.file for finding in no.value.findings} == {"op/how.md"}
    assert drafts.changes_of(draft).keys() == {"op/how.md"}


def test_nothing_changed_is_nothing_to_publish(draft: Draft) -> None:
    with pytest.raises(NothingChanged):
        drafts.publish(draft, by=None)


def test_who_publishes_has_seen_what_they_publish(draft: Draft, cast: Cast) -> None:
    write(draft, "op/how.md", BETTER)
    seen = drafts.version_of_all(drafts.files_of(draft))
    drafts.write(draft, "op/how.md", OTHER, version=drafts.version(BETTER), by=cast.mali)
    with pytest.raises(ChangedMeanwhile) as no:
        drafts.publish(draft, by=cast.orn, version=seen)
    assert no.value.by == cast.mali
    assert drafts.publish(draft, by=cast.orn, version=no.value.version).number == 2


def test_an_edition_published_meanwhile_is_not_taken_back(draft: Draft) -> None:
    write(draft, "op/how.md", BETTER)
    write(draft, "op/quiz.toml", packs.QUIZ.replace("draw = 2", "draw = 1").encode())
    newer = packs.spoiled("op/why.md", "minutes = 5", "minutes = 6") | {"op/how.md": OTHER}
    newer["op/quiz.toml"] = packs.QUIZ.replace("draw = 2", "draw = 1").encode()
    editions.publish(CODE, newer, by=None)
    assert drafts.is_behind(draft)
    with pytest.raises(PublishedMeanwhile):
        drafts.publish(draft, by=None)
    assert drafts.catch_up(draft) == ["op/how.md"]
    assert not drafts.is_behind(draft)
    assert drafts.catch_up(draft) == []
    assert drafts.changes_of(draft) == {"op/how.md": BETTER}
    assert editions.files_of(drafts.publish(draft, by=None)) == newer | {"op/how.md": BETTER}


def test_a_draft_thrown_away_leaves_the_edition_and_ends_every_open_page(draft: Draft, cast: Cast) -> None:
    write(draft, "op/how.md", BETTER)
    drafts.throw_away(draft, by=cast.orn)
    db.session.commit()
    assert drafts.of(CODE) is None
    assert db.session.query(DraftFile).count() == 0
    with pytest.raises(Gone):
        drafts.write(draft, "op/how.md", OTHER, version=drafts.version(BETTER), by=None)
    new = drafts.begin(CODE, cast.orn)
    write(new, "op/how.md", b"something else")
    with pytest.raises(ChangedMeanwhile):
        drafts.write(new, "op/how.md", OTHER, version=drafts.version(BETTER), by=None)


def _saved(text: bytes) -> bytes | None:
    """What somebody saves who saw the file as it is published; None where they were refused."""
    try:
        drafts.write(drafts.begin(CODE, None), "op/how.md", text, version=drafts.version(HOW), by=None)
    except ChangedMeanwhile:
        db.session.rollback()
        return None
    return text


@pytest.mark.both_databases
def test_of_many_who_save_one_file_at_once_one_is_kept_and_the_others_are_told(app: Flask) -> None:
    editions.publish(CODE, packs.sound(), by=None)
    db.session.commit()
    texts = [HOW.replace(b"minutes = 7", b"minutes = %d" % n) for n in range(10, 15)]
    results = publish_at_once(app, [partial(_saved, text) for text in texts])
    kept = [one for one in results if one is not None]
    assert len(kept) == 1
    found = drafts.of(CODE)
    assert found is not None
    assert drafts.files_of(found)["op/how.md"] == kept[0]


@pytest.mark.both_databases
def test_of_two_who_publish_one_draft_at_once_one_finds_it_gone(app: Flask) -> None:
    editions.publish(CODE, packs.sound(), by=None)
    write(drafts.begin(CODE, None), "op/how.md", BETTER)
    db.session.commit()

    def publish() -> object:
        found = drafts.of(CODE)
        if found is None:
            return "gone"
        try:
            return drafts.publish(found, by=None).number
        except Gone:
            db.session.rollback()
            return "gone"

    assert sorted(map(str, publish_at_once(app, [publish, publish]))) == ["2", "gone"]
    assert [edition.number for edition in editions.history(CODE)] == [2, 1]
