"""Chroma of a small picture follows the edges of the large one's luma."""

import cv2
import numpy as np

from ml.colorize.upsampling import GuidedChroma

SMALL, LARGE = 32, 256


def step_edge(side: int, at: float) -> np.ndarray:
    """Dark left of `at` (0..1), bright right of it."""
    return (
        np.where((np.arange(side) + 0.5) / side < at, 0.3, 0.7).astype(np.float32)[None].repeat(side, axis=0)
    )


def enlarged(luma: np.ndarray, chroma: np.ndarray, large_luma: np.ndarray) -> np.ndarray:
    return GuidedChroma(luma, chroma, *large_luma.shape).rows(0, large_luma)


def two_colours(luma: np.ndarray) -> np.ndarray:
    share = (luma - 0.3)[..., None] / 0.4
    return (np.float32([0.2, -0.1]) * (1 - share) + np.float32([-0.1, 0.2]) * share).astype(np.float32)


def test_colours_change_where_the_large_luma_does():
    """The edge lies within a pixel of the small picture, at a place that bilinear enlarging cannot know."""
    large = step_edge(LARGE, 0.51)
    small = cv2.resize(large, (SMALL, SMALL), interpolation=cv2.INTER_AREA)

    chroma = enlarged(small, two_colours(small), large)

    truth = two_colours(large)
    bilinear = cv2.resize(two_colours(small), (LARGE, LARGE), interpolation=cv2.INTER_LINEAR)
    assert np.abs(chroma - truth).max() < 0.03
    assert np.abs(bilinear - truth).max() > 0.1


def test_an_even_colour_stays_even_over_any_luma():
    rng = np.random.default_rng(0)
    large = rng.random((LARGE, LARGE), dtype=np.float32)
    small = cv2.resize(large, (SMALL, SMALL), interpolation=cv2.INTER_AREA)
    even = np.full((SMALL, SMALL, 2), (0.1, -0.2), np.float32)

    assert np.allclose(enlarged(small, even, large), (0.1, -0.2), atol=1e-4)


def test_a_scratch_takes_no_colour_that_is_nowhere_near():
    """Far brighter than all around, it lies far out on the line of chroma over luma."""
    ramp = np.linspace(0.3, 0.5, SMALL, dtype=np.float32)[None].repeat(SMALL, axis=0)
    chroma = np.stack([ramp - 0.4, 0.4 - ramp], axis=-1)
    large = cv2.resize(ramp, (LARGE, LARGE))
    large[:, 100] = 1.0

    coloured = enlarged(ramp, chroma, large)

    assert np.abs(coloured[:, 100] - coloured[:, 99]).max() < 0.03


def test_strips_equal_the_whole():
    rng = np.random.default_rng(1)
    small, chroma = rng.random((20, 31), dtype=np.float32), rng.random((20, 31, 2), dtype=np.float32) - 0.5
    large = rng.random((153, 217), dtype=np.float32)
    guided = GuidedChroma(small, chroma, *large.shape)

    strips = [guided.rows(top, large[top : top + 40]) for top in range(0, 153, 40)]

    assert np.array_equal(np.concatenate(strips), guided.rows(0, large))


def test_places_are_kept():
    """A spot of colour in the middle of the small picture lies in the middle of the large one."""
    small = np.full((33, 33), 0.5, np.float32)
    chroma = np.zeros((33, 33, 2), np.float32)
    chroma[16, 16] = 0.4

    weight = enlarged(small, chroma, np.full((200, 300), 0.5, np.float32))[..., 0]

    rows, columns = np.mgrid[0:200, 0:300]
    assert abs((weight * rows).sum() / weight.sum() - 99.5) < 0.1
    assert abs((weight * columns).sum() / weight.sum() - 149.5) < 0.1


def test_one_pixel_each_way():
    small, chroma = np.full((1, 1), 0.5, np.float32), np.full((1, 1, 2), 0.1, np.float32)

    assert np.allclose(enlarged(small, chroma, np.full((3, 2), 0.5, np.float32)), 0.1)
