"""Chroma of a small picture brought to the size of a large one, along the edges of the large one's luma.

The fast guided filter (He & Sun 2015, arXiv:1505.00996): in every small window chroma is a line in luma, chroma =
slope * luma + offset; the lines are found on the small picture and drawn on the large one. Memory is bounded: the
large picture is made in strips.
"""

from __future__ import annotations

import cv2
import numpy as np

RADIUS = 2
"""Of the windows, in pixels of the small picture."""
SMOOTHNESS = 0.02
"""Steps of luma (0..1) below this are no edges: grain, texture of cloth."""


class GuidedChroma:
    """Chroma by rows of the large picture."""

    def __init__(self, luma_01_HW: np.ndarray, chroma_HW2: np.ndarray, height: int, width: int) -> None:
        """luma_01_HW, chroma_HW2: the small picture's, float32, of the same height and width.
        height, width: the large picture's."""
        slope_HW2, offset_HW2 = lines(luma_01_HW, chroma_HW2)
        self.lines_HW4 = np.concatenate([slope_HW2, offset_HW2], axis=2)
        # A scratch is far brighter than all that the lines were found on: chroma stays within what is near.
        window = np.ones((2 * RADIUS + 1, 2 * RADIUS + 1), np.uint8)
        self.bounds_HW4 = np.concatenate(
            [cv2.erode(chroma_HW2, window), cv2.dilate(chroma_HW2, window)], axis=2
        )
        self.height, self.width = height, width

    def rows(self, top: int, luma_01_HW: np.ndarray) -> np.ndarray:
        """Cb and Cr of as many rows from `top` on as luma_01_HW has (the large picture's luma there), HW2."""
        lines_HW4 = self._enlarged(self.lines_HW4, top, len(luma_01_HW))
        bounds_HW4 = self._enlarged(self.bounds_HW4, top, len(luma_01_HW))
        chroma_HW2 = lines_HW4[..., :2] * luma_01_HW[..., None] + lines_HW4[..., 2:]
        return np.clip(chroma_HW2, bounds_HW4[..., :2], bounds_HW4[..., 2:])

    def _enlarged(self, small_HWC: np.ndarray, top: int, count: int) -> np.ndarray:
        """Bilinear, pixel centres aligned: rows by hand, so that a strip equals the same rows of the whole."""
        last = len(small_HWC) - 1
        place = (np.arange(top, top + count, dtype=np.float64) + 0.5) * len(small_HWC) / self.height - 0.5
        place = place.clip(0, last)
        above = np.minimum(place.astype(np.int64), max(0, last - 1))
        share = (place - above).astype(np.float32)[:, None, None]
        rows = small_HWC[above] * (1 - share) + small_HWC[np.minimum(above + 1, last)] * share
        return cv2.resize(rows, (self.width, count), interpolation=cv2.INTER_LINEAR)


def lines(luma_01_HW: np.ndarray, chroma_HW2: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Slope and offset at every pixel, HW2 each: the mean of those of all windows that it lies in."""
    luma = luma_01_HW[..., None]
    mean_luma, mean_chroma = _mean(luma), _mean(chroma_HW2)
    variance = np.maximum(_mean(luma * luma) - mean_luma * mean_luma, 0)
    covariance = _mean(luma * chroma_HW2) - mean_luma * mean_chroma
    slope = covariance / (variance + np.float32(SMOOTHNESS**2))
    return _mean(slope), _mean(mean_chroma - slope * mean_luma)


def _mean(values_HWC: np.ndarray) -> np.ndarray:
    side = 2 * RADIUS + 1
    return cv2.blur(values_HWC, (side, side), borderType=cv2.BORDER_REFLECT).reshape(values_HWC.shape)
