"""Whom a colorizer serves worse: photographs by labels, and how far the hue of faces, hands and all skin is off.

Labels are a person's, from looking: a CSV file with the columns file, skin (light, brown, dark, mixed), who (men,
women, children, mixed), uniform (yes or empty) and hands (boxes "x y width height" in thousandths of the photograph's
sides, separated by ";"). Suffixes: H height, W width, C channels.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ml.faces import find_faces

SKIN_CB, SKIN_CR = (77, 127), (133, 173)
"""Where skin of every tone lies, 0..255. Source: Chai & Ngan 1999, doi:10.1109/76.767122."""
LEAST_PIXELS = 64
FACE_SHARE = 0.8
"""Of the face's box: the ellipse in it, without hair and background."""
PLACES = ("face", "hands", "skin")
COLUMNS = ("file", "skin", "who", "uniform", "hands")

Box = tuple[float, float, float, float]
"""x, y, width, height; 0..1 of the photograph's sides."""


@dataclass(frozen=True)
class Label:
    skin: str
    who: str
    uniform: bool
    hands: tuple[Box, ...]

    def groups(self) -> Iterator[str]:
        yield f"skin {self.skin}"
        yield self.who
        yield "uniform" if self.uniform else "no uniform"


def read_labels(path: Path) -> dict[str, Label]:
    """File name to label. Raises ValueError for a line that is none."""
    with path.open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    if not lines or set(COLUMNS) - set(lines[0]):
        raise ValueError(f"{path}: the columns {', '.join(COLUMNS)} are needed")
    return {line["file"]: _label(line, path) for line in lines}


def _label(line: dict[str, str], path: Path) -> Label:
    boxes = [box.split() for box in line["hands"].split(";") if box.strip()]
    if any(len(box) != 4 for box in boxes):
        raise ValueError(f"{path}: {line['file']}: hands are boxes of x, y, width and height")
    hands = tuple((int(x) / 1e3, int(y) / 1e3, int(w) / 1e3, int(h) / 1e3) for x, y, w, h in boxes)
    return Label(line["skin"], line["who"], bool(line["uniform"]), hands)


def hue_errors(
    result_HW2: np.ndarray, truth_HW2: np.ndarray, truth_u8_HWC: np.ndarray, hands: Iterable[Box]
) -> dict[str, float]:
    """Per place ("face", "hands", "skin") that the photograph has: `PLACE_hue` in degrees, 0..180, the mean angle
    between the Cb and Cr of result and truth; and `PLACE_chroma`, the result's mean chroma over the truth's (0: grey).

    result_HW2, truth_HW2: Cb and Cr, 0..255 with 128 for grey.  truth_u8_HWC: RGB, where faces are looked for.
    """
    figures: dict[str, float] = {}
    for place, where_HW in _places(truth_HW2, truth_u8_HWC, hands).items():
        if np.count_nonzero(where_HW) >= LEAST_PIXELS:
            result, truth = result_HW2[where_HW] - 128, truth_HW2[where_HW] - 128
            figures[f"{place}_hue"] = _angle(result, truth)
            lengths = [float(np.linalg.norm(chroma, axis=1).mean()) for chroma in (result, truth)]
            figures[f"{place}_chroma"] = lengths[0] / max(lengths[1], 1e-6)
    return figures


def _places(truth_HW2: np.ndarray, truth_u8_HWC: np.ndarray, hands: Iterable[Box]) -> dict[str, np.ndarray]:
    """bool HW each; "skin" is all that has its colour in the truth near a person: faces, their surroundings, hands."""
    height, width = truth_HW2.shape[:2]
    skin_HW = np.logical_and.reduce(
        [
            (truth_HW2[..., channel] >= low) & (truth_HW2[..., channel] <= high)
            for channel, (low, high) in enumerate((SKIN_CB, SKIN_CR))
        ]
    )
    faces, near, held = (np.zeros((height, width), np.uint8) for _ in range(3))
    for x, y, across, down in find_faces(truth_u8_HWC):
        centre = (round(x + across / 2), round(y + down / 2))
        half = (max(1, round(across * FACE_SHARE / 2)), max(1, round(down * FACE_SHARE / 2)))
        cv2.ellipse(faces, centre, half, 0, 0, 360, 1, cv2.FILLED)
        # Neck, arms and chest lie within two faces of the face.
        cv2.rectangle(
            near,
            (round(x - 2 * across), round(y)),
            (round(x + 3 * across), round(y + 5 * down)),
            1,
            cv2.FILLED,
        )
    for x, y, across, down in hands:
        corner = (round(x * width), round(y * height))
        cv2.rectangle(held, corner, (round((x + across) * width), round((y + down) * height)), 1, cv2.FILLED)
    face_HW, hands_HW = skin_HW & (faces > 0), skin_HW & (held > 0)
    return {"face": face_HW, "hands": hands_HW, "skin": (skin_HW & (near > 0)) | face_HW | hands_HW}


def _angle(result: np.ndarray, truth: np.ndarray) -> float:
    turned = np.arctan2(result[:, 1], result[:, 0]) - np.arctan2(truth[:, 1], truth[:, 0])
    return float(np.degrees(np.abs(np.angle(np.exp(1j * turned)))).mean())
