"""Read and compare the PNG pictures stored in notebooks.

Two questions, two measures. *The same picture?* Pixel by pixel: then the stored bytes are kept. *Another picture?*
By ink: the share of drawn pixels that have no pixel of a similar colour near them in the other picture. A curve that
is measured again moves a little and its ink still finds a neighbour; a curve that is missing, mirrored or on another
axis does not. The plain share of differing pixels cannot tell these apart: thin lines that moved by their own width
differ in more pixels (6 %) than a scatter plot turned upside down (2 %).
"""

from __future__ import annotations

import base64
import io
from itertools import product

import numpy as np
from PIL import Image, ImageSequence

#: Pictures are compared at an eighth of their size, 200 pixels wide for a stored figure.
SHRINK = 8
#: Ink may move this many small pixels, 1.5 % of a figure's width.
REACH = 3
#: Two colours are similar when no channel (0–255) differs by more.
SIMILAR = 48
#: More unmatched ink than this is another picture. Repeated noisy curves and scatter plots, one outlier included, gave
#: up to 0.055, wrong ones (a flipped, swapped, missing or added series, another axis) from 0.089 up.
STALE = 0.07


def frames(encoded: str) -> np.ndarray:
    """The picture's pixels from base64 text: (frames, height, width, 3), uint8; one frame unless it is animated."""
    with Image.open(io.BytesIO(base64.b64decode(encoded))) as picture:
        return np.stack([np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(picture)])


def same_pixels(one: str, other: str) -> bool:
    """Whether two encoded pictures show exactly the same."""
    return one == other or np.array_equal(frames(one), frames(other))


def difference(one: str, other: str) -> float:
    """The share of unmatched ink between two encoded pictures, 0 to 1; of an animation, the worse of both ends.

    Pictures of different sizes or numbers of frames differ by 1.
    """
    if one == other:
        return 0.0
    ours, theirs = frames(one), frames(other)
    if ours.shape != theirs.shape:
        return 1.0
    return max(frame_difference(ours[end], theirs[end]) for end in (0, -1))


def frame_difference(one: np.ndarray, other: np.ndarray) -> float:
    """The larger of the two shares of ink, (height, width, 3) each, that the other frame does not match."""
    if np.array_equal(one, other):
        return 0.0
    ours, theirs = shrink(one), shrink(other)
    return max(unmatched_ink(ours, theirs), unmatched_ink(theirs, ours))


def unmatched_ink(ours: np.ndarray, theirs: np.ndarray) -> float:
    """The share of `ours`' ink that has no similar colour within `REACH` pixels in `theirs`; both (h, w, 3), int16."""
    ink = distance(ours, background(ours)) > SIMILAR
    height, width = ink.shape
    around = np.pad(theirs, ((REACH, REACH), (REACH, REACH), (0, 0)), mode="edge")
    nearest = np.full(ink.shape, 255, dtype=np.int16)
    for down, right in product(range(2 * REACH + 1), repeat=2):
        moved = around[down : down + height, right : right + width]
        np.minimum(nearest, distance(ours, moved), out=nearest)
    return float((ink & (nearest > SIMILAR)).sum() / max(ink.sum(), 1))


def distance(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """The largest difference of any channel, (h, w)."""
    return np.abs(ours - theirs).max(axis=-1)


def background(pixels: np.ndarray) -> np.ndarray:
    """The most frequent colour, (3,)."""
    colours, counts = np.unique(pixels.reshape(-1, 3), axis=0, return_counts=True)
    return colours[counts.argmax()]


def shrink(pixels: np.ndarray) -> np.ndarray:
    """The frame at 1/`SHRINK` of its size, averaged, int16 so that differences do not wrap."""
    height, width = (max(1, side // SHRINK) for side in pixels.shape[:2])
    small = Image.fromarray(pixels).resize((width, height), Image.Resampling.BOX)
    return np.asarray(small).astype(np.int16)
