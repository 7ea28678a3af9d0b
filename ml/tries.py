"""Another try of the repair at one place: what was repaired there is repaired once more, in the repaired picture.

Nothing else changes, not by one level: neither in the repair, which keeps to its hole, nor in the colours, of which
only the place's own are taken from the picture with the new repair.

Suffixes: H height, W width, C channels; small letters for a part of the picture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ml.course import Share, parts
from ml.holes import read_mask
from ml.networks import hole_sha256
from ml.photo import Photo
from ml.strokes import Stroke, redraw


@dataclass(frozen=True)
class Tried:
    """seed, share, mask_sha256: for the record; share is of the area, and the mask that of what was repaired anew."""

    seed: int
    share: float
    mask_sha256: str
    box: tuple[slice, slice]
    """Rows and columns around all that the try may have changed."""
    touched_hw: np.ndarray
    before_hwc: np.ndarray
    after_hwc: np.ndarray

    @classmethod
    def of(cls, seed: int, hole_HW: np.ndarray, touched_HW: np.ndarray, before: Photo, after: Photo) -> Tried:
        rows, columns = (np.flatnonzero(touched_HW.any(axis=axis)) for axis in (1, 0))
        box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        return cls(
            seed,
            float(hole_HW.mean()),
            hole_sha256(hole_HW),
            box,
            touched_HW[box].copy(),
            before.pixels_HWC[box].copy(),
            after.pixels_HWC[box],
        )

    def lay(self, pixels_HWC: np.ndarray, place_hwc: np.ndarray) -> None:
        """Write the place's pixels, in place."""
        pixels_HWC[self.box][self.touched_hw] = place_hwc[self.touched_hw]


def place_of(wish: Mapping[str, Any], photo: Photo) -> np.ndarray:
    """bool HW: where one of ml.contract.Tries is to be made."""
    if "mask" in wish:
        return read_mask(Path(wish["mask"]), photo)
    return redraw(np.zeros(photo.pixels_HWC.shape[:2], bool), map(Stroke.of, wish["strokes"]))


def coloured(
    restored: Photo, tries: Sequence[Tried], colour: Callable[[Photo, Share], Photo], on_share: Share
) -> Photo:
    """restored in colour: as it was before the tries, and each place by the picture in which it was tried."""
    if not tries:
        return colour(restored, on_share)
    on_shares = parts(on_share, 1 + len(tries))
    work_HWC = restored.pixels_HWC.copy()
    for tried in reversed(tries):
        tried.lay(work_HWC, tried.before_hwc)
    result = colour(restored.with_pixels(work_HWC), on_shares[0])
    for tried, on_part in zip(tries, on_shares[1:], strict=True):
        tried.lay(work_HWC, tried.after_hwc)
        again = colour(restored.with_pixels(work_HWC), on_part)
        tried.lay(result.pixels_HWC, again.pixels_HWC[tried.box])
    return result
