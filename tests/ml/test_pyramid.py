"""A large picture as tiles: put together again they are the picture, level by level."""

from __future__ import annotations

import io
import zipfile

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from ml.photo.deepzoom import TILE, levels
from ml.photo.picture import Metadata, Photo
from ml.photo.profiles import srgb_profile, to_srgb
from ml.photo.pyramid import PICTURE, VEIL, write_pyramid
from ml.photo.veil import AMBER_RGB, VEIL_ALPHA

SIZE = (1300, 4200)  # height, width: neither is a multiple of a tile


def smooth_u8(height: int, width: int) -> np.ndarray:
    rows, columns = np.mgrid[0:height, 0:width]
    waves = [np.sin(rows / 97 + columns / (53 + 20 * channel)) for channel in range(3)]
    return (127 + 90 * np.stack(waves, axis=2)).astype(np.uint8)


def photo(pixels_HWC: np.ndarray, icc: bytes | None = None) -> Photo:
    return Photo(pixels_HWC, grey=False, metadata=Metadata(icc=icc), format="png")


def put_together(made: Photo, ending: str) -> dict[int, np.ndarray]:
    """Each level's tiles in their places."""
    file = io.BytesIO()
    write_pyramid(made, file, ending)
    height, width = made.pixels_HWC.shape[:2]
    pictures = {}
    with zipfile.ZipFile(file) as box:
        names = set(box.namelist())
        for level, size in levels(width, height).items():
            whole = Image.new("RGBA" if ending == VEIL else "RGB", size)
            for row in range(-(-size[1] // TILE)):
                for column in range(-(-size[0] // TILE)):
                    name = f"{level}/{column}_{row}{ending}"
                    names.remove(name)
                    whole.paste(Image.open(box.open(name)), (column * TILE, row * TILE))
            pictures[level] = np.asarray(whole)
    assert names == set()
    return pictures


def test_levels_are_halves_down_to_what_a_preview_shows():
    assert levels(2048, 900) == {}
    assert levels(2049, 900) == {12: (2049, 900)}
    assert levels(11_541, 8_661) == {12: (2886, 2166), 13: (5771, 4331), 14: (11_541, 8_661)}


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_the_tiles_of_a_level_are_the_picture_at_that_size(depth):
    pixels_u8 = smooth_u8(*SIZE)
    pixels = pixels_u8 if depth == np.uint8 else pixels_u8.astype(np.uint16) * 257

    made = put_together(photo(pixels), PICTURE)

    assert list(made) == [12, 13]
    assert np.abs(made[13].astype(int) - pixels_u8).max() <= 6  # what JPEG costs
    half = pixels_u8.reshape(SIZE[0] // 2, 2, SIZE[1] // 2, 2, 3).mean(axis=(1, 3))
    assert np.abs(made[12] - half).max() <= 6


def test_colours_come_as_srgb():
    wide = imagecodecs.cms_profile("adobergb")
    pixels = np.full((64, 2100, 3), (20, 200, 60), np.uint8)

    made = put_together(photo(pixels, wide), PICTURE)[12]

    expected = to_srgb(pixels, wide)
    assert np.abs(expected.astype(int) - pixels).max() > 15  # the profile says something
    assert np.abs(made.astype(int) - expected).max() <= 3
    assert np.abs(put_together(photo(pixels, srgb_profile()), PICTURE)[12].astype(int) - pixels).max() <= 3


def test_a_masks_tiles_are_amber_exactly_where_it_is_white():
    hole_HW = np.zeros(SIZE, bool)
    hole_HW[700:703, 100:4100] = hole_HW[1290:, 4190:] = True

    made = put_together(photo(hole_HW[..., None].repeat(3, axis=2).astype(np.uint8) * 255), VEIL)

    assert np.array_equal(made[13][..., 3], hole_HW * np.uint8(VEIL_ALPHA))
    assert (made[13][hole_HW][:, :3] == AMBER_RGB).all()
    assert made[12][350, 1000, 3] == VEIL_ALPHA and 0 < made[12][351, 1000, 3] < VEIL_ALPHA
