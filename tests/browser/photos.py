"""Pictures of a ticket as a phone's camera sees it: turned, tilted, in uneven light, blurred, with grain, as a JPEG."""

import io
import math
import random
from dataclasses import dataclass

import segno
from PIL import Image, ImageChops, ImageFilter

SIDE = 600
GROUND = 150


@dataclass(frozen=True)
class Look:
    """How the ticket is held: its share of the picture, turned by degrees, tilted (0.2: one edge half as long again)."""

    share: float = 0.6
    turned: float = 8.0
    tilt: float = 0.0
    tilted_to: float = 0.0
    shade: float = 0.0
    blur: float = 0.0
    grain: float = 0.0
    quality: int = 75


def any_look(chance: random.Random) -> Look:
    return Look(
        share=chance.uniform(0.35, 0.85),
        turned=chance.uniform(0, 360),
        tilt=chance.uniform(0, 0.18),
        tilted_to=chance.uniform(0, 360),
        shade=chance.uniform(0, 0.6),
        blur=chance.uniform(0, 1.2),
        grain=chance.uniform(0, 24),
        quality=chance.randint(55, 90),
    )


def photo(text: str, look: Look = Look()) -> Image.Image:
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="png", scale=8, border=4)
    code = Image.open(drawn).convert("L").point(lambda value: 30 + value * 190 // 255)
    onto = coefficients(corners(look), code.width)
    size = (SIDE, SIDE)
    picture = Image.new("L", size, GROUND)
    laid = code.transform(size, Image.Transform.PERSPECTIVE, onto, Image.Resampling.BICUBIC)
    inside = Image.new("L", code.size, 255).transform(size, Image.Transform.PERSPECTIVE, onto)
    picture.paste(laid, mask=inside)
    if look.shade:
        slope = Image.linear_gradient("L").resize(size).rotate(look.tilted_to)
        picture = ImageChops.multiply(picture, slope.point(lambda value: 255 - int(value * look.shade)))
    picture = picture.filter(ImageFilter.GaussianBlur(look.blur))
    if look.grain:
        picture = ImageChops.add(picture, Image.effect_noise(size, look.grain), offset=-128)
    return picture


def jpeg(picture: Image.Image, quality: int = 75) -> bytes:
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()


def corners(look: Look) -> list[tuple[float, float]]:
    """Where the four corners of the ticket lie in the picture, as a plane is seen that leans back."""
    turned, away = math.radians(look.turned), math.radians(look.tilted_to)
    found = []
    for u, v in ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)):
        x = u * math.cos(turned) - v * math.sin(turned)
        y = u * math.sin(turned) + v * math.cos(turned)
        depth = 1 + 2 * look.tilt * (x * math.cos(away) + y * math.sin(away))
        side = SIDE * look.share
        found.append((SIDE / 2 + x * side / depth, SIDE / 2 + y * side / depth))
    return found


def coefficients(onto: list[tuple[float, float]], width: int) -> list[float]:
    """What Pillow wants to lay a square of this width on these four corners (Gauss and Jordan)."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(onto, ((0, 0), (width, 0), (width, width), (0, width)), strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for at in range(8):
        best = max(range(at, 8), key=lambda row: abs(rows[row][at]))
        rows[at], rows[best] = rows[best], rows[at]
        rows[at] = [value / rows[at][at] for value in rows[at]]
        for row in range(8):
            if row != at:
                share = rows[row][at]
                rows[row] = [a - share * b for a, b in zip(rows[row], rows[at], strict=True)]
    return [row[8] for row in rows]
