"""Texts of other systems as the Markdown of ours and back: HTML and plain text; which text stands where is told by each format's file."""

import re
from collections.abc import Callable
from functools import cache
from html import unescape
from typing import Any
from urllib.parse import quote

from portal.authoring.brought import MOST_LETTERS, LeftOut
from portal.core import markup
from portal.core.i18n import _

Image = Callable[
    [str, str], str | None
]  # address, words for it → Markdown; None where there is no such image

MOST_BRACKETS = 500

_MARKS = re.compile(r"[\\`*\[{]|(?<![^\W_])_|_(?![^\W_])|~(?=~)|(?<=~)~|\^(?=\^)|(?<=\^)\^")
_TAG_OPENS = re.compile(r"<(?=[A-Za-z/!?])")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_LINE_BEGINS = re.compile(r"^(?:(#|>|[-+](?=[\s|:-]|$)|!(?=!!)|\|)|(\d+)(\.)(?=\s|$))", re.MULTILINE)
_UNESCAPABLE = re.compile(r"^(?::(?=[\s:|-])|=(?==*\s*$))", re.MULTILINE)
# Between the two letters left for private use stands the number of a gap.
GAP = "\ue100{}\ue101"
OPEN_GAP = re.compile("\ue100(\\d+)\ue101")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ue000-\ue0ff\ue102-\uf8ff]")
_IS_HTML = re.compile(r"<[A-Za-z!/]|&[#\w]+;")
_ONE_PARAGRAPH = re.compile(
    r"(?:\s*<p(?: dir=\"\w+\")?(?: style=\"text-align: ?left;?\")?>)?([^<]*)(?:<br ?/?>)?(?:</p>\s*)?"
)
_RUN = re.compile(r"\s{100,}")
_TAGS = re.compile(r"<[^>]*>")
_RELATIVE_LINK = re.compile(
    r"(?<![!\\])\[([^\[\]]*)\]\((?![a-z]+:|@@)[^()\s]*(?: \"[^\"]*\")?\)", re.IGNORECASE
)
_NEEDS_READING = re.compile(r"[\\`*_\[<&~^{]|^\s*(?:[#>+-]|\d+\.)", re.MULTILINE)
_IMAGE = re.compile(r"!\[((?:\\.|[^\]\\])*)\]\(([^()\s]+)( \"[^\"]*\")?\)")
_INDENT_WITHIN = re.compile(r"[ \t]*\n[ \t]*")
_IN_ADDRESSES = ":/?#@!$&'*+,;=%~-._"
_SAFE = re.compile(r"(?:https?|mailto):", re.IGNORECASE)
_PARTS = ("table", "thead", "tbody", "tr", "td", "th", "li", "br", "hr")
_BLOCKS = (
    "p",
    "div",
    "section",
    "article",
    "blockquote",
    "ul",
    "ol",
    "dl",
    "dd",
    "dt",
    "figure",
    "figcaption",
    "pre",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
)


def from_plain(text: str) -> str:
    """A plain text so that Markdown shows it letter for letter; blank lines part paragraphs."""
    lines = measured(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return _escaped(_CONTROL.sub("", "\n".join(line.strip(" \t") for line in lines)).strip("\n"))


def line_of_plain(text: str) -> str:
    """The same for what must be one paragraph."""
    return from_plain(" ".join(text.split()))


def from_html(html: str, image: Image | None = None) -> str:
    """HTML as our Markdown, without what our readers never see. Refuses with LeftOut what is too long or too deep."""
    alone = _alone(html)
    return from_plain(alone) if alone is not None else _converted(html, image, inline=False)


def line_of_html(html: str, image: Image | None = None) -> str:
    """The same as one paragraph: blocks follow each other on the line."""
    alone = _alone(html)
    return (
        line_of_plain(alone) if alone is not None else " ".join(_converted(html, image, inline=True).split())
    )


def text_of_html(html: str) -> str:
    """What a reader sees of HTML, without marks."""
    return (
        " ".join(unescape(_TAGS.sub(" ", html)).split()) if _IS_HTML.search(html) else " ".join(html.split())
    )


def measured(text: str) -> str:
    """The text. Refuses with LeftOut one so long, or with so many opened brackets, that it takes too long to read."""
    if len(text) > MOST_LETTERS:
        raise LeftOut(_("ข้อความยาวเกินไป ต้องไม่เกิน %(most)d ตัวอักษร", most=MOST_LETTERS))
    if text.count("[") > MOST_BRACKETS or text.count("{") > MOST_BRACKETS:
        raise LeftOut(_("มี %(mark)s มากเกินไป ต้องไม่เกิน %(most)d ตัว", mark="[ {", most=MOST_BRACKETS))
    return text


def without_control(text: str) -> str:
    """The text without letters that nobody sees, and without those that we keep to ourselves."""
    return _CONTROL.sub("", text)


def without_gaps(text: str) -> str:
    """A text of strangers that cannot be mistaken for a gap."""
    return text.replace("\ue100", "").replace("\ue101", "")


def is_html(text: str) -> bool:
    return _IS_HTML.search(text) is not None


def to_plain(markdown: str) -> str:
    """The letters that Markdown shows, for fields that other systems show as they are."""
    if not _NEEDS_READING.search(markdown):
        return markdown
    html = str(markup.render(markdown, resolve_link=str, resolve_image=str).html)
    return " ".join(unescape(_TAGS.sub("", html)).split())


def without_relative_links(markdown: str) -> str:
    """The words of links that lead to our own lessons: they lead nowhere in another system."""
    return _RELATIVE_LINK.sub(r"\1", markdown)


def _escaped(text: str) -> str:
    text = _ENTITY.sub("&amp;", text)
    text = _TAG_OPENS.sub("&lt;", text)
    text = text.replace("{กรมตัวอย่าง", "&#123;กรมตัวอย่าง")
    text = _UNESCAPABLE.sub(lambda found: f"&#{ord(found[0])};", text)
    text = _MARKS.sub(r"\\\g<0>", text)
    return _LINE_BEGINS.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\.", text)


def _alone(html: str) -> str | None:
    """The plain text of HTML that is nothing but one paragraph: most of what is imported, and a hundred times quicker so."""
    found = _ONE_PARAGRAPH.fullmatch(measured(html))
    return " ".join(unescape(found[1]).split()) if found else None


def _converted(html: str, image: Image | None, *, inline: bool) -> str:
    converter = _converter(inline)(heading_style="ATX", bullets="-", autolinks=False, table_infer_header=True)
    converter.image = image
    try:
        text: str = converter.convert(_RUN.sub("\n", _CONTROL.sub("", html)))
    except RecursionError:
        raise LeftOut(_("ข้อความซ้อนกันลึกเกินไป")) from None
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")


class _Rules:
    """How our Markdown differs from that of the library; `image` tells what is shown."""

    image: Image | None = None

    def escape(self, text: str, parent_tags: set[str]) -> str:
        written = _escaped(_INDENT_WITHIN.sub("\n", text)) if text else ""
        return written.replace("|", "\\|") if {"td", "th"} & parent_tags else written

    def convert_img(self, el: Any, text: str, parent_tags: set[str]) -> str:
        words = " ".join(str(el.get("alt") or "").split())
        shown = self.image(str(el.get("src") or ""), words) if self.image else None
        return line_of_plain(words) if shown is None else shown

    def convert_a(self, el: Any, text: str, parent_tags: set[str]) -> str:
        address = str(el.get("href") or "").strip()
        if not _SAFE.match(address) or not text.strip():
            return text
        return f"[{text.strip()}]({quote(address, safe=_IN_ADDRESSES)})"

    def convert_hN(self, n: int, el: Any, text: str, parent_tags: set[str]) -> str:
        return f"\n\n**{text.strip()}**\n\n" if text.strip() else ""

    def convert_li(self, el: Any, text: str, parent_tags: set[str]) -> str:
        mark = f"{len(el.find_previous_siblings('li')) + 1}." if el.parent and el.parent.name == "ol" else "-"
        return f"{mark} {text.strip()}".replace("\n", "\n    ") + "\n" if text.strip() else ""

    def _nothing(self, el: Any, text: str, parent_tags: set[str]) -> str:
        return ""

    def _flat(self, el: Any, text: str, parent_tags: set[str]) -> str:
        return f" {text.strip()} "

    convert_script = convert_style = convert_video = convert_audio = convert_iframe = _nothing


@cache
def _converter(inline: bool) -> type[Any]:
    from markdownify import MarkdownConverter  # noqa: PLC0415 - with its parser 90 ms that only an import should pay

    tags = (*_BLOCKS, *_PARTS) if inline else ()
    flat = {f"convert_{tag}": _Rules._flat for tag in tags}
    return type("Converter", (_Rules, MarkdownConverter), flat)


def with_images(markdown: str, begins: str, image: Image) -> str:
    """The Markdown with each image whose address begins so in the form that `image` gives it."""

    def shown(found: re.Match[str]) -> str:
        if not found[2].startswith(begins):
            return found[0]
        kept = image(found[2], to_plain(found[1]))
        if kept is None:
            return found[1]
        path = kept[kept.rindex("](") + 2 : -1]
        return f"![{found[1]}]({path}{found[3] or ''})" if found[1].strip() else kept

    return _IMAGE.sub(shown, without_control(measured(markdown)).strip())
