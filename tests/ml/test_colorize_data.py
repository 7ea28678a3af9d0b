"""Training samples of the colorizer: the same for the same number, true colours, luma as old photographs have it."""

import numpy as np
import pytest

from ml.colorize import data
from ml.colorize.ageing import BT601, aged_luma, covered, emulsion
from ml.colorize.data import ColorizeSamples, chroma, cut, mean_chroma
from ml.photoset import Sample


class Photographs:
    """An even orange and a grey photograph, drawn alike."""

    weights = np.ones(2)

    def __getitem__(self, index: int) -> Sample:
        colour = ((200, 120, 40), (90, 90, 90))[index]
        return Sample(str(index), "made", False, (), np.full((300, 400, 3), colour, np.uint8))


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def scene_01() -> np.ndarray:
    rows, columns = np.mgrid[0:80, 0:100] / 100
    return np.stack([rows, columns, 1 - rows], axis=-1).astype(np.float32)


def test_the_same_number_gives_the_same_sample():
    first, again, other = (ColorizeSamples(Photographs(), 1, crop=64)[number] for number in (5, 5, 6))

    assert all((first[key] == again[key]).all() for key in first)
    assert (first["luma_u8"] != other["luma_u8"]).any()
    assert (ColorizeSamples(Photographs(), 2, crop=64)[5]["luma_u8"] != first["luma_u8"]).any()


def test_chroma_is_the_photographs_own_at_half_size():
    """Whatever was done to luma."""
    for number in range(6):
        sample = ColorizeSamples(Photographs(), 0, crop=64)[number]

        assert sample["luma_u8"].shape == (1, 64, 64)
        assert sample["chroma_u8"].shape == (2, 32, 32)
        # By hand: Y = 134.8; Cb = 128 + (40 - Y) / 1.772, Cr = 128 + (200 - Y) / 1.402
        assert np.allclose(sample["chroma_u8"][0], 74.5, atol=1)
        assert np.allclose(sample["chroma_u8"][1], 174.5, atol=1)


def test_grey_photographs_teach_nothing_and_are_not_drawn():
    assert (
        mean_chroma(Photographs()[1].photo_u8_HWC)
        < data.COLOURED
        < mean_chroma(Photographs()[0].photo_u8_HWC)
    )


def test_a_crop_keeps_the_aspect(rng):
    """A circle stays one."""
    rows, columns = np.mgrid[0:300, 0:400]
    disc = ((rows - 150) ** 2 + (columns - 200) ** 2 < 100**2).astype(np.uint8) * 255
    photo = np.repeat(disc[..., None], 3, axis=2)
    for _ in range(5):
        square = cut(photo, 128, rng)[..., 0] > 127

        assert square.shape == (128, 128)
        height, width = square.any(axis=1).sum(), square.any(axis=0).sum()
        if height < 128 and width < 128 and not square[[0, -1]].any() and not square[:, [0, -1]].any():
            assert abs(int(height) - int(width)) <= 2


def test_emulsions_see_a_grey_card_as_it_is(rng):
    """Their weights add up to 1, and orthochromatic ones hardly see red."""
    drawn = np.array([emulsion(rng) for _ in range(300)])

    assert np.allclose(drawn.sum(axis=1), 1, atol=1e-5)
    assert (drawn[:, 0] < 0.1).mean() > 0.15
    assert (drawn == BT601).all(axis=1).mean() > 0.2


def test_aged_luma_stays_in_range_and_input_is_not_modified(rng, scene_01):
    before = scene_01.copy()
    aged = [aged_luma(scene_01, rng) for _ in range(60)]

    assert all(one.shape == (80, 100) and one.dtype == np.float32 for one in aged)
    assert all(one.min() >= 0 and one.max() <= 1 for one in aged)
    assert np.array_equal(scene_01, before)
    clean = scene_01 @ BT601
    share = np.mean([np.array_equal(one, clean) for one in aged])
    assert 0.1 < share < 0.6, "good scans come in as well"


def test_aged_luma_still_shows_the_scene(rng, scene_01):
    """Faded, blurred, grained, but of the same shapes."""
    photo = np.repeat((scene_01[..., :1] * 0.6 + 0.2), 3, axis=2)

    likeness = [np.corrcoef(aged_luma(photo, rng).ravel(), photo[..., 0].ravel())[0, 1] for _ in range(40)]

    assert np.median(likeness) > 0.95


def test_chroma_of_known_colours():
    colours = np.array([[[1, 0, 0], [0, 0, 1], [0.5, 0.5, 0.5]]], np.float32)

    assert np.allclose(chroma(colours)[0], [[-0.168736, 0.5], [0.5, -0.081312], [0, 0]], atol=1e-5)


def test_a_covered_part_is_flat_and_the_rest_untouched(rng, scene_01):
    luma = scene_01 @ BT601
    for _ in range(20):
        seen = covered(luma, rng)

        changed = seen != luma
        assert 0.005 < changed.mean() <= 0.25
        assert np.unique(seen[changed]).size == 1
