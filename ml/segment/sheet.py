"""Contact sheet of the finder: picture, label and probability side by side."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from ml.damage import IGNORE
from ml.devices import autocast

ACROSS = 3
"""Samples in a row of the sheet."""
KIND_COLOURS = ((0, 0, 0), (255, 70, 70), (90, 220, 90), (90, 140, 255))
"""Clean, line, speck, loss."""
IGNORE_COLOUR = (70, 70, 70)


def draw_sheet(network: nn.Module, samples: Sequence[dict[str, Tensor]], device: torch.device) -> np.ndarray:
    """RGB u8 HWC; per sample the picture, its label by kind, the probability (white = certain)."""
    photos = torch.stack([sample["photo_u8"] for sample in samples]).to(device).float() / 255
    with torch.no_grad(), autocast(device):
        probabilities = network(photos)[:, 0].float().sigmoid().cpu().numpy()
    panels = [
        _panels(sample, probability) for sample, probability in zip(samples, probabilities, strict=True)
    ]
    return np.vstack([np.hstack(panels[start : start + ACROSS]) for start in range(0, len(panels), ACROSS)])


def _panels(sample: dict[str, Tensor], probability_01_HW: np.ndarray) -> np.ndarray:
    kinds_HW = sample["kinds_u8"].numpy()
    label = np.array(KIND_COLOURS, np.uint8)[np.where(kinds_HW == IGNORE, 0, kinds_HW)]
    label[kinds_HW == IGNORE] = IGNORE_COLOUR
    found = cv2.cvtColor((probability_01_HW * 255).astype(np.uint8), cv2.COLOR_GRAY2RGB)
    return np.hstack([sample["photo_u8"].numpy().transpose(1, 2, 0), label, found])
