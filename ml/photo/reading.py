"""From a file and its header to a Photo."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from ml.photo.codecs import heif, jpeg, pillow, png, tiff
from ml.photo.headers.jpeg import first_picture
from ml.photo.metadata import clean_exif, holds_gps
from ml.photo.picture import Curve, Header, Malformed, Metadata, Photo
from ml.photo.profiles import GREY_SPACE, RGB_SPACE, curve_profile, profile_space, srgb_profile, to_srgb
from ml.photo.xmp import clean_xmp, names_place

ROWS = 64
"""Laid on white at a time: the numbers between are wider than the picture's."""
MOST_PPI = 60_000
"""JFIF counts to 65535; no scanner comes near."""


def read_pixels(path: Path, header: Header) -> Photo:
    """Raises Malformed, Unsupported, or what the decoding library raises."""
    stored = _decode(path, header)
    if stored.shape[:2] != (header.height, header.width):
        raise Malformed(f"{stored.shape} where {header.height} x {header.width} belong")
    notes = ["first_page"] if header.pages > 1 else []
    metadata = _metadata(header)
    cmyk = header.mode == "cmyk"
    if cmyk:
        stored = to_srgb(stored, header.metadata.icc)
        metadata = replace(metadata, icc=srgb_profile())
        notes.append("cmyk_converted")
    grey = stored.ndim == 2 or stored.shape[2] == 2
    opaque, transparent = _on_white(stored)
    if transparent:
        notes.append("alpha_dropped")
    return Photo(
        pixels_HWC=_upright(opaque, header.orientation),
        grey=grey,
        metadata=replace(metadata, icc=_profile(metadata.icc, header.curve, grey)),
        format=header.format,
        jpeg_quality=jpeg.needed_quality(path) if header.format == "jpeg" else jpeg.QUALITY,
        compression=header.compression,
        notes=tuple(notes),
        pixels_as_stored=header.orientation == 1 and not cmyk and not transparent,
        as_stored=header.orientation == 1 and not notes and not _names_place(header, path),
    )


def _names_place(header: Header, path: Path) -> bool:
    """Wherever in the file: it is asked before the very bytes go out."""
    metadata = header.metadata
    told = header.names_place or holds_gps(metadata.exif) or (metadata.xmp and names_place(metadata.xmp))
    return bool(told) or (header.format == "jpeg" and _names_place_behind(path.read_bytes()))


def _names_place_behind(content: bytes) -> bool:
    """Whether a place may be told behind the picture: by a second one, which brings EXIF of its own."""
    behind = content[len(first_picture(content)) :]
    return b"Exif\0\0" in behind or b"GPS" in behind


def _decode(path: Path, header: Header) -> np.ndarray:
    if header.format == "tiff":
        return tiff.decode(path)
    if header.format == "heic":
        return heif.decode_heic(path)
    if header.bits == 16 and header.format == "png":
        return png.decode(path)
    if header.bits == 16 and header.format == "avif":
        return heif.decode_deep_avif(path, header.depth)
    return pillow.decode(path, header.format)


def _on_white(pixels: np.ndarray) -> tuple[np.ndarray, bool]:
    """HW3 without alpha, and whether anything was transparent."""
    if pixels.ndim == 2:
        return np.repeat(pixels[..., None], 3, axis=2), False
    if pixels.shape[2] == 1:
        return np.repeat(pixels, 3, axis=2), False
    if pixels.shape[2] == 3:
        return pixels, False
    colours, alpha = pixels[..., :-1], pixels[..., -1:]
    if colours.shape[2] == 1:
        colours = np.repeat(colours, 3, axis=2)
    most = np.iinfo(pixels.dtype).max
    if alpha.min() == most:
        return np.ascontiguousarray(colours), False
    laid = np.empty(colours.shape, pixels.dtype)
    for top in range(0, len(pixels), ROWS):
        rows = slice(top, top + ROWS)
        share = alpha[rows].astype(np.uint64 if most > 255 else np.uint32)
        laid[rows] = (colours[rows] * share + most * (most - share) + most // 2) // most
    return laid, True


def _upright(pixels_HWC: np.ndarray, orientation: int) -> np.ndarray:
    """Turned and mirrored as EXIF's orientation says (Exif 2.32, 4.6.4)."""
    turned = {
        1: lambda p: p,
        2: lambda p: p[:, ::-1],
        3: lambda p: p[::-1, ::-1],
        4: lambda p: p[::-1],
        5: lambda p: p.transpose(1, 0, 2),
        6: lambda p: p[::-1].transpose(1, 0, 2),
        7: lambda p: p[::-1, ::-1].transpose(1, 0, 2),
        8: lambda p: p[:, ::-1].transpose(1, 0, 2),
    }[orientation](pixels_HWC)
    return np.require(turned, requirements=["C", "W"])


def _metadata(header: Header) -> Metadata:
    known = header.metadata
    ppi = known.ppi if known.ppi and all(1 <= value <= MOST_PPI for value in known.ppi) else None
    if ppi is not None and header.orientation >= 5:
        ppi = ppi[::-1]
    return Metadata(known.icc, ppi, clean_exif(known.exif), clean_xmp(known.xmp), known.iptc)


def _profile(icc: bytes | None, curve: Curve | None, grey: bool) -> bytes | None:
    """A grey picture may carry an RGB profile (some scanners do that), but never the other way round."""
    if icc is None and curve is not None:
        icc = curve_profile(curve, grey)
    return icc if profile_space(icc) in ((GREY_SPACE, RGB_SPACE) if grey else (RGB_SPACE,)) else None
