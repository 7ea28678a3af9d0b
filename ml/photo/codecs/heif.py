"""HEIC, and AVIF of more than 8 bits, in; results of both are PNG (see ml.photo.result_format)."""

from __future__ import annotations

from pathlib import Path

import imagecodecs
import numpy as np
import pillow_heif


def decode_heic(path: Path) -> np.ndarray:
    """HW or HWC, uint8, or uint16 over its whole range; turned by libheif already."""
    picture = pillow_heif.open_heif(path, convert_hdr_to_8bit=False)
    bits = picture.info.get("bit_depth", 8)
    pixels = np.asarray(picture)
    return full_range(pixels >> (16 - bits), bits) if pixels.dtype == np.uint16 else pixels


def decode_deep_avif(path: Path, bits: int) -> np.ndarray:
    """HW or HWC uint16 over its whole range, not turned."""
    return full_range(imagecodecs.avif_decode(path.read_bytes()), bits)


def full_range(pixels: np.ndarray, bits: int) -> np.ndarray:
    """Values of `bits` bits as uint16 in which 65535 is white."""
    most = (1 << bits) - 1
    return ((pixels.astype(np.uint32) * 65535 + most // 2) // most).astype(np.uint16)
