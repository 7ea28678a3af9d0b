"""Pictures made smaller."""

from __future__ import annotations

import cv2
import numpy as np


def at_most(pixels: np.ndarray, long_side: int) -> np.ndarray:
    """Averaged down until the longer side is `long_side`; as it is where it is not longer. HW or HWC, any depth."""
    height, width = pixels.shape[:2]
    scale = long_side / max(height, width)
    if scale >= 1:
        return pixels
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
