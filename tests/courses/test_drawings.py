"""Drawings set into a lesson: Thai in the page's typeface, ids of their own, nothing that the page's policy would drop."""

from portal.courses import drawings

SVG = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10" width="10" height="10" role="img" aria-labelledby="t">
<title id="t">x</title><defs><marker id="tip"/></defs><path id="line" marker-end="url(#tip)"/><use href="#line"/><text>\xe0\xb8\x81</text></svg>"""
IMAGE = '<figure><img alt="a &quot;b&quot;" src="/f/img/x.svg"><figcaption>c</figcaption></figure>'


def set_in(html: str, body: bytes = SVG) -> str:
    return drawings.set_in(html, lambda address: address.removeprefix("/f/"), {"img/x.svg": body})


def test_an_svg_is_drawn_in_place_under_the_words_of_its_image() -> None:
    html = set_in(IMAGE)
    assert "<img" not in html
    assert 'role="img" aria-label="a &quot;b&quot;"' in html
    assert "<text>ก</text>" in html
    assert "<figcaption>c</figcaption>" in html


def test_the_ids_of_two_drawings_on_a_page_never_meet() -> None:
    html = set_in(IMAGE + IMAGE)
    assert 'id="d1-tip"' in html
    assert 'id="d2-tip"' in html
    assert 'marker-end="url(#d2-tip)"' in html
    assert 'href="#d2-line"' in html


def test_its_title_and_height_stay_outside() -> None:
    html = set_in(IMAGE)
    assert "<title" not in html
    assert "height=" not in html


def test_a_drawing_with_styles_of_its_own_stays_an_image() -> None:
    assert "<img" in set_in(IMAGE, SVG.replace(b"<defs>", b"<style>path{}</style><defs>"))
    assert "<img" in set_in(IMAGE, SVG.replace(b"<text>", b'<text style="fill:red">'))


def test_an_image_that_is_not_there_or_no_svg_stays_as_it_is() -> None:
    assert set_in(IMAGE, b"") == IMAGE
    assert set_in('<img alt="" src="/f/img/x.png">') == '<img alt="" src="/f/img/x.png">'
