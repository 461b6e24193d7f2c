"""Draw the letters and digits of the data set `glyphs` from the fonts that come with matplotlib.

The picture is committed, because every version of matplotlib and FreeType draws a font a little differently: it is
drawn anew only to add a font or a character.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib
from PIL import Image, ImageDraw, ImageFont

from course_utils.datasets.printed import BITMAPS, CELL, CHARACTERS

FONTS = (
    *("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSans-BoldOblique"),
    *("DejaVuSansMono", "DejaVuSansMono-Bold", "DejaVuSansMono-Oblique", "DejaVuSansMono-BoldOblique"),
    *("DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSerif-Italic", "DejaVuSerif-BoldItalic"),
    *("STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic", "STIXGeneralBolIta"),
)
CAPITAL_HEIGHT = 14  # pixels of an H in a cell of 24: the widest capital, a bold W, then just fits
OVERSAMPLING = 8  # drawn this much larger and averaged, so that hinting does not bend thin strokes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """There are none."""


def run(args: argparse.Namespace) -> int:
    """Write the picture: one row of cells per font, one column per character."""
    sheet().save(BITMAPS, optimize=True)
    print(f"{BITMAPS.name}: {len(FONTS)} fonts, {len(CHARACTERS)} characters")
    return 0


def sheet() -> Image.Image:
    """Return the picture, white on black, (fonts × CELL) pixels high and (characters × CELL) wide."""
    picture = Image.new("L", (len(CHARACTERS) * CELL, len(FONTS) * CELL))
    for row, name in enumerate(FONTS):
        font = _font(name)
        for column, character in enumerate(CHARACTERS):
            picture.paste(_glyph(font, character), (column * CELL, row * CELL))
    return picture


def _font(name: str) -> ImageFont.FreeTypeFont:
    """Return the font in the size at which its H is CAPITAL_HEIGHT high, before averaging."""
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf"
    _, top, _, bottom = ImageFont.truetype(path, 1000).getmask("H").getbbox()
    return ImageFont.truetype(path, 1000 * CAPITAL_HEIGHT * OVERSAMPLING / (bottom - top))


def _glyph(font: ImageFont.FreeTypeFont, character: str) -> Image.Image:
    """Return the character in the middle of a cell."""
    side = CELL * OVERSAMPLING
    large = Image.new("L", (2 * side, 2 * side))
    ImageDraw.Draw(large).text((side, side), character, fill=255, font=font, anchor="mm")
    left, top, right, bottom = large.getbbox()
    corner = (left + right - side) // 2, (top + bottom - side) // 2
    middle = large.crop((*corner, corner[0] + side, corner[1] + side))
    return middle.resize((CELL, CELL), Image.Resampling.BOX)
