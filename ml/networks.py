"""The three networks as the pipeline sees them, each loaded once per process and device."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np

from ml.course import Share
from ml.shipped import shipped_sha256


class Found(Protocol):
    probability_01_HW: np.ndarray
    likeliest_u8_HW: np.ndarray


class Finder(Protocol):
    def find(self, photo_u8_HWC: np.ndarray, on_progress: Share | None = None) -> Found: ...

    def hole(self, found: Found, setting: str = "normal") -> np.ndarray: ...


class Repairer(Protocol):
    def repair(
        self, photo_HWC: np.ndarray, hole_HW: np.ndarray, seed: int = 0, on_progress: Share | None = None
    ) -> np.ndarray: ...

    def touched(self, hole_HW: np.ndarray) -> np.ndarray: ...


class Colorizer(Protocol):
    def colorize(
        self,
        photo_HWC: np.ndarray,
        saturation: float = 1.0,
        hints: Any = (),
        on_progress: Share | None = None,
        variant: int = 0,
        damped: bool = True,
    ) -> np.ndarray: ...

    def variants(
        self,
        photo_HWC: np.ndarray,
        count: int,
        saturation: float = 1.0,
        hints: Any = (),
        damped: bool = True,
    ) -> list[np.ndarray]: ...

    def doubt(self, photo_HWC: np.ndarray) -> np.ndarray: ...


@dataclass(frozen=True)
class Networks:
    finder: Finder
    repairer: Repairer
    colorizer: Colorizer


@lru_cache(maxsize=2)
def load_finder(device: str, engine: str = "auto") -> Finder:
    """engine: see ml.engines.choose_engine."""
    from ml.segment.infer import Finder as SegmentFinder

    return SegmentFinder.load(device, engine=engine)


@lru_cache(maxsize=2)
def load_repairer(device: str) -> Repairer:
    from ml.inpaint.infer import Repairer as InpaintRepairer

    return InpaintRepairer.load(device)


@lru_cache(maxsize=2)
def load_colorizer(device: str) -> Colorizer:
    from ml.colorize.infer import Colorizer as ColorizeColorizer

    return ColorizeColorizer.load(device)


NETWORKS_OF = {
    "restored": {"segment", "inpaint"},
    "colorized": {"colorize"},
    "restored_colorized": {"segment", "inpaint", "colorize"},
}
"""Result to the networks that make it."""
SOFTWARE = "photo-restorer 0.1.0"
"""Name and version as in pyproject.toml; a test compares."""
LIBRARIES = ("torch", "numpy", "opencv-python-headless", "pillow", "tifffile", "imagecodecs")


def networks_of(results: Iterable[str], mask_given: bool = False, damped: bool = True) -> set[str]:
    """The networks that make these results."""
    networks = set().union(*(NETWORKS_OF[result] for result in results)) - (
        {"segment"} if mask_given else set()
    )
    return networks | ({"confidence"} if damped and "colorize" in networks else set())


def weights_sha256(names: Iterable[str]) -> dict[str, str]:
    """Network to the sha256 of its shipped weights."""
    known = shipped_sha256()
    return {name: known[name] for name in sorted(set(names) & known.keys())}


def versions() -> dict[str, str]:
    name, number = SOFTWARE.rsplit(" ", 1)
    engine = {"openvino": version("openvino")} if find_spec("openvino") else {}
    return {name: number} | {library: version(library) for library in LIBRARIES} | engine


def hole_sha256(hole_HW: np.ndarray) -> str:
    """Of the mask's pixels (one byte each, 0 or 255, row by row), whatever file they are kept in."""
    return hashlib.sha256(np.ascontiguousarray(hole_HW).astype(np.uint8) * 255).hexdigest()
