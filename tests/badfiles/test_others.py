"""Files that other projects test their readers with, from others/README.md: accepted whole, or refused in words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from ml import photo
from ml.contract import Options, PhotoRejected
from ml.pipeline import restore_file

OTHERS = Path(__file__).parent / "others"
READ = {
    # name: width, height, bits, grey, notes
    "pillow/rdf.tif": (518, 556, 8, False, ()),
    "pillow/ignore_frame_size.mpo": (64, 64, 8, False, ("first_page",)),
    "pillow/hopper_g4.tif": (128, 128, 8, True, ()),
    "pillow/hopper_bigtiff.tif": (128, 128, 8, False, ()),
    "pillow/iptc.jpg": (640, 480, 8, False, ()),
    "pillow/g4_orientation_6.tif": (590, 88, 8, True, ()),
    "pillow/tiff_16bit_RGBa.tiff": (100, 40, 16, False, ("alpha_dropped",)),
    "pillow/hopper_orientation_6.webp": (128, 128, 8, False, ()),
    "pillow/pil_sample_cmyk.jpg": (100, 100, 8, False, ("cmyk_converted",)),
    "pillow/i_trns.png": (64, 64, 16, True, ("alpha_dropped",)),
    "pillow/transparency.avif": (64, 64, 8, False, ("alpha_dropped",)),
    "pillow/icc_profile.avif": (57, 57, 8, False, ()),
    "pillow/rot1mir0.avif": (640, 427, 8, False, ()),
    "libtiff/palette-1c-1b.tiff": (157, 151, 8, False, ()),
    "libtiff/testfax4.tiff": (2453, 3369, 8, True, ()),
    "libtiff/ojpeg_single_strip_no_rowsperstrip.tiff": (234, 213, 8, False, ()),
    "pillow-heif/RGB_10__128x128.heif": (128, 128, 16, False, ()),
    "pillow-heif/L_12__128x128.heif": (128, 128, 16, True, ()),
    "pillow-heif/stereo_pair.heic": (64, 64, 8, False, ("first_page",)),
}
REFUSED = {"pillow/lab.tif": "unsupported", "pillow/hopper.gif": "other_format"}


@pytest.mark.parametrize("name", READ)
def test_it_is_read_as_what_it_is(name):
    info, read = photo.probe(OTHERS / name), photo.read(OTHERS / name)

    height, width = read.pixels_HWC.shape[:2]
    assert (width, height, read.bits, read.grey, read.notes) == READ[name]
    assert (info.width, info.height, info.bits) == (width, height, read.bits)


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_a_sentence_of_its_own(name):
    with pytest.raises(PhotoRejected) as refusal:
        photo.probe(OTHERS / name)

    assert refusal.value.code == REFUSED[name]


@pytest.mark.parametrize("format", [None, "png", "tiff"])
@pytest.mark.parametrize("name", READ)
def test_through_an_empty_mask_it_comes_back_with_the_same_pixels(name, format, tmp_path):
    """The networks are not asked: with nothing to repair the pipeline is reading and writing."""
    before = photo.read(OTHERS / name)
    Image.new("L", before.pixels_HWC.shape[1::-1]).save(tmp_path / "mask.png")

    report = restore_file(
        OTHERS / name, tmp_path / "out", Options(("restored",), format), mask=tmp_path / "mask.png"
    )

    after = photo.read(tmp_path / "out" / report.files["restored"])
    lossy = format is None and before.format == "jpeg" and not before.pixels_as_stored
    assert np.abs(after.pixels_HWC.astype(int) - before.pixels_HWC).max() <= (40 if lossy else 0)
    assert after.bits == before.bits
    assert after.metadata.icc == before.metadata.icc
    assert after.metadata.iptc == before.metadata.iptc
    assert after.metadata.ppi == (before.metadata.ppi and pytest.approx(before.metadata.ppi, abs=0.03))


@pytest.mark.parametrize(
    "name", ["libtiff/testfax4.tiff", "libtiff/palette-1c-1b.tiff", "pillow/hopper_g4.tif", "pillow/rdf.tif"]
)
def test_another_reader_sees_the_same(name):
    with Image.open(OTHERS / name) as picture:
        layer = picture.convert("RGBA")
    white = Image.new("RGBA", layer.size, "white")
    white.alpha_composite(layer)

    assert np.array_equal(photo.read(OTHERS / name).pixels_HWC, np.asarray(white)[..., :3])


def test_a_fax_page_is_turned_once():
    """Pillow turns what libtiff decodes for it; so do we, and not both."""
    path = OTHERS / "pillow" / "g4_orientation_6.tif"
    with Image.open(path) as picture:
        picture.load()
        turned_HW = np.asarray(picture.convert("L"))

    assert np.array_equal(photo.read(path).pixels_HWC[..., 0], turned_HW)


def test_a_tiff_of_64_bits_passes_its_tags_on(tmp_path):
    tifffile.imwrite(
        tmp_path / "big.tif", np.zeros((40, 40, 3), np.uint8), bigtiff=True, photometric="rgb",
        description="Grandmother, 1912", metadata=None,
    )  # fmt: skip

    read = photo.read(tmp_path / "big.tif")
    photo.write(read, tmp_path / "out.png", "png")

    with Image.open(tmp_path / "out.png") as picture:
        assert picture.getexif()[270] == "Grandmother, 1912"
