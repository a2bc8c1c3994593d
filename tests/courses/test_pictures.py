"""Images that do more than show are refused."""

from pathlib import Path

import pytest

from portal.courses import pictures
from tests.courses import packs

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 17


def svg(inside: str, attributes: str = "") -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {attributes}>\n{inside}\n</svg>'.encode()


def test_a_picture_that_only_draws_is_taken() -> None:
    body = svg(
        "<!-- ภาพ --><title>ภาพ</title><defs><linearGradient id='g'><stop offset='0'/></linearGradient>"
        "<marker id='m'/></defs><style>.a{fill:url(#g)}</style>"
        "<g class='a' fill=\"url('#g')\" style='fill: url( #g )' font-family='Sarabun, sans-serif'>"
        "<text x='1'>ไทย <tspan>ยาว</tspan></text><use href='#m'/><use xlink:href='#m'/></g>",
        "role='img' aria-labelledby='t' lang='th'",
    )
    assert pictures.faults("img/a.svg", body) == []
    assert pictures.faults("img/a.png", PNG) == []


REFUSED = {
    "script": "<script>alert(1)</script>",
    "script by a link": "<script href='data:,x'/>",
    "foreignObject": "<foreignObject><p xmlns='http://www.w3.org/1999/xhtml'>x</p></foreignObject>",
    "HTML": "<body xmlns='http://www.w3.org/1999/xhtml'/>",
    "handler": "<path d='M0 0' onclick='x()'/>",
    "handler in capitals": "<path OnLoad='x()'/>",
    "link out": "<use href='https://example.org/a.svg#x'/>",
    "old link out": "<use xlink:href='other.svg#x'/>",
    "script link": "<use href=' javascript:x'/>",
    "data link": "<use href='data:image/svg+xml,x'/>",
    "anchor": "<a href='#x'><path/></a>",
    "image": "<image href='#x'/>",
    "animation of a link": "<use href='#a'><set attributeName='href' to='javascript:x'/></use>",
    "fill from elsewhere": "<path fill='url(https://example.org/#g)'/>",
    "quoted fill from elsewhere": "<path fill=\"url( 'https://example.org/#g')\"/>",
    "escaped fill from elsewhere": "<path style='fill:u\\72l(https://example.org)'/>",
    "style that imports": "<style>@import 'x.css';</style>",
    "style in pieces": "<style>.a{fill:ur<!-- -->l(//example.org/x)}</style>",
    "style with a child": "<style>.a{}<g/></style>",
    "style by a link": "<path style='background:url(//example.org/x)'/>",
    "instruction": "<?php x ?>",
    "broken": "<g>",
}


@pytest.mark.parametrize("inside", REFUSED.values(), ids=REFUSED)
def test_a_picture_that_does_more_is_refused_at_its_line(inside: str) -> None:
    found = pictures.faults("img/a.svg", svg("\n" + inside))
    assert found
    assert found[0][0] in (3, 4)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not a picture",
        b"<html/>",
        b"<svg/>",
        PNG,
        b'<?xml-stylesheet href="x"?><svg xmlns="http://www.w3.org/2000/svg"/>',
        b'<!DOCTYPE svg><svg xmlns="http://www.w3.org/2000/svg"/>',
        b'<!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><svg xmlns="http://www.w3.org/2000/svg">&b;</svg>',
        b'<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg">&x;</svg>',
        '<svg xmlns="http://www.w3.org/2000/svg">ไทย</svg>'.encode("cp874"),
        '<?xml version="1.0" encoding="utf-16"?><svg xmlns="http://www.w3.org/2000/svg"/>'.encode("utf-16"),
        b'<?xml version="1.0" encoding="utf-7"?><svg xmlns="http://www.w3.org/2000/svg"/>',
        b'<?xml version="1.0" encoding="iso-8859-1"?><svg xmlns="http://www.w3.org/2000/svg">\xe9</svg>',
        b'<svg xmlns="http://www.w3.org/2000/svg">' + b"<g>" * 5_000,
    ],
)
def test_what_is_no_safe_picture_is_refused_whatever_it_is(body: bytes) -> None:
    assert pictures.faults("img/a.svg", body)


def test_a_picture_named_png_must_be_one() -> None:
    assert pictures.faults("img/a.png", svg(""))
    assert pictures.faults("img/a.png", b"")


def test_the_checker_names_the_file_and_line(tmp_path: Path) -> None:
    files = packs.spoiled("img/way.svg", '<path d="M0 0L10 10"/>', '<path onload="x()"/>\n<foreignObject/>')
    found = packs.checked(tmp_path, files)
    assert [(finding.file, finding.line) for finding in found] == [("img/way.svg", 3), ("img/way.svg", 4)]
