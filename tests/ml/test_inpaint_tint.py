"""A repair in a photograph of one tint: that tint, at the luma that the network chose; colours stay colours."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from ml.inpaint.infer import Repairer
from ml.inpaint.network import build
from ml.inpaint.tint import LUMA, keep_tint


def sepia(luma_HW: np.ndarray) -> np.ndarray:
    """Browner where it is darker, 0..1."""
    warmth_HW = 0.12 * (1 - luma_HW)
    return (
        np.stack([luma_HW + warmth_HW, luma_HW, luma_HW - 2 * warmth_HW], axis=-1)
        .clip(0, 1)
        .astype(np.float32)
    )


def soft_luma(height: int = 96, width: int = 128) -> np.ndarray:
    noise_HW = np.random.default_rng(4).normal(0, 4, (height, width)).astype(np.float32)
    return (0.55 + cv2.GaussianBlur(noise_HW, (0, 0), 6)).clip(0.3, 0.95).astype(np.float32)


@pytest.fixture
def hole_HW() -> np.ndarray:
    hole_HW = np.zeros((96, 128), bool)
    hole_HW[30:60, 40:90] = True
    return hole_HW


def chroma(photo_01: np.ndarray) -> np.ndarray:
    return photo_01 - (photo_01 @ LUMA)[..., None]


def test_what_was_filled_in_grey_takes_the_tint_and_keeps_its_luma(hole_HW):
    photo_01 = sepia(soft_luma())
    grey_01 = (photo_01 @ LUMA)[..., None].repeat(3, axis=2)

    tinted_01 = keep_tint(grey_01, np.where(hole_HW[..., None], 1, photo_01), hole_HW)

    assert np.abs(tinted_01 - photo_01)[hole_HW].max() < 0.01
    assert np.abs(tinted_01 @ LUMA - grey_01 @ LUMA).max() < 1e-3


def test_paper_that_yellows_to_one_side_is_yellow_there(hole_HW):
    yellow = np.linspace(0, 0.05, 128, dtype=np.float32)[None, :, None] * np.array((0, 0, -1), np.float32)
    photo_01 = sepia(soft_luma()) + yellow
    grey_01 = (photo_01 @ LUMA)[..., None].repeat(3, axis=2)

    tinted_01 = keep_tint(grey_01, photo_01, hole_HW)

    assert np.abs(chroma(tinted_01) - chroma(photo_01))[hole_HW].mean() < 0.005


def test_a_photograph_in_colour_keeps_its_colours(hole_HW):
    colours_01 = cv2.GaussianBlur(np.random.default_rng(5).normal(0.5, 3, (96, 128, 3)), (0, 0), 5)
    colours_01 = colours_01.clip(0, 1).astype(np.float32)

    assert keep_tint(colours_01, colours_01, hole_HW) is colours_01


def test_grey_stays_grey_and_a_picture_that_is_all_hole_is_left_alone(hole_HW):
    grey_01 = soft_luma()[..., None].repeat(3, axis=2)
    coloured_01 = grey_01 + np.array((0.02, 0, -0.02), np.float32)

    assert np.ptp(keep_tint(coloured_01, grey_01, hole_HW)[hole_HW], axis=1).max() < 1e-3
    assert keep_tint(coloured_01, grey_01, hole_HW | True) is coloured_01


@pytest.mark.parametrize("size", [(1, 90), (90, 1), (33, 70)])
def test_thin_pictures(size):
    photo_01 = sepia(soft_luma(*size))
    hole_HW = np.zeros(size, bool)
    hole_HW[size[0] // 2, size[1] // 2] = True

    assert keep_tint(photo_01, photo_01, hole_HW).shape == photo_01.shape


def test_the_repairer_gives_a_sepia_photograph_a_sepia_repair(hole_HW):
    """Weights that add a blue cast."""
    torch.manual_seed(0)
    network = build()
    with torch.no_grad():
        network.detail.bias.copy_(torch.tensor((-0.3, 0.0, 0.3)).repeat_interleave(4))
    photo_u8 = np.rint(sepia(soft_luma()) * 255).astype(np.uint8)

    after_u8 = Repairer(network, torch.device("cpu"), grain=False).repair(photo_u8, hole_HW)

    red, _, blue = (after_u8[hole_HW][:, channel].astype(int) for channel in range(3))
    assert (red > blue).all()
    assert np.abs(chroma(after_u8 / 255) - chroma(photo_u8 / 255))[hole_HW].mean() < 0.02
