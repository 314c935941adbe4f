"""Which shades of a colour a person would call by its name, and which two can be told apart."""

from __future__ import annotations

import colorsys
import random

Rgb = tuple[int, int, int]

# name -> ranges (hue in degrees, saturation, value), each with a weight. They keep clear of the
# borders where people disagree (cyan, brown, magenta, beige belong to no name) and hold the CSS
# colours of that name and of its common kin (crimson, navy, gold, lime, violet...).
_Range = tuple[float, tuple[float, float], tuple[float, float], tuple[float, float]]
SHADES: dict[str, tuple[_Range, ...]] = {
    "red": ((3, (-10, 8), (0.75, 1.0), (0.72, 1.0)), (1, (-12, 4), (0.85, 1.0), (0.52, 0.75))),
    "green": (
        (3, (90, 150), (0.55, 1.0), (0.4, 0.95)),
        (1, (80, 155), (0.45, 1.0), (0.7, 1.0)),
        (1, (78, 145), (0.6, 1.0), (0.3, 0.5)),
    ),
    "blue": (
        (3, (208, 242), (0.6, 1.0), (0.55, 1.0)),
        (1, (225, 243), (0.8, 1.0), (0.42, 0.6)),
        (1, (194, 220), (0.4, 0.75), (0.75, 1.0)),
    ),
    "yellow": ((3, (49, 62), (0.75, 1.0), (0.9, 1.0)), (1, (50, 60), (0.45, 0.8), (0.93, 1.0))),
    "purple": (
        (3, (266, 292), (0.5, 1.0), (0.4, 0.92)),
        (1, (290, 303), (0.6, 1.0), (0.4, 0.68)),
        (1, (260, 285), (0.35, 0.65), (0.7, 0.95)),
    ),
    "orange": ((3, (22, 38), (0.85, 1.0), (0.9, 1.0)), (1, (18, 34), (0.65, 0.9), (0.93, 1.0))),
    "black": ((1, (0, 360), (0.0, 0.25), (0.0, 0.14)),),
    "white": ((1, (0, 360), (0.0, 0.035), (0.95, 1.0)),),
    "gray": ((1, (0, 360), (0.0, 0.06), (0.32, 0.78)),),
    "pink": (
        (2, (322, 342), (0.35, 0.75), (0.88, 1.0)),
        (1, (325, 338), (0.7, 0.93), (0.88, 1.0)),
        (1, (338, 353), (0.22, 0.42), (0.94, 1.0)),
    ),
}  # fmt: skip


def sample_shade(name: str, rng: random.Random) -> Rgb:
    """One 8-bit sRGB shade of the colour `name`."""
    ranges = SHADES[name]
    _, hues, saturations, values = rng.choices(ranges, [r[0] for r in ranges])[0]
    hue, saturation, value = (rng.uniform(*span) for span in (hues, saturations, values))
    r, g, b = colorsys.hsv_to_rgb((hue % 360) / 360, saturation, value)
    return round(r * 255), round(g * 255), round(b * 255)


def distance(a: Rgb, b: Rgb) -> float:
    """Perceived distance, about 0 to 765 ("redmean", https://www.compuphase.com/cmetric.htm)."""
    mean = (a[0] + b[0]) / 2
    dr, dg, db = (x - y for x, y in zip(a, b, strict=True))
    total = (2 + mean / 256) * dr * dr + 4 * dg * dg + (2 + (255 - mean) / 256) * db * db
    return float(total**0.5)


def distinct(a: Rgb, b: Rgb) -> bool:
    """Whether a person sees an item of shade `a` clearly on a background of shade `b`."""
    return distance(a, b) >= 85
