"""A training's state on disk, from which it goes on exactly; in half precision and in pieces for moving machines."""

from __future__ import annotations

import io
import os
import random
from pathlib import Path
from typing import Any

import numpy as np
import torch

STATE = "checkpoint.pt"


def save_state(run: Path, state: dict[str, Any], shard_mb: float | None = None) -> None:
    """Write the state whole or not at all; with `shard_mb` in bf16, in pieces of at most so many MB (10^6 bytes).

    bf16 and not fp16: Adam's second moments are far below what fp16 holds.
    """
    buffer = io.BytesIO()
    torch.save(state if shard_mb is None else _bf16(state), buffer)
    data = buffer.getbuffer()
    size = len(data) if shard_mb is None else max(1, int(shard_mb * 1e6))
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    names = (
        [STATE]
        if shard_mb is None
        else [f"{STATE}.{number:02d}-of-{len(pieces):02d}" for number in range(len(pieces))]
    )
    old = set(_files(run))
    for name, piece in zip(names, pieces, strict=True):
        part = run / f"{name}.part"
        part.write_bytes(piece)
        os.replace(part, run / name)
    for path in old - {run / name for name in names}:
        path.unlink()


def load_state(run: Path) -> dict[str, Any] | None:
    """The state that save_state wrote; None where the run has none. Raises ValueError where pieces are missing."""
    files = _files(run)
    if not files:
        return None
    pieces = [path for path in files if path.name != STATE]
    if pieces and len(pieces) != int(pieces[0].name.rsplit("-", 1)[1]):
        raise ValueError(f"{run}: only {len(pieces)} pieces of the checkpoint are there")
    data = b"".join(path.read_bytes() for path in pieces or files)
    return torch.load(
        io.BytesIO(data), map_location="cpu", weights_only=False
    )  # our own file: it holds generators


def _files(run: Path) -> list[Path]:
    return sorted(path for path in run.glob(f"{STATE}*") if path.suffix != ".part")


def _bf16(value: Any) -> Any:
    if isinstance(value, torch.Tensor) and value.dtype == torch.float32:
        return value.to(torch.bfloat16)
    if isinstance(value, dict):
        return {key: _bf16(inner) for key, inner in value.items()}
    return [_bf16(inner) for inner in value] if isinstance(value, list) else value


def seed_generators(seed: int) -> None:
    torch.manual_seed(seed)
    np.random.seed(seed)
    random.seed(seed)


def generator_states() -> dict[str, Any]:
    """Of torch, NumPy and Python."""
    states = {"torch": torch.get_rng_state(), "numpy": np.random.get_state(), "python": random.getstate()}
    return states | ({"cuda": torch.cuda.get_rng_state_all()} if torch.cuda.is_available() else {})


def set_generator_states(states: dict[str, Any]) -> None:
    torch.set_rng_state(states["torch"])
    np.random.set_state(states["numpy"])
    random.setstate(states["python"])
    if "cuda" in states and torch.cuda.is_available():
        torch.cuda.set_rng_state_all(states["cuda"])
