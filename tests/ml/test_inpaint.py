"""The repair of a photograph: nothing else touched, any size and depth, grain, coarse to fine. Untrained weights do."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from ml.contract import PhotoRejected
from ml.inpaint.grain import grain_ratio
from ml.inpaint.infer import Repairer
from ml.inpaint.margins import FEATHER_PX, GROW_PX
from ml.inpaint.network import build


@pytest.fixture(scope="module")
def repairer() -> Repairer:
    """Weights as if trained: fresh ones choose no neighbours and draw no detail."""
    torch.manual_seed(0)
    network = build()
    for head in (*network.affinity, network.fine_affinity, network.detail):
        torch.nn.init.normal_(head.weight, std=0.02)
    return Repairer(network, torch.device("cpu"))


def photo(height: int, width: int, dtype=np.uint8) -> np.ndarray:
    """Random pixels: any change anywhere shows."""
    most = np.iinfo(dtype).max
    return np.random.default_rng(1).integers(0, most, (height, width, 3), dtype=dtype, endpoint=True)


def one_pixel(height: int, width: int) -> np.ndarray:
    hole_HW = np.zeros((height, width), bool)
    hole_HW[height // 2, width // 2] = True
    return hole_HW


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_outside_of_what_is_touched_every_pixel_is_the_originals(repairer, dtype):
    before = photo(150, 210, dtype)
    kept = before.copy()
    hole_HW = np.zeros((150, 210), bool)
    hole_HW[40:90, 60:64], hole_HW[100:130, 150:190], hole_HW[0, 0] = True, True, True

    after = repairer.repair(before, hole_HW)

    touched_HW = repairer.touched(hole_HW)
    assert after.dtype == dtype
    assert np.array_equal(after[~touched_HW], before[~touched_HW])
    assert (after[hole_HW] != before[hole_HW]).any(axis=1).mean() > 0.9
    assert np.array_equal(before, kept), "the input was modified"


def test_touched_is_the_hole_and_a_narrow_rim(repairer):
    hole_HW = one_pixel(41, 41)

    rows, columns = np.nonzero(repairer.touched(hole_HW))

    assert hole_HW[repairer.touched(hole_HW)].sum() == 1
    assert np.hypot(rows - 20, columns - 20).max() <= GROW_PX + FEATHER_PX + 0.5


def test_what_lies_in_the_hole_cannot_show(repairer):
    hole_HW = np.zeros((64, 64), bool)
    hole_HW[20:40, 20:40] = True
    one, other = photo(64, 64), photo(64, 64)
    other[hole_HW] = 255

    assert np.array_equal(repairer.repair(one, hole_HW), repairer.repair(other, hole_HW))


def test_16_bits_stay_16_bits(repairer):
    """A gradient of steps finer than 8 bits is filled with values between those that 8 bits have."""
    ramp = np.linspace(20000, 22000, 64 * 96).astype(np.uint16).reshape(64, 96, 1).repeat(3, axis=2)
    hole_HW = np.zeros((64, 96), bool)
    hole_HW[20:40, 30:60] = True

    after = repairer.repair(ramp, hole_HW)

    assert (after[hole_HW] % 257 != 0).mean() > 0.9
    assert len(np.unique(after[hole_HW])) > 20


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_an_empty_hole_returns_the_picture_without_asking_the_network(repairer, monkeypatch, dtype):
    monkeypatch.setattr(Repairer, "_see", lambda *_: pytest.fail("the network was run"))
    before = photo(40, 30, dtype)

    assert np.array_equal(repairer.repair(before, np.zeros((40, 30), bool)), before)


@pytest.mark.parametrize("size", [(1, 1), (40, 30)])
def test_a_hole_over_everything_is_refused(repairer, size):
    with pytest.raises(PhotoRejected) as refusal:
        repairer.repair(photo(*size), np.ones(size, bool))

    assert refusal.value.code == "all_hole"


@pytest.mark.parametrize("size", [(1, 2), (7, 5), (1, 300), (300, 1), (3, 700)])
def test_tiny_and_thin_pictures(repairer, size):
    before, hole_HW = photo(*size), one_pixel(*size)

    after = repairer.repair(before, hole_HW)

    touched_HW = repairer.touched(hole_HW)
    assert after.shape == before.shape
    assert np.array_equal(after[~touched_HW], before[~touched_HW])


def test_a_constant_picture_is_filled_with_its_colour():
    """Fresh weights are exact there; the grain of a picture without grain is none."""
    before = np.full((90, 120, 3), (200, 150, 90), np.uint8)
    damaged, hole_HW = before.copy(), np.zeros((90, 120), bool)
    hole_HW[20:60, 30:80] = True
    damaged[hole_HW] = 255

    after = Repairer(build(), torch.device("cpu")).repair(damaged, hole_HW)

    # the rim fades into pixels that are good already
    assert np.abs(after.astype(int) - before).max() <= 1


def test_a_grey_picture_stays_grey_with_its_grain():
    rng = np.random.default_rng(3)
    grey = np.clip(rng.normal(128, 12, (96, 96, 1)), 0, 255).astype(np.uint8).repeat(3, axis=2)
    hole_HW = np.zeros((96, 96), bool)
    hole_HW[30:60, 30:60] = True

    after = Repairer(build(), torch.device("cpu")).repair(grey, hole_HW)

    assert np.ptp(after.astype(int), axis=2).max() <= 1


def test_grain_matches_the_surroundings_and_follows_the_seed():
    """Fresh weights fill smoothly: without grain the repair is far calmer than its photograph."""
    rng = np.random.default_rng(3)
    grainy = np.clip(rng.normal(128, 8, (160, 160, 1)), 0, 255).astype(np.uint8).repeat(3, axis=2)
    hole_HW = np.zeros((160, 160), bool)
    hole_HW[50:110, 50:110] = True
    inner = slice(60, 100)
    network = build()

    smooth = Repairer(network, torch.device("cpu"), grain=False).repair(grainy, hole_HW)
    repairer = Repairer(network, torch.device("cpu"))
    first, again, other = (repairer.repair(grainy, hole_HW, seed=seed) for seed in (0, 0, 1))

    wanted = grainy[:40].std()
    assert smooth[inner, inner].std() < 0.6 * wanted
    assert first[inner, inner].std() == pytest.approx(wanted, rel=0.15)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("softness_px", [0.4, 0.8, 1.3])
def test_grain_as_it_is_measured_is_that_of_the_surroundings(softness_px):
    """Soft grain too, of which a high-pass takes half."""
    white = np.random.default_rng(3).normal(0, 1, (160, 160)).astype(np.float32)
    soft = cv2.GaussianBlur(white, (0, 0), softness_px)
    grainy = np.clip(128 + 8 * soft / soft.std(), 0, 255).astype(np.uint8)[..., None].repeat(3, axis=2)
    hole_HW = np.zeros((160, 160), bool)
    hole_HW[50:110, 50:110] = True
    repairer = Repairer(build(), torch.device("cpu"))

    after = repairer.repair(grainy, hole_HW)

    assert grain_ratio(after / 255, repairer.margins.grown(hole_HW)) == pytest.approx(1, abs=0.1)


def test_a_remnant_of_a_loss_does_not_bleed_into_its_repair():
    """White paper shows where it was torn, and the mask misses five pixels of it on each side."""
    before = np.full((120, 120, 3), 60, np.uint8)
    before[30:90, 30:90] = 250
    hole_HW = np.zeros((120, 120), bool)
    hole_HW[35:85, 35:85] = True

    after = Repairer(build(), torch.device("cpu")).repair(before, hole_HW)

    assert np.abs(after[35:85, 35:85].astype(int) - 60).max() <= 2


def test_a_picture_larger_than_a_window_is_filled_without_a_seam():
    """A sloping plane across several windows: no step where they meet is larger than the slope allows."""
    height, width = 60, 1300
    plane = np.linspace(5000, 60000, width).astype(np.uint16)[None, :, None].repeat(height, 0).repeat(3, 2)
    damaged, hole_HW = plane.copy(), np.zeros((height, width), bool)
    hole_HW[25:32] = True
    damaged[hole_HW] = 0

    after = Repairer(build(), torch.device("cpu")).repair(damaged, hole_HW)

    steps = np.abs(np.diff(after[28, :, 0].astype(int)))
    assert steps.max() < 8 * 55000 / width
    assert np.abs(after.astype(int) - plane).max() < 0.02 * 65535


def test_a_large_loss_is_filled_to_its_middle_from_afar():
    """Deeper than the network reaches at full size: coarse to fine brings the sides' colours to the middle."""
    photo_HWC = np.full((420, 420, 3), 90, np.uint8)
    photo_HWC[:, 210:] = 160
    hole_HW = np.zeros((420, 420), bool)
    hole_HW[20:400, 20:400] = True
    damaged = np.where(hole_HW[..., None], np.uint8(0), photo_HWC)

    after = Repairer(build(), torch.device("cpu")).repair(damaged, hole_HW)

    assert 85 <= after[210, 40, 0] < after[210, 210, 0] < after[210, 380, 0] <= 165


def test_what_does_not_fit_is_told(repairer):
    with pytest.raises(ValueError, match="the hole is"):
        repairer.repair(photo(10, 10), np.zeros((10, 9), bool))
    with pytest.raises(ValueError, match="8 or 16 bits"):
        repairer.repair(np.zeros((10, 10, 3), np.float32), one_pixel(10, 10))


@pytest.mark.parametrize("size", [(90, 130), (131, 64)])
def test_another_seed_is_another_try_of_the_hole_alone(repairer, size):
    before = photo(*size)
    hole_HW = np.zeros(size, bool)
    hole_HW[30:50, 20:44] = True
    touched_HW = repairer.touched(hole_HW)

    tries = [repairer.repair(before, hole_HW, seed) for seed in range(8)]

    assert len({tried.tobytes() for tried in tries}) == 8
    assert all(np.array_equal(tried[~touched_HW], before[~touched_HW]) for tried in tries)
    assert np.array_equal(tries[5], repairer.repair(before, hole_HW, 5))


def test_a_try_differs_by_more_than_its_grain(repairer):
    bare = Repairer(repairer.network, repairer.device, grain=False)
    before = photo(90, 130)
    hole_HW = np.zeros((90, 130), bool)
    hole_HW[30:50, 20:44] = True

    assert not np.array_equal(bare.repair(before, hole_HW, 0), bare.repair(before, hole_HW, 1))
