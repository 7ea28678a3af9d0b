"""The contact sheet of a training: luma, the colours given to it, the true ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ml.colorize import ycc

PER_ROW = 2
"""Samples side by side."""


def draw_sheet(network: nn.Module, samples: Sequence[dict[str, Tensor]], device: torch.device) -> np.ndarray:
    """Samples of ColorizeSamples, an even number: luma, coloured, truth, two samples a row. u8 HWC."""
    was_training = network.training
    network.eval()
    luma = torch.stack([sample["luma_u8"] for sample in samples]).to(device).float() / 255
    truth = (torch.stack([sample["chroma_u8"] for sample in samples]).to(device).float() - 128) / 255
    with torch.inference_mode():
        given = network(luma)
    network.train(was_training)
    columns = [luma.expand(-1, 3, -1, -1)]
    for chroma in (given, truth):
        columns.append(ycc.rgb(luma, F.interpolate(chroma, scale_factor=2, mode="bilinear")).clamp(0, 1))
    strips = torch.cat(columns, dim=3)
    rows = [
        torch.cat(list(strips[first : first + PER_ROW]), dim=2) for first in range(0, len(strips), PER_ROW)
    ]
    return (torch.cat(rows, dim=1) * 255).round().to(torch.uint8).permute(1, 2, 0).cpu().numpy()
