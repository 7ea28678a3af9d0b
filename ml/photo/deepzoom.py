"""The numbers of a large picture's tiles, as Deep Zoom counts them: level N is the picture with its longer side at most
2 ** N pixels, the deepest the picture itself; tiles are counted from 0, 0 at the upper left and do not overlap.

Light to import: pixels are the business of ml/photo/pyramid.py.
"""

from __future__ import annotations

TILE = 512
"""Pixels on a tile's side; those at the right and lower rim are as small as what is left."""
PREVIEW_SIDE = 2048
"""A picture is shown from its preview up to that many pixels on its longer side; only larger levels are cut up."""


def levels(width: int, height: int) -> dict[int, tuple[int, int]]:
    """The levels that are cut up, smallest first: number to (width, height). Empty where a preview shows all there is.

    Each is half the size of the next, rounded up.
    """
    deepest = (max(width, height) - 1).bit_length()
    sizes = {}
    while max(width, height) > PREVIEW_SIDE:
        sizes[deepest] = width, height
        width, height, deepest = (width + 1) // 2, (height + 1) // 2, deepest - 1
    return dict(reversed(sizes.items()))


def tile_name(level: int, column: int, row: int) -> str:
    return f"{level}/{column}_{row}"
