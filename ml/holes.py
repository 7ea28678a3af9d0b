"""Where to repair, as a picture that a person made says it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ml.contract import PhotoRejected
from ml.photo import MAX_PIXELS, Photo, read


def read_hole(mask: Path, photo: Photo) -> np.ndarray:
    """As read_mask; PhotoRejected also where all is white."""
    hole_HW = read_mask(mask, photo)
    if hole_HW.all():
        raise PhotoRejected("all_hole")
    return hole_HW


def read_mask(mask: Path, photo: Photo) -> np.ndarray:
    """The white of a mask's file (brighter than half) as bool HW; PhotoRejected where it does not fit the photo."""
    height, width = photo.pixels_HWC.shape[:2]
    picture = read(mask, max_pixels=max(MAX_PIXELS, height * width))
    mask_height, mask_width = picture.pixels_HWC.shape[:2]
    if (mask_height, mask_width) != (height, width):
        raise PhotoRejected(
            "mask_size", mask_width=mask_width, mask_height=mask_height, width=width, height=height
        )
    return picture.pixels_u8().min(axis=2) >= 128
