"""The classical methods that the repairer is measured beside. Never what a user is given.

photo_u8_HWC: RGB; what lies in the hole is not used.  hole_HW: bool.  Returns RGB u8, unchanged outside of the hole.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from skimage.restoration import inpaint_biharmonic

RADIUS_PX = 3
"""Neighbourhood of OpenCV's methods, that of its tutorial."""

Method = Callable[[np.ndarray, np.ndarray], np.ndarray]


def telea(photo_u8_HWC: np.ndarray, hole_HW: np.ndarray) -> np.ndarray:
    """Telea 2004, doi:10.1080/10867651.2004.10487596 (OpenCV)."""
    return cv2.inpaint(photo_u8_HWC, hole_HW.astype(np.uint8), RADIUS_PX, cv2.INPAINT_TELEA)


def navier_stokes(photo_u8_HWC: np.ndarray, hole_HW: np.ndarray) -> np.ndarray:
    """Bertalmio et al. 2001, doi:10.1109/CVPR.2001.990497 (OpenCV)."""
    return cv2.inpaint(photo_u8_HWC, hole_HW.astype(np.uint8), RADIUS_PX, cv2.INPAINT_NS)


def biharmonic(photo_u8_HWC: np.ndarray, hole_HW: np.ndarray) -> np.ndarray:
    """Damelin & Hoang 2018, doi:10.1155/2018/3950312 (scikit-image), the whole picture in one solution: exact."""
    filled_01 = inpaint_biharmonic(photo_u8_HWC, hole_HW, channel_axis=-1)
    return np.where(hole_HW[..., None], np.rint(filled_01 * 255).clip(0, 255), photo_u8_HWC).astype(np.uint8)


BASELINES: dict[str, Method] = {"telea": telea, "navier_stokes": navier_stokes, "biharmonic": biharmonic}
