"""The soup made from lxml's tree is the one that Beautiful Soup would have made itself."""

from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.element import Doctype
from lxml.html import document_fromstring

from tests.soups import soup_of

PAGE = """<!doctype html>
<html lang=th><head><title>ก</title><meta name=x content=y></head><body class="a b  c"><!-- note -->
<pre>  \n <b> </b></pre> <textarea name=t>\n </textarea><p>  <i> </i>tail</p>
<template><p>x</p> y</template><script type="application/json">{"a": 1}</script><ruby>漢<rp>(</rp><rt>kan</rt></ruby>
<select><option value=1 selected>1<option value=2>2</select><input type=checkbox checked disabled><br>
<table><tr><td headers="a b" rowspan=2>x<td>y</table><svg viewBox="0 0 1 1"><path d="M0"/></svg></body></html>"""


def linked(node: Any) -> list[str]:
    names = ("parent", "next_element", "previous_element", "next_sibling", "previous_sibling")
    return [str(getattr(node, name)) for name in names]


def test_every_node_is_of_its_kind_in_its_place_with_its_attributes() -> None:
    made = soup_of(document_fromstring(PAGE)).html
    theirs = BeautifulSoup(PAGE, "lxml").html
    assert made is not None
    assert theirs is not None
    assert str(made) == str(theirs)
    assert made.get_text() == theirs.get_text()
    for ours, other in zip(made.descendants, theirs.descendants, strict=True):
        assert type(ours) is type(other)
        assert linked(ours) == linked(other)
        if isinstance(ours, Tag) and isinstance(other, Tag):
            assert ours.attrs == other.attrs
            assert vars(ours).keys() == vars(other).keys()
            assert ours.get_text() == other.get_text()
    assert not any(isinstance(node, Doctype) for node in made.descendants)


def test_selectors_find_the_same() -> None:
    made, theirs = soup_of(document_fromstring(PAGE)), BeautifulSoup(PAGE, "lxml")
    for css in ("body > p i", "option[selected]", ".b", "td:nth-of-type(2)", "input[disabled]", "pre b"):
        assert [str(one) for one in made.select(css)] == [str(one) for one in theirs.select(css)] != []
