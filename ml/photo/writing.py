"""From a Photo to the bytes of a file, and from those to a file that is there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ml.photo.codecs import jpeg, png, tiff, webp
from ml.photo.picture import Photo
from ml.photo.profiles import colour_profile

ROWS = 256
"""Rounded at a time: as a whole it would hold three pictures more."""


def encode(photo: Photo, format: str) -> bytes:
    """Raises ValueError where the format is none that is written."""
    metadata = (
        photo.metadata if photo.grey else replace(photo.metadata, icc=colour_profile(photo.metadata.icc))
    )
    pixels = photo.pixels_HWC[..., 0] if photo.grey else photo.pixels_HWC
    if format == "png":
        return png.encode(pixels, metadata)
    if format == "tiff":
        return tiff.encode(pixels, metadata, photo.compression)
    if format == "jpeg":
        return jpeg.encode(to_u8(pixels), metadata, photo.jpeg_quality)
    if format == "webp":
        return webp.encode(to_u8(pixels), metadata)
    raise ValueError(f"format: png, jpeg, tiff or webp; got {format}")


def to_u8(pixels: np.ndarray) -> np.ndarray:
    """uint16 rounded to uint8; uint8 as it is."""
    if pixels.dtype == np.uint8:
        return pixels
    rounded = np.empty(pixels.shape, np.uint8)
    for top in range(0, len(pixels), ROWS):
        rounded[top : top + ROWS] = (pixels[top : top + ROWS].astype(np.uint32) + 128) // 257
    return rounded


def write_atomically(path: Path, content: bytes) -> None:
    with atomically(path) as file:
        file.write(content)


@contextmanager
def atomically(path: Path) -> Iterator[BinaryIO]:
    """A file to write to and read from: a temporary name beside `path`, then a rename, so that who looks sees the old
    file or the new one. Nothing is left of it where the block raises."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
