"""What libtiff decodes for us, through Pillow: fax pages, and the JPEG of 1992 that Windows' imaging programs wrote."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from ml.photo.ifd import ORIENTATION, TiffBlock


def decode(path: Path) -> np.ndarray:
    """HW or HW3 uint8 of the first page, as stored. Raises what Pillow raises."""
    with Image.open(BytesIO(_not_turned(path.read_bytes())), formats=["TIFF"]) as picture:
        return np.asarray(picture.convert("RGB" if picture.mode not in ("1", "L") else "L"))


def _not_turned(content: bytes) -> bytes:
    """With orientation 1: Pillow would turn what libtiff decodes, and nothing else."""
    block = TiffBlock(BytesIO(content))
    entry = block.directory(block.first)[0].get(ORIENTATION)
    if entry is None or entry.type != 3:
        return content
    upright = struct.pack(block.order + "H", 1)
    return content[: entry.position] + upright + content[entry.position + 2 :]
