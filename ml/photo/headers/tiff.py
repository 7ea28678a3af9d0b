"""The first directory of a TIFF, checked against the file's length, so that a file that was cut off is known
before decoding and no claim of the directory costs memory.

Source: TIFF 6.0; TIFF technical notes 1 and 2; Adobe Photoshop TIFF notes (2002).
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import BinaryIO

from ml.photo.headers.jpeg import IPTC_RESOURCE, photoshop_resource, resources_name_place
from ml.photo.headers.png import MOST_ICC_BYTES
from ml.photo.headers.resolution import directory_ppi
from ml.photo.ifd import GPS_IFD, ORIENTATION, SIZES, Directory, TiffBlock
from ml.photo.metadata import MOST_BYTES, read_exif_tags
from ml.photo.picture import Header, Malformed, Metadata, Unsupported

MOST_PAGES = 999
MOST_SEGMENTS = 1_000_000
"""Strips of one row of the longest side that is accepted, with room."""
LARGEST_TILE = 4096 * 4096
"""Pixels; small pictures may lie in tiles larger than themselves."""
MOST_RESOURCE_BYTES = 64 << 20

REDUCED, SUB_IFDS, DNG_VERSION = 1, 330, 50706
UNSIGNED = 1
INVERTED_GREY, GREY, RGB, PALETTE, CMYK, YCBCR, RAW = 0, 1, 2, 3, 5, 6, 32803
MODES = {INVERTED_GREY: "grey", GREY: "grey", RGB: "rgb", PALETTE: "palette", CMYK: "cmyk", YCBCR: "rgb"}
LAB = "its colours are CIE Lab; save it as RGB"
KINDS_OF_COLOUR = {
    4: "it is a mask, not a picture",
    8: LAB,
    9: LAB,
    10: LAB,
    32844: "it holds light beyond white (HDR); save it as RGB of 16 bits",
    32845: "it holds light beyond white (HDR); save it as RGB of 16 bits",
}
NUMBERS = {
    2: "its numbers are signed; save it with 8 or 16 bits per channel",
    3: "its numbers are floating-point; save it with 8 or 16 bits per channel",
}
"""By SampleFormat. The details of a refusal are for a person: the site translates them by these very words."""
CHANNELS = {"grey": 1, "rgb": 3, "palette": 1, "cmyk": 4}
COMPRESSIONS = {1, 2, 3, 4, 5, 6, 7, 8, 32773, 32946, 33003, 33005, 34712, 34925, 50000, 50001, 50002, 52546}
"""None, CCITT, LZW, JPEG as of 1992, JPEG, deflate, PackBits, JPEG 2000, LZMA, Zstandard, WebP, JPEG XL."""
LZW, OLD_JPEG, NEW_JPEG = 5, 6, 7
BY_LIBTIFF = {2, 3, 4, OLD_JPEG}
"""Fax and the JPEG of 1992: imagecodecs leaves the rest of a fax page white, without a word, where it does not know
the code, and does not know that JPEG."""


@dataclass(frozen=True)
class Page:
    """The numbers of the first directory."""

    width: int
    height: int
    bits: int
    channels: int
    photometric: int
    compression: int
    sample_format: int
    planar: bool


def read_header(file: BinaryIO) -> Header:
    block = TiffBlock(file)
    entries, following = block.directory(block.first)
    page = read_page(block, entries)
    _refuse_raw(file, block, entries, page)
    mode = _mode(page)
    _check_segments(block, entries)
    orientation = block.number(entries, ORIENTATION, 1)
    return Header(
        "tiff",
        page.width,
        page.height,
        16 if page.bits > 8 else 8,
        mode,
        _count_pages(block, following),
        orientation if 1 <= orientation <= 8 else 1,
        _metadata(block, entries),
        _names_place(block, entries),
        "lzw" if page.compression == LZW else "",
    )


def read_page(block: TiffBlock, entries: Directory) -> Page:
    bits = block.numbers(entries[258], 64) if 258 in entries else (1,)
    if len(set(bits)) != 1:
        raise Unsupported("its channels differ in depth")
    return Page(
        width=block.number(entries, 256, 0),
        height=block.number(entries, 257, 0),
        bits=bits[0],
        channels=block.number(entries, 277, 1),
        photometric=block.number(entries, 262, GREY),
        compression=block.number(entries, 259, 1),
        sample_format=block.number(entries, 339, UNSIGNED),
        planar=block.number(entries, 284, 1) == 2,
    )


def _refuse_raw(file: BinaryIO, block: TiffBlock, entries: Directory, page: Page) -> None:
    file.seek(8)
    preview = block.number(entries, 254, 0) & REDUCED and SUB_IFDS in entries
    if DNG_VERSION in entries or page.photometric == RAW or preview or file.read(2) == b"CR":
        raise Unsupported("it is a camera's raw file")


def _mode(page: Page) -> str:
    if page.photometric not in MODES:
        raise Unsupported(
            KINDS_OF_COLOUR.get(page.photometric, "its colours are of a kind that we do not know")
        )
    if page.compression not in COMPRESSIONS:
        raise Unsupported("it is compressed in a way that we do not know")
    if page.sample_format != UNSIGNED:
        raise Unsupported(NUMBERS.get(page.sample_format, "its numbers are of a kind that we do not know"))
    if page.bits not in (1, 2, 4, 8, 10, 12, 14, 16):
        raise Unsupported("it has more than 16 bits per channel, or an odd number of them")
    mode = MODES[page.photometric]
    if mode in ("cmyk", "rgb") and page.bits < 8:
        raise Unsupported("its colours are not stored as a photograph's")
    if page.photometric == YCBCR and page.compression not in (OLD_JPEG, NEW_JPEG):
        raise Unsupported("its colours are not stored as a photograph's")
    if not CHANNELS[mode] <= page.channels <= CHANNELS[mode] + 8:
        raise Malformed(f"{page.channels} channels")
    return mode


def _check_segments(block: TiffBlock, entries: Directory) -> None:
    """Every strip or tile lies in the file and holds something."""
    for entry in entries.values():
        if entry.count > MOST_SEGMENTS and SIZES[entry.type] > 1:
            raise Malformed(f"{entry.count} values in a tag")
    places, lengths = (324, 325) if 324 in entries else (273, 279)
    if places not in entries or lengths not in entries:
        raise Malformed("no pixels in it")
    offsets, sizes = (
        block.numbers(entries[places], MOST_SEGMENTS),
        block.numbers(entries[lengths], MOST_SEGMENTS),
    )
    if len(offsets) != len(sizes) or not offsets:
        raise Malformed("its strips do not match")
    if any(size == 0 or offset + size > block.length for offset, size in zip(offsets, sizes, strict=True)):
        raise Malformed("it ends before its last strip")
    needed = expected_segments(block, entries)
    if len(offsets) < needed:
        raise Malformed(f"{len(offsets)} strips where {needed} belong")


def expected_segments(block: TiffBlock, entries: Directory) -> int:
    page = read_page(block, entries)
    planes = page.channels if page.planar else 1
    if 324 in entries:
        across, down = max(1, block.number(entries, 322, 1)), max(1, block.number(entries, 323, 1))
        if across * down > max(LARGEST_TILE, 4 * page.width * page.height):
            raise Malformed(f"tiles of {across} x {down} pixels")
        return math.ceil(page.width / across) * math.ceil(page.height / down) * planes
    rows = block.number(entries, 278, page.height) or page.height
    return math.ceil(page.height / rows) * planes if rows else 1


def _count_pages(block: TiffBlock, following: int) -> int:
    seen = {block.first}
    while following and following not in seen and len(seen) < MOST_PAGES:
        seen.add(following)
        try:
            following = block.directory(following)[1]
        except (Malformed, struct.error):
            break  # the first page is whole, and it is the one that is read
    return len(seen)


def _names_place(block: TiffBlock, entries: Directory) -> bool:
    resources = entries.get(34377)
    if GPS_IFD in entries or (resources is not None and resources.size > MOST_RESOURCE_BYTES):
        return True
    return resources is not None and resources_name_place(block.raw(resources, MOST_RESOURCE_BYTES))


def _metadata(block: TiffBlock, entries: Directory) -> Metadata:
    def value(tag: int, most: int) -> bytes | None:
        entry = entries.get(tag)
        return block.raw(entry, most) if entry and 0 < entry.size <= most else None

    resources = value(34377, MOST_RESOURCE_BYTES) or b""
    return Metadata(
        icc=value(34675, MOST_ICC_BYTES),
        ppi=directory_ppi(block, entries),
        exif=_exif(block),
        xmp=value(700, MOST_BYTES),
        iptc=value(33723, MOST_BYTES) or photoshop_resource(resources, IPTC_RESOURCE),
    )


def _exif(block: TiffBlock) -> bytes | None:
    try:
        tags = read_exif_tags(block)
    except (Malformed, struct.error):
        return None
    return None if tags.empty else tags.block()
