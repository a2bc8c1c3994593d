"""Questions and settings of a quiz changed in the draft, one at a time: two authors may work on two questions of one quiz at once.

Who changes a question says what they saw of it, as a number told from its text; how the file is written is question_text's matter.
"""

from collections.abc import Callable, Mapping
from typing import Any

from portal.accounts.models import User
from portal.authoring import changes, drafts, previews, question_text, quiz_text, settings_text
from portal.core.errors import Refused
from portal.core.i18n import _l
from portal.core.toml import Finding, lines_of
from portal.courses import pack

Row = Mapping[str, Any]
Path = tuple[str | int, ...]


class QuestionChanged(Refused):
    """Somebody else changed the question in between: `theirs` is how it stands now (None: taken out), `version` its number."""

    text = _l("มีผู้จัดอีกคนบันทึกก่อน")

    def __init__(self, theirs: dict[str, Any] | None, version: int) -> None:
        super().__init__()
        self.theirs, self.version = theirs, version


class BadQuestion(Refused):
    """The checker would not let it be published; `faults` say where, as paths in the question, and what."""

    def __init__(self, faults: list[tuple[Path, str]]) -> None:
        super().__init__(" ".join(text for _path, text in faults))
        self.faults = faults


def version_of(table: Row) -> int:
    """A number told from the question: the same as long as the question says the same."""
    return drafts.version(question_text.written(table).encode())


def add(code: str, module: str, table: Row, *, by: User | None) -> list[str]:
    """Put a new question at the end of the quiz. Refuses BadQuestion, IdTaken, NotEditable."""
    return _edit(code, module, str(table["id"]), lambda body: question_text.add_questions(body, [table]), by)


def save(code: str, module: str, table: Row, *, version: int, by: User | None) -> list[str]:
    """Put this table in the place of the question with its id; gives back the comments that are lost with what they stood beside.

    Refuses QuestionChanged, BadQuestion, NotEditable.
    """

    id_ = str(table["id"])

    def edit(body: bytes) -> bytes:
        _refuse_unseen(body, id_, version, table)
        return question_text.replace_question(body, id_, table)

    return _edit(code, module, id_, edit, by)


def remove(code: str, module: str, id_: str, *, version: int, by: User | None) -> list[str]:
    """Take the question out; gives back the comments that go with it. Refuses QuestionChanged."""

    def edit(body: bytes) -> bytes:
        _refuse_unseen(body, id_, version, None)
        return question_text.remove_question(body, id_)

    return _edit(code, module, "", edit, by)


def move(code: str, module: str, id_: str, step: int, *, by: User | None) -> None:
    """Put the question one place up (-1) or down (1)."""

    def edit(body: bytes) -> bytes:
        ids = [table.get("id") for table in question_text.tables_of(body)]
        at = ids.index(id_) if id_ in ids else 0
        return question_text.move_question(body, id_, max(at + step, 0))

    _edit(code, module, "", edit, by)


def change_settings(code: str, module: str, values: Row, *, version: int, by: User | None) -> list[str]:
    """Put these settings in the place of those of this version; gives back lost comments. Refuses QuestionChanged, BadQuestion."""

    def edit(body: bytes) -> bytes:
        now = settings_text.settings_of(body)
        if now != values and version_of_settings(now) != version:
            raise QuestionChanged(now, version_of_settings(now))
        return settings_text.replace_settings(body, values)

    return _edit(code, module, None, edit, by)


def version_of_settings(settings: Row) -> int:
    """A number told from the settings of a quiz."""
    return drafts.version(repr(sorted(settings.items())).encode())


def _refuse_unseen(body: bytes, id_: str, version: int, mine: Row | None) -> None:
    try:
        now = question_text.table_of(body, id_)
    except quiz_text.NoSuchQuestion:
        raise QuestionChanged(None, drafts.ABSENT) from None
    if now != mine and version_of(now) != version:
        raise QuestionChanged(now, version_of(now))


def _edit(
    code: str, module: str, checked: str | None, edit: Callable[[bytes], bytes], by: User | None
) -> list[str]:
    """Change the quiz; `checked` names the question that must be sound after it, None the settings, "" nothing."""
    lost: list[str] = []

    def changed(body: bytes) -> bytes:
        new = edit(body)
        if checked != "":
            _refuse_faults(code, module, new, checked, by)
        lost[:] = question_text.lost_comments(body, new)
        return new

    changes.change(code, f"{module}/{pack.QUIZ}", changed, by=by)
    return lost


def _refuse_faults(code: str, module: str, body: bytes, id_: str | None, by: User | None) -> None:
    path = f"{module}/{pack.QUIZ}"
    files = {**drafts.files_of(drafts.begin(code, by)), path: body}
    found = previews.preview(code, files, path, images="").findings
    faults = [(where, one.text) for where, one in _placed(body, found) if _is_of(where, body, id_)]
    if faults:
        raise BadQuestion([(where[2:] if id_ else where, text) for where, text in faults])


def _is_of(where: Path, body: bytes, id_: str | None) -> bool:
    if id_ is None:
        return where[:1] != (quiz_text.QUESTION,)
    ids = [table.get("id") for table in question_text.tables_of(body)]
    return where[:2] == (quiz_text.QUESTION, ids.index(id_))


def _placed(body: bytes, findings: tuple[Finding, ...]) -> list[tuple[Path, Finding]]:
    """Each finding with the key on whose line, or after whose line, it is."""
    lines = sorted((line, where) for where, line in lines_of(quiz_text.text_of(body)).items() if where)
    placed = []
    for one in findings:
        before = [where for line, where in lines if line <= one.line]
        placed.append((before[-1] if before else (), one))
    return placed
