"""Colours that a person gives at places of the picture, spread to what is like the place.

On the network's small picture the change of chroma that a hint asks for is carried along ways of even luma, and
blended between hints by distance, as in Yatziv & Sapiro 2006 (Fast image and video colorization using chrominance
blending, doi:10.1109/TIP.2005.864231): crossing an edge is far, however near the other side lies. It fades with the
distance, so that a hint on a jacket does not colour the house. On the large picture a small spot makes the place
itself exact.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

ALIKE = 0.12
"""A hint's change falls to a third over a way on which luma (0..1) goes up and down by this much in all ..."""
REACH = 0.4
"""... or over this share of the long side where luma is even."""
GRAIN = 0.02
"""Luma of steps that are no edges, but grain and texture."""
SHARPNESS = 4.0
"""Power of the distance by which hints share what lies between them; the paper's is between 1 and 6."""
SPOT = 1 / 200
"""Radius of the exact spot, as a share of the long side."""
SPOT_ALIKE = 0.1
"""The spot's fall over luma, 0..1."""


@dataclass(frozen=True)
class Hint:
    """chroma: Cb and Cr, -0.5..0.5, of the colour that is to show at column x and row y (pixels of the picture)."""

    x: int
    y: int
    chroma: tuple[float, float]


def read_hints(hints: Sequence[Mapping[str, Any]], height: int, width: int) -> list[Hint]:
    """From [{"x":, "y":, "rgb": "#rrggbb"}]; of two at one place the later counts.

    Raises ValueError for a place outside the picture or no colour.
    """
    places = (_read(hint, height, width) for hint in hints)
    return list({(place.x, place.y): place for place in places}.values())


def _read(hint: Mapping[str, Any], height: int, width: int) -> Hint:
    x, y, colour = int(hint["x"]), int(hint["y"]), str(hint["rgb"])
    if not (0 <= x < width and 0 <= y < height):
        raise ValueError(f"hint at {x}, {y}: outside the picture of {width} x {height} pixels")
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        raise ValueError(f"hint at {x}, {y}: {colour} is no colour of the form #rrggbb")
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    return Hint(x, y, ((blue - luma) / 1.772, (red - luma) / 1.402))


def spread(
    luma_01_HW: np.ndarray, chroma_HW2: np.ndarray, hints: Sequence[Hint], height: int, width: int
) -> np.ndarray:
    """Chroma of the small picture, changed so that each hint's colour shows at its place and on what is like it.

    height, width: of the large picture, whose pixels the hints name.
    """
    rows, columns = luma_01_HW.shape
    wanted: dict[int, np.ndarray] = {}
    for hint in hints:
        row, column = int((hint.y + 0.5) * rows / height), int((hint.x + 0.5) * columns / width)
        wanted[row * columns + column] = np.subtract(hint.chroma, chroma_HW2[row, column])
    distance = dijkstra(_ways(luma_01_HW), directed=False, indices=list(wanted))
    share = np.maximum(distance, 1e-6) ** -SHARPNESS
    share *= np.exp(-np.square(distance.min(axis=0))) / share.sum(axis=0)
    change = share.T @ np.stack(list(wanted.values()))
    return chroma_HW2 + change.reshape(chroma_HW2.shape).astype(np.float32)


def _ways(luma_01_HW: np.ndarray) -> sparse.csr_matrix:
    """From every pixel to the eight around it: how far apart they are, in units of REACH and ALIKE."""
    calm = cv2.bilateralFilter(luma_01_HW.astype(np.float32), 5, 2 * GRAIN, 2.0)  # grain is no edge
    number = np.arange(calm.size).reshape(calm.shape)
    pixel = 1 / (REACH * max(calm.shape))
    first, second, length = [], [], []
    for here, there, step in _neighbours():
        rise = np.maximum(np.abs(calm[here] - calm[there]) - GRAIN * 0.2, 0).ravel()
        first.append(number[here].ravel())
        second.append(number[there].ravel())
        length.append(step * pixel + rise.astype(np.float64) / ALIKE)
    ways = np.concatenate(length), (np.concatenate(first), np.concatenate(second))
    return sparse.csr_matrix(ways, shape=(calm.size, calm.size))


def _neighbours() -> Iterator[tuple[tuple[slice, slice], tuple[slice, slice], float]]:
    """Pairs of views of an array, each of one pixel and its neighbour right, below, and on both diagonals."""
    whole, front, back = slice(None), slice(None, -1), slice(1, None)
    yield (whole, front), (whole, back), 1.0
    yield (front, whole), (back, whole), 1.0
    yield (front, front), (back, back), math.sqrt(2)
    yield (front, back), (back, front), math.sqrt(2)


@dataclass(frozen=True)
class Spot:
    """What is still missing at a hint's place on the large picture, and the luma (0..1) there."""

    hint: Hint
    missing: np.ndarray
    luma_01: float


def add_spots(
    chroma_HW2: np.ndarray, luma_01_HW: np.ndarray, top: int, spots: Sequence[Spot], long_side: int
) -> None:
    """Add to a strip's chroma, in place, what is missing at the spots: all of it at the place itself, less around.

    chroma_HW2, luma_01_HW: rows from `top` on of the large picture.
    """
    radius = max(1.0, SPOT * long_side)
    margin = int(4 * radius)
    for spot in spots:
        x, y = spot.hint.x, spot.hint.y - top
        rows = slice(max(0, y - margin), max(0, y + margin + 1))
        columns = slice(max(0, x - margin), x + margin + 1)
        luma = luma_01_HW[rows, columns]
        if not luma.size:
            continue
        down, across = np.arange(len(luma)) + rows.start - y, np.arange(luma.shape[1]) + columns.start - x
        far = (down[:, None] ** 2 + across[None, :] ** 2) / (2 * radius**2)
        unlike = ((luma - spot.luma_01) / SPOT_ALIKE) ** 2
        share = np.exp(-far - unlike).astype(np.float32)
        chroma_HW2[rows, columns] += share[..., None] * spot.missing.astype(np.float32)
