"""The losses that a repair's figures are made of."""

from __future__ import annotations

import math

import pytest
import torch

from ml.inpaint.losses import log_error, structure_loss
from ml.inpaint.train import hole_psnr


@pytest.fixture
def pictures():
    """Truth, output and valid mask: one picture with a hole that is wrong, one without a hole."""
    generator = torch.Generator().manual_seed(0)
    truth = torch.rand(2, 3, 32, 32, generator=generator)
    valid = torch.ones(2, 1, 32, 32)
    valid[0, :, 8:24, 8:24] = 0
    noise = 0.1 * torch.randn(truth.shape, generator=generator)
    return truth, (truth + noise * (1 - valid)).clamp(0, 1), valid


def test_the_logarithm_of_the_error_is_the_holes_psnr(pictures):
    truth, output, valid = pictures

    decibels = -10 / math.log(10) * log_error(output, truth, valid)

    assert float(decibels) == pytest.approx(float(hole_psnr(output, truth, valid)), abs=0.01)


def test_an_error_outside_of_the_hole_counts_for_neither(pictures):
    truth, output, valid = pictures
    elsewhere = output.clone()
    elsewhere[:, :, 0, 0] = 1 - elsewhere[:, :, 0, 0]  # further from the hole than half a window

    assert torch.equal(log_error(elsewhere, truth, valid), log_error(output, truth, valid))
    assert torch.equal(structure_loss(elsewhere, truth, valid), structure_loss(output, truth, valid))


def test_structure_is_lost_by_noise_and_more_by_a_flat_repair(pictures):
    truth, output, valid = pictures
    flat = torch.where(valid > 0, truth, truth.mean())

    assert float(structure_loss(truth, truth, valid)) == pytest.approx(0, abs=1e-5)
    assert 0.02 < float(structure_loss(output, truth, valid)) < float(structure_loss(flat, truth, valid))
