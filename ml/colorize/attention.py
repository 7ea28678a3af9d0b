"""Self-attention over the positions of a feature map, as SAGAN has it (Zhang et al. 2018, arXiv:1805.08318)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ml.colorize.spectral import spectral

NARROWING = 8
"""Queries and keys have so many times fewer channels than the features (the paper's)."""


class SelfAttention(nn.Module):
    """features + strength * attention(features); strength begins at 0, so that training begins without it.

    Half of a picture's jacket should take the colour of the other half, however far it is: convolutions see only
    their window.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        narrow = max(1, channels // NARROWING)
        self.query = spectral(nn.Conv2d(channels, narrow, 1, bias=False))
        self.key = spectral(nn.Conv2d(channels, narrow, 1, bias=False))
        self.value = spectral(nn.Conv2d(channels, channels // 2, 1, bias=False))
        self.output = spectral(nn.Conv2d(channels // 2, channels, 1, bias=False))
        self.strength = nn.Parameter(torch.zeros(()))

    def forward(self, features_BCHW: Tensor) -> Tensor:
        query, key, value = (
            layer(features_BCHW).flatten(2).transpose(1, 2).contiguous()
            for layer in (self.query, self.key, self.value)
        )
        # The paper has no 1 / sqrt(channels) before the softmax.
        attended = F.scaled_dot_product_attention(query, key, value, scale=1.0)
        height, width = features_BCHW.shape[-2:]
        return features_BCHW + self.strength * self.output(
            attended.transpose(1, 2).unflatten(2, (height, width))
        )
