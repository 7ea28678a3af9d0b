"""Pixels per inch from the directory of a TIFF or EXIF block."""

from __future__ import annotations

import struct
from io import BytesIO

from ml.photo.ifd import Directory, TiffBlock
from ml.photo.picture import Malformed

INCH, CENTIMETRE = 2, 3


def directory_ppi(block: TiffBlock, entries: Directory) -> tuple[float, float] | None:
    """None where it is not told, or not in inches or centimetres."""
    across, down = block.rational(entries.get(282)), block.rational(entries.get(283))
    scale = {INCH: 1.0, CENTIMETRE: 2.54}.get(block.number(entries, 296, INCH))
    return (across * scale, down * scale) if across and down and scale else None


def exif_ppi(exif: bytes | None) -> tuple[float, float] | None:
    if not exif:
        return None
    try:
        block = TiffBlock(BytesIO(exif))
        return directory_ppi(block, block.directory(block.first)[0])
    except (Malformed, struct.error):
        return None
