"""Settings of a quiz changed as text: comments and questions stay as they are."""

import tomllib

import pytest

from portal.authoring.quiz_text import NotEditable
from portal.authoring.settings_text import replace_settings, settings_of

QUIZ = """\
# ทบทวนทุกปี
title = "แบบทดสอบ"  # ไทย
pass_mark = 70

# ใครเห็นอะไร
[feedback]
score = "never"  # ยังไม่ให้เห็น

[[question]]
id = "a"
text = \"\"\"ก\"\"\"

[[draw]]  # สุ่ม
topic = "x"
count = 3
"""
BODY = QUIZ.encode()
QUESTION = '[[question]]\nid = "a"\ntext = """ก"""\n'


def test_the_same_settings_change_no_byte() -> None:
    assert replace_settings(BODY, settings_of(BODY)) == BODY


def test_what_changes_keeps_its_comment_and_what_does_not_its_bytes() -> None:
    after = replace_settings(
        BODY, settings_of(BODY) | {"pass_mark": 80, "feedback": {"score": "submit"}}
    ).decode()
    assert after.startswith('# ทบทวนทุกปี\ntitle = "แบบทดสอบ"  # ไทย\npass_mark = 80\n')
    assert '# ใครเห็นอะไร\n[feedback]\nscore = "submit"  # ยังไม่ให้เห็น\n' in after
    assert QUESTION in after
    assert tomllib.loads(after)["draw"] == [{"topic": "x", "count": 3}]


@pytest.mark.parametrize("draw", [5, [{"topic": "y", "count": 1}, {"topic": "z", "count": 2}], None])
def test_drawing_is_told_by_a_number_or_by_topics(draw: object) -> None:
    wanted = {key: value for key, value in settings_of(BODY).items() if key != "draw"}
    wanted |= {} if draw is None else {"draw": draw}
    after = replace_settings(BODY, wanted)
    assert settings_of(after) == wanted
    assert QUESTION in after.decode()
    assert settings_of(replace_settings(after, settings_of(BODY))) == settings_of(BODY)


def test_tables_come_where_there_were_none() -> None:
    after = replace_settings(QUESTION.encode(), {"title": "ก", "feedback": {"why": "passed"}})
    assert after.decode() == 'title = "ก"\n\n[feedback]\nwhy = "passed"\n\n' + QUESTION


def test_line_ends_of_windows_stay() -> None:
    windows = BODY.replace(b"\n", b"\r\n")
    wanted = settings_of(BODY) | {"pass_mark": 80}
    assert replace_settings(windows, wanted) == replace_settings(BODY, wanted).replace(b"\n", b"\r\n")


@pytest.mark.parametrize("body", [b"title = ", b"\xff", b"[other]\na = 1\n[[question]]\nid = 'a'\n"])
def test_what_no_form_can_change_is_refused(body: bytes) -> None:
    with pytest.raises(NotEditable):
        replace_settings(body, {"title": "ก"})
