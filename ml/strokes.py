"""A mask corrected by hand: strokes of a brush and an eraser over what was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from ml.contract import PROTECT, STROKE_TOOLS

REACH_PX = 7
"""A repair changes at most that much around its hole (the margin of a loss and the feather, ml.inpaint.margins): a hole
keeps as far away from what is protected."""


@dataclass(frozen=True)
class Stroke:
    """points_N2: (x, y) in pixels of the photograph as displayed, 0, 0 being the corner of its first pixel.

    A brush and an eraser draw a line of width_px with round ends; an area is what the points go around, and so is
    what is protected.
    """

    tool: str
    width_px: float
    points_N2: np.ndarray

    @classmethod
    def of(cls, stroke: Mapping[str, Any]) -> Stroke:
        """Of {"tool": one of STROKE_TOOLS, "width": W, "points": [[x, y], ...]}. Raises ValueError for others."""
        points_N2 = np.array(stroke["points"], np.float64)
        if stroke["tool"] not in STROKE_TOOLS or points_N2.ndim != 2 or points_N2.shape[1] != 2:
            raise ValueError(f"no stroke: {str(stroke)[:80]}")
        return cls(stroke["tool"], float(stroke["width"]), points_N2)


def redraw(hole_HW: np.ndarray, strokes: Iterable[Stroke]) -> np.ndarray:
    """A copy of the hole (bool HW) with the strokes laid over it in their order: a brush adds, an eraser takes away.

    What is protected comes last, whenever it was drawn: no pixel of it is touched by a repair of the hole.
    """
    hole_u8_HW = hole_HW.astype(np.uint8)
    strokes = list(strokes)
    for stroke in strokes:
        if stroke.tool == PROTECT:
            continue
        value = 0 if stroke.tool == "eraser" else 1
        points_N2 = np.floor(stroke.points_N2).astype(np.int32)
        if stroke.tool == "area":
            cv2.fillPoly(hole_u8_HW, [points_N2], value)
        else:
            _line(hole_u8_HW, points_N2, stroke.width_px, value)
    return hole_u8_HW.astype(bool) & ~_kept_free(hole_HW.shape, strokes)


def draws(strokes: Iterable[Mapping[str, Any]]) -> bool:
    """Whether they say where to repair, rather than only where not."""
    return any(stroke["tool"] != PROTECT for stroke in strokes)


def _kept_free(shape: tuple[int, ...], strokes: list[Stroke]) -> np.ndarray:
    """bool HW: what is protected, and REACH_PX around it."""
    kept_u8_HW = np.zeros(shape, np.uint8)
    for stroke in strokes:
        if stroke.tool == PROTECT:
            cv2.fillPoly(kept_u8_HW, [np.floor(stroke.points_N2).astype(np.int32)], 1)
    side = 2 * REACH_PX + 1
    return (
        cv2.dilate(kept_u8_HW, np.ones((side, side), np.uint8)).astype(bool)
        if kept_u8_HW.any()
        else kept_u8_HW > 0
    )


def _line(hole_u8_HW: np.ndarray, points_N2: np.ndarray, width_px: float, value: int) -> None:
    """OpenCV draws a line of thickness 3 five pixels wide, being round on the pixels' grid; so less is asked of it."""
    width = round(width_px)
    if len(points_N2) == 1:
        cv2.circle(hole_u8_HW, points_N2[0].tolist(), max(0, round((width_px - 1) / 2)), value, cv2.FILLED)
    else:
        cv2.polylines(hole_u8_HW, [points_N2], False, value, max(1, min(2, width - 1), width - 2))
