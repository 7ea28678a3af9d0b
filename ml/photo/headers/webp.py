"""The chunks of a WebP.

Source: RFC 9649 (WebP), sections 2.3 to 2.7; RFC 6386 section 9.1 for the size in a VP8 frame.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

from ml.photo.headers.png import MOST_ICC_BYTES
from ml.photo.headers.resolution import exif_ppi
from ml.photo.ifd import exif_orientation
from ml.photo.metadata import MOST_BYTES, exif_iptc
from ml.photo.picture import Header, Malformed, Metadata

MOST_CHUNKS = 10_000


def read_header(file: BinaryIO) -> Header:
    places = _places(file)

    def body(name: bytes, most: int) -> bytes | None:
        at, length = places.get(name, (0, 0))
        if not 0 < length <= most:
            return None
        file.seek(at)
        return file.read(length)

    exif = body(b"EXIF", MOST_BYTES)
    if exif is not None and exif.startswith(b"Exif\0\0"):
        exif = exif[6:]
    metadata = Metadata(
        icc=body(b"ICCP", MOST_ICC_BYTES),
        ppi=exif_ppi(exif),
        exif=exif,
        xmp=body(b"XMP ", MOST_BYTES),
        iptc=exif_iptc(exif),
    )
    width, height = _size(file, places)
    pages = 2 if b"ANIM" in places else 1
    return Header("webp", width, height, 8, "rgb", pages, exif_orientation(exif), metadata)


def _places(file: BinaryIO) -> dict[bytes, tuple[int, int]]:
    end = file.seek(0, 2)
    file.seek(4)
    riff_end = 8 + struct.unpack("<I", file.read(4))[0]
    if riff_end > end + 1:  # the padding byte of the last chunk is missing in some files
        raise Malformed("it ends before its last chunk")
    places: dict[bytes, tuple[int, int]] = {}
    at = 12
    for _ in range(MOST_CHUNKS):
        file.seek(at)
        head = file.read(8)
        if at >= riff_end or len(head) < 8:
            return places
        name, length = struct.unpack("<4sI", head)
        places.setdefault(name, (at + 8, length))
        at += 8 + length + length % 2
    raise Malformed("too many chunks")


def _size(file: BinaryIO, places: dict[bytes, tuple[int, int]]) -> tuple[int, int]:
    for name in (b"VP8X", b"VP8L", b"VP8 "):
        if name not in places:
            continue
        file.seek(places[name][0])
        start = file.read(10)
        if len(start) < 10:
            break
        if name == b"VP8X":
            return 1 + int.from_bytes(start[4:7], "little"), 1 + int.from_bytes(start[7:10], "little")
        if name == b"VP8L" and start[0] == 0x2F:
            packed = int.from_bytes(start[1:5], "little")
            return 1 + (packed & 0x3FFF), 1 + (packed >> 14 & 0x3FFF)
        if name == b"VP8 " and start[3:6] == b"\x9d\x01\x2a":
            width, height = struct.unpack("<HH", start[6:10])
            return width & 0x3FFF, height & 0x3FFF
    raise Malformed("no picture in it")
