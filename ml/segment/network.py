"""The finder's network: a UNet that sees every pixel at its own size and knows what things are.

The article's AlbuNet-18 is a ResNet-18 from ImageNet under segmentation-models-pytorch's UNet decoder, with in-place
activated batch norm. No ImageNet ResNet can be had here, and one from scratch, trained for 94 minutes of one core, took
grain, embroidery and foliage for damage (ROC AUC 0.70 on real masks): it knew edges and nothing else. So the levels
from 1/2 down are EfficientNet-lite2's, which has seen ImageNet, and at full size there is a residual stem of plain
convolutions at stride 1 without pooling, so that hairlines survive.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ml.abn import ABN, SLOPE
from ml.backbones import import_smp
from ml.efficientnet import build_encoder, freeze_early

STEM_WIDTH = 16
DECODER_WIDTHS = (192, 128, 64, 32, 24, 16)
"""Channels at 1/16, 1/8, 1/4, 1/2 and twice at full size."""
MULTIPLE = 32
"""Height and width must be multiples of this, as the training's crops are: at others TensorFlow's padding, which
the encoder has, shifts each level by its own share of a pixel (average precision on real masks 0.34 for 0.41)."""
STRIDE_KEY = "stem_stride"
"""In the weights of networks whose stem's stride is not 1."""
KINDS = ("line", "speck", "loss")


class Residual(nn.Module):
    """He et al. 2016, at one size and width."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            ABN(channels),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            ABN(channels, slope=1.0),
        )

    def forward(self, features: Tensor) -> Tensor:
        return F.leaky_relu(self.body(features) + features, SLOPE, inplace=True)


class FinderUNet(nn.Module):
    """RGB B3HW, 0..1, multiples of MULTIPLE -> logits B4HW: of defect, then of its kind (line, speck, loss).

    stem_stride: 1; at 2, as a ResNet's stem has it, nothing but its comparison is made of it (weights/segment.md).
    """

    def __init__(
        self,
        stem_width: int = STEM_WIDTH,
        decoder_widths: tuple[int, ...] = DECODER_WIDTHS,
        stem_stride: int = 1,
    ) -> None:
        super().__init__()
        self.encoder = build_encoder()
        self.stem = nn.Sequential(
            nn.Conv2d(3, stem_width, 3, padding=1, stride=stem_stride, bias=False),
            ABN(stem_width),
            Residual(stem_width),
            nn.Upsample(scale_factor=stem_stride) if stem_stride > 1 else nn.Identity(),
        )
        if stem_stride > 1:
            self.register_buffer(STRIDE_KEY, torch.tensor(stem_stride))
        channels = (3, stem_width, *self.encoder.out_channels[1:])
        unet = import_smp().decoders.unet.decoder
        self.decoder = unet.UnetDecoder(channels, decoder_widths, n_blocks=len(decoder_widths))
        _activate_norms(self.decoder)
        self.head = nn.Conv2d(decoder_widths[-1], 1 + len(KINDS), 3, padding=1)
        # Defects are rare: starting from their share spares the network the first hundred steps.
        nn.init.zeros_(self.head.bias)
        nn.init.constant_(self.head.bias[:1], -3.0)

    def forward(self, photo_01_B3HW: Tensor) -> Tensor:
        """Raises ValueError for other sizes."""
        height, width = photo_01_B3HW.shape[-2:]
        if height % MULTIPLE or width % MULTIPLE:
            raise ValueError(f"height and width must be multiples of {MULTIPLE}, got {height} x {width}; pad")
        photo = (photo_01_B3HW - 0.5) / 0.5
        _, *levels = self.encoder(photo)
        return self.head(self.decoder([photo, self.stem(photo), *levels]))

    def train(self, mode: bool = True) -> FinderUNet:
        """The encoder's batch norms always use ImageNet's statistics: those of a few crops would be worse."""
        super().train(mode)
        self.encoder.eval()
        return self

    def freeze_early(self) -> None:
        freeze_early(self.encoder)

    def encoder_parameters(self) -> Iterator[nn.Parameter]:
        """Those that learn."""
        return (parameter for parameter in self.encoder.parameters() if parameter.requires_grad)

    def other_parameters(self) -> Iterator[nn.Parameter]:
        return chain(self.stem.parameters(), self.decoder.parameters(), self.head.parameters())


def _activate_norms(decoder: nn.Module) -> None:
    """smp's convolution, batch norm and ReLU become convolution and ABN."""
    for module in decoder.modules():
        if isinstance(module, nn.Sequential) and len(module) == 3 and isinstance(module[1], nn.BatchNorm2d):
            module[1] = ABN(module[1].num_features)
            module[2] = nn.Identity()


def build(stem_stride: int = 1) -> FinderUNet:
    return FinderUNet(stem_stride=stem_stride)


def build_for(state: Mapping[str, Tensor]) -> FinderUNet:
    """Such a network as these weights are of; they are not loaded."""
    return build(int(state.get(STRIDE_KEY, 1)))
