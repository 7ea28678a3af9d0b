"""The discriminator of SAGAN (Zhang et al. 2018, arXiv:1805.08318), conditioned on luma.

Used in training only. It is given luma, Cb and Cr at half the crop's size and says, for every part of the picture,
whether such colours are a photograph's.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ml.colorize.attention import SelfAttention
from ml.colorize.spectral import spectral

WIDTHS = (48, 96, 192)
"""Channels after each halving."""
POOLED = 2
"""What is wrong with colours (pale, patched, another's) is seen from afar: it looks at so many times fewer pixels a
side, and costs a quarter."""
ATTENTION_AFTER = 2
"""Self-attention follows this many halvings."""


class Halving(nn.Module):
    """A residual block that halves height and width; spectral norm in every layer, no batch norm (the paper's)."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.first = spectral(nn.Conv2d(channels_in, channels_out, 3, padding=1))
        self.second = spectral(nn.Conv2d(channels_out, channels_out, 4, stride=2, padding=1))
        self.shortcut = spectral(nn.Conv2d(channels_in, channels_out, 1))

    def forward(self, features_BCHW: Tensor) -> Tensor:
        deep = self.second(F.leaky_relu(self.first(features_BCHW), 0.2))
        return F.leaky_relu(deep + self.shortcut(F.avg_pool2d(features_BCHW, 2)), 0.2)


class Discriminator(nn.Module):
    def __init__(self, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        blocks: list[nn.Module] = [
            Halving(before, after) for before, after in zip((3, *widths[:-1]), widths, strict=True)
        ]
        blocks.insert(ATTENTION_AFTER, SelfAttention(widths[ATTENTION_AFTER - 1]))
        self.blocks = nn.Sequential(*blocks)
        self.head = spectral(nn.Conv2d(widths[-1], 1, 3, padding=1))

    def forward(self, luma_01_B1HW: Tensor, chroma_B2HW: Tensor) -> Tensor:
        """B1 and a sixteenth of H and W; above 0: looks real.  chroma_B2HW: -0.5..0.5."""
        image = F.avg_pool2d(torch.cat([luma_01_B1HW * 2 - 1, chroma_B2HW * CHROMA_GAIN], dim=1), POOLED)
        return self.head(self.blocks(image.contiguous(memory_format=torch.channels_last))).float()


CHROMA_GAIN = 4.0
"""Chroma is seldom beyond a quarter: brought to luma's range."""
