from __future__ import annotations

import numpy as np
import pytest

from ml.tiles import blended_bands, plan_axis, plan_tiles


def blend(*arguments):
    """All bands, one on another."""
    bands = list(blended_bands(*arguments))
    assert [rows.start for rows, _ in bands] == [0, *(rows.stop for rows, _ in bands[:-1])]
    return np.concatenate([values for _, values in bands])


@pytest.mark.parametrize("length", [1, 63, 64, 65, 100, 112, 113, 160, 161, 1000])
@pytest.mark.parametrize(("size", "overlap"), [(64, 16), (64, 21), (48, 1)])
def test_weights_add_up_to_one_everywhere(length, size, overlap):
    total = np.zeros(length)
    for span in plan_axis(length, size, overlap):
        assert 0 <= span.start < span.stop <= length and span.stop - span.start <= size
        total[span.start : span.stop] += span.weights()

    assert np.allclose(total, 1, atol=1e-6)


def test_no_more_tiles_than_needed():
    assert len(plan_axis(1024, 1024, 128)) == 1
    assert len(plan_axis(1025, 1024, 128)) == 2
    assert len(plan_axis(1920, 1024, 128)) == 2
    assert len(plan_axis(1921, 1024, 128)) == 3


@pytest.mark.parametrize("length", [1025, 1551, 2000, 5000])
def test_tiles_are_alike_and_see_little_twice(length):
    spans = plan_axis(length, 1024, 128)
    sizes = {span.stop - span.start for span in spans}

    assert len(sizes) == 1 and sum(sizes) * len(spans) < length + (128 + 1) * len(spans)


def test_the_rim_of_a_tile_counts_for_nothing_where_its_neighbour_is_whole():
    first, second = plan_axis(1900, 1024, 128)

    assert first.weights()[-1] < 1 / 128 and second.weights()[0] < 1 / 128


@pytest.mark.parametrize("shape", [(100, 150), (100, 150, 3), (40, 300, 1)])
def test_a_function_of_single_pixels_comes_back_without_a_seam(shape):
    picture = np.random.default_rng(0).random(shape, np.float32)

    blended = blend(picture, plan_tiles(*shape[:2], size=64, overlap=16), lambda part: part * 2 + 1)

    assert blended.shape == shape and np.allclose(blended, picture * 2 + 1, atol=1e-5)


def test_two_answers_meet_smoothly():
    answers = iter([0.0, 1.0])

    blended = blend(
        np.zeros((64, 100)), plan_tiles(64, 100, 64, 16), lambda part: np.full(part.shape, next(answers))
    )

    assert blended[:, 0].max() == 0 and blended[:, -1].min() == 1
    assert np.abs(np.diff(blended, axis=1)).max() <= 1 / 16 + 1e-6


def test_progress_ends_at_one():
    told = []
    blend(np.zeros((100, 100)), plan_tiles(100, 100, 64, 16), lambda part: part, told.append)
    assert told == [0.25, 0.5, 0.75, 1.0]


@pytest.mark.parametrize(("size", "overlap"), [(64, 0), (64, 22)])
def test_an_overlap_that_cannot_blend_is_refused(size, overlap):
    with pytest.raises(ValueError, match="overlap"):
        plan_axis(1000, size, overlap)
