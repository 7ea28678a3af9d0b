"""What goes with the pixels into every result, and what never does."""

from __future__ import annotations

import io
import re

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms, IptcImagePlugin

from ml import photo
from ml.photo.profiles import colour_profile, profile_space, srgb_profile, to_srgb
from ml.photo.xmp import SOURCE_TYPE, with_history
from tests.badfiles.bad_files import png_chunk

PICTURE = np.random.default_rng(3).integers(0, 256, (40, 56, 3), dtype=np.uint8)
ADOBE = imagecodecs.cms_profile("adobergb")
GREY_GAMMA = imagecodecs.cms_profile("gray", gamma=1.8)
CAPTION, DATE = "Бабушка, 1912", "1912:05:06 07:08:09"
XMP = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    b'xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" '
    b'xmlns:dc="http://purl.org/dc/elements/1.1/" tiff:Orientation="6" %s>%s<dc:source>attic</dc:source>'
    b'</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
IPTC = b"\x1c\x02\x78\x00\x05attic\x1c\x02\x05\x00\x06granny"


def exif_with_place() -> Image.Exif:
    exif = Image.Exif()
    exif[270] = CAPTION.encode()
    exif[271] = "Zeiss"
    exif[0x0112] = 6
    exif.get_ifd(0x8769)[36867] = DATE
    exif.get_ifd(0x8769)[33434] = 0.01
    exif.get_ifd(0x8769)[0x927C] = b"maker's own"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (55.0, 45.0, 7.0)
    return exif


@pytest.fixture
def jpeg(tmp_path):
    segment = (
        b"Photoshop 3.0\x008BIM\x04\x04\0\0" + len(IPTC).to_bytes(4, "big") + IPTC + b"\0" * (len(IPTC) % 2)
    )
    app13 = b"\xff\xed" + (len(segment) + 2).to_bytes(2, "big") + segment
    path = tmp_path / "a.jpg"
    Image.fromarray(PICTURE).save(
        path, exif=exif_with_place(), icc_profile=ADOBE, dpi=(600, 300), xmp=XMP % (b"", b""), extra=app13
    )
    return path


@pytest.mark.parametrize("format", ["jpeg", "png", "tiff", "webp"])
def test_everything_is_carried_to_every_format_that_holds_it(format, jpeg, tmp_path):
    photo.write(photo.read(jpeg), tmp_path / "out", format)

    with Image.open(tmp_path / "out") as again:
        exif = again.getexif()
        deeper = exif.get_ifd(0x8769)
    caption = exif[270]
    assert (caption if isinstance(caption, bytes) else caption.encode("latin-1")).decode() == CAPTION
    assert exif[271] == "Zeiss" and exif.get(0x0112, 1) == 1
    assert deeper[36867] == DATE and float(deeper[33434]) == pytest.approx(0.01)
    assert deeper[0x927C] == b"maker's own"
    metadata = photo.read(tmp_path / "out").metadata
    assert metadata.icc == ADOBE
    assert metadata.ppi == pytest.approx((300, 600), rel=1e-4), "turned with the picture"
    assert b"attic" in metadata.xmp and b'tiff:Orientation="1"' in metadata.xmp
    if format in ("jpeg", "tiff"):
        assert metadata.iptc == IPTC


@pytest.mark.parametrize("format", ["jpeg", "png", "tiff", "webp"])
def test_no_place_goes_out(format, jpeg, tmp_path):
    photo.write(photo.read(jpeg), tmp_path / "out", format)

    with Image.open(tmp_path / "out") as again:
        exif = again.getexif()
        assert 0x8825 not in exif and not exif.get_ifd(0x8825)


def test_a_tiff_passes_its_own_tags_on(tmp_path):
    extra = [
        (315, 2, 0, "A. Photographer", True),
        (700, 1, len(XMP), XMP % (b"", b""), True),
        (33723, 7, len(IPTC), IPTC, True),
    ]
    tifffile.imwrite(
        tmp_path / "a.tif", PICTURE, photometric="rgb", iccprofile=ADOBE, resolution=(600, 600),
        description="On the stairs", metadata=None, extratags=extra, byteorder=">",
    )  # fmt: skip

    photo.write(photo.read(tmp_path / "a.tif"), tmp_path / "b.tif", "tiff")

    with tifffile.TiffFile(tmp_path / "b.tif") as file:
        tags = file.pages[0].tags
        assert tags[315].value == "A. Photographer" and tags[270].value == "On the stairs"
        assert tags[282].value == (600, 1) and tags[296].value == 2
        assert bytes(tags[33723].value) == IPTC and tags[34675].value == ADOBE


def test_iptc_can_be_read_by_others(jpeg, tmp_path):
    photo.write(photo.read(jpeg), tmp_path / "b.jpg", "jpeg")

    with Image.open(tmp_path / "b.jpg") as again:
        assert IptcImagePlugin.getiptcinfo(again)[(2, 5)] == b"granny"


@pytest.mark.parametrize(
    ("attributes", "elements"),
    [
        (b'exif:GPSLatitude="55,45N"', b""),
        (b"", b"<exif:GPSLatitude>55,45N</exif:GPSLatitude>"),
        (b'xmlns:e="http://ns.adobe.com/exif/1.0/" e:GPSLatitude="55,45N"', b""),
    ],
)
def test_a_place_in_xmp_goes_and_the_rest_stays(attributes, elements, tmp_path):
    Image.fromarray(PICTURE).save(tmp_path / "a.jpg", xmp=XMP % (attributes, elements))

    xmp = photo.read(tmp_path / "a.jpg").metadata.xmp

    assert b"GPS" not in xmp and b"55,45N" not in xmp
    assert b"<dc:source>attic</dc:source>" in xmp


def test_xmp_with_entities_and_a_place_is_dropped(tmp_path):
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + XMP % (b'exif:GPSLatitude="1"', b"&a;")
    Image.fromarray(PICTURE).save(tmp_path / "a.jpg", xmp=bomb)

    assert photo.read(tmp_path / "a.jpg").metadata.xmp is None


def test_a_grey_profile_stays_on_grey_and_becomes_an_rgb_one_with_its_curve(tmp_path):
    Image.fromarray(PICTURE[..., 0]).save(tmp_path / "a.png", icc_profile=GREY_GAMMA)
    read = photo.read(tmp_path / "a.png")

    photo.write(read, tmp_path / "grey.png", "png")
    photo.write(read.with_pixels(read.pixels_HWC, grey=False), tmp_path / "colour.png", "png")

    with Image.open(tmp_path / "grey.png") as grey, Image.open(tmp_path / "colour.png") as colour:
        assert grey.info["icc_profile"] == GREY_GAMMA
        assert profile_space(colour.info["icc_profile"]) == "RGB "
        looks = ImageCms.profileToProfile(grey, _open(GREY_GAMMA), _open(srgb_profile()), outputMode="RGB")
        looks_too = to_srgb(np.asarray(colour), colour.info["icc_profile"])
    assert np.abs(np.asarray(looks).astype(int) - looks_too).max() <= 1


def _open(profile: bytes) -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(io.BytesIO(profile))


@pytest.mark.parametrize("grey", [True, False])
def test_a_png_that_tells_a_gamma_and_no_profile_keeps_its_look(grey, tmp_path):
    picture = PICTURE[..., 0].copy() if grey else PICTURE
    (tmp_path / "a.png").write_bytes(
        with_chunk(imagecodecs.png_encode(picture), b"gAMA", (100_000).to_bytes(4))
    )

    read = photo.read(tmp_path / "a.png")
    photo.write(read, tmp_path / "b.tif", "tiff")

    again = photo.read(tmp_path / "b.tif")
    assert np.array_equal(again.pixels_HWC[..., 0], PICTURE[..., 0]), "no pixel changes"
    linear_01 = PICTURE[..., 0] / 255
    expected = (
        np.where(linear_01 <= 0.0031308, 12.92 * linear_01, 1.055 * linear_01 ** (1 / 2.4) - 0.055) * 255
    )
    shown = to_srgb(again.pixels_HWC, colour_profile(again.metadata.icc))
    if grey:
        assert np.abs(shown[..., 0] - expected).max() <= 1.5
    else:
        assert np.median(np.abs(shown[..., 0] - expected)) <= 1.5


@pytest.mark.parametrize(
    ("gamma", "also"),
    [(45_455, b""), (0, b""), (1, b""), (100_000, b"sRGB")],
    ids=["sRGB's", "nothing", "absurd", "overruled"],
)
def test_a_gamma_that_says_nothing_new_makes_no_profile(gamma, also, tmp_path):
    file = with_chunk(imagecodecs.png_encode(PICTURE), b"gAMA", gamma.to_bytes(4))
    (tmp_path / "a.png").write_bytes(with_chunk(file, also, b"\0") if also else file)

    assert photo.read(tmp_path / "a.png").metadata.icc is None


def with_chunk(png: bytes, name: bytes, body: bytes) -> bytes:
    """Behind the header."""
    return png[:33] + png_chunk(name, body) + png[33:]


def test_the_history_grows_and_what_was_there_stays(jpeg, tmp_path):
    before = photo.read(jpeg).metadata.xmp

    once = with_history(before, "restorer 1", ["damage found", "repaired; 1 % & more"])
    twice = with_history(once, "restorer 1", ["colours invented"])

    assert b"<dc:source>attic</dc:source>" in twice and b'tiff:Orientation="1"' in twice
    said = re.findall(rb'stEvt:parameters="([^"]*)"', twice)
    assert said == [b"damage found", b"repaired; 1 % &amp; more", b"colours invented"]
    assert twice.count(b"DigitalSourceType=") == 1 and SOURCE_TYPE.encode() in twice


@pytest.mark.parametrize("xmp", [None, b"", b"<x/>", b"no xml", b"<!DOCTYPE a><a/>", b"\xff\xfe<\0x\0"])
def test_a_packet_that_says_nothing_gives_way_to_the_history(xmp):
    assert b'parameters="repaired"' in with_history(xmp, "restorer 1", ["repaired"])


@pytest.mark.parametrize("icc", [b"rubbish" * 40, GREY_GAMMA])
def test_a_profile_that_does_not_fit_is_not_carried(icc, tmp_path):
    Image.fromarray(PICTURE).save(tmp_path / "a.jpg", icc_profile=icc)

    assert photo.read(tmp_path / "a.jpg").metadata.icc is None


def test_srgb_is_the_same_bytes_every_time():
    first = srgb_profile()
    srgb_profile.cache_clear()
    assert srgb_profile() == first
    assert colour_profile(None) is None and colour_profile(ADOBE) == ADOBE


@pytest.mark.parametrize("format", ["jpeg", "png", "tiff", "webp"])
def test_same_photograph_same_bytes(format, jpeg, tmp_path):
    for name in ("first", "second"):
        photo.write(photo.read(jpeg), tmp_path / name, format)

    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_metadata_too_large_for_a_jpeg_segment_is_left_out_not_fatal(tmp_path):
    exif = Image.Exif()
    exif[271] = "Zeiss"
    exif.get_ifd(0x8769)[0x927C] = bytes(80_000)
    Image.fromarray(PICTURE).save(tmp_path / "a.png", exif=exif)

    photo.write(photo.read(tmp_path / "a.png"), tmp_path / "b.jpg", "jpeg")

    with Image.open(tmp_path / "b.jpg") as again:
        assert again.getexif()[271] == "Zeiss"
