"""The one door to segmentation-models-pytorch (and timm behind it), whose import needs torchvision to load."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

_declared: list[Any] = []
"""Keeps the declaration alive: the operators vanish with the Library object."""


def import_smp() -> ModuleType:
    """segmentation_models_pytorch, on a machine with any build of torch.

    It imports torchvision, whose wheel on PyPI is a CUDA build: beside a CPU torch its `_C.so` cannot load, and
    `torchvision::nms does not exist` stops the import. Nothing of ours calls the two operators that are missed, so
    they are declared (without a body) where the library did not bring them itself.
    """
    _declare_torchvision_operators()
    return importlib.import_module("segmentation_models_pytorch")


def _declare_torchvision_operators() -> None:
    if _declared or _torchvision_loads():
        return
    library = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _declared.append(library)


def _torchvision_loads() -> bool:
    """Whether torchvision's compiled operators load beside this torch; asked of its `_C` alone, as importing the
    package would fail half-way."""
    specification = importlib.util.find_spec("torchvision")
    if specification is None or not specification.submodule_search_locations:
        return False
    for folder in specification.submodule_search_locations:
        for file in sorted(Path(folder).glob("_C*.so")) + sorted(Path(folder).glob("_C*.pyd")):
            try:
                torch.ops.load_library(file)
            except OSError:
                continue
            return True
    return False
