"""The mark of the portal as paper draws it: the same lines as the symbol `mark` of the pages, in a square of 1 by 1."""

# Of the symbol's square of 32: a leaf that points up, and a tile to the right of it. Each stands there four times.
_LEAF = "m 16 .6 c 17.9 2.8 20 4.3 20 6 l 16 10 l 12 6 c 12 4.3 14.1 2.8 16 .6"
_TILE = "m 21 7 l 25 11 l 21 15 l 17 11"
_HEART = "m 16 12 l 20 16 l 16 20 l 12 16"


def _drawn(path: str, quarters: int) -> str:
    """A path of absolute points as PDF operators, turned by so many quarters round the middle."""
    written, points = [], []
    operator = ""
    for word in [*path.split(), "h"]:
        if not word.isalpha():
            points.append(float(word) - 16)
            continue
        pairs = list(zip(points[::2], points[1::2], strict=True))
        for _quarter in range(quarters):
            pairs = [(-y, x) for x, y in pairs]
        written += [f"{(value + 16) / 32:.5g}" for pair in pairs for value in pair] + [operator]
        operator, points = word, []
    return " ".join([*written, "h"]).strip()


MARK = " ".join(_drawn(path, quarters) for quarters in range(4) for path in (_LEAF, _TILE))
HEART = _drawn(_HEART, 0)
