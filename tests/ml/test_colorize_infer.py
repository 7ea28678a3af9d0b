"""The colorizer as a product: any size and type, luma kept, the same answer twice. Its network is untrained."""

import numpy as np
import pytest
import torch

from ml.checkpoint import save_weights
from ml.colorize import infer
from ml.colorize.gamut import rounded_luma
from ml.colorize.infer import Colorizer, shown
from ml.colorize.network import build
from ml.contract import WeightsMissing


@pytest.fixture(scope="module")
def colorizer() -> Colorizer:
    """Untrained, but of strong opinions."""
    torch.manual_seed(0)
    network = build()
    torch.nn.init.normal_(network.head.weight, std=0.2)
    return Colorizer(network, torch.device("cpu"))


def photo(height: int, width: int, dtype=np.uint8, seed: int = 0) -> np.ndarray:
    """Smooth shapes and some grain, in colour."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:height, 0:width] / max(height, width)
    waves = [np.sin(9 * rows * scale + 7 * columns + scale) for scale in (1.0, 1.3, 0.7)]
    values = np.stack(waves, axis=-1) * 0.35 + 0.5 + rng.normal(0, 0.03, (height, width, 3))
    return (values.clip(0, 1) * np.iinfo(dtype).max).astype(dtype)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("height, width", [(240, 333), (700, 90), (1, 1), (5, 400), (33, 31)])
def test_size_type_and_luma_are_kept(colorizer, dtype, height, width):
    before = photo(height, width, dtype)
    source = before.copy()

    coloured = colorizer.colorize(source, saturation=1.5)

    assert coloured.shape == before.shape
    assert coloured.dtype == dtype
    assert np.array_equal(rounded_luma(coloured), rounded_luma(before))
    assert np.array_equal(source, before), "the input is not modified"


def test_it_gives_colour_and_saturation_scales_it(colorizer):
    grey = np.repeat(rounded_luma(photo(120, 160))[..., None], 3, axis=2)

    def strength(saturation: float) -> float:
        coloured = colorizer.colorize(grey, saturation=saturation).astype(np.float64)
        return float(np.abs(coloured - grey).mean())

    assert np.array_equal(colorizer.colorize(grey, saturation=0), grey)
    assert 0.3 < strength(0.5) < 0.7 * strength(1) < 0.9 * strength(1.5)


def test_only_luma_is_looked_at(colorizer):
    """A sepia scan and its grey copy come out the same."""
    sepia = photo(120, 160)
    grey = np.repeat(rounded_luma(sepia)[..., None], 3, axis=2)

    coloured = colorizer.colorize(grey).astype(int)

    assert np.abs(colorizer.colorize(sepia) - coloured).mean() < 0.1 * np.abs(coloured - grey).mean()


def test_eight_and_sixteen_bits_agree(colorizer):
    eight = photo(120, 160)

    sixteen = colorizer.colorize(eight.astype(np.uint16) * 257) / 257

    strength = np.abs(sixteen - sixteen.mean(axis=-1, keepdims=True)).mean()
    assert np.abs(sixteen - colorizer.colorize(eight)).mean() < 0.1 * strength


def test_strips_do_not_show(colorizer, monkeypatch):
    picture = photo(150, 200)
    whole = colorizer.colorize(picture)

    monkeypatch.setattr(infer, "STRIP_PX", 7 * 200)

    assert np.array_equal(colorizer.colorize(picture), whole)


def test_the_same_picture_twice(colorizer):
    assert np.array_equal(colorizer.colorize(photo(90, 120)), colorizer.colorize(photo(90, 120)))


def test_variants_differ_and_the_first_is_the_usual_one(colorizer):
    picture = photo(90, 120)

    variants = colorizer.variants(picture, 3)

    assert np.array_equal(variants[0], colorizer.colorize(picture))
    assert not np.array_equal(variants[0], variants[1])
    assert not np.array_equal(variants[1], variants[2])
    assert np.array_equal(variants[2], colorizer.colorize(picture, variant=2))
    assert all(np.array_equal(rounded_luma(one), rounded_luma(picture)) for one in variants)


def test_variants_take_hints_and_saturation_too(colorizer):
    picture, chosen = photo(90, 120), {"saturation": 0.4, "hints": [{"x": 60, "y": 40, "rgb": "#b01010"}]}

    variants = colorizer.variants(picture, 2, **chosen)

    assert np.array_equal(variants[1], colorizer.colorize(picture, variant=1, **chosen))
    assert not np.array_equal(variants[1], colorizer.variants(picture, 2)[1])


@pytest.mark.parametrize("count", [0, 9])
def test_as_many_variants_as_there_are_views(colorizer, count):
    with pytest.raises(ValueError, match="1 to 8"):
        colorizer.variants(photo(40, 40), count)


def test_floats_are_refused(colorizer):
    with pytest.raises(ValueError, match="float32"):
        colorizer.colorize(photo(40, 40).astype(np.float32))


def test_progress_grows_to_the_end(colorizer, monkeypatch):
    monkeypatch.setattr(infer, "STRIP_PX", 10 * 80)
    shares: list[float] = []

    colorizer.colorize(photo(60, 80), on_progress=shares.append)

    assert shares == sorted(shares)
    assert len(shares) > 3
    assert shares[-1] == 1


@pytest.mark.parametrize(
    "size, expected", [((1000, 800), (512, 410)), ((200, 100), (512, 256)), ((3, 3000), (2, 512))]
)
def test_the_network_sees_a_long_side_of_512(size, expected):
    assert shown(np.zeros((*size, 3), np.uint8), 512).shape == expected


def test_exported_weights_colour_as_the_network_did(tmp_path, monkeypatch):
    torch.manual_seed(3)
    network = build()
    torch.nn.init.normal_(network.head.weight, std=0.2)
    save_weights(tmp_path / "colorize.safetensors", network.state_dict(), {})
    picture = photo(64, 96)
    expected = Colorizer(network, torch.device("cpu")).colorize(picture)

    loaded = Colorizer.load("cpu", tmp_path / "colorize.safetensors")

    assert np.abs(loaded.colorize(picture).astype(int) - expected).max() <= 3  # fp16


def test_without_weights_the_operator_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("ml.shipped.WEIGHTS", tmp_path)

    with pytest.raises(WeightsMissing, match="colorize"):
        Colorizer.load("cpu")
