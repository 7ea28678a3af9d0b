"""A colour given at a place shows there and spreads to what is like the place."""

import numpy as np
import pytest
import torch

from ml.colorize.gamut import joined, rounded_luma
from ml.colorize.hints import read_hints, spread
from ml.colorize.infer import Colorizer
from ml.colorize.network import build

SIDE = 60


@pytest.fixture(scope="module")
def colorizer() -> Colorizer:
    """Untrained, but of strong opinions."""
    torch.manual_seed(0)
    network = build()
    torch.nn.init.normal_(network.head.weight, std=0.2)
    return Colorizer(network, torch.device("cpu"))


def hint(x: int, y: int, rgb: str = "#c04030") -> dict:
    return {"x": x, "y": y, "rgb": rgb}


def spread_over(luma: np.ndarray, hints: list[dict], chroma: np.ndarray | None = None) -> np.ndarray:
    before = np.zeros((*luma.shape, 2), np.float32) if chroma is None else chroma
    return spread(luma, before, read_hints(hints, *luma.shape), *luma.shape)


def test_the_colour_is_read_as_full_range_bt601():
    (red,) = read_hints([hint(1, 2, "#ff0000")], 10, 10)

    assert (red.x, red.y) == (1, 2)
    assert red.chroma == pytest.approx((-0.168736, 0.5), abs=1e-5)


@pytest.mark.parametrize(
    "bad, words",
    [
        (hint(10, 0), "10, 0: outside the picture of 10 x 8"),
        (hint(0, -1), "outside"),
        (hint(0, 0, "red"), "red is no colour"),
    ],
)
def test_a_wrong_hint_is_refused_with_its_place(bad, words):
    with pytest.raises(ValueError, match=words):
        read_hints([bad], 8, 10)


def test_of_two_hints_at_one_place_the_later_counts():
    (only,) = read_hints([hint(1, 1, "#ff0000"), hint(1, 1, "#0000ff")], 10, 10)

    assert only.chroma[0] == pytest.approx(0.5)


def test_the_place_has_exactly_the_colour():
    luma = np.random.default_rng(0).random((SIDE, SIDE), dtype=np.float32)

    chroma = spread_over(luma, [hint(20, 30)])

    (given,) = read_hints([hint(20, 30)], SIDE, SIDE)
    assert chroma[30, 20] == pytest.approx(given.chroma, abs=1e-6)


def test_it_fills_a_thing_and_stops_at_its_edge():
    luma = np.full((SIDE, SIDE), 0.7, np.float32)
    luma[15:45, 15:45] = 0.3

    chroma = spread_over(luma, [hint(25, 25)])[..., 1]

    inside, outside = chroma[16:44, 16:44], np.delete(chroma, np.s_[15:45], axis=0)
    assert inside.min() > 0.3 * chroma[25, 25]
    assert np.abs(outside).max() < 0.02 * chroma[25, 25]


def test_it_fades_over_a_plain():
    chroma = spread_over(np.full((20, 400), 0.5, np.float32), [hint(20, 10)])[10, :, 1]

    assert np.all(np.diff(chroma[20:]) <= 1e-6)
    assert chroma[399] < 0.05 * chroma[20]


def test_two_hints_share_a_plain_between_them():
    chroma = spread_over(
        np.full((20, 60), 0.5, np.float32), [hint(5, 10, "#c04040"), hint(54, 10, "#4040c0")]
    )[10]

    assert chroma[10, 1] > chroma[10, 0]
    assert chroma[49, 0] > chroma[49, 1]


def test_a_hint_that_says_what_is_there_changes_nothing():
    (given,) = read_hints([hint(5, 5)], SIDE, SIDE)
    before = np.full((SIDE, SIDE, 2), given.chroma, np.float32)

    after = spread_over(np.random.default_rng(0).random((SIDE, SIDE), dtype=np.float32), [hint(5, 5)], before)

    assert np.allclose(after, before, atol=1e-6)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_hinted_picture_shows_the_colour_at_the_place_and_like_places(dtype, colorizer):
    """Through the whole colorizer, at a size that is not the network's; luma stays."""
    peak = np.iinfo(dtype).max
    photo = np.full((300, 420, 3), round(0.6 * peak), dtype)
    photo[100:200, 100:200] = round(0.4 * peak)
    photo[150, 150] = round(0.47 * peak)
    wanted = hint(150, 150, "#a06050")

    coloured = colorizer.colorize(photo, hints=[wanted])

    (given,) = read_hints([wanted], 300, 420)
    here = rounded_luma(photo[150:151, 150:151])
    exact = joined(here, np.array([[given.chroma]], np.float32))[0, 0]
    assert np.abs(coloured[150, 150].astype(int) - exact).max() <= peak * 0.008
    plain = colorizer.colorize(photo).astype(np.float64)
    change = np.abs(coloured - plain).max(-1) / peak
    assert change[110:190, 110:190].mean() > 0.5 * change[150, 150]
    assert change[:, 250:].max() < 0.1 * change[150, 150]
    assert np.array_equal(rounded_luma(coloured), rounded_luma(photo))


def test_every_one_of_many_hints_shows(colorizer):
    photo = np.random.default_rng(2).integers(60, 190, (200, 260, 3)).astype(np.uint8)
    hints = [
        hint(30 + 50 * index, 40 + 30 * index, colour)
        for index, colour in enumerate(("#b07060", "#6070a0", "#70a070"))
    ]

    coloured = colorizer.colorize(photo, hints=hints)

    for place in read_hints(hints, 200, 260):
        here = rounded_luma(photo[place.y : place.y + 1, place.x : place.x + 1])
        exact = joined(here, np.array([[place.chroma]], np.float32))[0, 0]
        assert np.abs(coloured[place.y, place.x].astype(int) - exact).max() <= 3
