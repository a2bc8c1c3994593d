"""Our questions written as Moodle XML, in the structure that Moodle's own export has; reading is moodle_xml's matter.

Texts stay Markdown, which Moodle reads; what Moodle has no place for is told by tags, so that it comes back.
"""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from html import escape

from portal.authoring import foreign_marks, foreign_text, moodle_cloze
from portal.authoring.brought import Row
from portal.courses import pack
from portal.courses.figures import without_tags

RUBRIC = re.compile(r"((?:- [^\n]+\n)+)\n----\n\n(.*)", re.DOTALL)
NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

_IMAGE = re.compile(rf"(!\[(?:\\.|[^\]\\])*\]\()(?:\.\./)?({pack.IMAGES}/[^()\s]+)((?: \"[^\"]*\")?\))")

Images = Mapping[str, bytes]


def write(quiz_tables: Sequence[Row], *, images: Mapping[str, bytes]) -> bytes:
    """A file for Moodle's question bank; `images` by their path in the pack. Ordering needs Moodle 4.4."""
    questions = "".join(_question(table, images) for table in quiz_tables)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n{questions}</quiz>\n'.encode()


def _question(table: Row, images: Images) -> str:
    type_, answers = _TYPES[table["kind"]]
    text = moodle_cloze.written(table) if table["kind"] == "cloze" else table["text"]
    tags = "".join(f"      <tag>{_text(tag)}</tag>\n" for tag in foreign_marks.tags_of(table))
    name = str(table.get("id") or foreign_text.to_plain(table["text"])[:60])
    grade = "" if table["kind"] == "cloze" else "    <defaultgrade>1</defaultgrade>\n"
    return (
        f'  <question type="{type_}">\n'
        f"    <name>{_text(name)}</name>\n"
        f"{_marked('questiontext', text, images)}"
        f"{_marked('generalfeedback', table.get('why', ''), images)}"
        f"{grade}    <penalty>0</penalty>\n    <hidden>0</hidden>\n"
        f"    <idnumber>{_escaped(str(table.get('id', '')))}</idnumber>\n"
        f"{answers(table, images)}"
        f"    <tags>\n{tags}    </tags>\n"
        "  </question>\n"
    )


def _escaped(text: str) -> str:
    return escape(NOT_TEXT.sub("", text), quote=False)


def _text(text: str) -> str:
    return f"<text>{_escaped(text)}</text>"


def _marked(name: str, markdown: str, images: Images, more: str = "", attributes: str = "") -> str:
    """An element with Markdown in it, and the images that it shows."""
    markdown = foreign_text.without_relative_links(without_tags(markdown.strip()))
    shown: dict[str, bytes] = {}

    def place(found: re.Match[str]) -> str:
        path = found[2]
        if path not in images:
            return found[0]
        file = path.removeprefix(f"{pack.IMAGES}/")
        shown[file] = images[path]
        return f"{found[1]}@@PLUGINFILE@@/{file}{found[3]}"

    markdown = _IMAGE.sub(place, markdown)
    files = "".join(
        f'<file name="{escape(file)}" path="/" encoding="base64">{base64.b64encode(body).decode()}</file>\n'
        for file, body in shown.items()
    )
    return f'    <{name}{attributes} format="markdown">{_text(markdown)}{files}{more}</{name}>\n'


def _answer(mark: str, text: str, why: str, images: Images) -> str:
    return _marked("answer", text, images, _marked("feedback", why, images), f' fraction="{mark}"')


def _typed(mark: str, text: str, feedback: str) -> str:
    """An answer that is no Markdown; what stands within after its text is given."""
    return f'    <answer fraction="{mark}" format="plain_text">{_text(text)}{feedback}</answer>\n'


def _combined() -> str:
    """What Moodle says to every answer: nothing, we explain each."""
    names = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
    return "".join(f'    <{name} format="html"><text></text></{name}>\n' for name in names)


def _multichoice(table: Row, images: Images) -> str:
    is_single = table["kind"] == "single"
    marks = foreign_marks.marks_of(table)
    rows = zip(table["choice"], marks, strict=True)
    return (
        f"    <single>{str(is_single).lower()}</single>\n    <shuffleanswers>true</shuffleanswers>\n"
        "    <answernumbering>none</answernumbering>\n    <showstandardinstruction>1</showstandardinstruction>\n"
        + _combined()
        + "".join(_answer(mark, row["text"], row.get("why", ""), images) for row, mark in rows)
    )


def _truefalse(table: Row, images: Images) -> str:
    words = zip(table["choice"], ("true", "false"), strict=True)
    return "".join(
        _typed("100" if row.get("correct") else "0", word, _marked("feedback", row.get("why", ""), images))
        for row, word in words
    )


def _shortanswer(table: Row, images: Images) -> str:
    rights = [_typed("100", _starless(text), "") for text in table["accepted"]]
    wrongs = table.get("wrong", ())
    said = [
        _typed("0", _starless(row["text"]), _marked("feedback", row.get("why", ""), images)) for row in wrongs
    ]
    return "    <usecase>0</usecase>\n" + "".join([*rights, *said])


def _starless(text: str) -> str:
    """A * would stand for any letters."""
    return without_tags(text).replace("*", "\\*")


def _numerical(table: Row, _images: Images) -> str:
    tolerance = f"<tolerance>{table.get('tolerance', 0)}</tolerance>"
    answer = _typed("100", str(table["answer"]), tolerance)
    unit = table.get("unit", "")
    named = f"<multiplier>1</multiplier><unit_name>{_escaped(unit)}</unit_name>"
    units = f"    <units><unit>{named}</unit></units>\n" if unit else ""
    return (
        f"{answer}{units}    <unitgradingtype>0</unitgradingtype>\n"
        f"    <unitpenalty>0</unitpenalty>\n    <showunits>{0 if unit else 3}</showunits>\n    <unitsleft>0</unitsleft>\n"
    )


def _matching(table: Row, images: Images) -> str:
    pairs = [(row["left"], row["right"]) for row in table["pair"]]
    pairs += [("", other) for other in table.get("others", ())]
    rights = [
        f"<answer>{_text(foreign_text.to_plain(without_tags(right)))}</answer>" for _left, right in pairs
    ]
    return (
        "    <shuffleanswers>true</shuffleanswers>\n"
        + _combined()
        + "".join(
            _marked("subquestion", left, images, right)
            for (left, _), right in zip(pairs, rights, strict=True)
        )
    )


def _ordering(table: Row, images: Images) -> str:
    grading = "RELATIVE_NEXT_EXCLUDE_LAST" if table.get("credit") == "share" else "ALL_OR_NOTHING"
    items = "".join(
        _answer(f"{at}.0000000", row["text"], "", images) for at, row in enumerate(table["item"], 1)
    )
    return (
        f"    <layouttype>VERTICAL</layouttype>\n    <selecttype>ALL</selecttype>\n    <selectcount>{len(table['item'])}</selectcount>\n"
        f"    <gradingtype>{grading}</gradingtype>\n    <showgrading>SHOW</showgrading>\n"
        f"    <numberingstyle>none</numberingstyle>\n{_combined()}{items}"
    )


def _essay(table: Row, images: Images) -> str:
    criteria = "".join(_criterion(row) for row in table.get("criterion", ()))
    model = table.get("model", "")
    known = f"{criteria}\n----\n\n{model}" if criteria else model
    limits = "".join(
        f"    <{name}>{table[key]}</{name}>\n"
        for key, name in (("least", "minwordlimit"), ("most", "maxwordlimit"))
        if table.get(key)
    )
    return (
        "    <responseformat>plain</responseformat>\n    <responserequired>1</responserequired>\n"
        f"    <responsefieldlines>15</responsefieldlines>\n{limits}    <attachments>0</attachments>\n"
        f"    <attachmentsrequired>0</attachmentsrequired>\n{_marked('graderinfo', known, images)}"
        '    <responsetemplate format="html"><text></text></responsetemplate>\n'
    )


def _criterion(row: Row) -> str:
    text, why = (" ".join(str(row.get(key, "")).split()) for key in ("text", "why"))
    return f"- {text.replace(' — ', ' – ')}" + (f" — {why}" if why else "") + "\n"


def _nothing(_table: Row, _images: Images) -> str:
    return ""


_TYPES: dict[str, tuple[str, Callable[[Row, Images], str]]] = {
    "single": ("multichoice", _multichoice),
    "multiple": ("multichoice", _multichoice),
    "true_false": ("truefalse", _truefalse),
    "short": ("shortanswer", _shortanswer),
    "numeric": ("numerical", _numerical),
    "matching": ("matching", _matching),
    "ordering": ("ordering", _ordering),
    "cloze": ("cloze", _nothing),
    "writing": ("essay", _essay),
}
