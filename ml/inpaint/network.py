"""The repairer's network: a UNet of partial convolutions (Liu et al. 2018) over a picture that grows coarse to fine.

Suffixes: B batch, C channels, H height, W width. `valid` is 1 where a pixel is good, 0 where it is to be filled.

Two paths go down. The *lane* holds the picture itself, halved level by level by partial convolutions that begin as
plain means of what is valid. Beside it go the paper's features, from half the picture's size on: there the four
pixels of a square are channels (pixel-unshuffle), which keeps all detail at a quarter of the cost.

On the way up the picture grows back. At each level what is known stands still, and the rest is relaxed: every pixel
becomes, a few times over, a mean of its 3 x 3 neighbours, whose weights the features choose (convolutional spatial
propagation, Cheng et al. 2018, arXiv:1808.00150). They begin as those of the heat equation, so that the network starts
as a smooth, multigrid filling, better than Telea's, and learns where colours must not flow, along edges and
textures. At full size the features add what no mean of neighbours can give.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ml.inpaint.partial_conv import Group, PartialConv2d

WIDTHS = (32, 64, 128, 192, 256)
"""Channels of the levels, 1/2 to 1/32 of the picture."""
KERNELS = (5, 5, 3, 3, 3)
"""Of the way down. Liu et al. begin with 7 at full size; 5 at half size sees 10 pixels."""
FINE = 48
"""Channels of the last features, at half size."""
MULTIPLE = 2 ** len(WIDTHS)
"""Height and width must be multiples of this; pad with holes."""
ROUNDS, FINE_ROUNDS = 4, 2
"""Times that a pixel is replaced by a mean of its neighbours: at each level, and at full size."""
CONTRAST_FLOOR = 0.05
"""Least standard deviation that a picture is scaled by: noise on a plain wall stays noise."""
SLOPE = 0.1
DIAGONAL_LOGIT = -2.0
"""Before any learning a pixel and its diagonal neighbours weigh e^-2 of a direct neighbour."""
COLOURS, FOUR_COLOURS, NEIGHBOURS = 3, 12, 9


class Level(nn.Module):
    """Partial convolution and leaky ReLU. What is still empty leaves as 0, so that the next one need not empty it.

    Without batch norm: the picture is scaled by its own contrast, and means over holes and photograph together
    disturbed the repair (Liu et al. freeze theirs in the last part for that).
    """

    def __init__(
        self, groups_in: tuple[int, ...], channels_out: int, kernel: int = 3, stride: int = 1
    ) -> None:
        super().__init__()
        self.convolution = PartialConv2d(groups_in, channels_out, kernel, stride)
        nn.init.kaiming_normal_(self.convolution.weight, a=SLOPE)
        assert self.convolution.bias is not None
        nn.init.zeros_(self.convolution.bias)

    def forward(self, *groups: Group) -> Group:
        features, valid_B1HW = self.convolution(*groups, emptied=True)
        return F.leaky_relu(features, SLOPE, inplace=True), valid_B1HW


class Twice(nn.Module):
    """Two levels, the second at the size and width of the first's result."""

    def __init__(self, first: Level, channels: int) -> None:
        super().__init__()
        self.first, self.second = first, Level((channels,), channels)

    def forward(self, *groups: Group) -> Group:
        return self.second(self.first(*groups))


class PartialUNet(nn.Module):
    """RGB with holes and its valid map in, RGB without holes out."""

    def __init__(
        self, widths: tuple[int, ...] = WIDTHS, kernels: tuple[int, ...] = KERNELS, fine: int = FINE
    ) -> None:
        super().__init__()
        self.down = nn.ModuleList([Level((FOUR_COLOURS,), widths[0], kernels[0])])
        for above, width, kernel in zip(widths[:-1], widths[1:], kernels[1:], strict=True):
            self.down.append(Twice(Level((above,), width, kernel, stride=2), width))
        joined = (widths[1], widths[0], FOUR_COLOURS, FOUR_COLOURS)
        self.up = nn.ModuleList([Twice(Level(joined, fine), fine)])
        for below, width in zip(widths[2:], widths[1:-1], strict=True):
            self.up.append(Level((below, width, COLOURS), width))
        self.lane = nn.ModuleList(_averaging(kernel=4, stride=2) for _ in widths)
        self.affinity = nn.ModuleList(
            _silent(width, NEIGHBOURS) for width in widths[1:]
        )  # 1/4 to the coarsest
        self.fine_affinity = _silent(fine, 4 * NEIGHBOURS)
        self.half_affinity = nn.Parameter(torch.zeros(1, NEIGHBOURS, 1, 1))
        self.detail = _silent(fine, FOUR_COLOURS)
        prior = torch.full((3, 3), DIAGONAL_LOGIT)
        prior[0, 1] = prior[1, 0] = prior[1, 2] = prior[2, 1] = 0.0
        self.register_buffer("prior", prior.reshape(1, NEIGHBOURS, 1, 1), persistent=False)

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
        photo = plain.contiguous(), (valid_B1HW > 0).float()
        with torch.autocast(
            plain.device.type, enabled=False
        ):  # half precision would draw steps in a clear sky
            lane = _descend(self.lane, photo)
        return self._ascend(photo, lane) * contrast + centre

    def _exposure(self, image_01_BCHW: Tensor, valid_B1HW: Tensor) -> tuple[Tensor, Tensor]:
        """Mean colour and contrast of the valid pixels: a faded print is repaired as a fresh one is."""
        valid = (valid_B1HW > 0).expand_as(image_01_BCHW)
        image = torch.where(valid, image_01_BCHW, 0.0).float()
        count = valid_B1HW.float().sum((2, 3), keepdim=True).clamp(min=1)
        centre_BC11 = image.sum((2, 3), keepdim=True) / count
        spread = torch.where(valid, (image - centre_BC11) ** 2, 0.0).sum((1, 2, 3), keepdim=True) / (
            COLOURS * count
        )
        return centre_BC11, (spread + CONTRAST_FLOOR**2).sqrt()

    def _ascend(self, photo: Group, lane: list[Group]) -> Tensor:
        """lane: fine to coarse, the photograph first. Returns the whole picture, float32."""
        squares = _squares(photo[0]), F.avg_pool2d(photo[1], 2)
        features = _descend(self.down, squares)[1:]
        below = features.pop()
        picture = self._relaxed(lane[-1][0], lane[-1], self.affinity[-1](below[0]))
        for level in range(len(self.up) - 1, 0, -1):
            known = lane[level + 1]
            picture = _grown(picture, known)
            below = self.up[level](_twice(below), features.pop(), (picture, torch.ones_like(known[1])))
            picture = self._relaxed(picture, known, self.affinity[level - 1](below[0]))
        picture = self._relaxed(_grown(picture, lane[1]), lane[1], self.half_affinity)
        picture = _grown(picture, photo)
        # What was filled so far is seen too: the last features see a whole picture.
        whole = _squares(picture), torch.ones_like(squares[1])
        fine, _ = self.up[0](_twice(below), features.pop(), squares, whole)
        logits = F.pixel_shuffle(self.fine_affinity(fine).float(), 2)
        picture = self._relaxed(picture, photo, logits, FINE_ROUNDS)
        return picture + F.pixel_shuffle(self.detail(fine).float(), 2)

    def _relaxed(self, picture: Tensor, known: Group, logits_B9HW: Tensor, rounds: int = ROUNDS) -> Tensor:
        """The picture after some rounds of means over 3 x 3 neighbours; what is known stands still. float32, B3HW."""
        weights = torch.softmax(logits_B9HW.float() + self.prior, dim=1).contiguous()
        colours, valid = known[0].contiguous(), known[1] > 0
        height, width = picture.shape[-2:]
        picture = picture.contiguous()
        for _ in range(rounds):
            padded = F.pad(picture, (1, 1, 1, 1), mode="replicate")
            mean = torch.zeros_like(picture)
            for place in range(NEIGHBOURS):
                row, column = divmod(place, 3)
                neighbour = padded[..., row : row + height, column : column + width]
                mean = mean + weights[:, place : place + 1] * neighbour
            picture = torch.where(valid, colours, mean)
        return picture


def _descend(levels: nn.ModuleList, first: Group) -> list[Group]:
    """The first and what each level makes of the one before, fine to coarse."""
    steps = [first]
    for level in levels:
        steps.append(level(steps[-1]))
    return steps


def _averaging(kernel: int, stride: int) -> PartialConv2d:
    """A partial convolution of a picture that begins as the mean of the valid pixels, each colour by itself."""
    convolution = PartialConv2d((COLOURS,), COLOURS, kernel, stride, bias=False)
    with torch.no_grad():
        mean = torch.full((kernel, kernel), 1 / kernel**2)
        convolution.weight.copy_(torch.eye(COLOURS)[..., None, None] * mean)
    return convolution


def _silent(channels_in: int, channels_out: int) -> nn.Conv2d:
    """A convolution that begins at 0."""
    convolution = nn.Conv2d(channels_in, channels_out, 3, padding=1)
    nn.init.zeros_(convolution.weight)
    nn.init.zeros_(convolution.bias)
    return convolution


def _squares(picture: Tensor) -> Tensor:
    """The four pixels of each square as channels, at half the size."""
    return F.pixel_unshuffle(picture, 2).contiguous(memory_format=torch.channels_last)


def _twice(group: Group) -> Group:
    features, valid = (F.interpolate(part, scale_factor=2, mode="nearest") for part in group)
    return features, valid


def _grown(picture: Tensor, known: Group) -> Tensor:
    """Twice as large, with what is known there in its place."""
    larger = F.interpolate(picture, scale_factor=2, mode="bilinear", align_corners=False)
    return torch.where(known[1] > 0, known[0], larger)


def build() -> PartialUNet:
    """The shipped architecture with fresh weights."""
    return PartialUNet().to(memory_format=torch.channels_last)
