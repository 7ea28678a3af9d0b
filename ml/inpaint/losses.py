"""The five losses of Liu et al. 2018 (arXiv:1804.07723, section 3.3): valid, hole, perceptual, style, total variation.

Suffixes: B batch, C channels, H height, W width. Images are RGB 0-1.

Their weights (1, 6, 0.05, 120, 0.1) belong to VGG-16's raw features and to means over the whole picture. Here the
features are SqueezeNet 1.1's, normalised per stage, and the pixel losses are means over each picture's own hole and
over its own valid part: a hairline then counts as much as a large loss, as it does to who looks at the repair.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

Features = Callable[[Tensor], Sequence[Tensor]]
"""Image 0-1 BCHW to the feature maps of a frozen network, fine to coarse."""


@dataclass(frozen=True)
class Weights:
    """How much each loss counts. Perceptual, style and variation are scaled so that, on a network in mid-training,
    each adds a tenth to a third of the hole loss (see the card)."""

    valid: float = 1.0
    hole: float = 6.0
    perceptual: float = 0.1
    style: float = 1.0
    variation: float = 0.5


def pixel_losses(output_01_BCHW: Tensor, truth_01_BCHW: Tensor, valid_B1HW: Tensor) -> dict[str, Tensor]:
    """Mean absolute error over the valid part and over the hole of each picture, then over pictures."""
    error_B1HW = (output_01_BCHW - truth_01_BCHW).abs().mean(1, keepdim=True)
    return {"valid": _mean_where(error_B1HW, valid_B1HW), "hole": _mean_where(error_B1HW, 1 - valid_B1HW)}


def composite(output_01_BCHW: Tensor, truth_01_BCHW: Tensor, valid_B1HW: Tensor) -> Tensor:
    """The output in the hole, the truth elsewhere (the paper's I_comp)."""
    return torch.where(valid_B1HW > 0, truth_01_BCHW, output_01_BCHW)


def total_variation(composite_01_BCHW: Tensor, valid_B1HW: Tensor) -> Tensor:
    """Mean absolute difference of neighbours in the hole and one pixel around it: the seam."""
    near = F.max_pool2d(1 - valid_B1HW, 3, stride=1, padding=1)
    across = (composite_01_BCHW[..., 1:] - composite_01_BCHW[..., :-1]).abs().mean(1, keepdim=True)
    along = (composite_01_BCHW[..., 1:, :] - composite_01_BCHW[..., :-1, :]).abs().mean(1, keepdim=True)
    return _mean_where(across, near[..., 1:] * near[..., :-1]) + _mean_where(
        along, near[..., 1:, :] * near[..., :-1, :]
    )


def feature_losses(
    features: Features, images_01: Sequence[Tensor], truth_01_BCHW: Tensor
) -> dict[str, Tensor]:
    """Perceptual and style loss of each image (output and composite in the paper) against the truth, summed.

    Perceptual: mean absolute difference of the feature maps; style: of their Gram matrices. Each stage is divided by
    the truth's mean absolute feature (Gram entry) there, so that all stages count alike whatever the network.
    """
    with torch.no_grad():
        truths = [stage.float() for stage in features(truth_01_BCHW)]
        grams = [gram(stage) for stage in truths]
    perceptual = style = truth_01_BCHW.new_zeros(())
    for image in images_01:
        for stage, truth, truth_gram in zip(features(image), truths, grams, strict=True):
            stage = stage.float()
            perceptual = perceptual + (stage - truth).abs().mean() / truth.abs().mean()
            style = style + (gram(stage) - truth_gram).abs().mean() / truth_gram.abs().mean()
    count = len(truths) * len(images_01)
    return {"perceptual": perceptual / count, "style": style / count}


def gram(features_BCHW: Tensor) -> Tensor:
    """Products of channels, mean over places: BCC. Source: Gatys et al. 2016, eq. 3."""
    flat_BCN = features_BCHW.flatten(2)
    return flat_BCN @ flat_BCN.transpose(1, 2) / flat_BCN.shape[-1]


def _mean_where(error_B1HW: Tensor, where_B1HW: Tensor) -> Tensor:
    """Mean over the chosen pixels of each picture, then over the pictures that have any."""
    counts = where_B1HW.sum((1, 2, 3))
    means = (error_B1HW * where_B1HW).sum((1, 2, 3)) / counts.clamp(min=1)
    return means.sum() / (counts > 0).sum().clamp(min=1)
