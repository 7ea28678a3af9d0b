"""Luma and colour joined into RGB integers: the luma is exactly the photograph's, and no channel leaves its range.

Exact means: rounded to an integer of the format (8 or 16 bits), luma of the result equals luma of the source at every
pixel. Full-range BT.601. Pictures are HWC or HW.
"""

from __future__ import annotations

import numpy as np

RED, GREEN, BLUE = 299, 587, 114
"""Luma's weights in thousandths."""


def rounded_luma(photo_HWC: np.ndarray) -> np.ndarray:
    """Luma to the nearest integer of the photograph's format, in its type, HW. Integer arithmetic, hence exact."""
    red, green, blue = (photo_HWC[..., channel].astype(np.uint32) for channel in range(3))
    return ((RED * red + GREEN * green + BLUE * blue + 500) // 1000).astype(photo_HWC.dtype)


def joined(luma_HW: np.ndarray, chroma_HW2: np.ndarray) -> np.ndarray:
    """RGB of luma's type, HWC.

    luma_HW: uint8 or uint16.  chroma_HW2: Cb and Cr, -0.5..0.5, of any strength.
    Where luma leaves no room for so much colour, Cb and Cr shrink alike, towards grey: hue and luma stay. Clipping
    the channels one by one would change both.
    """
    peak = np.float32(np.iinfo(luma_HW.dtype).max)
    luma = luma_HW.astype(np.float32)
    cb, cr = chroma_HW2[..., 0] * peak, chroma_HW2[..., 1] * peak
    red, blue = np.float32(1.402) * cr, np.float32(1.772) * cb
    green = np.float32(-1 / GREEN) * (RED * red + BLUE * blue)
    room = _room(luma, peak, red, green, blue)
    red, blue = np.rint(luma + room * red), np.rint(luma + room * blue)
    # Green is solved for last: red and blue being integers already, luma is off by its own rounding alone, less than
    # 0.3, and so rounds to what it was.
    green = np.rint((1000 * luma - RED * red - BLUE * blue) / GREEN)
    return np.stack([red, green, blue], axis=-1).astype(luma_HW.dtype)


def _room(luma: np.ndarray, peak: np.float32, *channels: np.ndarray) -> np.ndarray:
    """The share of the channels' offsets from luma that fits into 0..peak, 0..1."""
    tiny = np.float32(1e-9)
    highest = np.maximum.reduce([*channels, np.full_like(luma, tiny)])
    lowest = np.minimum.reduce([*channels, np.full_like(luma, -tiny)])
    return np.minimum(np.minimum((peak - luma) / highest, luma / -lowest), np.float32(1))
