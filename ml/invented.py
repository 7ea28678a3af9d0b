"""Where a repair had to invent: parts of faces, and places too large to be told from what surrounds them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ml.faces import Feature, find_features
from ml.scaling import at_most

HIDDEN = 0.15
"""Share of an eye, a nose or a mouth under the mask from which on it was invented."""
LARGE, LARGE_PX = 0.04, 24
"""A loss is large where a disc of this share of the picture's short side fits into it, and of at least so many pixels:
its middle is then farther from the photograph than its texture reaches."""
SEEN_AT = 2048
"""Long side at which large losses are measured."""


@dataclass(frozen=True)
class Invented:
    """what: eye, nose, mouth or loss.  A box in pixels of the photograph as displayed."""

    what: str
    left: int
    top: int
    width: int
    height: int


def find_invented(
    hole_HW: np.ndarray, original_u8_HWC: np.ndarray, repaired_u8_HWC: np.ndarray
) -> list[Invented]:
    """Features of faces first, then large losses. hole_HW: bool. The pictures: RGB.

    Faces are looked for in both: damage hides them in the one, a mask over a whole face has blurred it in the other.
    Raises WeightsMissing.
    """
    if not hole_HW.any():
        return []
    features = find_features(repaired_u8_HWC)
    features += [seen for seen in find_features(original_u8_HWC) if not any(map(seen.is_same, features))]
    hidden = [feature for feature in features if _is_hidden(feature, hole_HW)]
    return [_box_of(feature, hole_HW.shape) for feature in hidden] + _large_losses(hole_HW)


def _is_hidden(feature: Feature, hole_HW: np.ndarray) -> bool:
    box = _box_of(feature, hole_HW.shape)
    y, x = np.mgrid[box.top : box.top + box.height, box.left : box.left + box.width]
    inside = np.hypot(x + 0.5 - feature.x, y + 0.5 - feature.y) <= feature.radius
    under = hole_HW[box.top : box.top + box.height, box.left : box.left + box.width]
    return bool(inside.any()) and float(under[inside].mean()) >= HIDDEN


def _box_of(feature: Feature, shape: tuple[int, ...]) -> Invented:
    left, right = (_within(feature.x + side * feature.radius, shape[1]) for side in (-1, 1))
    top, bottom = (_within(feature.y + side * feature.radius, shape[0]) for side in (-1, 1))
    return Invented(feature.name, left, top, right - left, bottom - top)


def _large_losses(hole_HW: np.ndarray) -> list[Invented]:
    """The largest first."""
    height, width = hole_HW.shape
    seen_u8_HW = np.uint8(at_most(hole_HW.astype(np.uint8) * 255, SEEN_AT) > 127)
    zoom = width / seen_u8_HW.shape[1]
    radius = max(LARGE * min(height, width), LARGE_PX) / 2 / zoom
    # Beyond the photograph's edge nothing is known either.
    depth_HW = cv2.distanceTransform(
        cv2.copyMakeBorder(seen_u8_HW, *[round(radius) + 1] * 4, cv2.BORDER_REPLICATE), cv2.DIST_L2, 5
    )
    margin = round(radius) + 1
    core_u8_HW = np.uint8(depth_HW[margin:-margin, margin:-margin] >= radius)
    _, _, boxes, _ = cv2.connectedComponentsWithStats(core_u8_HW, connectivity=8)
    losses = [_around(box, radius, zoom, hole_HW.shape) for box in boxes[1:]]
    return sorted(losses, key=lambda loss: -loss.width * loss.height)


def _around(box: np.ndarray, radius: float, zoom: float, shape: tuple[int, ...]) -> Invented:
    """box: left, top, width, height of the middle of a loss, as seen; the loss reaches `radius` farther."""
    left, right = (
        _within((side + reach) * zoom, shape[1])
        for side, reach in ((box[0], -radius), (box[0] + box[2], radius))
    )
    top, bottom = (
        _within((side + reach) * zoom, shape[0])
        for side, reach in ((box[1], -radius), (box[1] + box[3], radius))
    )
    return Invented("loss", left, top, right - left, bottom - top)


def _within(position: float, length: int) -> int:
    return int(np.clip(round(position), 0, length))
