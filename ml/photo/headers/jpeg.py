"""The segments of a JPEG up to its first scan.

Source: ITU-T T.81 (1992), annex B; JFIF 1.02; ICC.1 annex B.4 for profiles in pieces; Adobe XMP part 3.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

from ml.photo.headers.resolution import exif_ppi
from ml.photo.ifd import TiffBlock, exif_orientation
from ml.photo.metadata import MOST_BYTES, holds_gps
from ml.photo.picture import Header, Malformed, Metadata, Unsupported

SCAN, END = 0xDA, 0xD9
ADOBE, COMMENT = 0xEE, 0xFE
"""Adobe's segment tells how CMYK is stored: the one application segment that pixels depend on."""
FRAMES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
READABLE_FRAMES = {0xC0, 0xC1, 0xC2, 0xC9, 0xCA}
"""Baseline, extended, progressive, and the arithmetic ones; not the lossless and hierarchical."""
BARE = {0x01, *range(0xD0, 0xD8)}
"""Markers without a length."""
EXIF, XMP, ICC, PHOTOSHOP = (
    b"Exif\0\0",
    b"http://ns.adobe.com/xap/1.0/\0",
    b"ICC_PROFILE\0",
    b"Photoshop 3.0\0",
)
MPF_ENTRIES, MPF_VIEW = 0xB002, 2
MODES = {1: "grey", 3: "rgb", 4: "cmyk"}
IPTC_RESOURCE, EXIF_RESOURCE, XMP_RESOURCE = 0x0404, 0x0422, 0x0424


def read_header(file: BinaryIO) -> Header:
    frame, segments = None, []
    for marker, body in segments_before_scan(file):
        if marker in FRAMES:
            frame = frame or (marker, body)
        elif 0xE0 <= marker <= 0xEF:
            segments.append((marker, body))
    if frame is None or len(frame[1]) < 6:
        raise Malformed("no frame before the first scan")
    bits, height, width, channels = struct.unpack(">BHHB", frame[1][:6])
    if frame[0] not in READABLE_FRAMES:
        raise Unsupported("it is compressed without loss or in layers")
    if bits != 8 or channels not in MODES:
        raise Unsupported("its channels are of another number or depth than a JPEG's")
    metadata = _metadata(segments)
    return Header(
        "jpeg",
        width,
        height,
        8,
        MODES[channels],
        _count_pictures(segments),
        orientation=exif_orientation(metadata.exif),
        metadata=metadata,
        names_place=_names_place(segments),
    )


def pixel_bytes(file: BinaryIO) -> bytes:
    """The file without its metadata and stray bytes: nothing a decoder need not see is shown to it.

    (Pillow would read the EXIF of a JPEG for its resolution, and an EXIF block may claim gigabytes.)
    """
    kept = b"".join(
        struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body
        for marker, body in segments_before_scan(file)
        if marker == ADOBE or not (0xE0 <= marker <= 0xEF or marker == COMMENT)
    )
    return b"\xff\xd8" + kept + b"\xff\xda" + file.read()


NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""In the coded picture FF stands for itself before 00, and may stand before a restart marker."""


def first_picture(content: bytes) -> bytes:
    """A JPEG without what lies behind its end, which may be another JPEG; all of it where it has no end."""
    file = BytesIO(content)
    for _ in segments_before_scan(file):
        pass
    at = file.tell() - 2
    while content[at + 1] != END:
        behind = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        found = NEXT_MARKER.search(content, behind)
        if found is None:
            return content
        at = found.start()
    return content[: at + 2]


def segments_before_scan(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Marker and body of each; the file then stands behind the scan's marker."""
    file.seek(2)
    while True:
        byte = file.read(1)
        while byte not in (b"\xff", b""):
            byte = file.read(
                1
            )  # stray bytes between segments: seen in the wild, and every decoder skips them
        while byte == b"\xff":
            byte = file.read(1)
        if not byte:
            raise Malformed("it ends before its first scan")
        marker = byte[0]
        if marker in (SCAN, END):
            return
        if marker in BARE or marker == 0:
            continue
        length = file.read(2)
        if len(length) < 2 or (size := struct.unpack(">H", length)[0]) < 2:
            raise Malformed("a segment without a length")
        body = file.read(size - 2)
        if len(body) < size - 2:
            raise Malformed("it ends inside a segment")
        yield marker, body


def _metadata(segments: list[tuple[int, bytes]]) -> Metadata:
    exif = b"".join(body[6:] for marker, body in segments if marker == 0xE1 and body.startswith(EXIF))[
        : MOST_BYTES + 1
    ]
    xmp = next(
        (body[len(XMP) :] for marker, body in segments if marker == 0xE1 and body.startswith(XMP)), None
    )
    resources = b"".join(
        body[len(PHOTOSHOP) :] for marker, body in segments if marker == 0xED and body.startswith(PHOTOSHOP)
    )
    pieces = {
        body[12]: body[14:]
        for marker, body in segments
        if marker == 0xE2 and body.startswith(ICC) and len(body) > 14
    }
    return Metadata(
        icc=b"".join(pieces[number] for number in sorted(pieces)) or None,
        ppi=_density(segments) or exif_ppi(exif),
        exif=exif or None,
        xmp=xmp,
        iptc=photoshop_resource(resources, IPTC_RESOURCE),
    )


def _count_pictures(segments: list[tuple[int, bytes]]) -> int:
    """Views of one thing in a multi-picture file (CIPA DC-007, 5.2.3.3.1): of a stereo camera, of a panorama. What a
    telephone puts behind a photograph (a larger preview, a map of brightness) is no picture of its own."""
    body = next((body[4:] for marker, body in segments if marker == 0xE2 and body.startswith(b"MPF\0")), b"")
    try:
        block = TiffBlock(BytesIO(body))
        entry = block.directory(block.first)[0].get(MPF_ENTRIES)
        table = block.raw(entry, MOST_BYTES) if entry is not None else b""
    except (Malformed, struct.error):
        return 1
    kinds = [
        struct.unpack_from(block.order + "I", table, at)[0] >> 16 & 0xFF
        for at in range(0, len(table) - 15, 16)
    ]
    return max(1, kinds.count(MPF_VIEW))


def _density(segments: list[tuple[int, bytes]]) -> tuple[float, float] | None:
    for marker, body in segments:
        if marker == 0xE0 and body.startswith(b"JFIF\0") and len(body) >= 12:
            unit, across, down = struct.unpack(">BHH", body[7:12])
            scale = {1: 1.0, 2: 2.54}.get(unit)
            return (across * scale, down * scale) if scale and across and down else None
    return None


def _names_place(segments: list[tuple[int, bytes]]) -> bool:
    """In further pieces of EXIF and XMP, of which the first are read, or in Photoshop's resources."""
    first = [
        next((body for marker, body in segments if marker == 0xE1 and body.startswith(start)), None)
        for start in (EXIF, XMP)
    ]
    further = [body for marker, body in segments if marker == 0xE1 and not any(body is one for one in first)]
    told = any(b"GPS" in body or (body.startswith(EXIF) and holds_gps(body[6:])) for body in further)
    resources = (body[len(PHOTOSHOP) :] for marker, body in segments if marker == 0xED)
    return told or any(resources_name_place(part) for part in resources)


def resources_name_place(resources: bytes) -> bool:
    """Photoshop keeps EXIF and XMP among its resources too."""
    exif = photoshop_resource(resources, EXIF_RESOURCE)
    xmp = photoshop_resource(resources, XMP_RESOURCE)
    return holds_gps(exif) or (xmp is not None and b"GPS" in xmp)


def iptc_resource(iptc: bytes) -> bytes:
    """The records as one of Photoshop's image resources."""
    return b"8BIM" + struct.pack(">HHI", IPTC_RESOURCE, 0, len(iptc)) + iptc + bytes(len(iptc) % 2)


def photoshop_resource(resources: bytes, wanted: int) -> bytes | None:
    """The body of one of Photoshop's image resources (`8BIM`, id, Pascal name, length, body)."""
    at = 0
    while resources[at : at + 4] == b"8BIM" and at + 7 <= len(resources):
        number, name_length = struct.unpack(">HB", resources[at + 4 : at + 7])
        start = at + 6 + (name_length + 2) // 2 * 2
        if start + 4 > len(resources):
            return None
        (length,) = struct.unpack(">I", resources[start : start + 4])
        if number == wanted:
            return resources[start + 4 : start + 4 + length] or None
        at = start + 4 + (length + 1) // 2 * 2
    return None
