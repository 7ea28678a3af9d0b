"""Samples, losses and one step of the repairer's training."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from ml.inpaint.data import SHARES, InpaintSamples, draw_training_hole, tone
from ml.inpaint.losses import composite, feature_losses, gram, pixel_losses, total_variation
from ml.inpaint.network import PartialUNet
from ml.inpaint.train import Repair, hole_psnr, parameter_groups


class OnePhoto:
    weights = np.ones(1)

    def __getitem__(self, index: int):
        rng = np.random.default_rng(7)
        return SimpleNamespace(photo_u8_HWC=rng.integers(0, 256, (150, 200, 3), dtype=np.uint8))


def small() -> PartialUNet:
    torch.manual_seed(0)
    return PartialUNet(widths=(8, 12, 16), kernels=(5, 3, 3), fine=6)


def test_samples_are_the_same_for_the_same_seed_and_index():
    one, other = InpaintSamples(OnePhoto(), 3, crop=64), InpaintSamples(OnePhoto(), 4, crop=64)

    assert all(torch.equal(one[5][key], one[5][key]) for key in ("photo_u8", "valid"))
    assert not torch.equal(one[5]["valid"], one[6]["valid"])
    assert not torch.equal(one[5]["valid"], other[5]["valid"])
    assert one[5]["photo_u8"].shape == (3, 64, 64)
    assert one[5]["valid"].shape == (1, 64, 64)


def test_holes_reach_from_hairlines_to_the_largest_share():
    rng = np.random.default_rng(0)

    shares = [draw_training_hole(64, rng).mean() for _ in range(60)]

    assert 0 < min(shares) < 0.03
    assert 0.25 < max(shares) <= SHARES[-1][1] + 0.03  # enlarged holes are rounded
    assert 0.2 < np.mean([share < 0.05 for share in shares]) < 0.6


def test_tones_are_colour_grey_and_tinted():
    rng = np.random.default_rng(0)
    crop = np.random.default_rng(1).integers(0, 256, (16, 16, 3), dtype=np.uint8)

    kinds = {"same": 0, "grey": 0, "tinted": 0}
    for _ in range(80):
        toned = tone(crop, rng)
        grey = np.ptp(toned, axis=2).max() == 0
        kinds["same" if np.array_equal(toned, crop) else "grey" if grey else "tinted"] += 1

    assert 25 < kinds["same"] < 55
    assert kinds["grey"] > 8
    assert kinds["tinted"] > 8


def test_pixel_losses_by_hand():
    """Errors of 0.5 in a hole of 4 pixels and of 0.1 elsewhere; a second picture without a hole counts for valid."""
    valid = torch.ones(2, 1, 8, 8)
    valid[0, :, :2, :2] = 0
    truth = torch.zeros(2, 3, 8, 8)
    output = torch.where(valid > 0, 0.1, 0.5).expand(2, 3, 8, 8)

    losses = pixel_losses(output, truth, valid)

    assert losses["hole"].item() == pytest.approx(0.5)
    assert losses["valid"].item() == pytest.approx(0.1)


def test_a_hairline_counts_as_much_as_a_large_loss():
    valid = torch.ones(2, 1, 8, 8)
    valid[0, :, 0, 0] = 0
    valid[1, :, :4] = 0
    output = torch.zeros(2, 3, 8, 8)
    output[0] = 1.0

    assert pixel_losses(output, torch.zeros(2, 3, 8, 8), valid)["hole"].item() == pytest.approx(0.5)


def test_the_composite_is_the_truth_outside_and_the_output_inside():
    valid = torch.ones(1, 1, 4, 4)
    valid[..., 1:3, 1:3] = 0

    repaired = composite(torch.full((1, 3, 4, 4), 0.9), torch.zeros(1, 3, 4, 4), valid)

    assert torch.equal(repaired, (0.9 * (1 - valid)).expand(1, 3, 4, 4))


def test_total_variation_by_hand():
    """A hole of one pixel that is 1 in a picture of 0: of its 3 x 3 surroundings, 2 of 6 steps are 1, each way."""
    valid = torch.ones(1, 1, 7, 7)
    valid[..., 3, 3] = 0
    repaired = (1 - valid).expand(1, 3, 7, 7)

    assert total_variation(repaired, valid).item() == pytest.approx(2 * 2 / 6)
    far = repaired.clone()
    far[..., 0, 0] = 9.0
    assert total_variation(far, valid).item() == pytest.approx(2 * 2 / 6)


def test_style_forgets_places_and_perceptual_does_not():
    image = torch.rand(1, 3, 8, 8)

    losses = feature_losses(lambda one: [one], (image.flip(3),), image)

    assert losses["style"].item() == pytest.approx(0, abs=1e-6)
    assert losses["perceptual"].item() > 0.1
    same = feature_losses(lambda one: [one], (image,), image)
    assert same["perceptual"].item() == 0


def test_gram_by_hand():
    features = torch.tensor([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 2, 1, 2)

    assert torch.equal(gram(features), torch.tensor([[[2.5, 5.5], [5.5, 12.5]]]))


def test_hole_psnr_by_hand():
    valid = torch.ones(1, 1, 4, 4)
    valid[..., 0, 0] = 0
    output = torch.full((1, 3, 4, 4), 0.1)

    assert hole_psnr(output, torch.zeros(1, 3, 4, 4), valid).item() == pytest.approx(20, abs=1e-3)


def test_every_weight_has_its_rate_once():
    """What begins as a good filling takes shorter steps, the features full ones."""
    network = small()

    rates = {weight: group["lr"] for group in parameter_groups(network, 0.5) for weight in group["params"]}

    assert sum(len(group["params"]) for group in parameter_groups(network, 0.5)) == len(rates)
    assert set(rates) == set(network.parameters())
    assert {rates[weight] for weight in network.lane.parameters()} == {0.5 * 0.02}
    heads = (*network.affinity, network.fine_affinity, network.detail)
    shorter = {weight for head in heads for weight in head.parameters()} | {network.half_affinity}
    assert {weight for weight, rate in rates.items() if rate == 0.5 * 0.1} == shorter
    features = {*network.down.parameters(), *network.up.parameters()}
    assert {weight for weight, rate in rates.items() if rate == 0.5} == features


def test_steps_bring_the_loss_of_one_batch_down(monkeypatch):
    monkeypatch.setattr("ml.inpaint.train.build", small)
    samples = InpaintSamples(OnePhoto(), 0, crop=64)
    options = {
        "batch_size": 2,
        "lr": 3e-3,
        "perceptual_from": 30,
        "perceptual_every": 2,
    }
    trainee = Repair(samples, samples, torch.device("cpu"), **options)
    batch = {
        key: torch.stack([trainee.sample(1)[key], trainee.sample(2)[key]]) for key in ("photo_u8", "valid")
    }

    figures = [trainee.step(batch, step) for step in range(32)]

    assert figures[-1]["hole"] < 0.9 * figures[0]["hole"]
    assert "style" in figures[30] and "style" not in figures[31]
    assert trainee.sheet(trainee.modules["network"]).shape == (8 * 64, 4 * 64, 3)
