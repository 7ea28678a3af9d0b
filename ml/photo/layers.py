"""What a layered file holds of a photograph: original, repair, colour and mask, one over the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ml.photo.picture import Photo

ROWS = 512
"""Compared at a time, so that finding what was changed costs no second picture."""


@dataclass(frozen=True)
class Layer:
    """pixels_HWC: HW3, or HW4 whose alpha is 0 or the most of its dtype; uint8 or uint16 as the photograph."""

    name: str
    pixels_HWC: np.ndarray
    left: int = 0
    top: int = 0
    visible: bool = True


@dataclass(frozen=True)
class Layered:
    """The pictures of one photograph, all of one size and depth, as they go into a layered file."""

    original: Photo
    shown: Photo
    """What the visible layers compose to: the original, `restored` or `coloured`. The file gets its metadata."""
    restored: Photo | None = None
    coloured: Photo | None = None
    hole_HW: np.ndarray | None = None

    def layers(self) -> Iterator[Layer]:
        """Bottom to top. Made when asked for, so that a writer need hold no more than the one at hand."""
        yield Layer("original", self.original.pixels_HWC)
        if self.restored is not None:
            yield from repair_layer(self.original.pixels_HWC, self.restored.pixels_HWC)
        if self.coloured is not None:
            pixels_HWC = self.coloured.pixels_HWC
            yield Layer("colour", pixels_HWC, visible=pixels_HWC is self.shown.pixels_HWC)
        if self.hole_HW is not None:
            yield mask_layer(self.hole_HW, self.original.pixels_HWC.dtype)


def repair_layer(before_HWC: np.ndarray, after_HWC: np.ndarray) -> Iterator[Layer]:
    """The changed pixels, opaque, cut to the rectangle that holds them all; no layer where none changed."""
    changed_HW = _changed(before_HWC, after_HWC)
    rows, columns = (np.flatnonzero(changed_HW.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return
    cut = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    shown_HW = changed_HW[cut]
    pixels_HW4 = np.zeros((*shown_HW.shape, 4), after_HWC.dtype)
    np.copyto(pixels_HW4[..., :3], after_HWC[cut], where=shown_HW[..., None])
    pixels_HW4[..., 3] = shown_HW * np.iinfo(after_HWC.dtype).max
    yield Layer("repair", pixels_HW4, left=int(columns[0]), top=int(rows[0]))


def _changed(before_HWC: np.ndarray, after_HWC: np.ndarray) -> np.ndarray:
    changed_HW = np.empty(before_HWC.shape[:2], bool)
    for top in range(0, len(before_HWC), ROWS):
        rows = slice(top, top + ROWS)
        changed_HW[rows] = (before_HWC[rows] != after_HWC[rows]).any(axis=2)
    return changed_HW


def mask_layer(hole_HW: np.ndarray, dtype: np.dtype) -> Layer:
    """White where the hole is, black elsewhere; hidden. Its three channels are one in memory."""
    plane_HW = hole_HW.astype(dtype)
    plane_HW *= np.iinfo(dtype).max
    return Layer("mask", np.broadcast_to(plane_HW[..., None], (*plane_HW.shape, 3)), visible=False)
