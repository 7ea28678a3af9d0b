"""The contact sheet of a training: luma, the colours given to it, the true ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ml.colorize import ycc
from ml.colorize.confidence import kept

PER_ROW = 2
"""Samples side by side."""
WHITE_ERROR = 0.2


def draw_sheet(network: nn.Module, samples: Sequence[dict[str, Tensor]], device: torch.device) -> np.ndarray:
    """Samples of ColorizeSamples, an even number: luma, coloured, truth, two samples a row. u8 HWC."""
    was_training = network.training
    network.eval()
    luma, truth = _together(samples, device)
    with torch.inference_mode():
        given = network(luma)
    network.train(was_training)
    return _side_by_side([_grey(luma), _coloured(luma, given), _coloured(luma, truth)])


def draw_doubts(
    doubting: nn.Module, samples: Sequence[dict[str, Tensor]], device: torch.device
) -> np.ndarray:
    """The same: luma, coloured, its expected error (white is 0.2), coloured and damped, truth."""
    luma, truth = _together(samples, device)
    with torch.inference_mode():
        given = doubting(luma)
    chroma, error = given[:, :2], given[:, 2:]
    paler = chroma * kept(error)
    doubt = F.interpolate(error / WHITE_ERROR, scale_factor=2).clamp(0, 1)
    return _side_by_side(
        [_grey(luma), _coloured(luma, chroma), _grey(doubt), _coloured(luma, paler), _coloured(luma, truth)]
    )


def _together(samples: Sequence[dict[str, Tensor]], device: torch.device) -> tuple[Tensor, Tensor]:
    """Luma 0..1 and true chroma -0.5..0.5 of all."""
    luma = torch.stack([sample["luma_u8"] for sample in samples]).to(device).float() / 255
    return luma, (torch.stack([sample["chroma_u8"] for sample in samples]).to(device).float() - 128) / 255


def _grey(luma: Tensor) -> Tensor:
    return luma.expand(-1, 3, -1, -1)


def _coloured(luma: Tensor, chroma: Tensor) -> Tensor:
    return ycc.rgb(luma, F.interpolate(chroma, scale_factor=2, mode="bilinear")).clamp(0, 1)


def _side_by_side(columns: Sequence[Tensor]) -> np.ndarray:
    strips = torch.cat(list(columns), dim=3)
    rows = [
        torch.cat(list(strips[first : first + PER_ROW]), dim=2) for first in range(0, len(strips), PER_ROW)
    ]
    return (torch.cat(rows, dim=1) * 255).round().to(torch.uint8).permute(1, 2, 0).cpu().numpy()
