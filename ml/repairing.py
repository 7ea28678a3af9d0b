"""A photograph repaired by the network, single places of it once more, and a look at every pixel that was to stay."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ml.contract import Options
from ml.course import parts
from ml.kept import Keep
from ml.networks import Repairer, Share
from ml.photo import Photo
from ml.tone import is_neutral, neutral
from ml.tries import Tried, place_of

if TYPE_CHECKING:
    from ml.pipeline import Pictures
    from ml.results import ResultFiles

ROWS = 512
"""Compared at a time, so that checking 100 megapixels costs no second picture."""


def repaired(
    pictures: Pictures,
    options: Options,
    repairer: Repairer,
    on_share: Share,
    results: ResultFiles,
    kept: Path | None = None,
) -> Photo:
    """The photograph without its damage; what was tried another way is in pictures.tried. kept: see restore_file."""
    photo, hole_HW = pictures.original, pictures.hole_HW
    keep = Keep.of(pictures.source_sha256, hole_HW, options.seed)
    restored = keep.load(kept, photo, repairer.touched(hole_HW)) if kept else None
    on_shares = parts(on_share, 1 + len(options.tries))
    if restored is None:
        restored = repair_photo(photo, hole_HW, repairer, on_shares[0], options.seed)
    if not pictures.degraded:
        results.keep_repair(keep, restored, repairer.touched(hole_HW))
    for wish, on_part in zip(options.tries, on_shares[1:], strict=True):
        restored = _try(pictures, restored, wish, repairer, on_part)
    return restored


def _try(
    pictures: Pictures, restored: Photo, wish: Mapping[str, Any], repairer: Repairer, on_share: Share
) -> Photo:
    """restored with what was repaired at one place repaired once more."""
    hole_HW = pictures.hole_HW & place_of(wish, pictures.original)
    if not hole_HW.any():
        return restored
    again = repair_photo(restored, hole_HW, repairer, on_share, wish["seed"])
    touched_HW = repairer.touched(hole_HW)
    pictures.tried.append(Tried.of(wish["seed"], hole_HW, touched_HW, restored, again))
    return again


def repair_photo(
    photo: Photo, hole_HW: np.ndarray, repairer: Repairer, on_share: Share, seed: int = 0
) -> Photo:
    """The photograph with its hole filled; a picture without colour stays without, also in the hole."""
    before_HWC = photo.pixels_HWC
    after_HWC = repairer.repair(before_HWC, hole_HW, seed, on_progress=on_share)
    touched_HW = repairer.touched(hole_HW)
    if is_neutral(before_HWC):
        after_HWC = neutral(after_HWC, touched_HW)
    _check_untouched(before_HWC, after_HWC, touched_HW)
    return photo.with_pixels(after_HWC)


def _check_untouched(before_HWC: np.ndarray, after_HWC: np.ndarray, touched_HW: np.ndarray) -> None:
    if before_HWC.dtype != after_HWC.dtype or before_HWC.shape != after_HWC.shape:
        raise AssertionError(f"repair made {after_HWC.dtype} {after_HWC.shape} of {before_HWC.shape}")
    for top in range(0, len(before_HWC), ROWS):
        rows = slice(top, top + ROWS)
        changed_HW = (before_HWC[rows] != after_HWC[rows]).any(axis=2)
        if (changed_HW & ~touched_HW[rows]).any():
            raise AssertionError("repair changed pixels outside of what it may touch")
