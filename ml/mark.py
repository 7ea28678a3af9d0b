"""The visible mark: what a result is, in small letters in its lower right corner. Only where it was asked for.

It is for results that leave their record behind: printed, photographed from a screen, sent by a messenger. The record
says that the mark is there.
"""

from __future__ import annotations

import cv2
import numpy as np

from ml.photo import Photo

MARKS = {
    "restored": "restored",
    "colorized": "colorized",
    "restored_colorized": "restored + colorized",
}
"""By result. In English: the letters that OpenCV draws are Latin ones."""
HEIGHT = 0.018
"""Of the letters, share of the picture's short side."""
LEAST_PX = 11
WIDEST = 0.6
"""Share of the picture's width that the mark may take."""
OPACITY = 0.7
FONT = cv2.FONT_HERSHEY_DUPLEX


def marked(photo: Photo, result: str) -> Photo:
    """The photograph with its mark: white letters with a dark rim. Pixels outside of the corner stay as they are."""
    letters_01_HW, rim_01_HW = _drawn(MARKS[result], *photo.pixels_HWC.shape[:2])
    height, width = letters_01_HW.shape
    margin = height // 2
    pixels_HWC = photo.pixels_HWC.copy()
    bottom, right = pixels_HWC.shape[0] - margin, pixels_HWC.shape[1] - margin
    corner_HWC = pixels_HWC[max(0, bottom - height) : bottom, max(0, right - width) : right]
    rows, columns = corner_HWC.shape[:2]
    most = np.iinfo(pixels_HWC.dtype).max
    alpha_HW1 = OPACITY * np.maximum(letters_01_HW, rim_01_HW)[-rows:, -columns:, None]
    colour_HW1 = most * letters_01_HW[-rows:, -columns:, None]
    corner_HWC[...] = np.rint(corner_HWC * (1 - alpha_HW1) + colour_HW1 * alpha_HW1)
    return photo.with_pixels(pixels_HWC)


def _drawn(words: str, height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Letters and their rim, 0..1, float32 HW, of the size that suits a picture of that height and width."""
    letters_px = max(LEAST_PX, round(HEIGHT * min(height, width)))
    scale = cv2.getFontScaleFromHeight(FONT, letters_px)
    (across, _), _ = cv2.getTextSize(words, FONT, scale, 1)
    scale *= min(1.0, WIDEST * width / across)
    stroke = max(1, round(letters_px / 12))
    (across, up), down = cv2.getTextSize(words, FONT, scale, stroke)
    room = 2 * stroke + 1
    size = up + down + 2 * room, across + 2 * room
    layers = []
    for thickness in (stroke, stroke + 2 * max(1, letters_px // 14)):
        layer_u8_HW = np.zeros(size, np.uint8)
        cv2.putText(layer_u8_HW, words, (room, room + up), FONT, scale, 255, thickness, cv2.LINE_AA)
        layers.append(layer_u8_HW.astype(np.float32) / 255)
    return layers[0], layers[1]
