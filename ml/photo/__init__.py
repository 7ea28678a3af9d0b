"""A file becomes pixels and metadata, and pixels and metadata a file again.

Light to import: pixels and their libraries are loaded by `read` and `write` when they are called.
"""

from __future__ import annotations

import errno
from pathlib import Path

from ml.contract import PhotoRejected
from ml.photo.header import other_format, read_header, sniff
from ml.photo.picture import Header, Metadata, Photo, PhotoInfo, Unsupported

__all__ = [
    "MAX_BYTES",
    "MAX_PIXELS",
    "Metadata",
    "Photo",
    "PhotoInfo",
    "probe",
    "read",
    "result_format",
    "suffix",
    "write",
]

MAX_PIXELS = 100_000_000
"""Accepted where the caller sets no limit: memory must be bounded for every file."""
MAX_BYTES = 200_000_000
SMALLEST_SIDE = 32
MACHINE_ERRORS = {
    errno.EIO,
    errno.ENOENT,
    errno.EACCES,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOMEM,
    errno.ESTALE,
}
"""Others come of hostile numbers too (EINVAL of a seek)."""
SUFFIXES = {"jpeg": (".jpg", ".jpeg"), "png": (".png",), "tiff": (".tif", ".tiff"), "webp": (".webp",)}
LONGEST_SIDES = {"jpeg": 65_500, "webp": 16_383}


def probe(path: Path, *, max_bytes: int | None = None, max_pixels: int = MAX_PIXELS) -> PhotoInfo:
    """Judge a file by its header alone: no pixel is decoded, and memory stays below a few copies of its metadata.

    Raises PhotoRejected: empty, not_a_photo, other_format, broken, too_many_bytes, too_many_pixels, too_small,
    unsupported.
    """
    return _header(path, max_bytes, max_pixels).info()


def read(path: Path, *, max_bytes: int | None = None, max_pixels: int = MAX_PIXELS) -> Photo:
    """The photograph, upright, RGB, at its own size and depth.

    Grey comes as three equal channels (`grey` is set); CMYK as sRGB; transparent parts lie on white.
    Raises PhotoRejected as `probe` does, and "broken" where the pixels cannot be decoded to the last one.
    """
    from ml.photo.reading import read_pixels

    header = _header(path, max_bytes, max_pixels)
    try:
        return read_pixels(path, header)
    except Exception as error:
        if _is_machines(error):
            raise
        raise _rejection(error, header.format) from error


def write(photo: Photo, path: Path, format: str) -> None:
    """Write the photograph as png, jpeg, tiff or webp with its metadata; the file appears whole or not at all.

    One channel where `photo.grey`. 16 bits are rounded to 8 where the format holds no more (jpeg, webp).
    """
    from ml.photo.writing import encode, write_atomically

    write_atomically(path, encode(photo, format))


def result_format(photo: Photo | PhotoInfo, asked: str | None = None) -> str:
    """What a result is written as: the format asked for, else the input's own where it can hold the result, else PNG.

    HEIC and AVIF become PNG: their encoders are lossy in RGB, and a result must equal the original outside the hole.
    """
    format = asked or photo.format
    height, width = photo.pixels_HWC.shape[:2] if isinstance(photo, Photo) else (photo.height, photo.width)
    if format not in SUFFIXES or max(height, width) > LONGEST_SIDES.get(format, max(height, width)):
        return "png"
    return format


def suffix(format: str, source: Path, asked: str | None = None) -> str:
    """Of a result's file: the source's own where it fits the format, else the format's."""
    own = source.suffix.lower()
    if own in SUFFIXES[format]:
        return own
    return f".{asked}" if asked == format else SUFFIXES[format][0]


def _header(path: Path, max_bytes: int | None, max_pixels: int) -> Header:
    size = path.stat().st_size
    if size == 0:
        raise PhotoRejected("empty")
    if max_bytes is not None and size > max_bytes:
        raise PhotoRejected("too_many_bytes", megabytes=_round_up(size / 1e6), limit=round(max_bytes / 1e6))
    with path.open("rb") as file:
        start = file.read(64)
    format = sniff(start)
    if format is None:
        name = other_format(start)
        raise PhotoRejected("other_format", format=name) if name else PhotoRejected("not_a_photo")
    header = _parse(path, format)
    pixels = header.width * header.height
    if pixels > max_pixels:
        raise PhotoRejected(
            "too_many_pixels", megapixels=_round_up(pixels / 1e6), limit=round(max_pixels / 1e6)
        )
    if pixels == 0:
        raise PhotoRejected("broken")
    if min(header.width, header.height) < SMALLEST_SIDE:
        raise PhotoRejected("too_small", width=header.info().width, height=header.info().height)
    return header


def _parse(path: Path, format: str) -> Header:
    try:
        return read_header(path, format)
    except Exception as error:
        if _is_machines(error):
            raise
        raise _rejection(error, format) from error


def _is_machines(error: Exception) -> bool:
    return isinstance(error, MemoryError | ImportError) or getattr(error, "errno", None) in MACHINE_ERRORS


def _rejection(error: Exception, format: str) -> PhotoRejected:
    """Six libraries over untrusted bytes: whatever else they raise, the file is at fault."""
    if isinstance(error, Unsupported):
        return PhotoRejected("unsupported", format=format.upper(), detail=str(error))
    return PhotoRejected("broken")


def _round_up(number: float) -> float:
    """To one decimal, upward: what is over a limit must not read as the limit itself."""
    return -(-int(number * 1000) // 100) / 10
