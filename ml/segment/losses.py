"""Losses of the finder: weighted cross-entropy and soft Dice for defects, cross-entropy for their kinds."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ml.damage import IGNORE

HEAVIEST = 8.0
"""A defect's pixel counts at most so many times a clean one."""


def defect_bce(logits_BHW: Tensor, kinds_u8_BHW: Tensor) -> Tensor:
    """Binary cross-entropy; the positive class weighs the root of clean / defect pixels of the batch.

    The article weighs by the ratio itself. With one per cent of defects that is 100: the network then calls
    everything near a defect one, and precision is lost.
    """
    known = (kinds_u8_BHW != IGNORE).float()
    defect = _defect(kinds_u8_BHW)
    clean = (known - defect).sum()
    weight = (clean / defect.sum().clamp(min=1)).sqrt().clamp(1, HEAVIEST)
    losses = F.binary_cross_entropy_with_logits(logits_BHW, defect, pos_weight=weight, reduction="none")
    return (losses * known).sum() / known.sum().clamp(min=1)


def soft_dice_loss(logits_BHW: Tensor, kinds_u8_BHW: Tensor) -> Tensor:
    """1 - Dice of the probabilities over the whole batch (Milletari et al. 2016, with their squared denominator)."""
    known = (kinds_u8_BHW != IGNORE).float()
    defect = _defect(kinds_u8_BHW)
    probability = logits_BHW.sigmoid() * known
    shared = (probability * defect).sum()
    return 1 - (2 * shared + 1) / (probability.square().sum() + defect.sum() + 1)


def kind_loss(logits_B3HW: Tensor, kinds_u8_BHW: Tensor) -> Tensor:
    """Cross-entropy of line, speck, loss over the pixels of defects; 0 where there are none."""
    defect = _defect(kinds_u8_BHW)
    target = (kinds_u8_BHW.long() - 1).clamp(0, 2)
    losses = F.cross_entropy(logits_B3HW, target, reduction="none")
    return (losses * defect).sum() / defect.sum().clamp(min=1)


def _defect(kinds_u8_BHW: Tensor) -> Tensor:
    return ((kinds_u8_BHW > 0) & (kinds_u8_BHW != IGNORE)).to(torch.float32)
