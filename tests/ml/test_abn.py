"""The activated batch norm: its definition, its folding, and its compiled original where that is installed."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from ml.abn import ABN, compiled_abn, fold


def _settled(channels: int = 5, slope: float = 0.01) -> ABN:
    torch.manual_seed(1)
    abn = ABN(channels, slope=slope)
    with torch.no_grad():
        abn.weight.normal_()  # negative scales too
        abn.bias.normal_()
        abn.running_mean.normal_()
        abn.running_var.uniform_(0.2, 3)
    return abn


def test_it_scales_by_the_size_of_gamma_plus_eps():
    abn = _settled().eval()
    features = torch.randn(2, 5, 4, 3)
    mean, var = abn.running_mean[:, None, None], abn.running_var[:, None, None]
    normed = (features - mean) / (var + 1e-5).sqrt() * (abn.weight.abs() + 1e-5)[:, None, None]
    normed = normed + abn.bias[:, None, None]
    expected = torch.where(normed > 0, normed, 0.01 * normed)

    assert torch.allclose(abn(features), expected, atol=1e-6)


def test_training_normalises_by_the_batch_and_remembers_its_statistics():
    abn = ABN(3, slope=1.0)
    features = torch.randn(4, 3, 8, 8) * 7 + 2

    normed = abn(features)

    assert torch.allclose(normed.mean((0, 2, 3)), torch.zeros(3), atol=1e-5)
    assert torch.allclose(normed.var((0, 2, 3)), torch.ones(3), atol=1e-2)
    assert torch.allclose(abn.running_mean, 0.1 * features.mean((0, 2, 3)), atol=1e-5)


def test_the_state_has_the_extensions_keys():
    assert list(ABN(4).state_dict()) == ["weight", "bias", "running_mean", "running_var"]


@pytest.mark.parametrize("slope", [0.01, 1.0])
def test_folding_changes_nothing_but_the_cost(slope):
    network = nn.Sequential(nn.Conv2d(3, 5, 3, bias=False), _settled(slope=slope)).eval()
    photo = torch.randn(2, 3, 9, 9)

    folded = fold(copy.deepcopy(network))

    assert not any(isinstance(module, ABN) for module in folded.modules())
    assert torch.allclose(folded(photo), network(photo), atol=1e-5)


def test_an_abn_after_something_else_is_left_alone():
    network = nn.Sequential(nn.Conv2d(3, 5, 1), nn.AvgPool2d(2), _settled()).eval()

    assert isinstance(fold(network)[2], ABN)


def test_the_twin_agrees_with_the_compiled_extension():
    pytest.importorskip(
        "inplace_abn", reason="`make install-abn` was not run: no compiler is needed without it"
    )
    twin = nn.Sequential(nn.Conv2d(3, 5, 3), _settled()).train()
    compiled = compiled_abn(copy.deepcopy(twin)).train()
    photo = torch.randn(4, 3, 16, 16)

    ours, theirs = twin(photo.clone()), compiled(photo.clone())
    ours.square().sum().backward()
    theirs.square().sum().backward()

    assert torch.allclose(ours, theirs, atol=1e-5)
    assert torch.allclose(twin[0].weight.grad, compiled[0].weight.grad, rtol=1e-3, atol=1e-3)
