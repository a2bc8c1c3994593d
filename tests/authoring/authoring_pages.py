"""The pages of authors as tests walk them: a small course published, Orn signed in, and a second organizer beside her."""

from portal.accounts.models import User
from portal.authoring import drafts
from portal.authoring.models import Draft
from portal.core.db import db
from portal.courses import editions
from tests.courses import packs
from tests.packs import read_once
from tests.pages import Client
from tests.rows import laid

CODE = packs.CODE
COURSE = f"/organize/courses/{CODE}"
HOW = f"{COURSE}/files/op/how.md"
QUIZ = f"{COURSE}/op/quiz"


def publish_once(files: dict[str, bytes], orn: User) -> None:
    with read_once():
        laid(
            f"course {editions.digest_of(files)}",
            lambda: bool(editions.publish(CODE, files, by=orn, note="รุ่นแรก")),
        )


def published(client: Client, orn: User) -> Client:
    """The client of Orn, with the sound pack as edition 1."""
    publish_once(packs.sound(), orn)
    return client.sign_in(orn)


def draft() -> Draft:
    found = drafts.of(CODE)
    assert found is not None
    return found


def file(path: str) -> str:
    """A file of the draft as it is now."""
    return drafts.files_of(draft())[path].decode()


def change(path: str, old: str, new: str, by: User | None = None) -> None:
    """What somebody else does to a file of the draft."""
    working = drafts.begin(CODE, by)
    body = drafts.files_of(working)[path]
    assert old.encode() in body
    drafts.write(working, path, body.replace(old.encode(), new.encode()), version=drafts.version(body), by=by)
    db.session.commit()
