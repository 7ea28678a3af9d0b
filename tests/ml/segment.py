"""Finders whose answer is known."""

from __future__ import annotations

import torch
from torch import nn


class Bright(nn.Module):
    """Certain of a defect where a pixel is bright; calls it a speck."""

    def forward(self, photo_01):
        brightness = (photo_01.mean(1, keepdim=True) - 0.5) * 20
        return torch.cat(
            [brightness, torch.zeros_like(brightness), torch.ones_like(brightness) * 9, brightness * 0], 1
        )
