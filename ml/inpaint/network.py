"""The repairer's network: a UNet of partial convolutions (Liu et al. 2018), seven levels deep.

Suffixes: B batch, C channels, H height, W width. `valid` is 1 where a pixel is good, 0 where it is to be filled.

Each level halves the picture and closes holes by its kernel, so that at the bottom of a picture of 512 no hole is
left. On the way up, features *and* masks come from below (nearest up-sampling) and from the skip connection; the
last level's skip is the picture itself.

Beside the paper's features a narrow lane of three channels goes down: partial convolutions as well, linear, which
begin as plain averages of what is valid and learn from there. On the way up it is the picture that grows from coarse
to fine; each level's features add their detail to it (as in LapSRN and StyleGAN2). The network thereby starts from
a smooth filling instead of from noise, and all of its training goes into what a smooth filling lacks.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ml.inpaint.partial_conv import Group, PartialConv2d

WIDTHS = (32, 64, 128, 192, 256, 256, 256)
"""Channels of the encoder's levels; the decoder's are the same in reverse."""
KERNELS = (7, 5, 5, 3, 3, 3, 3)
"""Liu et al.'s kernels of the encoder."""
FINE = 16
"""Channels at the picture's own size, where a third of the time goes."""
MULTIPLE = 2 ** len(WIDTHS)
"""Height and width must be multiples of this; pad with holes."""
CONTRAST_FLOOR = 0.05
"""Least standard deviation that a picture is scaled by: noise on a plain wall stays noise."""


class Level(nn.Module):
    """Partial convolution, batch norm, ReLU (leaky by `slope` on the way up). As in the paper, the first and the
    last level have no batch norm. What is still empty leaves as 0, so that the next level need not empty it."""

    def __init__(
        self,
        groups_in: tuple[int, ...],
        channels_out: int,
        kernel: int,
        stride: int,
        slope: float,
        norm: bool,
    ) -> None:
        super().__init__()
        self.convolution = PartialConv2d(groups_in, channels_out, kernel, stride, bias=not norm)
        self.norm = nn.BatchNorm2d(channels_out) if norm else None
        self.slope = slope
        nn.init.kaiming_normal_(self.convolution.weight, a=slope)
        if self.convolution.bias is not None:
            nn.init.zeros_(self.convolution.bias)

    def forward(self, *groups: Group) -> Group:
        features, valid_B1HW = self.convolution(*groups, emptied=True)
        if self.norm is None:
            return F.leaky_relu(features, self.slope, inplace=True), valid_B1HW
        features = F.leaky_relu(self.norm(features), self.slope, inplace=True)
        if bool(valid_B1HW.all()):  # nearly always on the way up; spares a pass
            return features, valid_B1HW
        return features * valid_B1HW.to(features.dtype), valid_B1HW


class PartialUNet(nn.Module):
    """RGB with holes and its valid map in, RGB without holes out."""

    def __init__(
        self, widths: tuple[int, ...] = WIDTHS, kernels: tuple[int, ...] = KERNELS, fine: int = FINE
    ) -> None:
        super().__init__()
        inputs = (3, *widths[:-1])
        self.down = nn.ModuleList(
            Level((channels_in,), channels_out, kernel, 2, 0.0, norm=channels_in != 3)
            for channels_in, channels_out, kernel in zip(inputs, widths, kernels, strict=True)
        )
        outputs = (fine, *widths[:-1])
        self.up = nn.ModuleList(
            Level((below, skip), channels_out, 3, 1, 0.2, norm=skip != 3)
            for below, skip, channels_out in zip((*outputs[1:], widths[-1]), inputs, outputs, strict=True)
        )
        self.lane = nn.ModuleList(_averaging(kernel=4, stride=2) for _ in widths)
        self.detail = nn.ModuleList(nn.Conv2d(channels, 3, 3, padding=1) for channels in outputs)
        for convolution in self.detail:
            nn.init.zeros_(convolution.weight)
            nn.init.zeros_(convolution.bias)

    def forward(self, image_01_BCHW: Tensor, valid_B1HW: Tensor) -> Tensor:
        """Predict every pixel of the picture from its valid ones.

        image_01_BCHW: RGB, 0-1; what it holds where valid is 0 does not matter.  valid_B1HW: 1 good, 0 hole.
        H and W: multiples of MULTIPLE.  Returns float32 RGB, about 0-1, not clipped.
        Raises ValueError for other sizes.
        """
        height, width = image_01_BCHW.shape[-2:]
        step = 2 ** len(self.down)
        if height % step or width % step:
            raise ValueError(
                f"height and width must be multiples of {step}, got {height} x {width}; pad with holes"
            )
        centre, contrast = self._exposure(image_01_BCHW, valid_B1HW)
        plain = torch.where(valid_B1HW > 0, (image_01_BCHW - centre) / contrast, 0.0)
        photo = plain.contiguous(memory_format=torch.channels_last), valid_B1HW.float()
        with torch.autocast(
            photo[0].device.type, enabled=False
        ):  # half precision would draw steps in a clear sky
            lane = _descend(self.lane, photo)
        return self._decode(_descend(self.down, photo), lane) * contrast + centre

    def _exposure(self, image_01_BCHW: Tensor, valid_B1HW: Tensor) -> tuple[Tensor, Tensor]:
        """Mean colour and contrast of the valid pixels: a faded print is repaired as a fresh one is."""
        valid = (valid_B1HW > 0).expand_as(image_01_BCHW)
        image = torch.where(valid, image_01_BCHW, 0.0).float()
        count = valid_B1HW.float().sum((2, 3), keepdim=True).clamp(min=1)
        centre_BC11 = image.sum((2, 3), keepdim=True) / count
        spread = torch.where(valid, (image - centre_BC11) ** 2, 0.0).sum((1, 2, 3), keepdim=True) / (
            3 * count
        )
        return centre_BC11, (spread + CONTRAST_FLOOR**2).sqrt()

    def _decode(self, skips: list[Group], lane: list[Group]) -> Tensor:
        """Both lists: fine to coarse, the photograph first. Returns the whole picture, float32."""
        features, valid = skips.pop()
        picture, _ = lane.pop()
        for level, detail in zip(reversed(self.up), reversed(self.detail), strict=True):
            features, valid = level((_nearest(features), _nearest(valid)), skips.pop())
            known, known_valid = lane.pop()
            picture = torch.where(known_valid > 0, known, _bilinear(picture)) + detail(features).float()
        return picture


def _descend(levels: nn.ModuleList, photo: Group) -> list[Group]:
    """The photograph and what each level makes of the one before, fine to coarse."""
    steps = [photo]
    for level in levels:
        steps.append(level(steps[-1]))
    return steps


def _averaging(kernel: int, stride: int) -> PartialConv2d:
    """A partial convolution of a picture that begins as the mean of the valid pixels, each colour by itself."""
    convolution = PartialConv2d((3,), 3, kernel, stride, bias=False)
    with torch.no_grad():
        mean = torch.full((kernel, kernel), 1 / kernel**2)
        convolution.weight.copy_(torch.eye(3)[..., None, None] * mean)
    return convolution


def _nearest(features: Tensor) -> Tensor:
    return F.interpolate(features, scale_factor=2, mode="nearest")


def _bilinear(picture: Tensor) -> Tensor:
    return F.interpolate(picture, scale_factor=2, mode="bilinear", align_corners=False)


def build() -> PartialUNet:
    """The shipped architecture with fresh weights."""
    return PartialUNet().to(memory_format=torch.channels_last)
