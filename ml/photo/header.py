"""Which format a file has, by its content, and what stands before its pixels. Nothing is decoded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from ml.photo.headers import heif, jpeg, png, tiff, webp
from ml.photo.picture import Header

FORMATS: dict[str, Callable[[BinaryIO], Header]] = {
    "jpeg": jpeg.read_header,
    "png": png.read_header,
    "tiff": tiff.read_header,
    "webp": webp.read_header,
}
BOXED: dict[str, Callable[[Path], Header]] = {"heic": heif.read_heic_header, "avif": heif.read_avif_header}
OTHERS = {
    b"GIF8": "GIF",
    b"8BPS": "Photoshop",
    b"%PDF-": "PDF",
    b"\0\0\0\x0cjP  ": "JPEG 2000",
    b"\xff\x4f\xff\x51": "JPEG 2000",
    b"\0\0\0\x0cJXL ": "JPEG XL",
    b"\xff\x0a": "JPEG XL",
}
TIFF_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
AVIF_BRANDS = {b"avif", b"avis"}
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}


def sniff(start: bytes) -> str | None:
    """The format of a file by its first 64 bytes; None where it is none of ours."""
    if start.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if start.startswith(png.SIGNATURE):
        return "png"
    if start[:4] in TIFF_MAGIC:
        return "tiff"
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "webp"
    return _boxed(start) if start[4:8] == b"ftyp" else None


def other_format(start: bytes) -> str | None:
    """The name of a format that is known but not read; None for what is unknown."""
    if start[:2] == b"BM" and start[6:10] == bytes(4):
        return "BMP"
    return next((name for magic, name in OTHERS.items() if start.startswith(magic)), None)


def _boxed(start: bytes) -> str | None:
    length = min(int.from_bytes(start[:4], "big"), len(start))
    brands = {start[8:12]} | {start[at : at + 4] for at in range(16, length - 3, 4)}
    if start[8:12] in AVIF_BRANDS:
        return "avif"
    if start[8:12] not in HEIC_BRANDS:
        return None
    return "avif" if brands & AVIF_BRANDS and not brands & {b"heic", b"heix"} else "heic"


def read_header(path: Path, format: str) -> Header:
    """Raises Malformed, Unsupported, or whatever a library raises on bytes that are not what they claim."""
    if format in BOXED:
        return BOXED[format](path)
    with path.open("rb") as file:
        return FORMATS[format](file)
