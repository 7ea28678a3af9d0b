"""Whether a picture has colour: none at all (grey), one tint (sepia), or colours."""

from __future__ import annotations

import numpy as np

from ml.scaling import at_most

LUMA = (0.299, 0.587, 0.114)
"""ITU-R BT.601."""
LONG_SIDE = 256
COLOURED_CHROMA = 8.0
"""Chroma (root mean square, 0..255) that luma does not explain. Of 145 old photographs (58 grey, 85 sepia, 2 tinted
by hand) one tinted by hand exceeds it, of 112 modern ones in colour 96."""


def is_neutral(photo_HWC: np.ndarray) -> bool:
    """True where the three channels are equal everywhere."""
    red, green, blue = photo_HWC[..., 0], photo_HWC[..., 1], photo_HWC[..., 2]
    return bool(np.array_equal(red, green) and np.array_equal(green, blue))


def neutral(photo_HWC: np.ndarray, where_HW: np.ndarray) -> np.ndarray:
    """A copy whose pixels are their own luma where where_HW is true."""
    luma = np.rint(photo_HWC[where_HW].astype(np.float32) @ np.array(LUMA, np.float32)).astype(
        photo_HWC.dtype
    )
    photo_HWC = photo_HWC.copy()
    photo_HWC[where_HW] = luma[:, None]
    return photo_HWC


def has_colour(photo_HWC: np.ndarray) -> bool:
    """True for a photograph in colours; False for grey and for one tint (sepia, a yellowed print).

    A tint is chroma that is a function of luma: what a parabola in luma explains is taken out first.
    """
    return unexplained_chroma(photo_HWC) > COLOURED_CHROMA


def unexplained_chroma(photo_HWC: np.ndarray) -> float:
    """Root mean square of Cb and Cr (0..255) after the best parabola in luma was subtracted."""
    small = at_most(photo_HWC, LONG_SIDE)
    rgb = small.reshape(-1, 3).astype(np.float64) * (255 / np.iinfo(photo_HWC.dtype).max)
    luma = rgb @ np.array(LUMA)
    chroma = np.stack([(rgb[:, 2] - luma) / 1.772, (rgb[:, 0] - luma) / 1.402], axis=1)
    basis = np.stack([np.ones_like(luma), luma / 255, (luma / 255) ** 2], axis=1)
    explained = basis @ np.linalg.lstsq(basis, chroma, rcond=None)[0]
    return float(np.sqrt(((chroma - explained) ** 2).sum(axis=1).mean()))
