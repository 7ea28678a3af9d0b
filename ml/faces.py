"""Faces and their landmarks by YuNet (Wu et al. 2023), which OpenCV runs."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ml import shipped
from ml.checksum import file_sha256
from ml.contract import WeightsMissing
from ml.scaling import at_most

SEEN_AT = 1024
"""Long side, pixels."""
SURE = 0.6
FEATURES = ("eye", "eye", "nose", "mouth")
NARROW_PX = 4.0
"""Eyes nearer to each other, as seen, are not told apart."""


@dataclass(frozen=True)
class Feature:
    """An eye, a nose or a mouth: a disc around it in pixels of the photograph."""

    name: str
    x: float
    y: float
    radius: float

    def is_same(self, other: Feature) -> bool:
        """Whether both are one thing seen twice."""
        return self.name == other.name and np.hypot(self.x - other.x, self.y - other.y) < other.radius


def find_features(photo_u8_HWC: np.ndarray) -> list[Feature]:
    """Of all faces, in the order of their sureness; RGB. Raises WeightsMissing."""
    faces, zoom = _detect(photo_u8_HWC)
    return [feature for face in faces for feature in _features(face[4:14].reshape(5, 2), zoom)]


def find_faces(photo_u8_HWC: np.ndarray) -> list[tuple[float, float, float, float]]:
    """Boxes x, y, width, height in pixels of the photograph, in the order of their sureness. Raises WeightsMissing."""
    faces, zoom = _detect(photo_u8_HWC)
    return [tuple(float(length) * zoom for length in face[:4]) for face in faces]


def _detect(photo_u8_HWC: np.ndarray) -> tuple[np.ndarray, float]:
    """YuNet's rows, in pixels as seen, and the pixels of the photograph per pixel seen."""
    seen_u8_HWC = at_most(photo_u8_HWC, SEEN_AT)
    _, faces = _detector(*seen_u8_HWC.shape[:2]).detect(cv2.cvtColor(seen_u8_HWC, cv2.COLOR_RGB2BGR))
    return np.empty((0, 15)) if faces is None else faces, photo_u8_HWC.shape[1] / seen_u8_HWC.shape[1]


def _features(landmarks: np.ndarray, zoom: float) -> list[Feature]:
    """landmarks: eyes, nose, corners of the mouth, as seen. zoom: pixels of the photograph per pixel seen."""
    *eyes, nose, one_corner, other_corner = landmarks
    apart = float(np.hypot(*(eyes[0] - eyes[1])))
    if apart < NARROW_PX:
        return []
    mouth_width = float(np.hypot(*(one_corner - other_corner)))
    centres = (*eyes, nose, (one_corner + other_corner) / 2)
    radii = (0.3 * apart, 0.3 * apart, 0.3 * apart, max(0.3 * apart, 0.6 * mouth_width))
    return [
        Feature(name, float(x) * zoom, float(y) * zoom, radius * zoom)
        for name, (x, y), radius in zip(FEATURES, centres, radii, strict=True)
    ]


def _detector(height: int, width: int) -> cv2.FaceDetectorYN:
    path = shipped.WEIGHTS / "faces.onnx"
    if not path.is_file() or file_sha256(path) != shipped.shipped_sha256().get("faces"):
        raise WeightsMissing(f"The weights {path} are not there, or not those of {shipped.CHECKSUMS}.")
    before = cv2.utils.logging.setLogLevel(
        cv2.utils.logging.LOG_LEVEL_ERROR
    )  # it warns of targets at each start
    try:
        return cv2.FaceDetectorYN.create(str(path), "", (width, height), SURE)
    finally:
        cv2.utils.logging.setLogLevel(before)
