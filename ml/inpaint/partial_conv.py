"""The partial convolution of Liu et al. 2018, arXiv:1804.07723, eq. 1-2.

Suffixes: B batch, C channels, H height, W width, G groups. `valid` is 1 where a value may be used, 0 where not.

The paper gives every channel its own mask, yet the masks of channels that came out of one layer are equal. So one
valid channel is kept per *group* of channels (the features from below, those of the skip connection), and the
sum of the masks under a window is a box sum of G channels weighted by the groups' sizes: the same number, exactly.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Group = tuple[Tensor, Tensor]
"""Features and their valid map, one channel for all of them."""


class PartialConv2d(nn.Conv2d):
    """Convolution over the valid pixels alone, renormalised by their share; returns features and their valid map.

    groups_in: channels of each group of the input, in their order; one valid channel belongs to each.
    The padding counts as a hole, so that nothing is mixed with a made-up border.
    """

    def __init__(
        self, groups_in: Sequence[int], channels_out: int, kernel: int, stride: int = 1, bias: bool = True
    ) -> None:
        super().__init__(sum(groups_in), channels_out, kernel, stride, (kernel - 1) // 2, bias=bias)
        self.groups_in = tuple(groups_in)
        box = torch.tensor([float(channels) for channels in groups_in]).reshape(1, -1, 1, 1)
        self.register_buffer("box", box.expand(1, -1, kernel, kernel).contiguous(), persistent=False)
        self.window = float(sum(groups_in) * kernel * kernel)

    def forward(self, *groups: Group, emptied: bool = False) -> Group:
        """groups: per group of channels its features_BCHW (any dtype) and their valid_B1HW (float, 0 to 1:
        the share of its pixels that are valid; channels times share must exceed a half where any is).
        emptied: the caller knows that the features are 0 in the holes; spares a pass over them.

        Returns the features (0 where no valid pixel lay under the window) and their valid_B1HW.
        """
        scale_B1HW, valid_B1HW = self._renormalisation([valid for _, valid in groups])
        sums = self._sums([features if emptied else _emptied(features, valid) for features, valid in groups])
        if self.bias is None:
            return sums * scale_B1HW.to(sums.dtype), valid_B1HW
        bias_1C11 = self.bias.to(sums.dtype).reshape(1, -1, 1, 1)
        return torch.addcmul(
            sums * scale_B1HW.to(sums.dtype), bias_1C11, valid_B1HW.to(sums.dtype)
        ), valid_B1HW

    def _sums(self, known: list[Tensor]) -> Tensor:
        """The convolution of the joined groups, as a sum over groups: spares joining them."""
        weights = self.weight.split(self.groups_in, dim=1)
        sums = F.conv2d(known[0], weights[0], None, self.stride, self.padding)
        for features, weight in zip(known[1:], weights[1:], strict=True):
            sums = sums + F.conv2d(features, weight, None, self.stride, self.padding)
        return sums

    def _renormalisation(self, valids: list[Tensor]) -> Group:
        """sum(1) / sum(M) where anything is valid, else 0; and the updated mask. In at least single precision:
        the sum over a large window has no exact value in half."""
        with torch.no_grad(), torch.autocast(self.box.device.type, enabled=False):
            valid_BGHW = torch.cat(valids, dim=1).to(self.box.dtype)
            count_B1HW = F.conv2d(valid_BGHW, self.box, None, self.stride, self.padding)
            valid_B1HW = (count_B1HW > 0.5).to(count_B1HW.dtype)
            return self.window / count_B1HW.clamp(min=0.5) * valid_B1HW, valid_B1HW


def _emptied(features_BCHW: Tensor, valid_B1HW: Tensor) -> Tensor:
    """Holes set to 0. `where` and not a product: 0 x infinity in a hole would spoil its surroundings."""
    return torch.where(valid_B1HW > 0, features_BCHW, 0.0)
