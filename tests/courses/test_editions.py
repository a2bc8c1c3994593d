"""Publishing is whole or not at all, keeps every byte, and holds when two publish at once."""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings, strategies as st

from portal.core.db import db
from portal.courses import editions, pack
from portal.courses.editions import BrokenPack, FolderInUse, UnknownEdition
from portal.courses.models import Edition, EditionFile
from tests.cast import Cast
from tests.courses import packs

CODE = packs.CODE
BROKEN = packs.spoiled("op/why.md", "minutes = 5", "minutes = 0")


def variant(number: int) -> dict[str, bytes]:
    return packs.spoiled("course.toml", "members = 2", f"members = {number}")


def numbers() -> list[int]:
    return [edition.number for edition in editions.history(CODE)]


def test_the_first_publication_is_edition_one(app: Flask, cast: Cast) -> None:
    edition = editions.publish(CODE, packs.sound(), by=cast.orn, note="เริ่ม")
    db.session.commit()
    assert edition is not None
    assert (edition.number, edition.note, edition.published_by_id) == (1, "เริ่ม", cast.orn.id)
    assert editions.files_of(edition) == packs.sound()


def test_publishing_the_same_again_makes_no_edition(app: Flask) -> None:
    editions.publish(CODE, packs.sound(), by=None)
    db.session.commit()
    assert editions.publish(CODE, dict(reversed(packs.sound().items())), by=None) is None
    assert numbers() == [1]


def test_a_changed_byte_makes_the_next_edition(app: Flask) -> None:
    editions.publish(CODE, packs.sound(), by=None)
    edition = editions.publish(CODE, packs.sound() | {"op/how.md": packs.HOW.encode() + b"\n"}, by=None)
    assert edition is not None
    assert edition.number == 2


def test_a_broken_pack_is_refused_with_every_finding_and_the_current_edition_stays(app: Flask) -> None:
    editions.publish(CODE, packs.sound(), by=None)
    db.session.commit()
    worse = packs.spoiled("course.toml", "members = 2", "members = 0", files=BROKEN)
    with pytest.raises(BrokenPack) as refused:
        editions.publish(CODE, worse, by=None)
    db.session.commit()
    assert [(finding.file, finding.line) for finding in refused.value.findings] == [
        ("course.toml", 8),
        ("op/why.md", 5),
    ]
    assert "op/why.md:5: " in str(refused.value)
    assert numbers() == [1]


def test_the_courses_number_their_editions_apart(app: Flask) -> None:
    editions.publish(CODE, packs.sound(), by=None)
    other = editions.publish("other", packs.sound(), by=None)
    assert other is not None
    assert other.number == 1


def test_restoring_publishes_the_older_files_under_the_next_number(app: Flask, cast: Cast) -> None:
    editions.publish(CODE, variant(2), by=None)
    editions.publish(CODE, variant(3), by=None)
    restored = editions.restore(CODE, 1, by=cast.orn)
    assert restored is not None
    assert (restored.number, restored.published_by_id) == (3, cast.orn.id)
    assert "รุ่นที่ 1" in restored.note
    assert editions.files_of(restored) == variant(2)
    assert numbers() == [3, 2, 1]


def test_restoring_the_current_files_changes_nothing(app: Flask) -> None:
    editions.publish(CODE, packs.sound(), by=None)
    assert editions.restore(CODE, 1, by=None) is None


def test_restoring_an_unknown_edition_is_refused(app: Flask) -> None:
    editions.publish(CODE, packs.sound(), by=None)
    with pytest.raises(UnknownEdition):
        editions.restore(CODE, 2, by=None)


def test_what_is_dumped_is_what_was_published(app: Flask, tmp_path: Path) -> None:
    files = packs.sound()
    files["op/how.md"] = b"\xef\xbb\xbf" + files["op/how.md"].replace(b"\n", b"\r\n")
    packs.write(tmp_path / "in", files)
    edition = editions.publish(CODE, editions.read_folder(tmp_path / "in"), by=None)
    assert edition is not None
    editions.write_folder(editions.files_of(edition), tmp_path / "out" / CODE)
    assert editions.read_folder(tmp_path / "out" / CODE) == files


names = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True).filter(pack.is_code)
paths = st.one_of(
    st.just("course.toml"),
    names.map("{}/quiz.toml".format),
    st.tuples(names, names).map("/".join).map("{}.md".format),
    names.map("img/{}.png".format),
)


@given(files=st.dictionaries(paths, st.binary(max_size=200), max_size=6))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_bytes_come_back_from_a_folder(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]
) -> None:
    folder = tmp_path_factory.mktemp("pack") / "deep"
    editions.write_folder(files, folder)
    again = editions.read_folder(folder)
    assert again == files
    assert editions.digest_of(again) == editions.digest_of(files)


@given(bodies=st.lists(st.binary(max_size=300), min_size=3, max_size=3))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_bytes_come_back_from_the_database(app: Flask, bodies: list[bytes]) -> None:
    files = dict(zip(("course.toml", "op/why.md", "img/way.png"), bodies, strict=True))
    edition = Edition(course="raw", number=1, digest=editions.digest_of(files))
    edition.files = [EditionFile(path=path, body=body) for path, body in files.items()]
    db.session.add(edition)
    db.session.flush()
    db.session.expire_all()
    assert editions.files_of(edition) == files
    db.session.rollback()


def test_the_digest_tells_names_from_bodies() -> None:
    assert editions.digest_of({"a": b"bc"}) != editions.digest_of({"ab": b"c"})
    assert editions.digest_of({"a": b"", "b": b""}) != editions.digest_of({"a": b"b"})


@pytest.mark.parametrize("path", ["../x.md", "/x.md", "op/../../x.md"])
def test_nothing_is_written_outside_the_folder(tmp_path: Path, path: str) -> None:
    with pytest.raises(ValueError, match="not a path of a pack"):
        editions.write_folder({"course.toml": b"", path: b"x"}, tmp_path / "out")
    assert list(tmp_path.rglob("*")) == []


def test_a_folder_that_holds_something_is_not_written_into(tmp_path: Path) -> None:
    packs.write(tmp_path, {"mine.txt": b"x"})
    with pytest.raises(FolderInUse):
        editions.write_folder(packs.sound(), tmp_path)
    with pytest.raises(FolderInUse):
        editions.write_folder(packs.sound(), tmp_path / "mine.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def publish_at_once(app: Flask, jobs: Sequence[Callable[[], object]]) -> list[object]:
    """Run the jobs in threads of their own, each with its own connection, let go together."""
    results: list[object] = [None] * len(jobs)
    start = threading.Barrier(len(jobs))

    def run(at: int) -> None:
        with app.app_context():
            start.wait()
            try:
                results[at] = jobs[at]()
                db.session.commit()
            except Exception as error:
                results[at] = error

    threads = [threading.Thread(target=run, args=(at,)) for at in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def number_of(files: dict[str, bytes]) -> int | None:
    edition = editions.publish(CODE, files, by=None)
    return edition.number if edition else None


@pytest.mark.both_databases
def test_publishers_at_once_each_get_a_number_of_their_own(app: Flask) -> None:
    jobs = [partial(number_of, variant(number)) for number in range(1, 7)]
    assert sorted(publish_at_once(app, jobs)) == [1, 2, 3, 4, 5, 6]  # type: ignore[type-var]
    assert numbers() == [6, 5, 4, 3, 2, 1]


@pytest.mark.both_databases
def test_the_same_files_published_at_once_make_one_edition(app: Flask) -> None:
    results = publish_at_once(app, [lambda: number_of(packs.sound())] * 4)
    assert sorted(results, key=str) == [1, None, None, None]
    assert numbers() == [1]


@pytest.mark.both_databases
def test_a_publisher_waits_for_one_who_has_not_committed_and_takes_the_next_number(app: Flask) -> None:
    holding, second = threading.Event(), threading.Event()

    def slow() -> int | None:
        number = number_of(variant(2))
        holding.set()
        assert not second.wait(0.2), "the second publisher did not wait"
        return number

    def late() -> int | None:
        holding.wait()
        number = number_of(variant(3))
        second.set()
        return number

    assert publish_at_once(app, [slow, late]) == [1, 2]
    current = editions.current_of(CODE)
    assert current is not None
    assert editions.files_of(current) == variant(3)


@pytest.mark.both_databases
def test_a_publication_that_is_rolled_back_leaves_nothing(app: Flask) -> None:
    editions.publish(CODE, variant(2), by=None)
    db.session.commit()
    editions.publish(CODE, variant(3), by=None)
    db.session.rollback()
    assert numbers() == [1]
    assert number_of(variant(4)) == 2
