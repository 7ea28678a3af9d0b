"""The chunks of a PNG: all are walked, so that a file that was cut off is known before decoding.

Source: PNG (third edition, W3C 2025), sections 5 and 11.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from ml.photo.headers.jpeg import IPTC_RESOURCE, XMP, photoshop_resource
from ml.photo.headers.raw_profiles import raw_profile
from ml.photo.headers.resolution import exif_ppi
from ml.photo.ifd import exif_orientation
from ml.photo.metadata import MOST_BYTES, holds_gps
from ml.photo.picture import SRGB_XY, Curve, Header, Malformed, Metadata

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_CHUNKS = 200_000
"""600 MB in pieces of 4 kB."""
MOST_ICC_BYTES = 16 << 20
"""A printer's largest table profiles stay below 5 MB."""
XMP_KEYWORD = b"XML:com.adobe.xmp\0"
MODES = {0: "grey", 2: "rgb", 3: "palette", 4: "grey", 6: "rgb"}
PIXEL_CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
METRE_PER_INCH = 0.0254
UNIT, SRGB_GAMMA = 100_000, 2.2
"""gAMA and cHRM hold hundred-thousandths."""


def chunks(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Name, position of the body and its length of every chunk; Malformed where the file ends before IEND."""
    end, at = file.seek(0, 2), len(SIGNATURE)
    for _ in range(MOST_CHUNKS):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            raise Malformed("it ends before its last chunk")
        length, name = struct.unpack(">I4s", head)
        if at + 12 + length > end:
            raise Malformed("it ends inside a chunk")
        yield name, at + 8, length
        if name == b"IEND":
            return
        at += 12 + length
    raise Malformed("too many chunks")


def pixel_bytes(file: BinaryIO) -> bytes:
    """The file without its metadata: nothing a decoder need not see is shown to it (texts and profiles may unpack
    to gigabytes)."""
    kept = [SIGNATURE]
    for name, at, length in chunks(file):
        if name in PIXEL_CHUNKS:
            file.seek(at - 8)
            kept.append(file.read(12 + length))
    return b"".join(kept)


def read_header(file: BinaryIO) -> Header:
    places = {name: (at, length) for name, at, length in chunks(file)}

    def body(name: bytes, most: int) -> bytes | None:
        at, length = places.get(name, (0, 0))
        if not 0 < length <= most:
            return None
        file.seek(at)
        return file.read(length)

    start = body(b"IHDR", 13)
    if start is None or len(start) < 13 or b"IDAT" not in places:
        raise Malformed("no picture in it")
    width, height, bits, colour = struct.unpack(">IIBB", start[:10])
    if colour not in MODES:
        raise Malformed(f"colour type {colour}")
    texts = _raw_profiles(file)
    exif = body(b"eXIf", MOST_BYTES) or texts.get("exif", b"").removeprefix(b"Exif\0\0") or None
    metadata = Metadata(
        icc=_profile(body(b"iCCP", MOST_ICC_BYTES)),
        ppi=_density(body(b"pHYs", 9)) or exif_ppi(exif),
        exif=exif,
        xmp=_xmp(file) or texts.get("xmp", b"").removeprefix(XMP) or None,
        iptc=_iptc(texts.get("iptc")),
    )
    pages = 2 if b"acTL" in places else 1
    told = places.keys() & {b"sRGB", b"cICP"} or metadata.icc is not None
    return Header(
        "png",
        width,
        height,
        16 if bits == 16 else 8,
        MODES[colour],
        pages,
        exif_orientation(exif),
        metadata,
        names_place=holds_gps(texts.get("exif", b"").removeprefix(b"Exif\0\0") or None)
        or b"GPS" in texts.get("xmp", b""),
        curve=None if told else _curve(body(b"gAMA", 4), body(b"cHRM", 32)),
    )


def _raw_profiles(file: BinaryIO) -> dict[str, bytes]:
    """Kind to bytes, the first of each."""
    found: dict[str, bytes] = {}
    for name, at, length in chunks(file):
        if name in (b"tEXt", b"zTXt") and length <= 2 * MOST_BYTES:
            file.seek(at)
            if (profile := raw_profile(file.read(length), name == b"zTXt")) is not None:
                found.setdefault(*profile)
    return found


def _iptc(profile: bytes | None) -> bytes | None:
    """Records, bare or among Photoshop's resources."""
    if profile is None or not profile.startswith(b"8BIM"):
        return profile
    return photoshop_resource(profile, IPTC_RESOURCE)


def _profile(chunk: bytes | None) -> bytes | None:
    name, _, rest = (chunk or b"").partition(b"\0")
    if not name or rest[:1] != b"\0":
        return None
    try:
        return zlib.decompressobj().decompress(rest[1:], MOST_ICC_BYTES) or None
    except zlib.error:
        return None


def _curve(gamma: bytes | None, chromaticities: bytes | None) -> Curve | None:
    """None where it is about sRGB's, or no sense can be made of it."""
    exponent = (
        UNIT / struct.unpack(">I", gamma)[0] if gamma and len(gamma) == 4 and any(gamma) else SRGB_GAMMA
    )
    xy = SRGB_XY
    if chromaticities is not None and len(chromaticities) == 32:
        xy = tuple(number / UNIT for number in struct.unpack(">8I", chromaticities))
    if not 0.2 < exponent < 5 or not all(0 <= number <= 1 for number in xy) or not all(xy[1::2]):
        return None
    usual = abs(exponent - SRGB_GAMMA) < 0.05
    return (
        None
        if usual and all(abs(a - b) < 0.005 for a, b in zip(xy, SRGB_XY, strict=True))
        else Curve(exponent, xy)
    )


def _density(chunk: bytes | None) -> tuple[float, float] | None:
    if chunk is None or len(chunk) < 9 or chunk[8] != 1:
        return None
    across, down = struct.unpack(">II", chunk[:8])
    return (across * METRE_PER_INCH, down * METRE_PER_INCH) if across and down else None


def _xmp(file: BinaryIO) -> bytes | None:
    for name, at, length in chunks(file):
        if name == b"iTXt" and length <= MOST_BYTES:
            file.seek(at)
            text = file.read(length)
            if text.startswith(XMP_KEYWORD + b"\0\0"):
                return text[len(XMP_KEYWORD) + 2 :].split(b"\0", 2)[-1] or None
    return None
