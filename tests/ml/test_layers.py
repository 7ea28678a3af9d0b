"""Layered files: what is seen in them is what was asked for, pixel by pixel."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
from xml.etree import ElementTree

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from ml.contract import Options
from ml.photo import layered_tiff, openraster, read
from ml.photo.layers import Layered
from ml.photo.picture import Metadata, Photo
from ml.photo.xmp import records
from tests.ml.layered import composed, ora_layers, png_pixels, tiff_layers
from tests.ml.pipeline import restore

READERS = {"ora": ora_layers, "tiff": tiff_layers}
DEPTHS = {8: np.uint8, 16: np.uint16}


@pytest.fixture(params=[(8, "colour"), (8, "grey"), (16, "colour"), (16, "grey")], ids=str)
def source(request, scratched_u8, tmp_path):
    """A scratched TIFF; in 16 bits its values use the lower byte too."""
    bits, colours = request.param
    pixels = scratched_u8.astype(DEPTHS[bits])
    if bits == 16:
        pixels = np.where(pixels == 255, 65535, pixels * 257 - np.arange(128, dtype=np.uint16)[:, None] % 200)
        pixels = pixels.astype(np.uint16)
    if colours == "grey":
        pixels = pixels[..., 0]
    path = tmp_path / "granny.tif"
    tifffile.imwrite(path, pixels, photometric="minisblack" if colours == "grey" else "rgb")
    return path


def layered(tmp_path, report, layers):
    return READERS[layers](tmp_path / "out" / report.files["layers"])


def result(tmp_path, report, name):
    pixels = tifffile.imread(tmp_path / "out" / report.files[name])
    return pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)


@pytest.mark.parametrize("layers", ["ora", "tiff"])
def test_layers_compose_to_the_results_exactly(source, tmp_path, fakes, layers):
    report = restore(source, tmp_path, fakes, Options(layers=layers))

    assert report.files["layers"] == f"granny_layers.{layers}"
    read_back = layered(tmp_path, report, layers)
    assert [(layer.name, layer.visible) for layer in read_back] == [
        ("original", True),
        ("repair", True),
        ("colour", True),
        ("mask", False),
    ]
    original = read(source).pixels_HWC
    assert {layer.pixels.dtype for layer in read_back} == {original.dtype}
    assert np.array_equal(composed(read_back), result(tmp_path, report, "restored_colorized"))
    assert np.array_equal(composed(read_back, but=("colour",)), result(tmp_path, report, "restored"))
    assert np.array_equal(composed(read_back, but=("colour", "repair")), original)
    most = np.iinfo(original.dtype).max
    white = (original == most).all(axis=2)
    assert np.array_equal(read_back[3].pixels[..., :3] == most, np.repeat(white[..., None], 3, axis=2))


@pytest.mark.parametrize("layers", ["ora", "tiff"])
def test_the_repair_is_opaque_only_where_something_changed(
    scratched_png, scratched_u8, tmp_path, fakes, layers
):
    report = restore(scratched_png, tmp_path, fakes, Options(layers=layers, format="tiff"))

    repair = layered(tmp_path, report, layers)[1]
    changed = (result(tmp_path, report, "restored") != scratched_u8).any(axis=2)
    alpha = np.zeros(changed.shape, np.uint8)
    height, width = repair.pixels.shape[:2]
    alpha[repair.top : repair.top + height, repair.left : repair.left + width] = repair.pixels[..., 3]
    assert np.array_equal(alpha == 255, changed) and set(np.unique(alpha)) == {0, 255}
    assert height < changed.shape[0] and width < changed.shape[1], "no larger than what was changed"


@pytest.mark.parametrize("layers", ["ora", "tiff"])
@pytest.mark.parametrize(
    ("only", "names", "shown"),
    [
        (("restored",), ["original", "repair", "(mask)"], "restored"),
        (("colorized",), ["original", "colour"], "colorized"),
        (("restored_colorized",), ["original", "repair", "colour", "(mask)"], "restored_colorized"),
        (("restored", "colorized"), ["original", "repair", "(colour)", "(mask)"], "restored"),
    ],
)
def test_what_is_visible_is_what_was_asked_for(scratched_png, tmp_path, fakes, layers, only, names, shown):
    report = restore(scratched_png, tmp_path, fakes, Options(only=only, layers=layers, format="tiff"))

    read_back = layered(tmp_path, report, layers)
    assert [layer.name if layer.visible else f"({layer.name})" for layer in read_back] == names
    assert np.array_equal(composed(read_back), result(tmp_path, report, shown))
    assert np.array_equal(merged(tmp_path, report, layers), result(tmp_path, report, shown))


def merged(tmp_path, report, layers):
    path = tmp_path / "out" / report.files["layers"]
    if layers == "tiff":
        return tifffile.imread(path)
    with zipfile.ZipFile(path) as archive:
        return png_pixels(archive.read("mergedimage.png"))


@pytest.mark.parametrize("layers", ["ora", "tiff"])
def test_a_photograph_without_damage_has_no_layer_of_repairs(scene_u8, tmp_path, fakes, layers):
    Image.fromarray(scene_u8).save(tmp_path / "clean.png")

    report = restore(tmp_path / "clean.png", tmp_path, fakes, Options(only=("restored",), layers=layers))

    read_back = layered(tmp_path, report, layers)
    assert [layer.name for layer in read_back] == ["original", "mask"]
    assert np.array_equal(composed(read_back), scene_u8)
    assert np.array_equal(merged(tmp_path, report, layers), scene_u8)


def test_an_ora_is_laid_out_as_its_specification_says(tmp_path, fakes):
    picture = np.full((600, 900, 3), 90, np.uint8)
    picture[100:105, 40:600] = 255
    Image.fromarray(picture).save(tmp_path / "wide.png", dpi=(600, 600))

    report = restore(tmp_path / "wide.png", tmp_path, fakes, Options(layers="ora"))

    path = tmp_path / "out" / report.files["layers"]
    assert path.read_bytes()[30:54] == b"mimetypeimage/openraster", "first, stored, no extra field"
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        image = ElementTree.fromstring(archive.read("stack.xml"))  # noqa: S314
        stored = {name for name in archive.namelist() if name.startswith("data/")}
        with Image.open(io.BytesIO(archive.read("Thumbnails/thumbnail.png"))) as thumbnail:
            assert thumbnail.size == (256, 171) and thumbnail.mode == "RGB"
    assert image.tag == "image" and (image.get("w"), image.get("h")) == ("900", "600")
    assert (image.get("xres"), image.get("yres")) == ("600", "600")
    assert {layer.get("src") for layer in image.findall("stack/layer")} == stored
    assert {layer.get("composite-op") for layer in image.findall("stack/layer")} == {"svg:src-over"}


@pytest.mark.parametrize("layers", ["ora", "tiff"])
def test_the_file_says_what_was_done_and_keeps_the_profile(scratched_u8, tmp_path, fakes, layers):
    profile = imagecodecs.cms_profile("adobergb")
    Image.fromarray(scratched_u8).save(tmp_path / "adobe.png", icc_profile=profile, dpi=(600, 600))

    report = restore(tmp_path / "adobe.png", tmp_path, fakes, Options(layers=layers))

    path = tmp_path / "out" / report.files["layers"]
    if layers == "ora":
        with zipfile.ZipFile(path) as archive:
            archive.extractall(tmp_path / "unpacked")
        path = tmp_path / "unpacked" / "mergedimage.png"
        for layer in (tmp_path / "unpacked" / "data").iterdir():
            with Image.open(layer) as png:
                assert png.info["icc_profile"] == profile, layer.name
    metadata = read(path).metadata
    assert metadata.icc == profile and metadata.ppi == pytest.approx((600, 600), rel=1e-4)
    assert records(metadata.xmp) == [report.record["results"]["restored_colorized"]]


@pytest.mark.parametrize("maker_order", ["<", ">"])
def test_layers_of_a_tiff_follow_the_byte_order_of_its_exif(scratched_u8, tmp_path, fakes, maker_order):
    exif = Image.Exif()
    exif.endian = maker_order
    exif[271] = "Zeiss"
    exif.get_ifd(0x8769)[36867] = "1912:05:06 07:08:09"
    Image.fromarray(scratched_u8).save(tmp_path / "a.png", exif=exif.tobytes())

    report = restore(tmp_path / "a.png", tmp_path, fakes, Options(layers="tiff", format="tiff"))

    with tifffile.TiffFile(tmp_path / "out" / report.files["layers"]) as file:
        assert file.byteorder == maker_order
        assert file.pages[0].tags[34665].value["DateTimeOriginal"] == "1912:05:06 07:08:09"
    assert np.array_equal(
        composed(layered(tmp_path, report, "tiff")), result(tmp_path, report, "restored_colorized")
    )


@pytest.mark.parametrize("layers", ["ora", "tiff"])
def test_twice_the_same_bytes(scratched_png, tmp_path, fakes, layers):
    first = restore(scratched_png, tmp_path, fakes, Options(layers=layers))
    before = (tmp_path / "out" / first.files["layers"]).read_bytes()

    restore(scratched_png, tmp_path, fakes, Options(layers=layers))

    assert (tmp_path / "out" / first.files["layers"]).read_bytes() == before


@pytest.mark.parametrize(("writer", "most"), [(openraster, 4.5), (layered_tiff, 7.4)])
def test_writing_needs_the_memory_of_a_few_pictures(writer, most, tmp_path):
    """Of numpy and bytes, beyond the pictures themselves, in pictures; noise that nothing compresses is the worst."""
    noise = np.random.default_rng(0).integers(0, 256, (1000, 1500, 3), np.uint8)
    photos = [Photo(pixels, False, Metadata(), "png") for pixels in (noise, noise ^ np.uint8(1), noise // 2)]
    picture = Layered(photos[0], photos[2], photos[1], photos[2], np.ones((1000, 1500), bool))
    _write(writer, tmp_path / "first", picture)  # what is imported and cached counts once
    tracemalloc.start()

    _write(writer, tmp_path / "second", picture)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < most * noise.nbytes


def _write(writer, path, picture):
    with path.open("w+b") as file:
        writer.write(file, picture)


@pytest.mark.parametrize("at", ["ml.photo.codecs.tiff.MOST_BYTES", "psdtags.TiffImageSourceData.write"])
def test_layers_that_do_not_fit_a_tiff_are_refused_with_a_sentence(
    at, scratched_png, tmp_path, fakes, monkeypatch
):
    def overflowing(*args, **kwargs):
        struct.pack("<I", 1 << 32)

    monkeypatch.setattr(at, 1_000 if at.endswith("MOST_BYTES") else overflowing)

    with pytest.raises(OSError, match="do not fit into a TIFF of 4 GB; OpenRaster"):
        restore(scratched_png, tmp_path, fakes, Options(layers="tiff"))

    assert not [path.name for path in (tmp_path / "out").iterdir() if "layers" in path.name]
