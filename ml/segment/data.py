"""Training samples of the finder: clean photographs made old and damaged, and real damage with its labels."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from ml import damage
from ml.photoset import Photoset, decode_rgb

CROP = 256
"""Side of a training crop in pixels."""
REAL_SHARE, HARMED_SHARE = 0.4, 0.4
"""Of samples that are crops of real damage, where its labels were given; and of those that get painted damage besides:
large losses are rare among the real ones, and old paper under them is what no painter of age can do."""
DECOY_SHARE = 0.4
FRESH_SHARE, UNHARMED_SHARE = 0.25, 0.6
"""Of painted samples that show a photograph as it was taken yesterday; and of those without any damage. Clouds and deep
shadows were taken for losses (7 % of a clean photograph marked) by a finder that had seen aged photographs alone."""
GREY_SHARE = 0.5
"""Of photographs as of yesterday that are turned grey: even grey backdrops are else seen as lost parts alone."""
SHRUNK_SHARE, SHRUNK_FROM = 0.6, 768
"""Of other painted samples that are shrunk after the damage was laid, and from what side at most, in pixels: scans come
to us at all sizes."""
WHOLE_SHARE = 0.4
"""Of samples that show as much of the photograph as a square holds: only there a large loss is seen as one, since paper
that fills a crop could be a wall."""
WHOLE_MOST = 4.0
LARGE_SHARE = 0.55
"""Of damaged whole views of which a part is torn off; by the painter's own choice it were one in twelve."""
LID_SHARE = 0.25
"""Of painted whole views that lie on a scanner's lid, of which some is seen around the print."""
KNOWN, TRIES = 0.4, 4
"""A crop of real damage of which less than KNOWN is labelled is drawn again, up to TRIES times."""
COVERED, TOUCHED = 0.5, 0.15
"""A shrunk pixel is a defect where that much of it was; less than TOUCHED is clean; between them, ignored."""


@dataclass(frozen=True)
class Labelled:
    """photo_u8_HWC: RGB.  kinds_u8_HW: 0 clean, 1 line, 2 speck, 3 loss, 128 ignore."""

    photo_u8_HWC: np.ndarray
    kinds_u8_HW: np.ndarray


def load_labelled(folders: Sequence[Path]) -> list[Labelled]:
    """Real photographs with masks: of every folder whose manifest.csv has the columns `mask` and `kinds`.

    The photograph lies beside its mask or in a folder next to it. Raises FileNotFoundError where it is in neither.
    """
    return [
        _read_labelled(folder, line)
        for folder in map(Path, folders)
        for line in _manifest(folder)
        if line.get("mask") and line.get("kinds")
    ]


def find_shapes(folders: Sequence[Path]) -> damage.Shapes | None:
    """Real outlines of dirt, hair and cracks from the first folder that holds them."""
    for folder in folders:
        try:
            return damage.load_shapes(folder)
        except FileNotFoundError:
            continue
    return None


def _manifest(folder: Path) -> list[dict[str, str]]:
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _read_labelled(folder: Path, line: dict[str, str]) -> Labelled:
    path = folder / line["file"]
    if not path.is_file():
        path = next(iter(sorted(folder.parent.glob(f"*/{line['file']}"))), path)
    photo_u8_HWC = decode_rgb(path.read_bytes(), line["file"])
    mask_u8_HW = cv2.imread(str(folder / line["mask"]), cv2.IMREAD_GRAYSCALE)
    kinds_u8_HW = cv2.imread(str(folder / line["kinds"]), cv2.IMREAD_GRAYSCALE)
    kinds_u8_HW = np.where(mask_u8_HW == 255, np.clip(kinds_u8_HW, 1, 3), 0).astype(np.uint8)
    kinds_u8_HW[(mask_u8_HW != 255) & (mask_u8_HW != 0)] = damage.IGNORE
    return Labelled(photo_u8_HWC, kinds_u8_HW)


class SegmentSamples:
    """Sample number `index` of an endless series; the same for the same seed and index."""

    def __init__(
        self,
        photoset: Photoset,
        labelled: Sequence[Labelled],
        shapes: damage.Shapes | None,
        seed: int,
        crop: int = CROP,
    ) -> None:
        self.photoset, self.labelled, self.shapes = photoset, labelled, shapes
        self.seed, self.crop = seed, crop
        self.odds = photoset.weights / photoset.weights.sum()

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        """photo_u8: uint8 CHW, RGB.  kinds_u8: uint8 HW, as in Labelled.  Both `crop` x `crop`."""
        rng = np.random.default_rng((self.seed, index))
        is_real = self.labelled and rng.random() < REAL_SHARE
        photo_u8_HWC, kinds_u8_HW = self._real(rng) if is_real else self._painted(rng)
        photo_u8_HWC, kinds_u8_HW = turn(photo_u8_HWC, kinds_u8_HW, rng)
        return {
            "photo_u8": torch.from_numpy(np.ascontiguousarray(photo_u8_HWC.transpose(2, 0, 1))),
            "kinds_u8": torch.from_numpy(np.ascontiguousarray(kinds_u8_HW)),
        }

    def _painted(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        photo_u8_HWC = self.photoset[int(rng.choice(len(self.odds), p=self.odds))].photo_u8_HWC
        is_whole = rng.random() < WHOLE_SHARE
        photo_u8_HWC = take(photo_u8_HWC, self._side(photo_u8_HWC, is_whole, rng), rng)
        if rng.random() >= FRESH_SHARE:
            photo_u8_HWC = damage.age(photo_u8_HWC, rng)
        else:
            photo_u8_HWC = grey(photo_u8_HWC) if rng.random() < GREY_SHARE else photo_u8_HWC
            if rng.random() < UNHARMED_SHARE:
                return resize(photo_u8_HWC, np.zeros(photo_u8_HWC.shape[:2], np.uint8), self.crop)
        if rng.random() < DECOY_SHARE:
            photo_u8_HWC = damage.decoys(photo_u8_HWC, rng)
        painted = damage.paint(photo_u8_HWC, rng, self.shapes, LARGE_SHARE if is_whole else 0)
        photo_u8_HWC, kinds_u8_HW = painted.photo_u8_HWC, painted.kinds_u8_HW
        if is_whole and rng.random() < LID_SHARE:
            photo_u8_HWC, kinds_u8_HW = on_lid(photo_u8_HWC, kinds_u8_HW, rng)
        return resize(photo_u8_HWC, kinds_u8_HW, self.crop)

    def _side(self, photo_u8_HWC: np.ndarray, is_whole: bool, rng: np.random.Generator) -> int:
        """Of the square that a painted sample shows, pixels of the photograph; it is shrunk to the crop."""
        if is_whole:
            return max(self.crop, min(*photo_u8_HWC.shape[:2], round(WHOLE_MOST * self.crop)))
        most = max(1.0, SHRUNK_FROM / self.crop)
        return round(self.crop * most ** rng.random()) if rng.random() < SHRUNK_SHARE else self.crop

    def _real(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        for _ in range(TRIES):
            labelled = self.labelled[int(rng.integers(len(self.labelled)))]
            side = round(self.crop / np.exp(rng.uniform(np.log(0.4), np.log(1.5))))
            is_whole = rng.random() < WHOLE_SHARE
            if is_whole:
                side = max(side, min(min(labelled.kinds_u8_HW.shape), round(WHOLE_MOST * self.crop)))
            photo_u8_HWC, kinds_u8_HW = take_labelled(labelled, side, rng)
            if (kinds_u8_HW != damage.IGNORE).mean() > KNOWN:
                break
        photo_u8_HWC, kinds_u8_HW = resize(photo_u8_HWC, kinds_u8_HW, self.crop)
        photo_u8_HWC = expose(photo_u8_HWC, rng)
        if rng.random() >= HARMED_SHARE:
            return photo_u8_HWC, kinds_u8_HW
        painted = damage.paint(photo_u8_HWC, rng, self.shapes, LARGE_SHARE if is_whole else 0)
        return painted.photo_u8_HWC, np.where(painted.kinds_u8_HW, painted.kinds_u8_HW, kinds_u8_HW)


def take(photo_u8_HWC: np.ndarray, side: int, rng: np.random.Generator) -> np.ndarray:
    """A square of the photograph; smaller photographs are enlarged to hold it."""
    short = min(photo_u8_HWC.shape[:2])
    if short < side:
        factor = side / short
        photo_u8_HWC = cv2.resize(photo_u8_HWC, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    top, left = (int(rng.integers(max(1, length - side + 1))) for length in photo_u8_HWC.shape[:2])
    square = photo_u8_HWC[top : top + side, left : left + side]
    if square.shape[:2] != (side, side):  # rounding of the enlargement
        square = cv2.resize(square, (side, side), interpolation=cv2.INTER_CUBIC)
    return np.ascontiguousarray(square)


def grey(photo_u8_HWC: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(cv2.cvtColor(photo_u8_HWC, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)


def on_lid(
    photo_u8_HWC: np.ndarray, kinds_u8_HW: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """The square print on a square of the scanner's lid, black or white; the lid is no damage."""
    side = len(photo_u8_HWC)
    depths = np.where(rng.random(4) < 0.6, side * rng.uniform(0.02, 0.3, 4), 0).astype(int)
    top, bottom, left, right = depths
    missing = top + bottom - left - right  # to a square
    right, bottom = right + max(missing, 0), bottom + max(-missing, 0)
    tone = rng.uniform(0, 45) if rng.random() < 0.7 else rng.uniform(225, 256)
    around = (int(top), int(bottom), int(left), int(right))
    photo_u8_HWC = cv2.copyMakeBorder(photo_u8_HWC, *around, cv2.BORDER_CONSTANT, value=(round(tone),) * 3)
    return photo_u8_HWC, cv2.copyMakeBorder(kinds_u8_HW, *around, cv2.BORDER_CONSTANT, value=0)


def take_labelled(labelled: Labelled, side: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A square of a labelled photograph; what lies beyond its edge is mirrored and ignored."""
    photo_u8_HWC, kinds_u8_HW = labelled.photo_u8_HWC, labelled.kinds_u8_HW
    down, across = (max(0, side - length) for length in kinds_u8_HW.shape)
    if down or across:
        photo_u8_HWC = cv2.copyMakeBorder(photo_u8_HWC, 0, down, 0, across, cv2.BORDER_REFLECT_101)
        kinds_u8_HW = cv2.copyMakeBorder(
            kinds_u8_HW, 0, down, 0, across, cv2.BORDER_CONSTANT, value=damage.IGNORE
        )
    top, left = (int(rng.integers(length - side + 1)) for length in kinds_u8_HW.shape)
    window = slice(top, top + side), slice(left, left + side)
    return photo_u8_HWC[window], kinds_u8_HW[window]


def resize(photo_u8_HWC: np.ndarray, kinds_u8_HW: np.ndarray, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Both to `side` x `side`; a label follows the share of its pixel that it covers."""
    before = kinds_u8_HW.shape[0]
    if before == side:
        return photo_u8_HWC, kinds_u8_HW
    if before < side:
        photo_u8_HWC = cv2.resize(photo_u8_HWC, (side, side), interpolation=cv2.INTER_CUBIC)
        return photo_u8_HWC, cv2.resize(kinds_u8_HW, (side, side), interpolation=cv2.INTER_NEAREST)
    ignored = cv2.resize(np.float32(kinds_u8_HW == damage.IGNORE), (side, side), interpolation=cv2.INTER_AREA)
    shares = np.stack(
        [
            cv2.resize(np.float32(kinds_u8_HW == kind), (side, side), interpolation=cv2.INTER_AREA)
            for kind in (1, 2, 3)
        ]
    )
    kinds = np.where(shares.sum(0) >= COVERED, shares.argmax(0) + 1, 0)
    kinds[(kinds == 0) & (shares.sum(0) + ignored >= TOUCHED)] = damage.IGNORE
    return cv2.resize(photo_u8_HWC, (side, side), interpolation=cv2.INTER_AREA), kinds.astype(np.uint8)


def expose(photo_u8_HWC: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Another print of the same picture: gamma, contrast, tone, at times grey or a negative's brightness.

    The few real photographs must not be learned by heart.
    """
    photo = photo_u8_HWC.astype(np.float32) / 255
    if rng.random() < 0.4:
        photo = np.repeat(photo.mean(axis=2, keepdims=True), 3, axis=2)
    if rng.random() < 0.15:
        photo = 1 - photo
    tint = rng.normal(0, 0.08, 3)
    photo = np.clip(photo, 0, 1) ** np.exp(rng.normal(0, 0.3) + tint).astype(np.float32)
    if rng.random() < 0.3:  # lights blown out, shadows blocked
        photo = np.clip((photo - rng.uniform(0.2, 0.7)) * np.exp(rng.uniform(0, 0.7)) + 0.45, 0, 1)
    low, high = rng.uniform(0, 0.15), rng.uniform(0.8, 1)
    photo = low + (high - low) * photo
    photo += rng.normal(0, rng.uniform(0, 0.02), photo.shape[:2])[..., None]
    return (np.clip(photo, 0, 1) * 255).round().astype(np.uint8)


def turn(
    photo_u8_HWC: np.ndarray, kinds_u8_HW: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Mirrored half of the time, turned by right angles at times: damage has no upright."""
    turns = int(rng.choice(4, p=(0.55, 0.15, 0.15, 0.15)))
    photo_u8_HWC, kinds_u8_HW = np.rot90(photo_u8_HWC, turns), np.rot90(kinds_u8_HW, turns)
    return (
        (photo_u8_HWC[:, ::-1], kinds_u8_HW[:, ::-1]) if rng.random() < 0.5 else (photo_u8_HWC, kinds_u8_HW)
    )
