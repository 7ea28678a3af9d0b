"""A place is never handed out, wherever in the file it stands: also not with the very bytes of what was not changed."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
import tifffile
from PIL import Image

from ml import photo
from ml.contract import Options
from ml.photo.headers.jpeg import EXIF, EXIF_RESOURCE, PHOTOSHOP
from ml.photo.headers.raw_profiles import packed_profile
from tests.badfiles.bad_files import png_chunk
from tests.ml.pipeline import restore

LATITUDE = b"5657585960/1"
XMP = (
    b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
    b"<rdf:Description xmlns:exif='http://ns.adobe.com/exif/1.0/' exif:GPSLatitude='5657585960/1'/></rdf:RDF>"
    b"</x:xmpmeta>"
)


def exif_with_place() -> bytes:
    """A block with GPSLatitude, whose number can be found again in a file."""
    block = Image.Exif()
    block[270] = "caption"
    block.get_ifd(0x8825)[29] = LATITUDE.decode()
    return block.tobytes().removeprefix(EXIF)


def saved(picture: np.ndarray, format: str, **options: object) -> bytes:
    out = BytesIO()
    Image.fromarray(picture).save(out, format, **options)
    return out.getvalue()


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def jpeg(picture: np.ndarray, *segments: bytes, behind: bytes = b"") -> bytes:
    plain = saved(picture, "JPEG", quality=90)
    return plain[:20] + b"".join(segments) + plain[20:] + behind


def resource(number: int, body: bytes) -> bytes:
    return b"8BIM" + struct.pack(">HHI", number, 0, len(body)) + body + bytes(len(body) % 2)


def tiff(picture: np.ndarray, *tags: tuple) -> bytes:
    out = BytesIO()
    tifffile.imwrite(out, picture, photometric="rgb", metadata=None, extratags=list(tags))
    return out.getvalue()


def tiff_with_place(picture: np.ndarray) -> bytes:
    """A pointer to a GPS directory, which tifffile does not write, at the file's end."""
    content = tiff(picture, (34852, 4, 1, 0, True))
    end = len(content)
    entry, pointer = (struct.pack("<HHII", *field) for field in ((34852, 4, 1, 0), (34853, 4, 1, end)))
    assert content.count(entry) == 1
    directory = struct.pack("<HHHIII", 1, 29, 2, len(LATITUDE) + 1, end + 18, 0)
    return content.replace(entry, pointer) + directory + LATITUDE + b"\0"


def files(picture: np.ndarray) -> dict[str, bytes]:
    exif, photoshop = exif_with_place(), resource(EXIF_RESOURCE, exif_with_place())
    png = saved(picture, "PNG")
    extension = b"http://ns.adobe.com/xmp/extension/\0" + bytes(40) + XMP
    return {
        "jpeg, exif": jpeg(picture, segment(0xE1, EXIF + exif)),
        "jpeg, a second exif": jpeg(
            picture, segment(0xE1, EXIF + Image.Exif().tobytes()[6:]), segment(0xE1, EXIF + exif)
        ),
        "jpeg, extended xmp": jpeg(picture, segment(0xE1, extension)),
        "jpeg, photoshop's resources": jpeg(picture, segment(0xED, PHOTOSHOP + photoshop)),
        "jpeg, a picture behind": jpeg(picture, behind=jpeg(picture, segment(0xE1, EXIF + exif))),
        "tiff": tiff_with_place(picture),
        "tiff, photoshop's resources": tiff(picture, (34377, 7, len(photoshop), photoshop, True)),
        "tiff, xmp": tiff(picture, (700, 1, len(XMP), XMP, True)),
        "png, exif": png[:33] + png_chunk(b"eXIf", exif) + png[33:],
        "png, text": png[:33] + png_chunk(b"zTXt", packed_profile("exif", EXIF + exif)) + png[33:],
        "webp": saved(picture, "WEBP", lossless=True, exif=EXIF + exif),
    }


KINDS = list(files(np.zeros((40, 40, 3), np.uint8)))


def holds_it(content: bytes) -> bool:
    unpacked = b""
    if content.startswith(b"\x89PNG"):
        at = content.find(b"zTXtRaw profile type exif")
        if at >= 0:
            text = zlib.decompressobj().decompress(content[at + 4 + len(b"Raw profile type exif\0\0") :])
            unpacked = bytes.fromhex(text.split(b"\n", 3)[3].decode())
    return LATITUDE in content or LATITUDE in unpacked


@pytest.mark.parametrize("kind", KINDS)
def test_a_photograph_in_good_condition_comes_back_without_it(kind, scene_u8, tmp_path, fakes):
    source = tmp_path / f"clean.{kind.split(',')[0]}"
    source.write_bytes(files(scene_u8)[kind])
    assert holds_it(source.read_bytes())

    report = restore(source, tmp_path, fakes, Options(("restored",)))

    result = tmp_path / "out" / report.files["restored"]
    assert report.found_nothing
    assert not holds_it(result.read_bytes()) and b"GPS" not in result.read_bytes()
    assert np.array_equal(photo.read(result).pixels_HWC, photo.read(source).pixels_HWC)


@pytest.mark.parametrize("kind", ["jpeg", "tiff", "png", "webp"])
def test_without_a_place_the_very_bytes_come_back(kind, scene_u8, tmp_path, fakes):
    plain = {"jpeg": jpeg(scene_u8), "tiff": tiff(scene_u8)}
    content = plain.get(kind) or saved(scene_u8, kind.upper(), lossless=True)
    (tmp_path / f"clean.{kind}").write_bytes(content)

    report = restore(tmp_path / f"clean.{kind}", tmp_path, fakes, Options(("restored",)))

    assert (tmp_path / "out" / report.files["restored"]).read_bytes() == content
