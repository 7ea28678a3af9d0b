"""Spectral norm (Miyato et al. 2018, arXiv:1802.05957): a layer's weight over its largest singular value."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parametrize


class SpectralNorm(nn.Module):
    """One power iteration per training step, from where the last one ended.

    PyTorch's own keeps both singular vectors and trusts their length, which an average over steps (EMA) or half
    precision would shorten; here one is kept, and the length is taken out when it is used.
    """

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.register_buffer("left", F.normalize(torch.randn(len(weight)), dim=0))

    def forward(self, weight: Tensor) -> Tensor:
        matrix = weight.flatten(1)
        with torch.no_grad():
            right = F.normalize(matrix.T @ self.left, dim=0)
            left = F.normalize(matrix @ right, dim=0)
            if self.training:
                self.left.copy_(left)
        return weight / torch.dot(left, matrix @ right).clamp(min=1e-6)


def spectral(layer: nn.Conv2d) -> nn.Conv2d:
    """The same layer, its weight normed from now on."""
    parametrize.register_parametrization(layer, "weight", SpectralNorm(layer.weight.detach()))
    return layer


def fold_spectral_norms(network: nn.Module) -> nn.Module:
    """The same network with every norm worked into its weight: what is computed is equal, and quicker."""
    for layer in network.modules():
        if parametrize.is_parametrized(layer, "weight"):
            parametrize.remove_parametrizations(layer, "weight")
    return network
