"""Prints the table of docs/formats.md: files of other projects, sent through `python -m ml restore` with an empty mask.

    .venv/bin/python docs/formats/table.py FOLDER

FOLDER holds the unpacked source packages that SOURCES names. What was kept is told by ExifTool (Debian's package
libimage-exiftool-perl), which shares no code with the product.
"""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from ml import photo  # noqa: E402
from ml.__main__ import main as command_line  # noqa: E402
from ml.contract import NOTES  # noqa: E402

SOURCES = {
    "pillow-13.0.0/Tests/images": "Pillow",
    "pillow_heif-1.8.1/tests/images": "pillow-heif",
    "piexif-1.1.3/tests/images": "piexif",
    "libtiff-v4.5.0/test/images": "LibTIFF",
    "exiv2-0.27.6/test/data": "Exiv2",
    "Image-ExifTool-12.57/t/images": "ExifTool",
    "libheif-1.15.1/fuzzing/corpus": "libheif",
}
"""Folder of the unpacked source package (PyPI or Debian 12) to the project's name."""
LIST = Path(__file__).with_name("files.tsv")
ABOUT_PIXELS = {
    *(
        "ImageWidth",
        "ImageHeight",
        "BitsPerSample",
        "Compression",
        "PhotometricInterpretation",
        "StripOffsets",
    ),
    *(
        "SamplesPerPixel",
        "RowsPerStrip",
        "StripByteCounts",
        "PlanarConfiguration",
        "Predictor",
        "ExtraSamples",
    ),
    *("SampleFormat", "ColorMap", "Orientation", "XResolution", "YResolution", "ResolutionUnit", "FillOrder"),
    *("ExifImageWidth", "ExifImageHeight", "SubfileType", "OldSubfileType", "TileWidth", "TileLength"),
    *("TileOffsets", "TileByteCounts", "T4Options", "T6Options", "YCbCrSubSampling", "YCbCrPositioning"),
    *("YCbCrCoefficients", "ReferenceBlackWhite", "PageNumber", "JPEGProc", "JPEGQTables", "JPEGDCTables"),
    *(
        "JPEGACTables",
        "JPEGTables",
        "ThumbnailOffset",
        "ThumbnailLength",
        "ThumbnailImage",
        "PrintImageMatching",
    ),
    *(
        "JpgFromRawStart",
        "JpgFromRawLength",
        "JpgFromRaw",
        "OtherImageStart",
        "OtherImageLength",
        "OtherImage",
    ),
    *(
        "MinSampleValue",
        "MaxSampleValue",
        "PreviewImageStart",
        "PreviewImageLength",
        "Padding",
        "OffsetSchema",
    ),
    *(
        "WhitePoint",
        "PrimaryChromaticities",
        "DotRange",
        "InkSet",
        "XPosition",
        "YPosition",
        "GrayResponseUnit",
    ),
}
"""Tags that describe how the old file's pixels lie in it, or its thumbnail; not what the photograph is."""


def main(folder: Path) -> None:
    rows = [line.split("\t") for line in LIST.read_text().splitlines()]
    sys.stdout.write("| file | what it is | outcome | pixels | ICC | ppi | EXIF | IPTC | place | said |\n")
    sys.stdout.write("|---|---|---|---|---|---|---|---|---|---|\n")
    for source, name, what in rows:
        cells = row(folder / source / name)
        sys.stdout.write(f"| {SOURCES[source]} `{Path(name).name}` | {what} | {' | '.join(cells)} |\n")
        sys.stdout.flush()


def row(file: Path) -> list[str]:
    with tempfile.TemporaryDirectory() as scratch:
        mask, out = Path(scratch) / "mask.png", Path(scratch) / "out"
        with contextlib.suppress(photo.PhotoRejected):
            info = photo.probe(file, max_pixels=10**12)
            Image.new("1", (info.width, info.height)).save(mask)
        if not mask.exists():
            Image.new("1", (64, 64)).save(mask)
        document = restored(file, mask, out)
        if document["status"] == "failed":
            return ["refused", *["–"] * 6, document["reason"]]
        report = document["report"]
        return described(file, out / report["files"]["restored"], report)


def restored(file: Path, mask: Path, out: Path) -> dict[str, Any]:
    told = io.StringIO()
    words = ["restore", str(file), "--mask", str(mask), "--only", "restored", "--out", str(out), "--json"]
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(io.StringIO()):
        command_line([*words, "--max-mb", "500"])
    return json.loads(told.getvalue())["files"][0]


def described(before: Path, after: Path, report: dict[str, Any]) -> list[str]:
    first, second = photo.read(before), photo.read(after)
    told_before, told_after = told(before), told(after)
    kind = f"{second.format.upper()} {report['width']} x {report['height']}, {report['bits']} bit"
    kind += ", grey" if second.grey else ""
    difference = np.abs(first.pixels_HWC.astype(np.int32) - second.pixels_HWC).max()
    how = "the very bytes" if before.read_bytes() == after.read_bytes() else "written anew"
    return [
        f"accepted; {how}",
        f"{kind}; {'the same' if not difference else f'differ by at most {difference}'}",
        both(told_before, told_after, "ICC_Profile:ProfileDescription", "ICC_Profile"),
        " x ".join(f"{value:.6g}" for value in second.metadata.ppi) if second.metadata.ppi else "–",
        kept(told_before, told_after, "EXIF"),
        kept(told_before, told_after, "IPTC"),
        place(told_before, told_after),
        " ".join(NOTES[code] for code in report["notes"]) or "–",
    ]


def told(file: Path) -> dict[str, Any]:
    answer = subprocess.run(
        ["exiftool", "-j", "-n", "-G0:1", "-struct", str(file)], capture_output=True, text=True, check=False
    )
    return json.loads(answer.stdout or "[{}]")[0]


def both(before: dict[str, Any], after: dict[str, Any], tag: str, group: str) -> str:
    had, has = (any(name.startswith(group) for name in one) for one in (before, after))
    if not had and not has:
        return "–"
    if not had:
        return f"now {after.get(tag, 'there')}"
    same = before.get(tag) == after.get(tag) and has
    return (
        f"{after.get(tag) or 'kept'}" if same else f"{before.get(tag)} → {after.get(tag) if has else 'none'}"
    )


def kept(before: dict[str, Any], after: dict[str, Any], group: str) -> str:
    def tags(one: dict[str, Any]) -> dict[str, Any]:
        parts = {name: value for name, value in one.items() if name.startswith(group + ":")}
        named = {name.split(":")[-1]: value for name, value in parts.items() if ":GPS:" not in name}
        return {
            name: value for name, value in named.items() if name not in ABOUT_PIXELS and "GPS" not in name
        }

    had, has = tags(before), tags(after)
    if not had:
        return "–"
    missing = sorted(name for name in had if name not in has)
    changed = sorted(name for name in had if name in has and str(has[name]) != str(had[name]))
    words = f"{len(had) - len(missing) - len(changed)} of {len(had)}"
    return "; ".join(
        [words, *(f"not {name}" for name in missing[:3]), *(f"other {name}" for name in changed[:3])]
    )


def place(before: dict[str, Any], after: dict[str, Any]) -> str:
    def places(one: dict[str, Any]) -> int:
        return sum("GPS" in name and not name.startswith("Composite") for name in one)

    return f"{places(before)} → {places(after)}" if places(before) or places(after) else "–"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
