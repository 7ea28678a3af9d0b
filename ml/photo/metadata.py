"""EXIF that may be handed out: no place (GPS), orientation 1, nothing that described the old file's bytes."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from io import BytesIO

from ml.photo.ifd import (
    EXIF_IFD,
    GPS_IFD,
    INTEROP_IFD,
    ORIENTATION,
    Directory,
    Tags,
    TiffBlock,
    directory_bytes,
)
from ml.photo.picture import Malformed

MOST_BYTES = 1 << 20
"""Of an EXIF or XMP block that is carried; a JPEG's cannot exceed 64 kB, and larger ones hold no description."""

LONGEST_VALUE = 64 << 10
"""Of one descriptive tag: longer ones of a TIFF are somebody's private data."""
MAKER_NOTE = 0x927C
EMPTY_EXIF = b"II*\0\x08\0\0\0" + bytes(6)
"""A block that says nothing yet: for formats that know no resolution outside of EXIF."""
IPTC = 33723
"""Of IPTC-IIM in a first directory: a TIFF's own place for it, and the only one that a WebP has."""
PIXEL_SIZE = (0xA002, 0xA003)
"""Of the picture as stored: wrong as soon as it was turned, and every format tells it elsewhere."""
RESOLUTION = {282, 283, 296}
STRUCTURE = {
    *range(254, 267),  # size, depth, compression, interpretation
    *range(273, 282),  # strips, orientation, samples
    *RESOLUTION,
    *(284, 285, *range(287, 294), 297, 301),  # planes, position, page numbers, curves
    *range(317, 348),  # differencing, palette, tiles, sub-directories, inks, extra samples, JPEG tables
    *range(512, 533),  # old JPEG, YCbCr
    *(
        700,
        IPTC,
        34377,
        34675,
        37724,
    ),  # XMP, IPTC, Photoshop's resources and layers, profile: carried elsewhere
    *(EXIF_IFD, GPS_IFD, INTEROP_IFD),
}
"""Tags of a first directory that tell how the old file's pixels lie in it, or that are carried elsewhere."""


@dataclass(frozen=True)
class ExifTags:
    """The descriptive tags of an EXIF block, by directory, values as stored in byte order `order`."""

    order: str
    first: Tags
    exif: Tags
    interop: Tags

    def exif_directory(self, base: int) -> bytes:
        """The Exif directory (with the interoperability directory behind it) as it stands at `base`."""
        if not self.interop:
            return directory_bytes(self.exif, self.order, base)
        behind = base + len(directory_bytes(self._pointing(self.exif, INTEROP_IFD, 0), self.order, base))
        exif = directory_bytes(self._pointing(self.exif, INTEROP_IFD, behind), self.order, base)
        return exif + directory_bytes(self.interop, self.order, behind)

    def block(self) -> bytes:
        magic = b"II*\0" if self.order == "<" else b"MM\0*"
        head = magic + struct.pack(self.order + "I", 8)
        if not self.exif:
            return head + directory_bytes(self.first, self.order, 8)
        behind = 8 + len(directory_bytes(self._pointing(self.first, EXIF_IFD, 0), self.order, 8))
        first = directory_bytes(self._pointing(self.first, EXIF_IFD, behind), self.order, 8)
        return head + first + self.exif_directory(behind)

    def _pointing(self, tags: Tags, tag: int, offset: int) -> Tags:
        return {**tags, tag: (4, 1, struct.pack(self.order + "I", offset))}

    @property
    def empty(self) -> bool:
        return not (self.first or self.exif)


def read_exif_tags(block: TiffBlock) -> ExifTags:
    """Raises Malformed where the directories are broken or claim more than MOST_BYTES."""
    first, _ = block.directory(block.first)
    exif = interop = {}
    if EXIF_IFD in first:
        exif, _ = block.directory(block.number(first, EXIF_IFD, 0))
        if INTEROP_IFD in exif:
            interop, _ = block.directory(block.number(exif, INTEROP_IFD, 0))
    described = {
        tag: entry for tag, entry in first.items() if tag not in STRUCTURE and entry.size <= LONGEST_VALUE
    }
    deeper = {tag: entry for tag, entry in exif.items() if tag not in (INTEROP_IFD, GPS_IFD, *PIXEL_SIZE)}
    parts = (_small(part) for part in (described, deeper, interop))
    return ExifTags(block.order, *(block.tags(part, MOST_BYTES) for part in parts))


def _small(entries: Directory) -> Directory:
    """Without the types that a BigTIFF alone has: EXIF knows none of 64 bits."""
    return {tag: entry for tag, entry in entries.items() if entry.type not in (16, 17, 18)}


def holds_gps(exif: bytes | None) -> bool:
    """True where a place may be in there, also where the block is too broken to tell."""
    if exif is None:
        return False
    try:
        block = TiffBlock(BytesIO(exif))
        return GPS_IFD in block.directory(block.first)[0]
    except (Malformed, struct.error):
        return True


def clean_exif(exif: bytes | None) -> bytes | None:
    """The block without GPS, thumbnail and orientation; None where nothing is left or it cannot be read."""
    if exif is None or len(exif) > MOST_BYTES:
        return None
    try:
        tags = read_exif_tags(TiffBlock(BytesIO(exif)))
    except (Malformed, struct.error):
        return None
    return None if tags.empty else tags.block()


def exif_iptc(exif: bytes | None) -> bytes | None:
    """The IPTC records in a block; None where it holds none or cannot be read."""
    if exif is None:
        return None
    try:
        block = TiffBlock(BytesIO(exif))
        entry = block.directory(block.first)[0].get(IPTC)
        return (block.raw(entry, MOST_BYTES) or None) if entry is not None else None
    except (Malformed, struct.error):
        return None


def final_exif(
    exif: bytes | None, ppi: tuple[float, float] | None, most: int, iptc: bytes | None = None
) -> bytes | None:
    """The block as written: orientation 1, the resolution and, for formats without another place for it, IPTC in it;
    without the maker's note where `most` bytes would be exceeded, and None where even that does not help."""
    if exif is None:
        return None
    tags = read_exif_tags(TiffBlock(BytesIO(exif)))
    tags.first[ORIENTATION] = (3, 1, struct.pack(tags.order + "H", 1))
    if ppi is not None:
        tags.first[296] = (3, 1, struct.pack(tags.order + "H", 2))
        for tag, value in zip((282, 283), ppi, strict=True):
            tags.first[tag] = (5, 1, struct.pack(tags.order + "II", round(value * 1000), 1000))
    if iptc is not None:
        tags.first[IPTC] = (7, len(iptc), iptc)
    block = tags.block()
    if len(block) > most:
        tags.exif.pop(MAKER_NOTE, None)
        block = tags.block()
    return block if len(block) <= most else None
