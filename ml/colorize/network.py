"""The colorizer's network: luma in, Cb and Cr at half its height and width out.

A UNet: the encoder is EfficientNet-lite2 (Tan & Le 2019; no squeeze-and-excitation), which can be started from
ImageNet, where it learned what things are; the decoder's convolutions have spectral norm and, at its bottom,
self-attention, as SAGAN's generator has. Chroma is smooth: eyes take it at half resolution, and `infer` brings it to
full size along luma's edges. Suffixes: B batch, C channels, H height, W width.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ml.colorize.attention import SelfAttention
from ml.colorize.spectral import spectral
from ml.efficientnet import build_encoder, freeze_early

WIDTHS = (256, 160, 96, 32)
"""Channels of the decoder at 1/16, 1/8, 1/4 and 1/2 of the input's size: many where meaning is, few at the edges."""
DROPPED = 0.2
"""Share of a level's maps left out in training: with some thousand photographs the decoder learns them by heart."""
MULTIPLE = 32
"""Height and width must be multiples of this."""


class Level(nn.Module):
    """From twice as coarse to this size: up, joined with the encoder's features, two convolutions."""

    def __init__(self, below: int, skip: int, channels: int) -> None:
        super().__init__()
        self.join = spectral(nn.Conv2d(below + skip, channels, 3, padding=1, bias=False))
        self.join_norm = nn.BatchNorm2d(channels)
        self.refine = spectral(nn.Conv2d(channels, channels, 3, padding=1, bias=False))
        self.refine_norm = nn.BatchNorm2d(channels)

    def forward(self, below_BCHW: Tensor, skip_BCHW: Tensor) -> Tensor:
        up = F.interpolate(below_BCHW, scale_factor=2, mode="nearest")
        features = F.relu(self.join_norm(self.join(torch.cat([up, skip_BCHW], dim=1))), inplace=True)
        features = F.relu(self.refine_norm(self.refine(features)), inplace=True)
        return F.dropout2d(features, DROPPED, self.training)


class ChromaUNet(nn.Module):
    """Luma to Cb and Cr."""

    def __init__(self, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        self.encoder = build_encoder()
        *skips, bottom = self.encoder.out_channels[1:]
        self.levels = nn.ModuleList(
            Level(below, skip, channels)
            for below, skip, channels in zip((bottom, *widths[:-1]), reversed(skips), widths, strict=True)
        )
        self.attention = SelfAttention(widths[0])
        self.head = nn.Conv2d(widths[-1], 2, 3, padding=1)
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.zeros_(self.head.bias)

    def forward(self, luma_01_B1HW: Tensor) -> Tensor:
        """Cb and Cr, float32, -0.5..0.5, B2 and half of H and W.

        luma_01_B1HW: full-range BT.601, 0..1; H and W multiples of MULTIPLE.
        Raises ValueError for other sizes.
        """
        return self.chroma(self.maps(luma_01_B1HW))

    def maps(self, luma_01_B1HW: Tensor) -> list[Tensor]:
        """What the decoder knows at 1/16, 1/8, 1/4 and 1/2 of the input's size. Raises ValueError as forward does."""
        height, width = luma_01_B1HW.shape[-2:]
        if height % MULTIPLE or width % MULTIPLE:
            raise ValueError(f"height and width must be multiples of {MULTIPLE}, got {height} x {width}; pad")
        image = ((luma_01_B1HW - 0.5) / 0.5).expand(-1, 3, -1, -1)
        _, *skips, bottom = self.encoder(image.contiguous(memory_format=torch.channels_last))
        first, *others = self.levels
        maps = [self.attention(first(bottom, skips.pop()))]
        for level in others:
            maps.append(level(maps[-1], skips.pop()))
        return maps

    def chroma(self, maps: list[Tensor]) -> Tensor:
        """Cb and Cr of the finest map."""
        return 0.5 * torch.tanh(self.head(maps[-1]).float())

    def train(self, mode: bool = True) -> ChromaUNet:
        """The encoder's batch norms always use ImageNet's statistics: those of a few crops would be worse."""
        super().train(mode)
        self.encoder.eval()
        return self

    def freeze_stem(self) -> None:
        """What needs no colour does not learn (ml.efficientnet.freeze_early)."""
        freeze_early(self.encoder)

    def encoder_parameters(self) -> Iterator[nn.Parameter]:
        """Those that learn."""
        return (parameter for parameter in self.encoder.parameters() if parameter.requires_grad)

    def decoder_parameters(self) -> Iterator[nn.Parameter]:
        return chain(self.levels.parameters(), self.attention.parameters(), self.head.parameters())


def build() -> ChromaUNet:
    """The shipped architecture with fresh weights; nothing is fetched."""
    return ChromaUNet().to(memory_format=torch.channels_last)
