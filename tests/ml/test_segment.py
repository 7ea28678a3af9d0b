"""The finder: its network's geometry, its samples, losses, inference and figures."""

from __future__ import annotations

import copy

import cv2
import numpy as np
import pytest
import torch
from torch import nn

from ml.checkpoint import save_weights
from ml.contract import FINDER_SETTINGS
from ml.segment import infer
from ml.segment.infer import OVERLAP, THRESHOLDS, TILE, Finder, Found
from ml.segment.network import FinderUNet, build
from tests.ml.segment import Bright


@pytest.fixture(scope="module")
def network() -> FinderUNet:
    torch.manual_seed(0)
    return FinderUNet(8, (16, 16, 8, 8, 8, 8)).eval()


# --- network -----------------------------------------------------------------------------------------------------


def test_logits_have_the_pictures_size(network):
    assert network(torch.rand(1, 3, 64, 96)).shape == (1, 4, 64, 96)


@pytest.mark.parametrize("size", [(1, 1), (64, 47), (33, 64)])
def test_sizes_at_which_its_levels_would_shift_are_refused(network, size):
    with pytest.raises(ValueError, match="multiples of 32"):
        network(torch.rand(1, 3, *size))


def test_the_stem_keeps_every_pixel(network):
    """Stride 1 and no pooling: what the stem says of a line of one pixel is said of its neighbours otherwise."""
    photo = torch.zeros(1, 3, 33, 33)
    photo[..., 16] = 1
    with torch.no_grad():
        features = network.stem(photo)

    assert features.shape == (1, 8, 33, 33)
    assert not torch.allclose(features[..., 16, 16], features[..., 16, 13])
    assert not any(isinstance(module, nn.MaxPool2d) for module in network.modules())


def test_imagenets_statistics_and_depthwise_filters_stay(network):
    torch.manual_seed(0)
    network = FinderUNet(8, (16, 16, 8, 8, 8, 8))
    network.freeze_early()
    before = {key: value.clone() for key, value in network.encoder.state_dict().items()}
    optimizer = torch.optim.SGD([*network.encoder_parameters(), *network.other_parameters()], lr=1.0)
    network.train()(torch.rand(2, 3, 64, 64)).sum().backward()
    optimizer.step()

    after = network.encoder.state_dict()
    changed = {key for key in before if not torch.equal(before[key], after[key])}
    assert changed and not [
        key for key in changed if "running" in key or "conv_dw" in key or "conv_stem" in key
    ]


def test_the_shipped_network_fits_its_weights_file():
    parameters = sum(parameter.numel() for parameter in build().parameters())

    assert 4e6 < parameters < 25e6


# --- inference ---------------------------------------------------------------------------------------------------


class Left(nn.Module):
    """Sure of a defect in the left half only, whatever is there."""

    def forward(self, photo_01):
        logits = torch.full((1, 4, *photo_01.shape[2:]), -9.0)
        logits[..., : photo_01.shape[3] // 2] = 9.0
        return logits


def test_it_sees_the_picture_and_the_picture_turned():
    """Turned to the left, the top is at the left."""
    photo = np.zeros((32, 64, 3), np.uint8)
    finder = Finder.of(Left(), torch.device("cpu"))

    both, one = finder.find(photo).probability_01_HW, finder.find(photo, flips=False).probability_01_HW

    assert both[:16, :32].min() > 0.99 and both[16:, 32:].max() < 0.01
    assert np.allclose(both[16:, :32], 0.5, atol=1e-3) and np.allclose(both[:16, 32:], 0.5, atol=1e-3)
    assert one[0, 0] > 0.99 and one[0, -1] < 0.01


def test_the_likeliest_kind_is_told_and_the_hole_is_above_the_threshold():
    photo = np.zeros((12, 12, 3), np.uint8)
    photo[4:6] = 255
    finder = Finder.of(Bright(), torch.device("cpu"))

    found = finder.find(photo)

    assert found.likeliest_u8_HW[4, 0] == 1
    assert np.array_equal(finder.hole(found), photo[..., 0] > 0)


def test_thorough_marks_more_than_normal_and_careful_less():
    found = Found(np.linspace(0, 1, 101, dtype=np.float32)[None], np.zeros((1, 101), np.uint8))
    finder = Finder.of(Bright(), torch.device("cpu"))

    careful, normal, thorough = (finder.hole(found, setting).sum() for setting in FINDER_SETTINGS)

    assert 0 < careful < normal < thorough
    assert tuple(THRESHOLDS) == FINDER_SETTINGS


def test_tiles_join_without_a_seam_and_the_view_from_afar_is_heard():
    height, width = 200, TILE + 300
    photo = np.zeros((height, width, 3), np.uint8)
    photo[:, TILE - OVERLAP : TILE + OVERLAP // 2] = 255
    told: list[float] = []

    found = Finder.of(Bright(), torch.device("cpu")).find(photo, told.append)

    # Shrunk from afar, the patch's edge blurs by a pixel or two.
    wrong = (found.probability_01_HW > 0.5) != (photo[..., 0] > 0)
    assert wrong.mean() < 0.01 and told[-1] == 1.0


class SureOfSizes(nn.Module):
    """A defect everywhere for the long sides it knows, none for others."""

    def __init__(self, *sides: int) -> None:
        super().__init__()
        self.sides = sides
        self.seen: set[int] = set()

    def forward(self, photo_01):
        side = max(photo_01.shape[2:])
        self.seen.add(side)
        return torch.full((1, 4, *photo_01.shape[2:]), 4.0 if side in self.sides else -4.0)


class Bands(nn.Module):
    """Knows damage in tall pictures alone, and in their upper half."""

    def forward(self, photo_01):
        height, width = photo_01.shape[2:]
        logits = torch.full((1, 4, height, width), -6.0)
        if height > width:
            logits[:, :, : height // 2] = 6.0
        return logits


def test_what_is_only_seen_when_the_picture_is_turned_is_heard_in_its_place():
    """Turned to the left, the right half is on top: of each view one half says 6 and the other -6."""
    finder = Finder.of(Bands(), torch.device("cpu"))
    photo = np.zeros((512, 1024, 3), np.uint8)

    turned, not_turned = (finder.find(photo, flips=flips).probability_01_HW for flips in (True, False))

    logits = np.log(turned / (1 - turned))
    assert logits[:, 600:].min() == pytest.approx(0, abs=0.05)
    assert logits[:, :400].max() < -5.5
    assert not_turned.max() < 0.01


def probability(network: nn.Module, width: int, far: bool = True) -> float:
    found = Finder.of(network, torch.device("cpu")).find(np.zeros((64, width, 3), np.uint8), far=far)
    return float(found.probability_01_HW[32, 0])


def test_a_tile_is_seen_near_and_from_afar():
    network = SureOfSizes(1024, 768)

    assert probability(network, 1024) == pytest.approx(1 / (1 + np.exp(-4 / 3)), abs=1e-3)
    assert network.seen == {1024, 768, 384}
    assert probability(network, 1024, far=False) > 0.98


def test_a_small_picture_is_not_enlarged():
    network = SureOfSizes(320)

    assert probability(network, 320) > 0.98
    assert network.seen == {320}


def test_what_the_tiles_alone_see_outlives_the_view_of_the_whole_and_what_it_alone_sees_is_heard():
    """Of 1300 px: two tiles, padded to 736 px, with a view at 384; the whole at 1024, with views at 768 and 384."""
    hairline = probability(SureOfSizes(736, 384), 1300)
    large_loss = probability(SureOfSizes(1024, 768, 384), 1300)
    nothing = probability(SureOfSizes(), 1300)

    assert hairline > THRESHOLDS["normal"] and large_loss > THRESHOLDS["normal"]
    assert nothing < 0.02


@pytest.mark.parametrize("size", [(1, 1), (3, 70), (65, 47)])
def test_a_picture_of_any_size_is_seen_as_what_it_is_part_of(network, size):
    """Mirrored at its lower and right edge up to a size that the network takes."""
    rng = np.random.default_rng(0)
    photo = rng.integers(0, 255, (*size, 3), dtype=np.uint8)
    height, width = (-(-length // 32) * 32 for length in size)
    whole = cv2.copyMakeBorder(photo, 0, height - size[0], 0, width - size[1], cv2.BORDER_REFLECT_101)
    finder = Finder.of(copy.deepcopy(network), torch.device("cpu"))

    found = finder.find(photo).probability_01_HW

    assert found.shape == size
    assert np.array_equal(found, finder.find(whole).probability_01_HW[: size[0], : size[1]])


class Precision(nn.Module):
    """Keeps what it computed in."""

    def forward(self, photo_01):
        self.kind = (photo_01.flatten(2) @ torch.ones(photo_01[0, 0].numel(), 1)).dtype
        return torch.zeros(1, 4, *photo_01.shape[2:])


@pytest.mark.parametrize(("size", "kind"), [((300, 1), torch.float32), ((300, 400), torch.bfloat16)])
def test_a_thin_strip_is_seen_in_single_precision(monkeypatch, size, kind):
    monkeypatch.setattr("ml.devices.knows_bf16", lambda: True)
    network = Precision()
    Finder.of(network, torch.device("cpu")).find(np.zeros((*size, 3), np.uint8))

    assert network.kind == kind


def test_folded_it_answers_as_it_was_trained(network):
    rng = np.random.default_rng(0)
    photo_u8 = rng.integers(0, 255, (64, 96, 3), dtype=np.uint8)
    photo = torch.from_numpy(photo_u8).permute(2, 0, 1)[None].float() / 255
    with torch.no_grad():
        expected = network(photo)[0, 0].sigmoid().numpy()

    found = (
        Finder.of(copy.deepcopy(network), torch.device("cpu")).find(photo_u8, flips=False).probability_01_HW
    )

    assert np.abs(found - expected).max() < 0.02  # bf16


def test_weights_of_a_run_can_be_loaded_from_a_file(tmp_path):
    torch.manual_seed(0)
    save_weights(tmp_path / "w.safetensors", build().state_dict(), {"network": "segment"})

    found = Finder.load("cpu", tmp_path / "w.safetensors").find(np.zeros((16, 16, 3), np.uint8))

    assert found.probability_01_HW.shape == (16, 16)


def test_weights_know_the_stride_of_their_stem(tmp_path):
    torch.manual_seed(0)
    network = build(2).eval()
    save_weights(tmp_path / "w.safetensors", network.state_dict(), {"network": "segment"})
    photo = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)

    found = Finder.load("cpu", tmp_path / "w.safetensors", "torch").find(photo, flips=False)

    with torch.no_grad():
        expected = network(torch.from_numpy(photo).permute(2, 0, 1)[None].float() / 255)[0, 0].sigmoid()
    assert np.abs(found.probability_01_HW - expected.numpy()).max() < 0.01  # weights are kept in fp16


@pytest.mark.parametrize(("height", "width"), [(700, 900), (513, 40), (5, 1)])
def test_a_small_map_is_enlarged_band_by_band_as_opencv_does_it(height, width):
    small_HWC = np.random.default_rng(0).normal(0, 5, (64, 48, 4)).astype(np.float32)

    whole_HWC = cv2.resize(small_HWC, (width, height), interpolation=cv2.INTER_LINEAR)

    for rows in (slice(0, height), slice(height // 3, height // 3 + 1)):
        assert np.abs(infer._enlarged(small_HWC, height, width, rows) - whole_HWC[rows]).max() < 1e-4


def test_a_large_picture_is_kept_in_half_precision_and_says_the_same(monkeypatch):
    photo_u8_HWC = np.random.default_rng(0).integers(0, 256, (300, 1300, 3), np.uint8)
    finder = Finder(lambda photo_BCHW: 8 * photo_BCHW[:, [0, 0, 1, 2]] - 4, torch.device("cpu"))
    exact = finder.find(photo_u8_HWC)
    monkeypatch.setattr(infer, "HALF_ABOVE", 300_000)

    half = finder.find(photo_u8_HWC)

    assert (exact.probability_01_HW.dtype, half.probability_01_HW.dtype) == (np.float32, np.float16)
    assert np.abs(half.probability_01_HW - exact.probability_01_HW).max() < 2e-3
    assert np.array_equal(half.likeliest_u8_HW, exact.likeliest_u8_HW)
    assert (finder.hole(half) != finder.hole(exact)).mean() < 1e-3
