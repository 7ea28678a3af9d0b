"""What a result says, asked of ExifTool, which shares no code with us. Skipped where it is not installed."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from ml import photo
from ml.contract import Options
from tests.ml.pipeline import restore

pytestmark = pytest.mark.skipif(shutil.which("exiftool") is None, reason="ExifTool is not installed")

WORDS = {
    "EXIF:Make": "Epson",
    "EXIF:ImageDescription": "Grandmother, about 1912",
    "EXIF:DateTimeOriginal": "2026:03:01 10:20:30",
    "IPTC:Caption-Abstract": "Grandmother, about 1912",
    "IPTC:By-line": "Anna",
    "IPTC:Keywords": "family",
    "XMP:Title": "Grandmother",
}
PLACE = ["-GPSLatitude=56.95", "-GPSLatitudeRef=N", "-XMP:GPSLongitude=24.1"]
PIXELS = {"jpeg": "JPEG", "png": "PNG", "tiff": "TIFF", "webp": "WEBP"}


def told(file: Path) -> dict:
    asked = subprocess.run(
        ["exiftool", "-j", "-n", "-G0", str(file)], capture_output=True, text=True, check=True
    )
    return json.loads(asked.stdout)[0]


@pytest.fixture
def scan(tmp_path, scratched_u8):
    """scan(format): Adobe RGB, 600 ppi, lying on its side, with words and a place that ExifTool has written."""

    def make(format: str) -> Path:
        file = tmp_path / f"scan.{format}"
        icc, upright = imagecodecs.cms_profile("adobergb"), Image.fromarray(scratched_u8)
        lying = upright.transpose(Image.Transpose.ROTATE_90)
        if format == "tiff":
            tifffile.imwrite(
                file, np.asarray(lying).astype(np.uint16) * 257, photometric="rgb", iccprofile=icc,
                resolution=(600, 600), resolutionunit="inch", metadata=None,
            )  # fmt: skip
        else:
            options = {"lossless": True} if format == "webp" else {"dpi": (600, 600), "quality": 98}
            lying.save(file, PIXELS[format], icc_profile=icc, **options)
        words = [
            f"-{name}={value}" for name, value in WORDS.items() if format != "webp" or name[:4] != "IPTC"
        ]
        more = [
            "-EXIF:Orientation=6",
            "-EXIF:XResolution=600",
            "-EXIF:YResolution=600",
            "-EXIF:ResolutionUnit=2",
        ]
        subprocess.run(
            ["exiftool", "-q", "-n", "-overwrite_original", *words, *PLACE, *more, str(file)], check=True
        )
        assert any("GPS" in name for name in told(file))
        return file

    return make


@pytest.mark.parametrize("result", ["restored", "colorized"])
@pytest.mark.parametrize("target", [None, "jpeg", "png", "tiff"])
@pytest.mark.parametrize("source", PIXELS)
def test_words_profile_and_resolution_are_in_every_format_and_the_place_in_none(
    source, target, result, scan, tmp_path, fakes
):
    file = scan(source)

    report = restore(file, tmp_path, fakes, Options((result,), target))

    made = told(tmp_path / "out" / report.files[result])
    expected = {name: value for name, value in WORDS.items() if source != "webp" or name[:4] != "IPTC"}
    assert {name: made.get(name) for name in expected} == expected
    assert not [name for name in made if "GPS" in name]
    assert made.get("EXIF:Orientation", 1) == 1
    assert made["ICC_Profile:ProfileConnectionSpace"] and made["ICC_Profile:DeviceManufacturer"] is not None
    density = (
        made.get("PNG:PixelsPerUnitX", 0) * 0.0254 or made.get("JFIF:XResolution") or made["EXIF:XResolution"]
    )
    assert density == pytest.approx(600, abs=0.05)
    assert made.get("File:ImageWidth", 128) == 128
    bits = photo.read(tmp_path / "out" / report.files[result]).bits
    assert bits == (16 if source == "tiff" and target in (None, "png", "tiff") else 8)
    assert made["XMP:DigitalSourceType"].endswith("/compositeWithTrainedAlgorithmicMedia")


def test_iptc_of_a_webp_lies_where_exiftool_finds_it(scratched_u8, tmp_path):
    """No WebP comes with IPTC as a rule; what has it, keeps it."""
    Image.fromarray(scratched_u8).save(tmp_path / "scan.jpg")
    subprocess.run(["exiftool", "-q", "-IPTC:By-line=Anna", str(tmp_path / "scan.jpg")], check=True)
    read = photo.read(tmp_path / "scan.jpg")

    photo.write(read, tmp_path / "scan.webp", "webp")

    assert told(tmp_path / "scan.webp")["IPTC:By-line"] == "Anna"
    assert photo.read(tmp_path / "scan.webp").metadata.iptc == read.metadata.iptc
    photo.write(photo.read(tmp_path / "scan.webp"), tmp_path / "again.png", "png")
    assert told(tmp_path / "again.png")["IPTC:By-line"] == "Anna"


@pytest.mark.parametrize("kind", ["exif", "iptc", "xmp"])
def test_a_png_that_keeps_its_words_as_text_is_understood(kind, scratched_u8, tmp_path):
    """As ImageMagick wrote them before PNG had chunks for them."""
    from ml.photo.headers.raw_profiles import packed_profile
    from tests.badfiles.bad_files import png_chunk

    Image.fromarray(scratched_u8).save(tmp_path / "words.jpg")
    written = {"exif": "-EXIF:Artist=Anna", "iptc": "-IPTC:By-line=Anna", "xmp": "-XMP:Creator=Anna"}
    subprocess.run(["exiftool", "-q", written[kind], str(tmp_path / "words.jpg")], check=True)
    metadata = photo.read(tmp_path / "words.jpg").metadata
    body = {"exif": b"Exif\0\0" + (metadata.exif or b""), "iptc": metadata.iptc, "xmp": metadata.xmp}[kind]
    Image.fromarray(scratched_u8).save(tmp_path / "old.png")
    content = (tmp_path / "old.png").read_bytes()
    chunk = png_chunk(b"zTXt", packed_profile(kind, body))
    (tmp_path / "old.png").write_bytes(content[:33] + chunk + content[33:])

    photo.write(photo.read(tmp_path / "old.png"), tmp_path / "new.tif", "tiff")

    names = {"exif": "EXIF:Artist", "iptc": "IPTC:By-line", "xmp": "XMP:Creator"}
    assert told(tmp_path / "new.tif")[names[kind]] == "Anna"
