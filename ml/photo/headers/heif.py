"""HEIC and AVIF: their boxes are parsed by libheif and libavif, which decode nothing before it is asked for."""

from __future__ import annotations

from pathlib import Path

from ml.photo.headers.resolution import exif_ppi
from ml.photo.ifd import exif_orientation
from ml.photo.metadata import MOST_BYTES
from ml.photo.picture import Header, Metadata


def read_heic_header(path: Path) -> Header:
    import pillow_heif  # here: only who meets a HEIC pays for the library

    picture = pillow_heif.open_heif(path, convert_hdr_to_8bit=False)
    info = picture.info
    bits = 16 if info.get("bit_depth", 8) > 8 else 8
    mode = "grey" if picture.mode.startswith("L") else "rgb"
    # libheif turns the pixels itself, and pillow-heif then sets the orientation in EXIF to 1
    return Header("heic", *picture.size, bits, mode, len(picture), 1, _metadata(info, info.get("exif")))


def read_avif_header(path: Path) -> Header:
    from PIL import AvifImagePlugin, Image

    Image.MAX_IMAGE_PIXELS = None  # our own limit judges, in the caller
    with AvifImagePlugin.AvifImageFile(path) as picture:
        exif = picture.info.get("exif") or None
        pages = 2 if getattr(picture, "n_frames", 1) > 1 else 1
        depth, metadata = _avif_depth(path), _metadata(picture.info, exif)
        bits = 16 if depth > 8 else 8
        return Header(
            "avif", *picture.size, bits, "rgb", pages, exif_orientation(metadata.exif), metadata, depth=depth
        )


def _block(exif: bytes | None) -> bytes | None:
    return exif[6:] if exif is not None and exif.startswith(b"Exif\0\0") else exif


def _metadata(info: dict, exif: bytes | None) -> Metadata:
    exif = _block(exif) or None
    xmp = info.get("xmp") or None
    return Metadata(
        icc=info.get("icc_profile") or None,
        ppi=exif_ppi(exif),
        exif=exif,
        xmp=xmp if xmp is None or len(xmp) <= MOST_BYTES else None,
    )


def _avif_depth(path: Path) -> int:
    """Bits per channel from the `pixi` property, which MIAF (ISO 23000-22, 7.3.6.6) demands; 8 without it."""
    with path.open("rb") as file:
        start = file.read(1 << 16)
    at = start.find(b"pixi")
    channels = start[at + 8] if 0 < at < len(start) - 9 else 0
    return max(start[at + 9 : at + 9 + channels], default=8) if channels <= 4 else 8
