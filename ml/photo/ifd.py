"""Directories of TIFF files and EXIF blocks, read and written entry by entry and within bounds.

Source: TIFF 6.0 (Adobe, 1992), section 2; BigTIFF (Aware Systems); Exif 2.32 (CIPA DC-008).
A directory may claim more than the file holds, point many entries at the same bytes, or point in circles:
nothing here reads more than the caller's limit.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from ml.photo.picture import Malformed

SIZES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}
"""Bytes per value by TIFF's type."""
INTEGERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
MOST_ENTRIES = 1000
"""More than any writer makes; TIFF itself allows 65535."""

EXIF_IFD, GPS_IFD, INTEROP_IFD, ORIENTATION = 0x8769, 0x8825, 0xA005, 0x0112


@dataclass(frozen=True)
class Entry:
    type: int
    count: int
    position: int
    """Of the value in the block."""

    @property
    def size(self) -> int:
        return self.count * SIZES[self.type]


Directory = dict[int, Entry]
Tags = dict[int, tuple[int, int, bytes]]
"""Tag to (type, count, value as stored)."""


class TiffBlock:
    """A TIFF file, or the TIFF block inside an EXIF segment."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.length = file.seek(0, 2)
        magic = self._read(0, 4)
        if magic[:2] not in (b"II", b"MM"):
            raise Malformed("no TIFF block")
        self.order = "<" if magic[:2] == b"II" else ">"
        self.big = struct.unpack(self.order + "H", magic[2:])[0] == 43
        self.first: int = self._unpack(8, "Q") if self.big else self._unpack(4, "I")

    def directory(self, offset: int) -> tuple[Directory, int]:
        """The entries at offset (those of unknown type left out), and where the next directory is (0: none)."""
        count_format, entry_length, value_length = ("Q", 20, 8) if self.big else ("H", 12, 4)
        count = self._unpack(offset, count_format)
        if count > MOST_ENTRIES:
            raise Malformed(f"{count} entries in a directory")
        start = offset + struct.calcsize("=" + count_format)
        table = self._read(start, count * entry_length)
        entries: Directory = {}
        for position in range(0, len(table), entry_length):
            head = "HHQ" if self.big else "HHI"
            tag, kind, values = struct.unpack_from(self.order + head, table, position)
            if kind not in SIZES:
                continue
            at = start + position + entry_length - value_length
            if values * SIZES[kind] > value_length:
                at = self._unpack(at, "Q" if self.big else "I")
            if at + values * SIZES[kind] > self.length:
                raise Malformed(f"tag {tag} lies outside the file")
            entries.setdefault(tag, Entry(kind, values, at))
        return entries, self._next(start + count * entry_length)

    def _next(self, at: int) -> int:
        try:
            return self._unpack(at, "Q" if self.big else "I")
        except Malformed:
            return 0  # the block ends behind its last entry: seen in EXIF of real cameras

    def raw(self, entry: Entry, most: int) -> bytes:
        if entry.size > most:
            raise Malformed(f"a value of {entry.size} bytes")
        return self._read(entry.position, entry.size)

    def numbers(self, entry: Entry, most: int) -> tuple[int, ...]:
        """The values of an integer entry; Malformed if it is none or has more than `most` values."""
        if entry.type not in INTEGERS or entry.count > most:
            raise Malformed(f"{entry.count} values of type {entry.type} where at most {most} integers belong")
        return struct.unpack(
            f"{self.order}{entry.count}{INTEGERS[entry.type]}", self._read(entry.position, entry.size)
        )

    def number(self, entries: Directory, tag: int, default: int) -> int:
        return self.numbers(entries[tag], 64)[0] if tag in entries and entries[tag].count else default

    def rational(self, entry: Entry | None) -> float | None:
        if entry is None or entry.type != 5 or entry.count < 1:
            return None
        over, under = struct.unpack(self.order + "II", self._read(entry.position, 8))
        return over / under if under else None

    def tags(self, entries: Directory, most: int) -> Tags:
        """The values of all entries as stored; Malformed if they are more than `most` bytes together."""
        if sum(entry.size for entry in entries.values()) > most:
            raise Malformed("a directory whose values exceed their block")
        return {tag: (entry.type, entry.count, self.raw(entry, most)) for tag, entry in entries.items()}

    def _read(self, offset: int, length: int) -> bytes:
        if not 0 <= offset <= self.length or offset + length > self.length:
            raise Malformed("an offset outside the file")
        self.file.seek(offset)
        return self.file.read(length)

    def _unpack(self, offset: int, letter: str) -> int:
        return struct.unpack(self.order + letter, self._read(offset, struct.calcsize("=" + letter)))[0]


def exif_orientation(exif: bytes | None) -> int:
    """1..8; 1 where the block is absent, broken or says nothing."""
    if exif is None:
        return 1
    try:
        block = TiffBlock(BytesIO(exif))
        orientation = block.number(block.directory(block.first)[0], ORIENTATION, 1)
    except (Malformed, struct.error):
        return 1
    return orientation if 1 <= orientation <= 8 else 1


def directory_bytes(tags: Tags, order: str, base: int) -> bytes:
    """A directory that will stand at `base` of its block, followed by its values; of even length."""
    names = sorted(tags)
    table_length = 2 + 12 * len(names) + 4
    table, values = struct.pack(order + "H", len(names)), b""
    for tag in names:
        kind, count, value = tags[tag]
        if len(value) <= 4:
            field = value.ljust(4, b"\0")
        else:
            field = struct.pack(order + "I", base + table_length + len(values))
            values += value + b"\0" * (len(value) % 2)
        table += struct.pack(order + "HHI", tag, kind, count) + field
    return table + struct.pack(order + "I", 0) + values
