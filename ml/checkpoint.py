"""Weights as files: fp16 safetensors, read only when their checksum is the shipped one. Knows no network."""

from __future__ import annotations

import os
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from ml import shipped
from ml.checksum import file_sha256
from ml.contract import WeightsMissing


def load_weights(name: str) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The shipped weights `name` in fp32 and their metadata.

    Raises WeightsMissing where the file is absent, unreadable, or not the one that SHA256SUMS lists.
    """
    path = shipped.WEIGHTS / f"{name}.safetensors"
    if not path.is_file():
        raise WeightsMissing(f"The weights {path} are not there: get them with the program's source.")
    if file_sha256(path) != shipped.shipped_sha256().get(name):
        raise WeightsMissing(
            f"The weights {path} are not the ones that {shipped.CHECKSUMS} lists: get the file anew."
        )
    return read_weights(path)


def read_weights(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Weights of any safetensors file in fp32 (integers as they are) and its metadata. Raises WeightsMissing."""
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
            metadata = dict(file.metadata() or {})
    except (OSError, SafetensorError) as error:
        raise WeightsMissing(f"The weights {path} cannot be read: {error}") from error
    return {
        key: value.float() if value.is_floating_point() else value for key, value in tensors.items()
    }, metadata


def save_weights(path: Path, state: dict[str, Tensor], metadata: dict[str, str]) -> None:
    """Write `state` in fp16 (integers as they are), whole or not at all.

    Raises ValueError where a weight is not finite in fp16: such a network would answer NaN.
    """
    halves = {key: _half(key, value) for key, value in state.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    save_file(halves, part, metadata)
    part.chmod(0o644)  # safetensors writes for its owner alone
    os.replace(part, path)


def _half(key: str, value: Tensor) -> Tensor:
    value = value.detach().cpu().contiguous()
    if not value.is_floating_point():
        return value
    half = value.to(torch.float16)
    if not torch.isfinite(half).all():
        raise ValueError(f"{key} holds values that fp16 cannot")
    return half
