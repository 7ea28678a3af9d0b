"""The colorizer's losses: L1 on Cb and Cr, SAGAN's hinge, and perceptual; and how they are put together.

Chroma is -0.5..0.5. Suffixes: B batch, C channels, H height, W width.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

Features = Callable[[Tensor], Sequence[Tensor]]
"""Image 0-1 BCHW to the feature maps of a frozen network, fine to coarse."""
SATURATION_UNIT = 0.1
"""A pixel counts once more for so much chroma ..."""
SATURATION_MOST = 3.0
"""... and so often at most. Most of a picture is nearly grey; unweighted, doing nothing is cheapest."""
LOWER_MAPS = 2
"""Stages compared by the perceptual loss: colour and texture, not what things are."""


def chroma_l1(chroma_B2HW: Tensor, truth_B2HW: Tensor) -> Tensor:
    """Mean absolute error of Cb and Cr, saturated pixels of the truth counting up to four times (a mean: the
    weights are divided out)."""
    saturation_B1HW = truth_B2HW.square().sum(1, keepdim=True).sqrt()
    weight = 1 + (saturation_B1HW / SATURATION_UNIT).clamp(max=SATURATION_MOST)
    return ((chroma_B2HW - truth_B2HW).abs() * weight).mean() / weight.mean()


def hinge_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """Real ones above 1 and fakes below -1 cost nothing. Source: SAGAN (arXiv:1805.08318), eq. 4."""
    return (1 - real).relu().mean() + (1 + fake).relu().mean()


def hinge_generator(fake: Tensor) -> Tensor:
    """The second half of SAGAN's eq. 4."""
    return -fake.mean()


def perceptual_mse(features: Features, image_01_BCHW: Tensor, truth_01_BCHW: Tensor) -> Tensor:
    """Mean squared difference of the lower feature maps, each divided by the truth's mean square there, so that all
    stages count alike whatever the network."""
    with torch.no_grad():
        truths = [stage.float() for stage in features(truth_01_BCHW)[:LOWER_MAPS]]
    stages = features(image_01_BCHW)[:LOWER_MAPS]
    losses = [
        (stage.float() - truth).square().mean() / truth.square().mean()
        for stage, truth in zip(stages, truths, strict=True)
    ]
    return torch.stack(losses).mean()


def joined_gradient(first: Tensor, others: dict[str, tuple[Tensor, float]], chroma_B2HW: Tensor) -> Tensor:
    """The gradient with respect to the chroma of all losses together.

    first: the loss that the others are measured by.  others: name to (loss, share): each one's gradient is scaled to
    `share` times the length of the first one's. A discriminator's gradient changes its length a hundredfold in the
    course of a training, and no fixed weight suits both ends (VQGAN balances likewise, arXiv:2012.09841, eq. 7).
    """
    (joined,) = torch.autograd.grad(first, chroma_B2HW, retain_graph=bool(others))
    length = joined.norm()
    for loss, share in others.values():
        (gradient,) = torch.autograd.grad(loss, chroma_B2HW)
        joined = joined + gradient * (share * length / gradient.norm().clamp(min=1e-12))
    return joined
