"""RGB and full-range YCbCr of ITU-R BT.601 (JPEG's, Pillow's; scikit-image's is another) on tensors.

Luma 0..1; Cb and Cr -0.5..0.5 with 0 for grey. Suffixes: B batch, C channels, H height, W width.
"""

from __future__ import annotations

import torch
from torch import Tensor

RED, GREEN, BLUE = 0.299, 0.587, 0.114
"""Luma's weights."""


def luma(rgb_01_BCHW: Tensor) -> Tensor:
    """0..1, B1HW."""
    red, green, blue = rgb_01_BCHW.unbind(1)
    return (RED * red + GREEN * green + BLUE * blue)[:, None]


def chroma(rgb_01_BCHW: Tensor) -> Tensor:
    """Cb and Cr, -0.5..0.5, B2HW."""
    y_BHW = luma(rgb_01_BCHW)[:, 0]
    return torch.stack([(rgb_01_BCHW[:, 2] - y_BHW) / 1.772, (rgb_01_BCHW[:, 0] - y_BHW) / 1.402], dim=1)


def rgb(luma_01_B1HW: Tensor, chroma_B2HW: Tensor) -> Tensor:
    """BCHW; may leave 0..1 where the chroma is too strong for its luma."""
    y_BHW, (cb_BHW, cr_BHW) = luma_01_B1HW[:, 0], chroma_B2HW.unbind(1)
    red, blue = y_BHW + 1.402 * cr_BHW, y_BHW + 1.772 * cb_BHW
    return torch.stack([red, (y_BHW - RED * red - BLUE * blue) / GREEN, blue], dim=1)
