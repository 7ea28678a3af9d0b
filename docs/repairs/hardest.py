"""Draws the hardest repairs of real photographs, "before | mask | after" at twice their size, and prints their grain.

    .venv/bin/python docs/repairs/hardest.py DATA OUTSIDE SHEETS [COUNT]

DATA holds real_damaged, OUTSIDE is what outside.py made: its masks (those made by hand, else the finder's) and its
results are used. A place is a connected piece of the mask, pieces within JOINED_PX counting as one. How hard it is: the
sum over its pixels of their distance from the photograph, so that area and depth both count, and FACE times that
where it lies over an eye, a nose or a mouth. At most EACH of a photograph; BY_HAND of ten from masks made by hand.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from ml.faces import find_features  # noqa: E402
from ml.inpaint.grain import grain_ratio  # noqa: E402
from ml.inpaint.margins import USUAL, grow  # noqa: E402
from ml.photo import read  # noqa: E402

JOINED_PX = 4
FACE = 4.0
EACH = 2
BY_HAND = 0.75
CROP_PX, MARGIN_PX = 320, 48
"""Most that a sheet shows of a photograph, and the least around a place where that allows it."""
HOLE_COLOUR = (242, 51, 140)
"""No old photograph has it."""


@dataclass(frozen=True)
class Place:
    """hardness as above; a box in pixels of the photograph."""

    photograph: Path
    mask: Path
    by_hand: bool
    hardness: float
    on_face: bool
    top: int
    left: int
    bottom: int
    right: int

    @property
    def crop(self) -> tuple[slice, slice]:
        return slice(self.top, self.bottom), slice(self.left, self.right)


def main(data: Path, outside: Path, sheets: Path, count: int = 24) -> None:
    sheets.mkdir(parents=True, exist_ok=True)
    ratios = []
    for number, place in enumerate(chosen(all_places(data, outside), count), start=1):
        photo_HWC, hole_HW = read(place.photograph).pixels_u8(), hole_of(place.mask)
        after_HWC = read(result_of(place.mask)).pixels_u8()
        cv2.imwrite(
            str(sheets / f"{number:02d}-{place.photograph.stem}.png"),
            sheet(photo_HWC[place.crop], hole_HW[place.crop], after_HWC[place.crop])[..., ::-1],
        )
        repaired_HW = USUAL.grown(hole_HW)[place.crop]
        ratios.append(grain_ratio(after_HWC[place.crop] / np.float32(255), repaired_HW))
        say(f"{number:02d} {told(place)} grain {ratios[-1]:.3f}")
    known = np.array([ratio for ratio in ratios if not np.isnan(ratio)])
    within = np.mean(np.abs(known - 1) <= 0.1)
    say(f"grain: {len(known)} measured, median {np.median(known):.3f}, within 10 %: {within:.0%}")


def chosen(places: list[Place], count: int) -> list[Place]:
    """The hardest of masks made by hand, then those of the finder's."""
    by_hand = first([place for place in places if place.by_hand], round(BY_HAND * count))
    return by_hand + first([place for place in places if not place.by_hand], count - len(by_hand))


def first(places: list[Place], count: int) -> list[Place]:
    taken: list[Place] = []
    for place in sorted(places, key=lambda place: -place.hardness):
        same = [one for one in taken if one.photograph == place.photograph]
        if len(taken) < count and len(same) < EACH and not any(overlap(place, one) for one in same):
            taken.append(place)
    return taken


def overlap(one: Place, other: Place) -> bool:
    """Whether their sheets would show the same."""
    return (
        min(one.bottom, other.bottom) - max(one.top, other.top) > CROP_PX // 4
        and min(one.right, other.right) - max(one.left, other.left) > CROP_PX // 4
    )


def all_places(data: Path, outside: Path) -> list[Place]:
    found = []
    for photograph in sorted((data / "real_damaged").iterdir()):
        mask = outside / "8" / f"{photograph.stem}_mask.png"
        if mask.exists():
            found += places(photograph, mask, (outside / "by-hand" / mask.name).exists())
    return found


def places(photograph: Path, mask: Path, by_hand: bool) -> list[Place]:
    hole_HW = hole_of(mask)
    depth_HW = cv2.distanceTransform(hole_HW.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    joined_HW = grow(hole_HW, JOINED_PX // 2).astype(np.uint8)
    _, labels_HW, boxes, _ = cv2.connectedComponentsWithStats(joined_HW, connectivity=8)
    depths = np.bincount(labels_HW[hole_HW], depth_HW[hole_HW], minlength=len(boxes))
    faces_HW = over_faces(read(photograph).pixels_u8()) & hole_HW
    on_face = np.bincount(labels_HW[faces_HW], minlength=len(boxes)) > 0
    return [
        Place(
            photograph,
            mask,
            by_hand,
            float(depths[label] * (FACE if on_face[label] else 1)),
            bool(on_face[label]),
            *box_of(depth_HW * (labels_HW == label), boxes[label], hole_HW.shape),
        )
        for label in np.argsort(-depths)[: 2 * EACH]
        if label and depths[label] > 0
    ]


def box_of(depth_HW: np.ndarray, box: np.ndarray, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Around the piece where it is small enough, else around its deepest pixel: top, left, bottom, right."""
    deepest = np.unravel_index(depth_HW.argmax(), shape)
    spans = []
    for start, size, middle, length in zip((box[1], box[0]), (box[3], box[2]), deepest, shape, strict=True):
        wanted = min(length, CROP_PX, size + 2 * MARGIN_PX)
        centre = start + size / 2 if size <= CROP_PX else middle
        begin = int(np.clip(round(centre - wanted / 2), 0, length - wanted))
        spans.append((begin, begin + int(wanted)))
    (top, bottom), (left, right) = spans
    return top, left, bottom, right


def over_faces(photo_u8_HWC: np.ndarray) -> np.ndarray:
    """bool HW: eyes, noses and mouths."""
    faces_HW = np.zeros(photo_u8_HWC.shape[:2], np.uint8)
    for feature in find_features(photo_u8_HWC):
        cv2.circle(faces_HW, (round(feature.x), round(feature.y)), max(1, round(feature.radius)), 1, -1)
    return faces_HW.astype(bool)


def hole_of(mask: Path) -> np.ndarray:
    return cv2.imread(str(mask), cv2.IMREAD_GRAYSCALE) > 0


def result_of(mask: Path) -> Path:
    (result,) = mask.parent.glob(mask.name.replace("_mask.png", "_restored.*"))
    return result


def sheet(before_HWC: np.ndarray, hole_HW: np.ndarray, after_HWC: np.ndarray) -> np.ndarray:
    """Side by side, each pixel four."""
    marked_HWC = np.where(hole_HW[..., None], np.array(HOLE_COLOUR, np.uint8), before_HWC)
    gap_HWC = np.full((len(before_HWC), 4, 3), 255, np.uint8)
    row_HWC = np.hstack([before_HWC, gap_HWC, marked_HWC, gap_HWC, after_HWC])
    return row_HWC.repeat(2, axis=0).repeat(2, axis=1)


def told(place: Place) -> str:
    whose = "hand" if place.by_hand else "finder"
    face = " face" if place.on_face else ""
    return f"{place.photograph.name} {whose}{face} ({place.left}, {place.top}) hardness {place.hardness:.0f}"


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]), *map(int, sys.argv[4:5]))
