"""TIFF of 8 and 16 bits in and out."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import tifffile

from ml.photo.codecs import libtiff
from ml.photo.headers import tiff as tags
from ml.photo.ifd import EXIF_IFD, TiffBlock
from ml.photo.metadata import ExifTags, read_exif_tags
from ml.photo.picture import Malformed, Metadata

ASSOCIATED_ALPHA, ALPHA = 1, 2
BYTES, BYTE, LONG = 7, 1, 4
Tag = tuple[int, int, int, Any, bool]
"""Number, type, count, value, and True (of every page): as tifffile takes them."""
MOST_BYTES = (1 << 32) - 1
KEPT_FREE = EXIF_IFD + 1
"""A tag that nobody uses, next to the one that tifffile refuses to write."""


@dataclass(frozen=True)
class Behind:
    """A tag of undefined bytes whose value is written where the file then stands, its end."""

    tag: int
    write_value: Callable[[BinaryIO], object]


def decode(path: Path) -> np.ndarray:
    """HW, or HWC with 2 (grey, alpha), 3, 4 (RGB, alpha; or CMYK) channels, uint8 or uint16 over its whole range."""
    with tifffile.TiffFile(path, _multifile=False) as file:
        page = file.pages.first
        if int(page.compression) in tags.BY_LIBTIFF:
            return libtiff.decode(path)
        pixels = page.asarray(maxworkers=1)
        if page.axes.startswith("S") and pixels.ndim == 3:
            pixels = np.moveaxis(pixels, 0, -1)
        if pixels.ndim not in (2, 3):
            raise Malformed(f"axes {page.axes}")
        return _channels(_depth(pixels, page), page)


def _depth(pixels: np.ndarray, page: tifffile.TiffPage) -> np.ndarray:
    bits, photometric = page.bitspersample, int(page.photometric)
    if photometric == tags.PALETTE:
        return _coloured(pixels, page)
    most = (1 << bits) - 1
    if bits < 8:
        pixels = (pixels.astype(np.uint16) * 255 // most).astype(np.uint8)
    elif bits not in (8, 16):
        pixels = ((pixels.astype(np.uint32) * 65535 + most // 2) // most).astype(np.uint16)
    return ~pixels if photometric == tags.INVERTED_GREY else pixels


def _coloured(pixels: np.ndarray, page: tifffile.TiffPage) -> np.ndarray:
    """RGB by the palette, whose values are bytes times 256 or 257; with the alpha of 8 bits that may lie behind."""
    numbers = pixels if pixels.ndim == 2 else pixels[..., 0]
    colours = (page.colormap.T[numbers.astype(np.intp)] >> 8).astype(np.uint8)
    if pixels.ndim == 2 or page.bitspersample != 8:
        return colours
    return np.concatenate([colours, pixels[..., 1:]], axis=2)


def _channels(pixels: np.ndarray, page: tifffile.TiffPage) -> np.ndarray:
    """Without the extra channels, but for the first one where it is alpha (a CMYK picture's is dropped)."""
    if pixels.ndim == 2:
        return pixels
    photometric = int(page.photometric)
    colours = 4 if photometric == tags.CMYK else tags.CHANNELS[tags.MODES[photometric]]
    colours = 3 if photometric == tags.PALETTE else colours
    extra = [int(kind) for kind in page.extrasamples]
    kept = colours + (colours < 4 and bool(extra) and extra[0] in (ALPHA, ASSOCIATED_ALPHA))
    pixels = pixels[..., :kept]
    if kept > colours and extra[0] == ASSOCIATED_ALPHA:
        pixels = _unassociated(pixels)
    return pixels[..., 0] if pixels.shape[2] == 1 else pixels


def _unassociated(pixels: np.ndarray) -> np.ndarray:
    """Colours that were multiplied by alpha, divided by it."""
    most = np.iinfo(pixels.dtype).max
    alpha = pixels[..., -1:].astype(np.uint32)
    colours = np.minimum(pixels[..., :-1].astype(np.uint32) * most // np.maximum(alpha, 1), most)
    return np.concatenate([colours.astype(pixels.dtype), pixels[..., -1:]], axis=2)


def encode(pixels: np.ndarray, metadata: Metadata, compression: str) -> bytes:
    """pixels: HW or HW3, uint8 or uint16; deflate, or LZW where asked, with horizontal differencing."""
    file = BytesIO()
    write(file, pixels, metadata, compression)
    return file.getvalue()


def write(
    file: BinaryIO, pixels: np.ndarray, metadata: Metadata, compression: str, behind: Behind | None = None
) -> None:
    """As `encode`, into a file that is empty and open for writing and reading.

    behind: one more tag, whose value is written at the file's end and never held. Raises OverflowError where the
    file would be larger than its 32-bit pointers reach.
    """
    exif = _exif_tags(metadata)
    tifffile.imwrite(
        file,
        np.ascontiguousarray(pixels),
        byteorder=byte_order(metadata),
        photometric="rgb" if pixels.ndim == 3 else "minisblack",
        compression=compression or "zlib",
        predictor=True,
        rowsperstrip=_rows_per_strip(pixels),
        iccprofile=metadata.icc,
        resolution=metadata.ppi or (1, 1),
        resolutionunit="inch" if metadata.ppi else "none",
        software=False,
        metadata=None,
        extratags=_extra_tags(metadata, exif, behind),
    )
    if exif is not None and exif.exif:
        _append(file, KEPT_FREE, EXIF_IFD, LONG, lambda base: file.write(exif.exif_directory(base)), count=1)
    if behind is not None:
        _append(file, behind.tag, behind.tag, BYTES, lambda _: behind.write_value(file))


def byte_order(metadata: Metadata) -> str:
    """Of a file with this metadata, "<" or ">": EXIF's own, so that its values go out as they came."""
    exif = _exif_tags(metadata)
    return "<" if exif is None else exif.order


def _exif_tags(metadata: Metadata) -> ExifTags | None:
    return None if metadata.exif is None else read_exif_tags(TiffBlock(BytesIO(metadata.exif)))


def _rows_per_strip(pixels: np.ndarray) -> int:
    return max(1, (256 << 10) // (pixels[0].nbytes or 1))


def _extra_tags(metadata: Metadata, exif: ExifTags | None, behind: Behind | None) -> list[Tag]:
    extra: list[Tag] = []
    if behind is not None:
        extra.append((behind.tag, LONG, 1, 0, True))
    if metadata.xmp is not None:
        extra.append((700, BYTE, len(metadata.xmp), metadata.xmp, True))
    if metadata.iptc is not None:
        extra.append((33723, BYTES, len(metadata.iptc), metadata.iptc, True))
    if exif is not None:
        extra += [(tag, kind, count, value, True) for tag, (kind, count, value) in exif.first.items()]
        if exif.exif:
            extra.append((KEPT_FREE, LONG, 1, 0, True))
    return extra


def _append(
    file: BinaryIO, kept: int, tag: int, kind: int, write: Callable[[int], object], count: int | None = None
) -> None:
    """A value at the file's end, and the tag that was kept for it made its pointer: what tifffile does not write
    (Exif directories), or would hold in memory. count: None for the value's bytes."""
    block = TiffBlock(file)
    entry_at = block.directory(block.first)[0][kept].position - 8
    base = block.length + block.length % 2
    file.seek(block.length)
    file.write(bytes(base - block.length))
    write(base)
    end = file.seek(0, 2)
    if end > MOST_BYTES:
        raise OverflowError(f"{end} bytes in a TIFF")
    file.seek(entry_at)
    file.write(struct.pack(block.order + "HHII", tag, kind, end - base if count is None else count, base))
