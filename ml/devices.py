"""Where and how precisely a network computes."""

from __future__ import annotations

import torch

SMALL_PX = 256
"""A picture whose shorter side is at most this is seen in single precision, where it costs little: in bf16 oneDNN reads
memory that nobody wrote on the deepest maps of small pictures (6 x 2 and the like), now and then a NaN."""


def choose_device(name: str) -> torch.device:
    """auto: CUDA where there is one. Raises ValueError for cuda without one."""
    if name == "cuda" and not torch.cuda.is_available():
        raise ValueError("--device cuda: this machine has no CUDA device that torch can use")
    return torch.device("cuda" if name != "cpu" and torch.cuda.is_available() else "cpu")


def autocast(device: torch.device, shorter_side_px: int | None = None) -> torch.autocast:
    """bf16: five times faster than fp32 on a CPU with AMX, and no loss scaling is needed.

    shorter_side_px: of a picture of any size, at inference; crops of training are known to be large enough.
    """
    enabled = shorter_side_px is None or shorter_side_px > SMALL_PX
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=enabled)
