"""The classical detector that the network is measured beside: never what a user is given."""

from __future__ import annotations

import cv2
import numpy as np
from skimage.filters import threshold_otsu

RADIUS_PX = 7


def find(photo_u8_HWC: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Score float32 HW, 0..1, and what is found, bool HW.

    The stronger of the white and the black top-hat of luma (Serra 1982) over Otsu's threshold (Otsu 1979).
    """
    luma = cv2.cvtColor(photo_u8_HWC, cv2.COLOR_RGB2GRAY)
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * RADIUS_PX + 1, 2 * RADIUS_PX + 1))
    hats = cv2.max(
        cv2.morphologyEx(luma, cv2.MORPH_TOPHAT, disk), cv2.morphologyEx(luma, cv2.MORPH_BLACKHAT, disk)
    )
    found_HW = hats > threshold_otsu(hats) if hats.any() else np.zeros(hats.shape, bool)
    return hats.astype(np.float32) / 255, found_HW
