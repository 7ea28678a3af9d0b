"""A large picture cut into tiles for a screen: decoded once, gone through once in strips from top to bottom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import numpy as np
from PIL import Image

from ml.photo.deepzoom import TILE, levels, tile_name
from ml.photo.picture import Photo
from ml.photo.profiles import colour_profile, to_srgb
from ml.photo.veil import AMBER_RGB, VEIL_ALPHA
from ml.photo.writing import to_u8

QUALITY = 90
"""As the previews'; chroma is kept at full size here too, since a look this close is a look at dots."""
PICTURE, VEIL = ".jpg", ".png"
"""The ending says what is made of the photograph: itself in sRGB, or amber where it is white."""
Save = Callable[[Image.Image, BinaryIO], None]


def write_pyramid(photo: Photo, file: BinaryIO, ending: str) -> None:
    """A ZIP of tiles, stored as they are and called LEVEL/COLUMN_ROW and the ending, of every level of `levels`.

    ending: PICTURE or VEIL. Beside the photograph itself it needs memory for a few strips of TILE rows.
    """
    strips, save = (_veil_strips(photo), _save_veil) if ending == VEIL else (_strips(photo), _save_picture)
    height, width = photo.pixels_HWC.shape[:2]
    with ZipFile(file, "w", ZIP_STORED) as box:
        for level in reversed(levels(width, height)):
            strips = _cut(strips, level, box, ending, save)
        for _ in strips:
            pass


def _strips(photo: Photo) -> Iterator[Image.Image]:
    """TILE rows each, but for the last."""
    profile = colour_profile(photo.metadata.icc)
    for top in range(0, len(photo.pixels_HWC), TILE):
        yield Image.fromarray(to_srgb(to_u8(photo.pixels_HWC[top : top + TILE]), profile))


def _veil_strips(photo: Photo) -> Iterator[Image.Image]:
    """Of one channel: 255 where the mask is white."""
    for top in range(0, len(photo.pixels_HWC), TILE):
        yield Image.fromarray(np.ascontiguousarray(to_u8(photo.pixels_HWC[top : top + TILE, :, 0])))


def _cut(
    strips: Iterator[Image.Image], level: int, box: ZipFile, ending: str, save: Save
) -> Iterator[Image.Image]:
    """Write the level's tiles; yields the strips of the level half as large."""
    upper: Image.Image | None = None
    for row, strip in enumerate(strips):
        for column in range(-(-strip.width // TILE)):
            tile = strip.crop((column * TILE, 0, min(strip.width, (column + 1) * TILE), strip.height))
            with box.open(ZipInfo(tile_name(level, column, row) + ending), "w") as file:
                save(tile, file)
        half = strip.reduce(2)
        if upper is not None:
            yield _joined(upper, half)
            upper = None
        elif strip.height < TILE:
            yield half
        else:
            upper = half
    if upper is not None:
        yield upper


def _joined(upper: Image.Image, lower: Image.Image) -> Image.Image:
    both = Image.new(upper.mode, (upper.width, upper.height + lower.height))
    both.paste(upper, (0, 0))
    both.paste(lower, (0, upper.height))
    return both


def _save_picture(tile: Image.Image, file: BinaryIO) -> None:
    tile.save(file, "JPEG", quality=QUALITY, subsampling=0)


def _save_veil(tile: Image.Image, file: BinaryIO) -> None:
    veil = Image.new("RGBA", tile.size, (*AMBER_RGB, 0))
    veil.putalpha(tile.point([share * VEIL_ALPHA // 255 for share in range(256)]))
    veil.save(file, "PNG", compress_level=1)
