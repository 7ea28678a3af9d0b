"""Luma is kept to the integer, at any colour, and no channel is clipped."""

import numpy as np
import pytest
from PIL import Image

from ml.colorize.gamut import joined, rounded_luma

TYPES = [np.uint8, np.uint16]


def exact_luma(photo_HWC: np.ndarray) -> np.ndarray:
    return photo_HWC.astype(np.float64) @ np.array([0.299, 0.587, 0.114])


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def any_luma(dtype, rng) -> np.ndarray:
    luma = rng.integers(0, np.iinfo(dtype).max + 1, (256, 300)).astype(dtype)
    luma[0], luma[1] = 0, np.iinfo(dtype).max
    return luma


@pytest.mark.parametrize("dtype", TYPES)
def test_luma_of_the_result_is_the_given_one(dtype, rng):
    luma = any_luma(dtype, rng)
    chroma = rng.uniform(-0.6, 0.6, (*luma.shape, 2)).astype(np.float32)

    photo = joined(luma, chroma)

    assert photo.dtype == dtype
    assert np.array_equal(rounded_luma(photo), luma)
    assert np.abs(exact_luma(photo) - luma).max() < 0.3


def test_other_programs_see_the_same_luma(rng):
    luma = any_luma(np.uint8, rng)
    photo = joined(luma, rng.uniform(-0.5, 0.5, (*luma.shape, 2)).astype(np.float32))

    assert np.array_equal(np.asarray(Image.fromarray(photo).convert("L")), luma)


@pytest.mark.parametrize("dtype", TYPES)
def test_rounded_luma_is_the_nearest_integer(dtype, rng):
    photo = rng.integers(0, np.iinfo(dtype).max + 1, (64, 64, 3)).astype(dtype)

    assert np.abs(rounded_luma(photo) - exact_luma(photo)).max() < 0.5001
    assert rounded_luma(photo).dtype == dtype


@pytest.mark.parametrize("dtype", TYPES)
def test_no_chroma_is_exactly_grey(dtype, rng):
    luma = any_luma(dtype, rng)

    photo = joined(luma, np.zeros((*luma.shape, 2), np.float32))

    assert np.array_equal(photo, np.repeat(luma[..., None], 3, axis=2))


def test_colour_that_fits_is_kept():
    photo = np.array([[[200, 100, 50], [20, 90, 160]]], np.uint8)
    red, green, blue = np.moveaxis(photo.astype(np.float64) / 255, -1, 0)
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    chroma = np.stack([(blue - luma) / 1.772, (red - luma) / 1.402], axis=-1).astype(np.float32)

    result = joined(rounded_luma(photo), chroma)

    assert np.abs(result.astype(int) - photo).max() <= 1


def test_colour_that_does_not_fit_keeps_its_hue(rng):
    """Cb and Cr shrink alike; clipped channels would turn the hue."""
    luma = np.full((1, 200), 240, np.uint16) * 257
    angle = np.linspace(0, 2 * np.pi, 200, dtype=np.float32)[None]
    chroma = np.stack([np.cos(angle), np.sin(angle)], axis=-1) * np.float32(0.4)

    photo = joined(luma, chroma).astype(np.float64) / 65535

    level = 240 / 255
    cb, cr = (photo[..., 2] - level) / 1.772, (photo[..., 0] - level) / 1.402
    turned = np.angle(np.exp(1j * (np.arctan2(cr, cb) - angle)))
    assert np.abs(turned).max() < 0.002
    assert np.isclose(np.maximum(photo.max(-1), 1 - photo.min(-1)), 1, atol=1e-4).all(), "as strong as fits"
