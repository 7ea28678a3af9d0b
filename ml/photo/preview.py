"""Small pictures for a screen: sRGB, 8 bit, and the mask as a veil to lay over them."""

from __future__ import annotations

import numpy as np

from ml.photo.codecs import jpeg, png
from ml.photo.deepzoom import PREVIEW_SIDE
from ml.photo.picture import Metadata, Photo
from ml.photo.profiles import colour_profile, to_srgb
from ml.photo.veil import AMBER_RGB, VEIL_ALPHA
from ml.photo.writing import to_u8
from ml.scaling import at_most

LONG_SIDE = PREVIEW_SIDE
QUALITY = 90
THUMBNAIL_SIDE = 256
"""As file managers and OpenRaster want it."""


def preview_bytes(photo: Photo, long_side: int = LONG_SIDE) -> bytes:
    """A JPEG in sRGB with at most `long_side` pixels on its longer side; never enlarged, no metadata."""
    return jpeg.encode(_small_srgb(photo, long_side), Metadata(), QUALITY)


def thumbnail_bytes(photo: Photo) -> bytes:
    """A PNG in sRGB of 8 bits with at most THUMBNAIL_SIDE pixels on its longer side; no metadata."""
    return png.encode(_small_srgb(photo, THUMBNAIL_SIDE), Metadata())


def _small_srgb(photo: Photo, long_side: int) -> np.ndarray:
    small = to_u8(at_most(photo.pixels_HWC, long_side))
    return to_srgb(small, colour_profile(photo.metadata.icc))


def veil_bytes(hole_HW: np.ndarray, long_side: int = LONG_SIDE) -> bytes:
    """A PNG, RGBA: amber where hole_HW is true, transparent elsewhere; of the preview's size."""
    share = at_most(hole_HW.astype(np.uint8) * 255, long_side)
    veil = np.empty((*share.shape, 4), np.uint8)
    veil[..., :3] = AMBER_RGB
    veil[..., 3] = share.astype(np.uint16) * VEIL_ALPHA // 255
    return png.encode(veil, Metadata())
