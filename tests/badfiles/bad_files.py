"""Bad inputs, built: name to bytes. Every one must end in a sentence or in a photograph, never in anything else."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator

import imagecodecs
import numpy as np
import pillow_heif
import tifffile
from PIL import Image

PICTURE = np.random.default_rng(11).integers(0, 256, (48, 64, 3), dtype=np.uint8)
PICTURE[8:40, 8:56] //= 4


def saved(format: str, mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    Image.fromarray(PICTURE).convert(mode).save(out, format, **options)
    return out.getvalue()


def tiff(picture: np.ndarray = PICTURE, **options: object) -> bytes:
    out = io.BytesIO()
    tifffile.imwrite(out, picture, **{"photometric": "rgb"} | options)
    return out.getvalue()


def heic() -> bytes:
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(PICTURE)).save(out, quality=80)
    return out.getvalue()


def exif() -> Image.Exif:
    block = Image.Exif()
    block[270], block[0x0112] = "caption", 6
    block.get_ifd(0x8769)[36867] = "1912:05:06 07:08:09"
    return block


def valid() -> dict[str, bytes]:
    """One good file per format and kind of storage: cut and flipped by the tests."""
    return {
        "jpeg": saved(
            "JPEG", quality=90, exif=exif(), xmp=b"<x/>", icc_profile=imagecodecs.cms_profile("srgb")
        ),
        "progressive": saved("JPEG", progressive=True),
        "cmyk_jpeg": saved("JPEG", "CMYK"),
        "png": saved("PNG", exif=exif(), dpi=(300, 300)),
        "png16": imagecodecs.png_encode(PICTURE.astype(np.uint16) * 257),
        "palette": saved("PNG", "P"),
        "webp": saved("WEBP", exif=exif()),
        "webp_lossless": saved("WEBP", lossless=True),
        "avif": saved("AVIF", quality=60),
        "heic": heic(),
        "tiff": tiff(resolution=(300, 300)),
        "tiff_lzw": tiff(compression="lzw", predictor=True),
        "tiff_deflate": tiff(PICTURE.astype(np.uint16) * 257, compression="zlib", tile=(16, 16)),
        "tiff_jpeg": tiff(compression="jpeg"),
        "tiff_big": tiff(bigtiff=True, byteorder=">"),
    }


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, rows: bytes, bits: int = 8, colour: int = 2, extra: bytes = b"") -> bytes:
    start = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + start + extra + png_chunk(b"IDAT", rows) + png_chunk(b"IEND", b"")


def tiff_directory(entries: list[tuple[int, int, int, int]], after: bytes = b"", following: int = 0) -> bytes:
    """A little-endian TIFF of (tag, type, count, value or offset) and what follows the directory."""
    table = b"".join(struct.pack("<HHII", *entry) for entry in sorted(entries))
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + table + struct.pack("<I", following) + after


def plain_tiff(**changed: tuple[int, int, int]) -> bytes:
    """A grey 64 x 64 TIFF in one strip, with single entries changed: t<tag>=(type, count, value)."""
    entries = {
        256: (3, 1, 64), 257: (3, 1, 64), 258: (3, 1, 8), 259: (3, 1, 1), 262: (3, 1, 1),
        273: (4, 1, 512), 277: (3, 1, 1), 278: (3, 1, 64), 279: (4, 1, 4096),
    }  # fmt: skip
    entries |= {int(name[1:]): value for name, value in changed.items()}
    file = tiff_directory([(tag, *value) for tag, value in entries.items()])
    return file.ljust(512, b"\0") + bytes(range(256)) * 16


def jpeg_with_size(width: int, height: int) -> bytes:
    """A good JPEG whose frame header tells another size."""
    file = saved("JPEG")
    at = file.index(b"\xff\xc0") + 5
    return file[:at] + struct.pack(">HH", height, width) + file[at + 4 :]


def jpeg_with_segment(marker: int, body: bytes, times: int = 1) -> bytes:
    file = saved("JPEG")
    segment = bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body
    return file[:2] + segment * times + file[2:]


def exif_bomb(entries: int, bytes_each: int, times: int) -> bytes:
    """Every entry of the directory points at the same bytes."""
    table = b"".join(struct.pack("<HHII", 40000 + at % 20000, 7, bytes_each, 8) for at in range(entries))
    block = b"II*\0" + struct.pack("<IH", 8, entries) + table + bytes(4)
    return jpeg_with_segment(0xE1, (b"Exif\0\0" + block)[:65_000].ljust(65_000, b"\0"), times)


def exif_in_circles() -> bytes:
    entries = [(0x8769, 4, 1, 8), (0xA005, 4, 1, 8), (0x8825, 4, 1, 8)]
    table = b"".join(struct.pack("<HHII", *entry) for entry in sorted(entries))
    return jpeg_with_segment(
        0xE1, b"Exif\0\0II*\0" + struct.pack("<IH", 8, len(entries)) + table + struct.pack("<I", 8)
    )


def zip_of_zeros() -> bytes:
    return zlib.compress(bytes(64 << 20), 9)


def giants() -> Iterator[tuple[str, bytes, str]]:
    """Few bytes that claim many: name, bytes, code."""
    bomb = zip_of_zeros()
    yield "png_65000_squared", png(65_000, 65_000, bomb), "too_many_pixels"
    yield "png_2_31_squared", png(2**31 - 1, 2**31 - 1, b"x"), "too_many_pixels"
    yield "png_deep_giant", png(30_000, 30_000, bomb, bits=16, colour=6), "too_many_pixels"
    yield "jpeg_65000_squared", jpeg_with_size(65_000, 65_000), "too_many_pixels"
    yield (
        "tiff_2_31_squared",
        plain_tiff(t256=(4, 1, 2**31), t257=(4, 1, 2**31), t278=(4, 1, 2**31)),
        "too_many_pixels",
    )
    webp = b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + b"\xff\xff\xff" * 2
    yield "webp_16m_squared", b"RIFF" + struct.pack("<I", 4 + len(webp)) + b"WEBP" + webp, "too_many_pixels"
    yield "png_long_and_thin", png(39_000_000, 1, bomb), "too_small"


def resized_box(file: bytes, width: int, height: int) -> bytes:
    """A HEIC or AVIF whose `ispe` properties all tell another size."""
    parts = file.split(b"ispe")
    return b"ispe".join(
        [parts[0], *(part[:4] + struct.pack(">II", width, height) + part[12:] for part in parts[1:])]
    )


def lying_boxes() -> Iterator[tuple[str, bytes]]:
    """Whether their libraries or we see through them first differs; that it ends in a sentence does not."""
    for name, file in (("heic", heic()), ("avif", saved("AVIF"))):
        yield f"{name}_60000_squared", resized_box(file, 60_000, 60_000)
        yield f"{name}_2_31_squared", resized_box(file, 2**31 - 1, 2**31 - 1)
        yield f"{name}_5000_squared", resized_box(file, 5_000, 5_000)
        yield f"{name}_nothing", resized_box(file, 0, 0)


def strangers() -> Iterator[tuple[str, bytes, str]]:
    """What is no photograph of ours, whatever its name or its middle say."""
    yield "nothing", b"", "empty"
    yield "one_byte", b"\xff", "not_a_photo"
    yield "zeros", bytes(100_000), "not_a_photo"
    yield "text", "Дорогая бабушка!\n".encode() * 100, "not_a_photo"
    yield "html", b"<!DOCTYPE html><script>alert(1)</script>", "not_a_photo"
    yield "svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "not_a_photo"
    yield (
        "svg_bomb",
        b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaa">]><svg>&a;</svg>',
        "not_a_photo",
    )
    yield "pdf", b"%PDF-1.7\n" + saved("JPEG"), "other_format"
    yield "zip", b"PK\x03\x04" + saved("JPEG"), "not_a_photo"
    yield "gif", saved("GIF", "P"), "other_format"
    yield "bmp", saved("BMP"), "other_format"
    yield "ico", saved("ICO"), "not_a_photo"
    yield "eps", saved("EPS"), "not_a_photo"
    yield "jpeg_2000", saved("JPEG2000"), "other_format"
    yield "video", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(1000), "not_a_photo"
    yield "raw_canon_3", b"\0\0\0\x18ftypcrx \0\0\0\1crx isom" + bytes(1000), "not_a_photo"
    yield "riff_but_sound", b"RIFF" + struct.pack("<I", 1000) + b"WAVEfmt " + bytes(1000), "not_a_photo"
    yield "bom_before_png", b"\xef\xbb\xbf" + saved("PNG"), "not_a_photo"
    yield "executable", b"MZ" + bytes(1000), "not_a_photo"
    yield "nested_jpeg_in_text", b"photo: " + saved("JPEG"), "not_a_photo"


def unsupported() -> Iterator[tuple[str, bytes, str]]:
    yield "tiff_float", tiff(PICTURE.astype(np.float32)), "unsupported"
    yield "tiff_32_bit", tiff(PICTURE.astype(np.uint32)), "unsupported"
    yield "tiff_lab", plain_tiff(t262=(3, 1, 8), t277=(3, 1, 3)), "unsupported"
    yield "tiff_old_jpeg_without_tables", plain_tiff(t259=(3, 1, 6)), "broken"
    yield "tiff_logluv", plain_tiff(t262=(3, 1, 32845)), "unsupported"
    yield "tiff_dng", plain_tiff(t50706=(1, 4, 0x01040000)), "unsupported"
    yield "tiff_camera_raw", plain_tiff(t262=(3, 1, 32803)), "unsupported"
    yield "tiff_nikon_like", plain_tiff(t254=(4, 1, 1), t330=(4, 1, 400)), "unsupported"
    yield "jpeg_lossless_frame", saved("JPEG").replace(b"\xff\xc0", b"\xff\xc3", 1), "unsupported"
    at = saved("JPEG").index(b"\xff\xc0")
    yield "jpeg_12_bit", saved("JPEG")[: at + 4] + b"\x0c" + saved("JPEG")[at + 5 :], "unsupported"


def broken() -> Iterator[tuple[str, bytes, str]]:
    """Right at the start, wrong further on."""
    yield "only_magic_jpeg", b"\xff\xd8\xff", "broken"
    yield "only_magic_png", b"\x89PNG\r\n\x1a\n", "broken"
    yield "only_magic_tiff", b"II*\0", "broken"
    yield "only_magic_webp", b"RIFF\x04\0\0\0WEBP", "broken"
    yield "only_magic_heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "broken"
    yield "only_magic_avif", b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", "broken"
    yield "jpeg_zero_height", jpeg_with_size(64, 0), "broken"
    yield "jpeg_end_at_once", b"\xff\xd8\xff\xd9" + bytes(100), "broken"
    yield "jpeg_of_ff", b"\xff\xd8" + b"\xff" * 100_000, "broken"
    yield "png_zero_width", png(0, 64, zlib.compress(b"x")), "broken"
    yield "png_colour_type_5", png(64, 64, zlib.compress(bytes(64 * 200)), colour=5), "broken"
    yield "png_too_few_rows", png(64, 64, zlib.compress(bytes(100))), "broken"
    yield "png_too_few_rows_16", png(64, 64, zlib.compress(bytes(100)), bits=16), "broken"
    yield "png_no_pixels", png(64, 64, b"")[:33] + png_chunk(b"IEND", b""), "broken"
    yield "png_pixels_not_deflated", png(64, 64, b"rubbish" * 100), "broken"
    yield "png_negative_chunk", png(64, 64, b"x")[:33] + b"\xff\xff\xff\xffIDAT" + bytes(100), "broken"
    yield "png_palette_missing", png(64, 64, zlib.compress(bytes(65 * 64)), colour=3), "broken"
    yield "tiff_directory_outside", b"II*\0" + struct.pack("<I", 2**31), "broken"
    yield "tiff_empty_directory", tiff_directory([]), "broken"
    yield "tiff_65535_entries", b"II*\0" + struct.pack("<IH", 8, 65535) + bytes(65535 * 12), "broken"
    yield "tiff_strip_outside", plain_tiff(t273=(4, 1, 2**31)), "broken"
    yield "tiff_strip_too_long", plain_tiff(t279=(4, 1, 2**31)), "broken"
    yield (
        "tiff_giant_tiles",
        plain_tiff(t322=(4, 1, 2**30), t323=(4, 1, 2**30), t324=(4, 1, 512), t325=(4, 1, 99)),
        "broken",
    )
    yield "tiff_empty_strip", plain_tiff(t279=(4, 1, 0)), "broken"
    yield "tiff_two_billion_strips", plain_tiff(t273=(4, 2**29, 8)), "broken"
    yield "tiff_missing_strips", plain_tiff(t278=(3, 1, 1)), "broken"
    yield "tiff_200_channels", plain_tiff(t277=(3, 1, 200)), "broken"
    yield "tiff_text_as_width", plain_tiff(t256=(2, 1, 64)), "broken"
    yield "tiff_lzw_that_is_not", plain_tiff(t259=(3, 1, 5)), "broken"
    yield "tiff_deflate_that_is_not", plain_tiff(t259=(3, 1, 8)), "broken"
    yield "tiff_jpeg_that_is_not", plain_tiff(t259=(3, 1, 7)), "broken"
    yield "tiff_palette_missing", plain_tiff(t262=(3, 1, 3)), "broken"
    yield "webp_no_picture", b"RIFF\x10\0\0\0WEBPEXIF\x04\0\0\0abcd", "broken"
    yield "webp_canvas_without_frame", _webp_canvas(64, 64), "broken"
    yield "nested_png_in_jpeg", b"\xff\xd8\xff" + saved("PNG"), "broken"


def _webp_canvas(width: int, height: int) -> bytes:
    body = (
        b"VP8X"
        + struct.pack("<I", 10)
        + bytes(4)
        + (width - 1).to_bytes(3, "little")
        + (height - 1).to_bytes(3, "little")
    )
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def odd_but_readable() -> Iterator[tuple[str, bytes]]:
    """Wrong in a way that does not touch the photograph."""
    yield "polyglot_jpeg_html", saved("JPEG") + b"<html><script>alert(1)</script></html>"
    yield "polyglot_png_zip", saved("PNG") + b"PK\x03\x04" + bytes(1000)
    yield "jpeg_exif_bomb", exif_bomb(5_000, 60_000, 30)
    yield "jpeg_exif_in_circles", exif_in_circles()
    yield "jpeg_exif_rubbish", jpeg_with_segment(0xE1, b"Exif\0\0" + b"\xff" * 1000)
    yield "jpeg_profile_rubbish", jpeg_with_segment(0xE2, b"ICC_PROFILE\0\x01\x05" + b"\xff" * 1000)
    yield "jpeg_3000_comments", jpeg_with_segment(0xFE, b"x" * 1000, 3000)
    yield (
        "jpeg_photoshop_rubbish",
        jpeg_with_segment(0xED, b"Photoshop 3.0\0" + b"8BIM\xff\xff\xff\xff\xff\xff\xff\xff"),
    )
    yield "jpeg_stray_bytes", saved("JPEG")[:20] + b"\0\0\0" + saved("JPEG")[20:]
    yield (
        "png_profile_bomb",
        png(64, 64, zlib.compress(bytes(193 * 64)), extra=png_chunk(b"iCCP", b"x\0\0" + zip_of_zeros())),
    )
    yield (
        "png_text_bomb",
        png(64, 64, zlib.compress(bytes(193 * 64)), extra=png_chunk(b"zTXt", b"x\0\0" + zip_of_zeros())),
    )
    yield (
        "png_exif_rubbish",
        png(64, 64, zlib.compress(bytes(193 * 64)), extra=png_chunk(b"eXIf", b"II*\0\xff\xff\xff\xff")),
    )
    yield "png_pixels_bomb", png(64, 64, zip_of_zeros())
    yield (
        "tiff_pages_in_a_circle",
        plain_tiff()[:8] + plain_tiff()[8:118] + struct.pack("<I", 8) + plain_tiff()[122:],
    )
    yield "tiff_short_strip_whose_pixels_are_there", plain_tiff(t279=(4, 1, 10))
    yield "tiff_orientation_99", plain_tiff(t274=(3, 1, 99))
    yield "tiff_resolution_by_zero", plain_tiff(t282=(5, 1, 300), t283=(5, 1, 300), t296=(3, 1, 2))
    yield "tiff_profile_outside_colours", plain_tiff(t34675=(7, 256, 512))


def all_refused() -> list[tuple[str, bytes, str]]:
    return [*strangers(), *giants(), *unsupported(), *broken()]
