"""Folded batch norms compute what the network computed, and none is left where one can be folded."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from ml.abn import fold
from ml.colorize import network as colorizing
from ml.colorize.spectral import fold_spectral_norms
from ml.folding import fold_batch_norms
from ml.segment import network as finding


@torch.no_grad()
def used(network: nn.Module) -> nn.Module:
    """Norms of a trained network are anything but 0 and 1."""
    torch.manual_seed(5)
    for norm in network.modules():
        if isinstance(norm, nn.BatchNorm2d):
            norm.running_mean.normal_(0, 0.3)
            norm.running_var.uniform_(0.5, 2)
            norm.weight.uniform_(0.5, 1.5)
            norm.bias.normal_(0, 0.2)
    return network.eval()


def norms(network: nn.Module) -> list[nn.Module]:
    return [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)]


@pytest.mark.parametrize(
    ("build", "first_fold", "channels"),
    [(colorizing.build, fold_spectral_norms, 1), (finding.build, fold, 3)],
)
def test_a_folded_network_computes_the_same(build, first_fold, channels):
    network = first_fold(used(build()))
    picture = torch.rand(1, channels, 64, 128)
    with torch.inference_mode():
        before = network(picture)
        assert norms(network)
        after = fold_batch_norms(network)(picture)

    assert not norms(network)
    assert before.std() > 1e-4, "nothing to compare"
    assert torch.allclose(after, before, atol=1e-4 * float(before.std() + before.abs().max()))


def test_a_norm_that_follows_no_convolution_stays():
    network = nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU(), nn.BatchNorm2d(4), nn.Conv2d(4, 5, 1)).eval()

    assert len(norms(fold_batch_norms(network))) == 1
