"""One pass through a JPEG coder."""

import cv2
import numpy as np


def recode(photo_u8_HWC: np.ndarray, quality: int) -> np.ndarray:
    """The photograph after coding and decoding at a quality of 0-100 (4:2:0), RGB u8."""
    bgr = cv2.cvtColor(photo_u8_HWC, cv2.COLOR_RGB2BGR)
    coded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return cv2.cvtColor(cv2.imdecode(coded, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
