"""The finder's network: a UNet with a residual encoder of plain convolutions whose stem keeps every pixel.

The article's AlbuNet-18 (a ResNet-18 under segmentation-models-pytorch's UNet decoder, in-place activated batch norm),
with the stem at stride 1 and no max pooling, so that hairlines survive. A full-size ResNet-18 would then be four times
as dear; half its width at full size, and strided convolutions below, keep its cost.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from ml.abn import ABN, SLOPE
from ml.backbones import import_smp

WIDTHS = (32, 64, 128, 256, 512)
"""Channels at 1, 1/2, 1/4, 1/8 and 1/16 of the size."""
BLOCKS = (1, 2, 2, 2, 2)
DECODER_WIDTHS = (256, 128, 64, 32, 16)
KINDS = ("line", "speck", "loss")


class Residual(nn.Module):
    """He et al. 2016, with the averaging shortcut of He et al. 2019 ("bag of tricks") where the size is halved."""

    def __init__(self, channels_in: int, channels_out: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels_in, channels_out, 3, stride, padding=1, bias=False),
            ABN(channels_out),
            nn.Conv2d(channels_out, channels_out, 3, padding=1, bias=False),
            ABN(channels_out, slope=1.0),
        )
        self.shortcut = nn.Identity()
        if channels_in != channels_out or stride > 1:
            self.shortcut = nn.Sequential(
                nn.AvgPool2d(stride, ceil_mode=True, count_include_pad=False),
                nn.Conv2d(channels_in, channels_out, 1, bias=False),
                ABN(channels_out, slope=1.0),
            )

    def forward(self, features: Tensor) -> Tensor:
        return F.leaky_relu(self.body(features) + self.shortcut(features), SLOPE, inplace=True)


class Encoder(nn.Module):
    """BCHW to the list that smp's decoders take: the input, then the features of each level, largest first."""

    def __init__(self, widths: tuple[int, ...] = WIDTHS, blocks: tuple[int, ...] = BLOCKS) -> None:
        super().__init__()
        self.out_channels = (3, *widths)
        self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 3, padding=1, bias=False), ABN(widths[0]))
        self.levels = nn.ModuleList(
            nn.Sequential(
                Residual(widths[max(level - 1, 0)], width, stride=2 if level else 1),
                *(Residual(width, width, stride=1) for _ in range(count - 1)),
            )
            for level, (width, count) in enumerate(zip(widths, blocks, strict=True))
        )

    def forward(self, photo: Tensor) -> list[Tensor]:
        features = [photo]
        current = self.stem(photo)
        for level in self.levels:
            current = level(current)
            features.append(current)
        return features


class FinderUNet(nn.Module):
    """RGB B3HW, 0..1, any size from 16 px -> logits B4HW: of defect, then of its kind (line, speck, loss)."""

    def __init__(
        self, widths: tuple[int, ...] = WIDTHS, decoder_widths: tuple[int, ...] = DECODER_WIDTHS
    ) -> None:
        super().__init__()
        unet = import_smp().decoders.unet.decoder
        self.encoder = Encoder(widths)
        self.decoder = unet.UnetDecoder(
            self.encoder.out_channels, decoder_widths, n_blocks=len(decoder_widths)
        )
        _activate_norms(self.decoder)
        self.head = nn.Conv2d(decoder_widths[-1], 1 + len(KINDS), 3, padding=1)
        # Defects are rare: starting from their share spares the network the first hundred steps.
        nn.init.zeros_(self.head.bias)
        nn.init.constant_(self.head.bias[:1], -3.0)

    def forward(self, photo_01_B3HW: Tensor) -> Tensor:
        return self.head(self.decoder(self.encoder((photo_01_B3HW - 0.5) / 0.25)))


def _activate_norms(decoder: nn.Module) -> None:
    """smp's convolution, batch norm and ReLU become convolution and ABN."""
    for module in decoder.modules():
        if isinstance(module, nn.Sequential) and len(module) == 3 and isinstance(module[1], nn.BatchNorm2d):
            module[1] = ABN(module[1].num_features)
            module[2] = nn.Identity()


def build() -> FinderUNet:
    return FinderUNet()
