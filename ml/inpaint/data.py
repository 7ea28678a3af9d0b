"""Training samples of the repairer: a crop of a photograph, often made to look old, and holes like real damage."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor

from ml.damage import draw_holes

CROP = 256
"""Side of a training crop, in pixels."""
SHARES = ((0.0, 0.05), (0.05, 0.1), (0.1, 0.2), (0.2, 0.4))
"""Bins of the holes' share of the area, those of `evaluate`."""
SHARE_ODDS = (0.4, 0.2, 0.2, 0.2)
"""Real damage is mostly thin; but what was never seen in training is fantasised wildly when it comes."""
WIDENINGS = (1.0, 1.0, 1.5, 2.0)
"""Holes are drawn smaller and enlarged by one of these: strokes as wide as those of a picture of twice the crop."""


class InpaintSamples:
    """Sample number `index` of an endless series; the same for the same seed and index."""

    def __init__(self, photoset: Any, seed: int, crop: int = CROP) -> None:
        self.photoset = photoset
        self.seed = seed
        self.crop = crop
        weights = np.asarray(photoset.weights, np.float64)
        self.odds = weights / weights.sum()

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        """photo_u8: uint8 CHW, RGB.  valid: uint8 1HW, 1 good, 0 hole.  Both `crop` x `crop`."""
        rng = np.random.default_rng((self.seed, index))
        photo_u8_HWC = self.photoset[int(rng.choice(len(self.odds), p=self.odds))].photo_u8_HWC
        crop_u8_HWC = tone(cut(photo_u8_HWC, self.crop, rng), rng)
        hole_HW = draw_training_hole(self.crop, rng)
        return {
            "photo_u8": torch.from_numpy(np.ascontiguousarray(crop_u8_HWC.transpose(2, 0, 1))),
            "valid": torch.from_numpy(1 - hole_HW)[None],
        }


def draw_training_hole(side: int, rng: np.random.Generator) -> np.ndarray:
    """A hole, uint8 HW (1 = to fill), from a hairline to 40 % of the area."""
    share = SHARES[int(rng.choice(len(SHARES), p=SHARE_ODDS))]
    drawn = round(side / WIDENINGS[int(rng.integers(len(WIDENINGS)))])
    hole_HW = draw_holes(drawn, drawn, rng, share)
    if drawn == side:
        return hole_HW
    wide = cv2.resize(hole_HW * np.float32(1), (side, side), interpolation=cv2.INTER_LINEAR)
    return (wide > 0.5).astype(np.uint8)


def cut(photo_u8_HWC: np.ndarray, side: int, rng: np.random.Generator) -> np.ndarray:
    """A square of the photograph, 1 to 1.7 times `side` (as far as it reaches), shrunk to `side`; mirrored at times."""
    height, width = photo_u8_HWC.shape[:2]
    whole = min(height, width)
    taken = min(whole, round(side * rng.uniform(1.0, 1.7))) if whole > side else whole
    top, left = int(rng.integers(height - taken + 1)), int(rng.integers(width - taken + 1))
    square = photo_u8_HWC[top : top + taken, left : left + taken]
    if rng.random() < 0.5:
        square = square[:, ::-1]
    if taken == side:
        return square
    shrinking = cv2.INTER_AREA if taken > side else cv2.INTER_CUBIC
    return cv2.resize(np.ascontiguousarray(square), (side, side), interpolation=shrinking)


def tone(crop_u8_HWC: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Half stay as they are, a quarter turn grey, a quarter sepia or another single tone; old ones also fade.

    Old photographs are what comes in. Nothing is blurred or scratched: the truth must stay a clean picture.
    """
    kind = rng.random()
    if kind < 0.5:
        return crop_u8_HWC
    channels = rng.dirichlet((3, 6, 2)).astype(np.float32)  # emulsions see colours in their own way
    luma = np.clip(crop_u8_HWC.astype(np.float32) @ channels, 0, 255).astype(np.uint8)
    black, white = rng.uniform(0, 70), rng.uniform(170, 255)
    curve = black + (white - black) * np.linspace(0, 1, 256) ** np.exp(rng.normal(0, 0.25))
    if kind < 0.75:
        return np.repeat(curve.round().astype(np.uint8)[luma][..., None], 3, axis=2)
    warmth = rng.uniform(0, 1)
    gammas = np.array([1 - 0.25 * warmth, 1 - 0.05 * warmth, 1 + 0.35 * warmth]) + rng.normal(0, 0.05, 3)
    toned = 255 * (curve[:, None] / 255) ** gammas
    return toned.round().clip(0, 255).astype(np.uint8)[luma]
