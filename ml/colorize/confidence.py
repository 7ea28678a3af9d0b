"""How far the colorizer may be off: a small head that reads its decoder, and what is done about it.

Ribbons, dresses and walls could have had many colours; the network must name one. The head predicts the variance of
that choice's error (Kendall & Gal 2017, arXiv:1703.04977, eq. 5: the network's likelihood under a Gaussian whose
variance is learned), and colours are paler where it is large: a pale ribbon rather than a red one that was blue.
Suffixes: B batch, C channels, H height, W width.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ml.colorize.network import WIDTHS, ChromaUNet

Array = TypeVar("Array", np.ndarray, Tensor)

CHANNELS = 24
CHROMA_SCALE = 4.0
"""Chroma is -0.5..0.5 and seldom beyond 0.25; features are about 1."""
START_LOG_VARIANCE = -5.5
"""Of an error of 0.064, which is the usual one."""
LOG_VARIANCE_RANGE = (-10.0, -2.0)
"""Errors of 0.007 to 0.37."""
SURE_ERROR = 0.05
"""Colours whose expected error is at most this, per Cb and Cr, stay as they are ..."""
SCALE = 0.07
"""... and beyond it fall with the square of the error over this: to three quarters at 0.07, to half at 0.1."""


class ErrorHead(nn.Module):
    """The decoder's maps and the chroma that came of them to the log of the variance of the chroma's error."""

    def __init__(self, widths: Sequence[int] = WIDTHS) -> None:
        super().__init__()
        self.reads = nn.ModuleList(nn.Conv2d(channels, CHANNELS, 1) for channels in widths)
        self.join = nn.Conv2d(CHANNELS + 2, CHANNELS, 3, padding=1)
        self.head = nn.Conv2d(CHANNELS, 1, 1)
        nn.init.zeros_(self.head.weight)
        nn.init.constant_(self.head.bias, START_LOG_VARIANCE)

    def forward(self, maps: Sequence[Tensor], chroma_B2HW: Tensor) -> Tensor:
        """maps: see ChromaUNet.maps.  Returns B1HW, float32, at half the chroma's size."""
        size = maps[-2].shape[-2:]
        seen = torch.stack(
            [_brought_to(read(features), size) for read, features in zip(self.reads, maps, strict=True)]
        ).sum(0)
        chroma = _brought_to(chroma_B2HW, size) * CHROMA_SCALE
        joined = F.relu(self.join(torch.cat([F.relu(seen), chroma.to(seen.dtype)], dim=1)))
        logs = self.head(joined).float()
        # Bounded, but the gradient passes: what once left the range could never come back.
        return logs + (logs.clamp(*LOG_VARIANCE_RANGE) - logs).detach()


class DoubtingUNet(nn.Module):
    """Luma to Cb, Cr and the standard error of either, all at half the luma's size: B3HW."""

    def __init__(self, network: ChromaUNet, head: ErrorHead) -> None:
        super().__init__()
        self.network, self.head = network, head

    def forward(self, luma_01_B1HW: Tensor) -> Tensor:
        maps = self.network.maps(luma_01_B1HW)
        chroma_B2HW = self.network.chroma(maps)
        log_variance = F.interpolate(
            self.head(maps, chroma_B2HW), scale_factor=2, mode="bilinear", align_corners=False
        )
        return torch.cat([chroma_B2HW, (0.5 * log_variance).exp()], dim=1)


def negative_log_likelihood(log_variance_B1HW: Tensor, chroma_B2HW: Tensor, truth_B2HW: Tensor) -> Tensor:
    """Mean over pixels, per component, without the constant; the errors at the chroma's size, pooled to the head's."""
    square_B1HW = (chroma_B2HW - truth_B2HW).square().mean(1, keepdim=True)
    square_B1HW = F.adaptive_avg_pool2d(square_B1HW, log_variance_B1HW.shape[-2:])
    return 0.5 * (square_B1HW * (-log_variance_B1HW).exp() + log_variance_B1HW).mean()


def kept(error: Array) -> Array:
    """The factor for chroma of that standard error, above 0 to 1."""
    return ((1 + (SURE_ERROR / SCALE) ** 2) / (1 + (error / SCALE) ** 2)).clip(max=1)


def _brought_to(features_BCHW: Tensor, size: torch.Size) -> Tensor:
    """Pooled or, from a coarser level, repeated."""
    if features_BCHW.shape[-1] > size[-1]:
        return F.avg_pool2d(features_BCHW, features_BCHW.shape[-1] // size[-1])
    return F.interpolate(features_BCHW, size=size, mode="nearest")
