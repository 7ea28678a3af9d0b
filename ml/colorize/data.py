"""Training samples of the colorizer: a crop's aged luma, and the true Cb and Cr of the crop at half its size."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor

from ml.colorize.ageing import BT601, aged_luma

CROP = 224
"""Side of a training crop in pixels; what the encoder's ImageNet training was near to."""
WIDEST = 2.2
"""The photograph's short side is brought to 1 to WIDEST times the crop: the crop shows much of the scene."""
COLOURED = 0.012
"""A photograph whose mean chroma is below this (0..0.7) is black and white, or grey in grey: it would teach to do
nothing, and is drawn again."""
TRIES = 8


class ColorizeSamples:
    """Sample number `index` of an endless series; the same for the same seed and index."""

    def __init__(self, photoset: Any, seed: int, crop: int = CROP) -> None:
        self.photoset = photoset
        self.seed = seed
        self.crop = crop
        weights = np.asarray(photoset.weights, np.float64)
        self.odds = weights / weights.sum()

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        """luma_u8: uint8 1HW, `crop` x `crop`.  chroma_u8: uint8 Cb and Cr (128 is grey), 2HW, half of that."""
        rng = np.random.default_rng((self.seed, index))
        for _ in range(TRIES):
            photo_u8_HWC = self.photoset[int(rng.choice(len(self.odds), p=self.odds))].photo_u8_HWC
            if mean_chroma(photo_u8_HWC) > COLOURED:
                break
        crop_01_HWC = cut(photo_u8_HWC, self.crop, rng).astype(np.float32) / 255
        half = self.crop // 2
        chroma_HW2 = chroma(cv2.resize(crop_01_HWC, (half, half), interpolation=cv2.INTER_AREA))
        luma_HW = aged_luma(crop_01_HWC, rng)
        return {
            "luma_u8": torch.from_numpy(np.rint(luma_HW * 255).astype(np.uint8))[None],
            "chroma_u8": torch.from_numpy(
                np.rint(chroma_HW2 * 255 + 128).clip(0, 255).astype(np.uint8).transpose(2, 0, 1).copy()
            ),
        }


def cut(photo_u8_HWC: np.ndarray, side: int, rng: np.random.Generator) -> np.ndarray:
    """A square of the photograph, mirrored at times. Its aspect is never changed: both sides are scaled alike."""
    height, width = photo_u8_HWC.shape[:2]
    short = side * rng.uniform(1.0, WIDEST)
    scale = short / min(height, width)
    size = max(side, round(width * scale)), max(side, round(height * scale))
    shrinking = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(photo_u8_HWC, size, interpolation=shrinking)
    top, left = (int(rng.integers(length - side + 1)) for length in scaled.shape[:2])
    square = scaled[top : top + side, left : left + side]
    return square[:, ::-1] if rng.random() < 0.5 else square


def chroma(photo_01_HWC: np.ndarray) -> np.ndarray:
    """Cb and Cr of full-range BT.601, -0.5..0.5, HW2."""
    luma_HW = photo_01_HWC @ BT601
    return np.stack(
        [(photo_01_HWC[..., 2] - luma_HW) / 1.772, (photo_01_HWC[..., 0] - luma_HW) / 1.402], axis=-1
    )


def mean_chroma(photo_u8_HWC: np.ndarray) -> float:
    """Mean length of (Cb, Cr), 0..0.7; seen on every fourth pixel."""
    few_01 = photo_u8_HWC[::4, ::4].astype(np.float32) / 255
    return float(np.linalg.norm(chroma(few_01), axis=-1).mean())
