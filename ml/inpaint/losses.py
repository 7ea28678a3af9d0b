"""The five losses of Liu et al. 2018 (arXiv:1804.07723, section 3.3): valid, hole, perceptual, style, total variation;
and two more, for what a repair is measured by: decibels of the hole and structural similarity.

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


LEAST_ERROR = 1e-5
"""Squared error, 0-1 (50 dB), below which there is nothing left to correct."""
WINDOW = 7
"""Side of SSIM's windows, pixels."""


@dataclass(frozen=True)
class Weights:
    """How much each loss counts. Perceptual, style and variation are scaled so that, on a network in mid-training,
    each adds a tenth to a third of the hole loss (see the card)."""

    valid: float = 1.0
    hole: float = 6.0
    perceptual: float = 0.1
    style: float = 1.0
    variation: float = 0.5
    decibel: float = 0.1
    structure: float = 0.5


def pixel_losses(output_01_BCHW: Tensor, truth_01_BCHW: Tensor, valid_B1HW: Tensor) -> dict[str, Tensor]:
    """Mean absolute error over the valid part and over the hole of each picture, then over pictures."""
    error_B1HW = (output_01_BCHW - truth_01_BCHW).abs().mean(1, keepdim=True)
    return {"valid": _mean_where(error_B1HW, valid_B1HW), "hole": _mean_where(error_B1HW, 1 - valid_B1HW)}


def log_error(output_01_BCHW: Tensor, truth_01_BCHW: Tensor, valid_B1HW: Tensor) -> Tensor:
    """Natural logarithm of the mean squared error in each picture's hole, mean over the pictures that have one.

    It is the hole's PSNR but for a factor of -4.34: what is nearly right goes on being corrected, which the mean of
    absolute errors leaves to the pictures that are hopeless.
    """
    squares_B1HW = ((output_01_BCHW - truth_01_BCHW) ** 2).mean(1, keepdim=True)
    hole_B1HW = 1 - valid_B1HW
    counts = hole_B1HW.sum((1, 2, 3))
    errors = (squares_B1HW * hole_B1HW).sum((1, 2, 3)) / counts.clamp(min=1)
    return torch.log(errors[counts > 0] + LEAST_ERROR).mean()


def structure_loss(composite_01_BCHW: Tensor, truth_01_BCHW: Tensor, valid_B1HW: Tensor) -> Tensor:
    """1 - SSIM over the windows that touch the hole. Source: Wang et al. 2004, with flat windows of 7x7."""
    a, b = composite_01_BCHW, truth_01_BCHW
    mean_a, mean_b = _window_mean(a), _window_mean(b)
    variance_a, variance_b = _window_mean(a * a) - mean_a**2, _window_mean(b * b) - mean_b**2
    covariance = _window_mean(a * b) - mean_a * mean_b
    similarity = (2 * mean_a * mean_b + 0.01**2) * (2 * covariance + 0.03**2)
    similarity = similarity / ((mean_a**2 + mean_b**2 + 0.01**2) * (variance_a + variance_b + 0.03**2))
    touched = F.max_pool2d(1 - valid_B1HW, WINDOW, stride=1)
    return _mean_where(1 - similarity.mean(1, keepdim=True), touched)


def _window_mean(image_BCHW: Tensor) -> Tensor:
    return F.avg_pool2d(image_BCHW, WINDOW, stride=1)


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
