"""The contact sheet of a training: what was given, what the network makes of it, what it was."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

HOLE_COLOUR_01 = (0.95, 0.2, 0.55)
"""No photograph has it: holes show."""


def draw_sheet(network: nn.Module, samples: Sequence[dict[str, Tensor]], device: torch.device) -> np.ndarray:
    """One row per sample of InpaintSamples: photograph with holes, repaired, raw output, truth. u8 HWC."""
    was_training = network.training
    network.eval()
    truth = torch.stack([sample["photo_u8"] for sample in samples]).to(device).float() / 255
    valid = torch.stack([sample["valid"] for sample in samples]).to(device).float()
    with torch.inference_mode():
        output = network(truth, valid).clamp(0, 1)
    network.train(was_training)
    holed = torch.where(valid > 0, truth, truth.new_tensor(HOLE_COLOUR_01).reshape(1, 3, 1, 1))
    repaired = torch.where(valid > 0, truth, output)
    columns = torch.cat([holed, repaired, output, truth], dim=3)
    rows = torch.cat(list(columns), dim=1)
    return (rows * 255).round().to(torch.uint8).permute(1, 2, 0).cpu().numpy()
