"""Where to look: windows with context around what is to be filled, at native resolution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CORE_PX = 512
"""Side of the cells that a picture is worked on in; a picture up to this size is seen in one piece."""
CONTEXT_PX = 64
"""Least of the picture that is seen around what is filled (as far as the picture reaches)."""
SMALL_CORE_PX = 256
"""Where memory runs out."""
MARGIN_PX = 8
"""A cell is worked on beyond its hole by so much: there the repair fades into the photograph."""


@dataclass(frozen=True)
class Window:
    """What is seen and, within it, what is written, in pixels of the picture."""

    top: int
    left: int
    bottom: int
    right: int
    core: tuple[slice, slice]

    @property
    def seen(self) -> tuple[slice, slice]:
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @property
    def core_in_seen(self) -> tuple[slice, slice]:
        rows, columns = self.core
        return (
            slice(rows.start - self.top, rows.stop - self.top),
            slice(columns.start - self.left, columns.stop - self.left),
        )


def plan_windows(hole_HW: np.ndarray, multiple: int, core_px: int = CORE_PX) -> list[Window]:
    """Windows row by row whose cores hold every pixel of the hole and MARGIN_PX around it (cores do not overlap).

    The seen part is CONTEXT_PX larger at least, and a multiple of `multiple` where the picture is large enough.
    """
    height, width = hole_HW.shape
    rows, columns = _cells(height, core_px), _cells(width, core_px)
    windows = [_window(hole_HW, row, column, multiple) for row in rows for column in columns]
    return [window for window in windows if window is not None]


def _cells(length: int, core_px: int) -> list[tuple[int, int]]:
    count = -(-length // core_px)
    edges = [round(index * length / count) for index in range(count + 1)]
    return list(zip(edges[:-1], edges[1:], strict=True))


def _window(
    hole_HW: np.ndarray, row: tuple[int, int], column: tuple[int, int], multiple: int
) -> Window | None:
    top, left = max(0, row[0] - MARGIN_PX), max(0, column[0] - MARGIN_PX)
    near_HW = hole_HW[top : row[1] + MARGIN_PX, left : column[1] + MARGIN_PX]
    rows, columns = np.flatnonzero(near_HW.any(axis=1)), np.flatnonzero(near_HW.any(axis=0))
    if not rows.size:
        return None
    core = (
        _within(top + rows[0], top + rows[-1] + 1, row),
        _within(left + columns[0], left + columns[-1] + 1, column),
    )
    high, low = _widened(core[0], hole_HW.shape[0], multiple)
    first, last = _widened(core[1], hole_HW.shape[1], multiple)
    return Window(high, first, low, last, core)


def _within(start: int, stop: int, cell: tuple[int, int]) -> slice:
    return slice(int(max(cell[0], start - MARGIN_PX)), int(min(cell[1], stop + MARGIN_PX)))


def _widened(core: slice, length: int, multiple: int) -> tuple[int, int]:
    """A span around the core, moved inward where it would reach beyond the picture."""
    wanted = core.stop - core.start + 2 * CONTEXT_PX
    size = min(length, -(-wanted // multiple) * multiple)
    start = min(max(0, (core.start + core.stop - size) // 2), length - size)
    return start, start + size
