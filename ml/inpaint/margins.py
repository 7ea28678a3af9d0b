"""How far a repair reaches beyond its hole: narrow damage has a narrow rim, a loss has a wide one.

Suffixes: H height, W width. Chosen by looking at cracks, specks and losses of real photographs, grown by 0 to 7 px:
scratches and dust are gone at 2, and at more the picture between them goes too; of torn and stained places 2 leave a
sliver, whose tone the repair then carries into the whole loss. A hole tells its kind by its width, so that a mask that
a person drew, or that another program made, is treated as the finder's are.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

GROW_PX = 2
"""The rim of a crack is brighter or darker than the paper around it, and masks are a pixel or two off."""
GROW_WIDE_PX = 5
"""The same of what is WIDE_PX wide."""
WIDE_PX = 13
"""A square of this side fits into a loss and into no scratch; an odd number."""
FEATHER_PX = 2
"""Beyond the grown hole the repair fades into the photograph over so many pixels."""


@dataclass(frozen=True)
class Margins:
    """All 0 where the hole is known exactly."""

    narrow_px: int = GROW_PX
    wide_px: int = GROW_WIDE_PX
    feather_px: int = FEATHER_PX

    def grown(self, hole_HW: np.ndarray) -> np.ndarray:
        """What is replaced altogether: bool HW."""
        return self._reaching(hole_HW, self.narrow_px, self.wide_px)

    def unseen(self, hole_HW: np.ndarray) -> np.ndarray:
        """What the repair may not be told from: bool HW.

        Around a loss the feather too, else a remnant of its rim would bleed into it. Not around what is narrow: there
        the picture that is left is dearer than the rim is harmful.
        """
        return self._reaching(hole_HW, self.narrow_px, self.wide_px + self.feather_px)

    def touched(self, hole_HW: np.ndarray) -> np.ndarray:
        """Where a repair may change the photograph: bool HW."""
        return self._reaching(hole_HW, self.narrow_px + self.feather_px, self.wide_px + self.feather_px)

    def _reaching(self, hole_HW: np.ndarray, narrow_px: int, wide_px: int) -> np.ndarray:
        reached_HW = grow(hole_HW, narrow_px)
        if wide_px > narrow_px:
            wide_HW = wide_part(hole_HW)
            if wide_HW.any():
                reached_HW |= grow(wide_HW, wide_px)
        return reached_HW


USUAL, KNOWN_EXACTLY = Margins(), Margins(0, 0, 0)


def grow(hole_HW: np.ndarray, radius_px: int) -> np.ndarray:
    """The hole and all within a distance of radius_px: bool HW, a copy."""
    if radius_px == 0:
        return hole_HW.astype(bool)
    across = np.arange(-radius_px, radius_px + 1)
    disk = (across[:, None] ** 2 + across**2 <= radius_px**2 + 1).astype(np.uint8)
    return cv2.dilate(np.ascontiguousarray(hole_HW, np.uint8), disk).astype(bool)


def wide_part(hole_HW: np.ndarray, side_px: int = WIDE_PX) -> np.ndarray:
    """The pixels of squares of side_px that lie in the hole as far as they lie in the picture: bool HW."""
    row = np.ones((1, side_px), np.uint8)
    kept_HW = cv2.erode(cv2.erode(np.ascontiguousarray(hole_HW, np.uint8), row), row.T)
    if not kept_HW.any():
        return kept_HW.astype(bool)
    return cv2.dilate(cv2.dilate(kept_HW, row), row.T).astype(bool) & hole_HW.astype(bool)
