"""Where and how precisely a network computes."""

from __future__ import annotations

import os

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
    """bf16 where is_half says so; no loss scaling is needed."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=is_half(device, shorter_side_px))


def is_half(device: torch.device, shorter_side_px: int | None = None) -> bool:
    """Whether to compute in bf16: five times faster than fp32 on a CPU with AMX, slower where it is emulated.

    shorter_side_px: of a picture of any size, at inference; crops of training are known to be large enough.
    """
    small = shorter_side_px is not None and shorter_side_px <= SMALL_PX
    if small or os.environ.get("RESTORER_PRECISION") == "fp32":
        return False
    return device.type != "cpu" or knows_bf16()


def knows_bf16() -> bool:
    """Whether this processor has instructions for bf16; without them it is emulated, at a loss."""
    known = torch.cpu.get_capabilities()
    return bool(known.get("amx_bf16") or known.get("avx512_bf16"))
