"""Profiles that a PNG keeps as text, as ImageMagick began it and others read it: what has no chunk of its own (IPTC),
and EXIF and XMP of files older than those chunks.

Source: ImageMagick, coders/png.c; ExifTool, "PNG TextualData Tags". A name, a length, then the bytes in hexadecimal.
"""

from __future__ import annotations

import zlib

from ml.photo.metadata import MOST_BYTES

KEYWORD = b"Raw profile type "
KINDS = {b"exif", b"APP1", b"app1", b"iptc", b"xmp"}
MOST_TEXT = 3 * MOST_BYTES
LINE = 36
"""Bytes in a line of text."""


def raw_profile(chunk: bytes, packed: bool) -> tuple[str, bytes] | None:
    """Kind (exif, iptc or xmp) and bytes of the body of a tEXt or zTXt chunk; None where it is no such text.

    packed: whether it is a zTXt. Never more than MOST_TEXT is unpacked.
    """
    keyword, _, text = chunk.partition(b"\0")
    kind = keyword.removeprefix(KEYWORD)
    if kind == keyword or kind not in KINDS:
        return None
    try:
        if packed:
            text = zlib.decompressobj().decompress(text[1:], MOST_TEXT)
        _, _, length, digits = text.split(b"\n", 3)
        body = bytes.fromhex(digits.decode("ascii"))
        whole = len(body) == int(length)
    except (ValueError, zlib.error):
        return None
    return (_told(kind, body), body) if whole and body else None


def _told(kind: bytes, body: bytes) -> str:
    """`APP1` is a JPEG's segment: EXIF, or XMP behind its address."""
    if kind.lower() == b"app1":
        return "exif" if body.startswith(b"Exif\0\0") else "xmp"
    return kind.decode()


def packed_profile(kind: str, body: bytes) -> bytes:
    """The body of a zTXt chunk that keeps it."""
    lines = b"\n".join(body[at : at + LINE].hex().encode() for at in range(0, len(body), LINE))
    text = b"\n%s\n%8d\n%s\n" % (kind.encode(), len(body), lines)
    return KEYWORD + kind.encode() + b"\0\0" + zlib.compress(text)
