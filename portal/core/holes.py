"""HTML drawn once with holes and filled many times: what is drawn again and again with other words in it; what that is, is the caller's matter."""

import re
from collections.abc import Mapping, Sequence

from markupsafe import Markup

_hole = re.compile("\0(\\w+)\0")  # core.thai.tidy and the door leave no NUL in what people write

Pieces = Sequence[str]  # every second one is the name of a hole


def hole(name: str) -> Markup:
    """What is drawn in the place of a text."""
    return Markup(f"\0{name}\0")  # noqa: S704 - a name of ours


def pieces_of(html: str) -> Pieces:
    """What was drawn with holes, ready to be filled."""
    return _hole.split(html)


def filled(pieces: Pieces, texts: Mapping[str, str]) -> str:
    """The HTML with these texts in its holes; they are HTML already: escaped, or Markup."""
    made = list(pieces)
    made[1::2] = [texts[name] for name in made[1::2]]
    return "".join(made)
