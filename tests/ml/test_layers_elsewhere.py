"""Layered files opened by programs of others: composed there they are the results, pixel by pixel.

ImageMagick reads Photoshop's layers in a TIFF, pyora an OpenRaster. psd-tools and GIMP know those layers in a PSD: the
block of a big-endian TIFF is put into one, byte for byte. Where a program is not installed its tests are skipped.
"""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
import tifffile

from ml.contract import Options
from tests.ml.layered import LAYERS_TAG, SIGNATURE, png_pixels
from tests.ml.pipeline import restore

IMAGEMAGICK = shutil.which("magick") or shutil.which("convert-im6.q16")
needs_imagemagick = pytest.mark.skipif(IMAGEMAGICK is None, reason="ImageMagick is not installed")
needs_gimp = pytest.mark.skipif(shutil.which("gimp") is None, reason="GIMP is not installed")
BOTH = ("restored", "restored_colorized")


@pytest.fixture(params=[8, 16])
def scan(request, scratched_u8, tmp_path) -> Path:
    """Big-endian, as the EXIF of the layered file then is; in 16 bits with values of its own."""
    deep = scratched_u8.astype(np.uint16) * 257 - np.arange(96, dtype=np.uint16)[:, None, None] % 50
    deep[scratched_u8 == 255] = 65535
    pixels = scratched_u8 if request.param == 8 else deep
    path = tmp_path / "granny.tif"
    tifffile.imwrite(path, pixels, photometric="rgb", byteorder=">", description="granny", metadata=None)
    return path


def layered(scan, tmp_path, fakes, layers):
    report = restore(scan, tmp_path, fakes, Options(BOTH, layers=layers))
    results = (tifffile.imread(tmp_path / "out" / report.files[kind]) for kind in BOTH)
    return tmp_path / "out" / report.files["layers"], *results


def as_psd(path: Path) -> bytes:
    """A PSD around the layers of a big-endian TIFF (Adobe Photoshop File Formats Specification, 2019)."""
    with tifffile.TiffFile(path) as file:
        assert file.byteorder == ">"
        block, merged_HWC = file.pages[0].tags[LAYERS_TAG].value[len(SIGNATURE) :], file.pages[0].asarray()
    assert block[:4] == b"8BIM"
    (length,) = struct.unpack(">I", block[8:12])
    info = block[12 : 12 + length]
    height, width, _ = merged_HWC.shape
    bits = 8 * merged_HWC.dtype.itemsize
    head = b"8BPS" + struct.pack(">H6xHIIHHII", 1, 3, height, width, bits, 3, 0, 0)
    if block[4:8] == b"Layr":
        section = struct.pack(">I", length) + info + struct.pack(">I", 0)
    else:
        section = struct.pack(">II", 0, 0) + b"8BIM" + block[4:8] + struct.pack(">I", length) + info
        section += bytes(-length % 4)
    planes = np.moveaxis(merged_HWC, 2, 0).astype(merged_HWC.dtype.newbyteorder(">"))
    return head + struct.pack(">I", len(section)) + section + struct.pack(">H", 0) + planes.tobytes()


@needs_imagemagick
def test_imagemagick_composes_the_layers_of_a_tiff_to_the_results(scan, tmp_path, fakes):
    path, restored, both = layered(scan, tmp_path, fakes, "tiff")

    def composed(*without: int) -> np.ndarray:
        out = tmp_path / "composed.tif"
        words = [str(path), "-delete", ",".join(map(str, without)), "-background", "none", "-flatten"]
        subprocess.run(
            [IMAGEMAGICK, *words, "-depth", str(8 * restored.itemsize), str(out)],
            check=True, capture_output=True,
        )  # fmt: skip
        return tifffile.imread(out)[..., :3]

    assert np.array_equal(composed(0, 3, 4), restored), "merged picture, colour and mask left out"
    assert np.array_equal(composed(0, 4), both)
    assert np.array_equal(composed(0, 2, 3, 4), tifffile.imread(scan))


def test_pyora_composes_an_openraster_to_the_result(scan, tmp_path, fakes):
    pyora = pytest.importorskip("pyora")
    path, _, both = layered(scan, tmp_path, fakes, "ora")

    project = pyora.Project.load(str(path))

    listed = [(layer.name, layer.visible) for layer in project.children_recursive]
    assert listed == [("mask", False), ("colour", True), ("repair", True), ("original", True)]
    composed = np.asarray(project.get_image_data(use_original=False).convert("RGB"))
    expected = both if both.dtype == np.uint8 else both / 257  # it knows 8 bits alone
    assert np.abs(composed - expected).max() <= (0 if both.dtype == np.uint8 else 1)


def test_psd_tools_reads_every_layer_exactly(scan, tmp_path, fakes):
    psd_tools = pytest.importorskip("psd_tools")
    path, restored, both = layered(scan, tmp_path, fakes, "tiff")
    (tmp_path / "layers.psd").write_bytes(as_psd(path))

    layers = {layer.name: layer for layer in psd_tools.PSDImage.open(tmp_path / "layers.psd")}

    assert [(name, layer.visible) for name, layer in layers.items()] == [
        ("original", True),
        ("repair", True),
        ("colour", True),
        ("mask", False),
    ]
    most = np.iinfo(restored.dtype).max
    pixels = {name: np.rint(layer.numpy() * np.float64(most)) for name, layer in layers.items()}
    composed = pixels["original"][..., :3]
    left, top, right, bottom = layers["repair"].bbox
    repair = pixels["repair"]
    np.copyto(composed[top:bottom, left:right], repair[..., :3], where=repair[..., 3:] == most)
    assert np.array_equal(composed, restored)
    assert np.array_equal(pixels["colour"][..., :3], both)


@needs_gimp
def test_gimp_shows_the_merged_picture_of_a_tiff_and_composes_the_layers(scan, tmp_path, fakes):
    path, _, both = layered(scan, tmp_path, fakes, "tiff")
    (tmp_path / "layers.psd").write_bytes(as_psd(path))

    told = [in_gimp(file, tmp_path / f"{file.suffix[1:]}.png") for file in (path, tmp_path / "layers.psd")]

    assert told == [1, 4], "GIMP 2.10 knows Photoshop's layers in a PSD, not in a TIFF"
    for name in ("tiff", "psd"):
        seen = png_pixels((tmp_path / f"{name}.png").read_bytes())
        assert np.array_equal(seen[..., :3], both), name


def in_gimp(file: Path, out: Path) -> int:
    """How many layers GIMP finds in the file; what they look like goes to out."""
    script = (
        f'(let* ((image (car (gimp-file-load RUN-NONINTERACTIVE "{file}" "{file}")))'
        " (count (car (gimp-image-get-layers image))) (flat (car (gimp-image-flatten image))))"
        f' (file-png-save RUN-NONINTERACTIVE image flat "{out}" "{out}" 0 9 0 0 0 0 0)'
        ' (gimp-message (string-append "layers: " (number->string count))))'
    )
    done = subprocess.run(
        ["gimp", "-i", "-d", "-f", "-b", script, "-b", "(gimp-quit 0)"],
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    return int(done.stderr.split("layers: ")[1].split()[0])
