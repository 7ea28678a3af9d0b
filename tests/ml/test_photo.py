"""A file becomes pixels and a file again: formats, depths, orientation."""

from __future__ import annotations

import errno

import imagecodecs
import numpy as np
import pillow_heif
import pytest
import tifffile
from PIL import Image

from ml import photo
from ml.contract import PhotoRejected

RNG = np.random.default_rng(7)
RGB_U8 = RNG.integers(0, 256, (40, 56, 3), dtype=np.uint8)
RGB_U16 = RNG.integers(0, 65536, (40, 56, 3), dtype=np.uint16)
GREY_U8, GREY_U16 = RGB_U8[..., 0].copy(), RGB_U16[..., 0].copy()


def pillow(name, picture, mode=None, **options):
    def make(folder):
        image = Image.fromarray(picture)
        (image.convert(mode) if mode else image).save(folder / name, **options)
        return folder / name

    return pytest.param(make, picture, id=f"{name}-{mode or picture.dtype}-{options}")


def tiff(name, picture, stored=None, **options):
    def make(folder):
        tifffile.imwrite(folder / name, picture if stored is None else stored, **options)
        return folder / name

    return pytest.param(make, picture, id=f"{name}-{picture.dtype}-{picture.ndim}-{options}")


def deep_png(picture):
    def make(folder):
        (folder / "deep.png").write_bytes(imagecodecs.png_encode(picture))
        return folder / "deep.png"

    return pytest.param(make, picture, id=f"png16-{picture.ndim}")


LOSSLESS = [
    pillow("a.png", RGB_U8),
    pillow("a.png", GREY_U8),
    pillow("a.webp", RGB_U8, lossless=True),
    pillow("a.tif", RGB_U8, compression="tiff_lzw"),
    pillow("a.tif", GREY_U8),
    deep_png(RGB_U16),
    deep_png(GREY_U16),
    tiff("a.tif", RGB_U16, photometric="rgb", compression="zlib", predictor=True),
    tiff("a.tif", RGB_U16, photometric="rgb", compression="lzw"),
    tiff("a.tif", RGB_U16, photometric="rgb", tile=(16, 16)),
    tiff("a.tif", RGB_U16, photometric="rgb", byteorder=">", rowsperstrip=7),
    tiff("a.tif", RGB_U16, RGB_U16.transpose(2, 0, 1).copy(), photometric="rgb", planarconfig="separate"),
    tiff("a.tif", RGB_U8, photometric="rgb", bigtiff=True),
    tiff("a.tif", GREY_U16, photometric="minisblack"),
    tiff("a.tif", GREY_U16, ~GREY_U16, photometric="miniswhite"),
    tiff("a.tif", GREY_U8, ~GREY_U8, photometric="miniswhite", compression="packbits"),
]


@pytest.mark.parametrize(("make", "picture"), LOSSLESS)
def test_pixels_survive_reading_and_writing(make, picture, tmp_path):
    source = make(tmp_path)

    info, read = photo.probe(source), photo.read(source)
    format = photo.result_format(read)
    photo.write(read, tmp_path / "again", format)
    again = photo.read(tmp_path / "again")

    expected = picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)
    assert read.pixels_HWC.dtype == picture.dtype and np.array_equal(read.pixels_HWC, expected)
    assert (info.width, info.height, info.bits) == (56, 40, picture.dtype.itemsize * 8)
    assert read.grey == (picture.ndim == 2)
    assert read.pixels_HWC.flags.c_contiguous and read.pixels_HWC.flags.writeable
    assert format == info.format == again.format
    assert again.grey == read.grey and np.array_equal(again.pixels_HWC, expected)


def test_ten_bit_heic_and_avif_are_held_in_sixteen_bits_up_to_white(tmp_path):
    white = np.full((64, 64, 3), 65535, np.uint16)
    pillow_heif.from_bytes(mode="RGB;16", size=(64, 64), data=white.tobytes()).save(
        tmp_path / "a.heic", quality=100
    )
    (tmp_path / "a.avif").write_bytes(imagecodecs.avif_encode(white >> 6, bitspersample=10, level=100))

    for name in ("a.heic", "a.avif"):
        read = photo.read(tmp_path / name)
        assert photo.probe(tmp_path / name).bits == read.bits == 16
        assert read.pixels_HWC.min() > 65400
        assert photo.result_format(read) == "png"


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.jpg", {}),
        ("a.png", {}),
        ("a.tif", {}),
        ("a.webp", {"lossless": True}),
        ("a.avif", {"quality": 100}),
    ],
)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photograph_comes_upright_and_stays_so(name, options, orientation, tmp_path):
    block = np.zeros((40, 56, 3), np.uint8)
    block[:20, :28] = (200, 40, 40)  # top left
    block[:20, 28:] = (40, 200, 40)
    block[20:, :28] = (40, 40, 200)
    exif = Image.Exif()
    exif[0x0112] = orientation
    upright = Image.fromarray(block)
    undo = {
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }
    stored = upright
    for step in undo.get(orientation, []):
        stored = stored.transpose(step)
    stored.save(tmp_path / name, exif=exif, **options)

    info, read = photo.probe(tmp_path / name), photo.read(tmp_path / name)
    photo.write(read, tmp_path / "again", photo.result_format(read))

    assert (info.width, info.height) == (56, 40)
    assert np.abs(read.pixels_HWC.astype(int) - block)[4:-4, 4:-4].mean() < 6
    assert read.pixels_HWC[2, 2].argmax() == 0 and read.pixels_HWC[2, -3].argmax() == 1
    assert photo.probe(tmp_path / "again").orientation == 1


def test_a_palette_and_a_bilevel_picture_are_read(tmp_path):
    Image.fromarray(RGB_U8).convert("P").save(tmp_path / "p.png")
    Image.fromarray(RGB_U8).convert("P").save(tmp_path / "p.tif")
    Image.fromarray(GREY_U8).convert("1").save(tmp_path / "b.tif", compression="group4")
    Image.fromarray(GREY_U8).convert("1").save(tmp_path / "b.png")

    for name in ("p.png", "p.tif"):
        expected = np.asarray(Image.open(tmp_path / name).convert("RGB"))
        assert np.array_equal(photo.read(tmp_path / name).pixels_HWC, expected)
    for name in ("b.png", "b.tif"):
        read = photo.read(tmp_path / name)
        assert read.grey and np.array_equal(
            read.pixels_HWC[..., 0] > 0, np.asarray(Image.open(tmp_path / name))
        )
        assert set(np.unique(read.pixels_HWC)) == {0, 255}


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.tif"])
def test_transparent_parts_lie_on_white_and_that_is_said(name, tmp_path):
    picture = np.dstack([np.full((40, 40, 3), 100, np.uint8), np.full((40, 40), 255, np.uint8)])
    opaque = Image.fromarray(picture.copy())
    picture[:, :20, 3] = 0
    picture[:, 20:30, 3] = 128
    Image.fromarray(picture).save(tmp_path / name, lossless=True)
    opaque.save(tmp_path / f"opaque_{name}", lossless=True)

    read = photo.read(tmp_path / name)

    assert (read.pixels_HWC[0, 0] == 255).all()
    assert abs(int(read.pixels_HWC[0, 25, 0]) - round(100 * 128 / 255 + 255 * 127 / 255)) <= 1
    assert (read.pixels_HWC[0, 35] == 100).all()
    assert "alpha_dropped" in read.notes
    assert "alpha_dropped" not in photo.read(tmp_path / f"opaque_{name}").notes


def test_the_first_page_is_read_and_that_is_said(tmp_path):
    tifffile.imwrite(tmp_path / "pages.tif", np.stack([RGB_U8, 255 - RGB_U8, RGB_U8]), photometric="rgb")

    read = photo.read(tmp_path / "pages.tif")

    assert photo.probe(tmp_path / "pages.tif").pages == 3
    assert np.array_equal(read.pixels_HWC, RGB_U8) and "first_page" in read.notes


@pytest.mark.parametrize("name", ["c.jpg", "c.tif"])
def test_cmyk_comes_as_srgb_and_that_is_said(name, tmp_path):
    colours = np.repeat(
        np.array([[[255, 255, 255], [200, 30, 30], [0, 0, 0]]], np.uint8).repeat(40, 0), 16, 1
    )
    Image.fromarray(colours).convert("CMYK").save(tmp_path / name)

    read = photo.read(tmp_path / name)

    assert np.abs(read.pixels_HWC.astype(int) - colours)[:, [4, 24, 44]].max() <= 8
    assert "cmyk_converted" in read.notes
    assert b"sRGB" in read.metadata.icc or read.metadata.icc[16:20] == b"RGB "


def test_sixteen_bits_are_rounded_only_where_the_format_holds_eight(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", RGB_U16, photometric="rgb")
    read = photo.read(tmp_path / "a.tif")

    photo.write(read, tmp_path / "a.webp", "webp")

    assert np.array_equal(photo.read(tmp_path / "a.webp").pixels_HWC, np.rint(RGB_U16 / 257).astype(np.uint8))


@pytest.mark.parametrize("quality", [60, 90, 98])
def test_a_jpeg_result_is_never_coarser_than_its_source(quality, tmp_path):
    Image.fromarray(RGB_U8).save(tmp_path / "a.jpg", quality=quality)

    photo.write(photo.read(tmp_path / "a.jpg"), tmp_path / "again.jpg", "jpeg")

    with Image.open(tmp_path / "a.jpg") as source, Image.open(tmp_path / "again.jpg") as result:
        before, after = source.quantization, result.quantization
        assert result.layer[0][1:3] == (1, 1), "no chroma subsampling"
    assert all((np.array(after[table]) <= np.array(before[table])).all() for table in before)


def test_a_result_is_there_whole_or_not_at_all(tmp_path, monkeypatch):
    folder = tmp_path / "results"
    folder.mkdir()
    Image.fromarray(RGB_U8).save(tmp_path / "a.png")
    read = photo.read(tmp_path / "a.png")
    monkeypatch.setattr(
        "ml.photo.writing.os.fsync", lambda descriptor: (_ for _ in ()).throw(OSError(28, "disk full"))
    )

    with pytest.raises(OSError, match="disk full"):
        photo.write(read, folder / "b.png", "png")

    assert list(folder.iterdir()) == []


def test_a_fault_of_the_machine_is_not_the_files(tmp_path, monkeypatch):
    Image.fromarray(RGB_U8).save(tmp_path / "a.png")
    for error in (OSError(errno.EIO, "disk"), MemoryError(), ImportError("no codec")):
        monkeypatch.setattr("ml.photo.reading.read_pixels", _raiser(error))
        with pytest.raises(type(error)):
            photo.read(tmp_path / "a.png")
    monkeypatch.setattr("ml.photo.reading.read_pixels", _raiser(OSError("cannot identify")))
    with pytest.raises(PhotoRejected, match="damaged"):
        photo.read(tmp_path / "a.png")


def _raiser(error):
    def fail(*args):
        raise error

    return fail


def test_the_suffix_of_a_result(tmp_path):
    assert photo.suffix("jpeg", tmp_path / "a.JPEG") == ".jpeg"
    assert photo.suffix("jpeg", tmp_path / "a.png", "jpeg") == ".jpeg"
    assert photo.suffix("tiff", tmp_path / "a.tif", "tiff") == ".tif"
    assert photo.suffix("png", tmp_path / "a.heic") == ".png"
