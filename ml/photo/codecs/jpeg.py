"""JPEG out: no chroma subsampling, and never coarser than the JPEG that came in."""

from __future__ import annotations

import struct
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from ml.photo.headers.jpeg import (
    PHOTOSHOP,
    first_picture,
    iptc_resource,
    pixel_bytes,
    segments_before_scan,
)
from ml.photo.metadata import final_exif
from ml.photo.picture import Metadata

QUALITY = 95
JFIF = 0xE0
MOST_SEGMENT_BYTES = 65_000
"""A segment holds 65,533 bytes with its own heading."""
Tables = dict[int, list[int]]


def needed_quality(path: Path) -> int:
    """The lowest IJG quality of at least QUALITY whose tables are nowhere coarser than the file's."""
    with path.open("rb") as file, Image.open(BytesIO(pixel_bytes(file)), formats=("JPEG",)) as picture:
        tables: Tables = getattr(picture, "quantization", {})
    for quality in range(QUALITY, 100):
        pairs = zip(_tables(quality), tables.values(), strict=False)  # luma with luma, chroma with chroma
        if all(max(ours[place] - theirs[place] for place in range(64)) <= 0 for ours, theirs in pairs):
            return quality
    return 100


@lru_cache
def _tables(quality: int) -> tuple[tuple[int, ...], ...]:
    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG", quality=quality)
    return tuple(tuple(table) for table in Image.open(out).quantization.values())


def encode(pixels_u8: np.ndarray, metadata: Metadata, quality: int) -> bytes:
    """pixels_u8: HW or HW3 uint8."""
    out = BytesIO()
    options: dict = {"quality": quality, "subsampling": 0}
    if metadata.icc is not None:
        options["icc_profile"] = metadata.icc
    if metadata.ppi is not None:
        options["dpi"] = metadata.ppi
    if (exif := final_exif(metadata.exif, metadata.ppi, MOST_SEGMENT_BYTES)) is not None:
        options["exif"] = b"Exif\0\0" + exif
    if metadata.xmp is not None and len(metadata.xmp) <= MOST_SEGMENT_BYTES:
        options["xmp"] = metadata.xmp
    if metadata.iptc is not None and len(metadata.iptc) <= MOST_SEGMENT_BYTES:
        options["extra"] = _photoshop_segment(metadata.iptc)
    Image.fromarray(np.ascontiguousarray(pixels_u8)).save(out, "JPEG", **options)
    return out.getvalue()


def with_metadata(path: Path, metadata: Metadata) -> bytes:
    """The file's first picture as it is compressed there, with this metadata in place of its own.

    A JFIF segment is written only where the file has one: it would change how colours are read.
    """
    content = first_picture(path.read_bytes())
    had_jfif = any(marker == JFIF for marker, _ in segments_before_scan(BytesIO(content)))
    like_it = BytesIO(encode(np.zeros((8, 8, 3), np.uint8), metadata, QUALITY))
    segments = b"".join(
        struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body
        for marker, body in segments_before_scan(like_it)
        if JFIF < marker <= 0xEF or (marker == JFIF and had_jfif)
    )
    return b"\xff\xd8" + segments + pixel_bytes(BytesIO(content))[2:]


def _photoshop_segment(iptc: bytes) -> bytes:
    body = PHOTOSHOP + iptc_resource(iptc)
    return b"\xff\xed" + struct.pack(">H", len(body) + 2) + body
