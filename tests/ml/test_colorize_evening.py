"""Chroma evened out: a patch gives way within edges, nothing crosses them, the sure places lead."""

from __future__ import annotations

import numpy as np
import pytest

from ml.colorize.evening import evened

SURE, UNSURE = 0.03, 0.07


@pytest.fixture
def halves() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A dark and a bright half, red and blue, all of it usual."""
    luma = np.full((60, 80), 0.3, np.float32)
    luma[:, 40:] = 0.8
    chroma = np.empty((60, 80, 2), np.float32)
    chroma[:, :40], chroma[:, 40:] = (-0.05, 0.2), (0.2, -0.05)
    return luma, chroma, np.full((60, 80), SURE, np.float32)


def test_even_colours_stay_and_do_not_cross_an_edge(halves):
    luma, chroma, error = halves

    after = evened(luma, chroma, error)

    assert after.dtype == np.float32 and after.shape == chroma.shape
    assert np.abs(after - chroma).max() < 0.01


def test_a_patch_of_a_guess_gives_way_to_what_is_around_it(halves):
    luma, chroma, error = halves
    patch = (slice(20, 40), slice(10, 30))
    chroma[patch], error[patch] = (0.2, 0.0), UNSURE

    after = evened(luma, chroma, error)

    left = np.abs(after[patch] - (-0.05, 0.2)).mean()
    assert left < 0.15 * np.abs(chroma[patch] - (-0.05, 0.2)).mean()


def test_a_sure_place_amid_guesses_keeps_its_own(halves):
    luma, chroma, error = halves
    patch = (slice(20, 40), slice(10, 30))
    chroma[patch] = (0.2, 0.0)
    guessed = np.full_like(error, UNSURE)
    guessed[patch] = SURE

    alike, leading = evened(luma, chroma, error), evened(luma, chroma, guessed)

    moved = [np.abs(after[patch] - chroma[patch]).mean() for after in (alike, leading)]
    assert moved[1] < 0.4 * moved[0]


def test_it_works_turned_and_mirrored(halves):
    luma, chroma, error = halves
    chroma[20:40, 10:30], error[20:40, 10:30] = (0.2, 0.0), UNSURE

    upright = evened(luma, chroma, error)
    mirrored = evened(luma[:, ::-1], chroma[:, ::-1], error[:, ::-1])[:, ::-1]

    assert np.abs(upright - mirrored).max() < 0.05


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (9, 2)])
def test_any_size(size):
    rng = np.random.default_rng(0)
    after = evened(
        rng.random(size, np.float32),
        rng.random((*size, 2), np.float32) - 0.5,
        np.full(size, SURE, np.float32),
    )

    assert after.shape == (*size, 2) and np.isfinite(after).all()
