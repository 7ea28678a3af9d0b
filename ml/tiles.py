"""Pictures larger than memory allows: plan tiles, cut them, and blend what comes back without a seam.

Weights of overlapping tiles add up to 1 at every pixel by construction, so that blending needs one accumulator
and no division, and a function that treats pixels alike is returned exactly (within float rounding).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np


@dataclass(frozen=True)
class Span:
    """A tile along one axis: its pixels, and where it fades in and out."""

    start: int
    stop: int
    fade_in: tuple[int, int] | None
    """Where the tile before it still counts; None at the picture's edge."""
    fade_out: tuple[int, int] | None

    def weights(self) -> np.ndarray:
        """float32, one per pixel of the span, 0..1; with its neighbours' they add up to 1."""
        position = np.arange(self.start, self.stop, dtype=np.float32) + 0.5
        weights = np.ones_like(position)
        if self.fade_in:
            weights *= np.clip((position - self.fade_in[0]) / (self.fade_in[1] - self.fade_in[0]), 0, 1)
        if self.fade_out:
            weights *= np.clip((self.fade_out[1] - position) / (self.fade_out[1] - self.fade_out[0]), 0, 1)
        return weights


@dataclass(frozen=True)
class Tile:
    rows: Span
    columns: Span

    @property
    def slices(self) -> tuple[slice, slice]:
        return slice(self.rows.start, self.rows.stop), slice(self.columns.start, self.columns.stop)

    def weights_HW(self) -> np.ndarray:
        return self.rows.weights()[:, None] * self.columns.weights()[None, :]


def plan_axis(length: int, size: int, overlap: int) -> list[Span]:
    """As few spans of at most `size` as cover 0..length, all of one length, no longer than they must be.

    Neighbours share at least `overlap` pixels and fade over exactly that many.
    Raises ValueError unless size is at least three times the overlap: a pixel then lies in two fades at most.
    """
    if overlap < 1 or size < 3 * overlap:
        raise ValueError(f"tile {size} px, overlap {overlap} px: an overlap of 1 to {size // 3} is needed")
    if length <= size:
        return [Span(0, length, None, None)]
    count = math.ceil((length - overlap) / (size - overlap))
    size = math.ceil((length + (count - 1) * overlap) / count)
    starts = [round(index * (length - size) / (count - 1)) for index in range(count)]
    fades: list[tuple[int, int] | None] = [None]
    for before, after in zip(starts, starts[1:], strict=False):
        shared = before + size - after
        first = after + (shared - overlap) // 2
        fades.append((first, first + overlap))
    fades.append(None)
    return [
        Span(start, start + size, fade_in, fade_out)
        for start, fade_in, fade_out in zip(starts, fades[:-1], fades[1:], strict=True)
    ]


def plan_tiles(height: int, width: int, size: int, overlap: int) -> list[Tile]:
    """Tiles row by row; see plan_axis for the rules."""
    columns = plan_axis(width, size, overlap)
    return [Tile(row, column) for row in plan_axis(height, size, overlap) for column in columns]


def blended_bands(
    pixels: np.ndarray,
    tiles: list[Tile],
    function: Callable[[np.ndarray], np.ndarray],
    on_progress: Callable[[float], None] | None = None,
) -> Iterator[tuple[slice, np.ndarray]]:
    """function over every tile, blended: the picture's rows in bands from the top, and their values, float32.

    No more than one row of tiles is held.
    pixels: HW or HWC.  tiles: row by row.  function: from a tile's pixels to HW or HWC of the same height and width.
    """
    done = 0
    begun = np.zeros(0, np.float32)
    """Of the next row of tiles, what the one before has added."""
    by_row = [(rows, list(group)) for rows, group in groupby(tiles, key=lambda tile: tile.rows)]
    ends = [rows.start for rows, _ in by_row[1:]] + [pixels.shape[0]]
    for (rows, row_of_tiles), end in zip(by_row, ends, strict=True):
        band = None
        for tile in row_of_tiles:
            values = np.asarray(function(pixels[tile.slices]), dtype=np.float32)
            if band is None:
                band = np.zeros((rows.stop - rows.start, pixels.shape[1], *values.shape[2:]), np.float32)
                band[: len(begun)] = begun if len(begun) else 0
            weights = tile.weights_HW()
            band[:, tile.slices[1]] += values * (weights if values.ndim == 2 else weights[..., None])
            done += 1
            if on_progress:
                on_progress(done / len(tiles))
        assert band is not None
        yield slice(rows.start, end), band[: end - rows.start]
        begun = band[end - rows.start :]
