"""Colour profiles: which space they tell of, and pixels from one to another.

Source: ICC.1:2022, sections 7.2 and 7.3.
"""

from __future__ import annotations

import struct
from functools import lru_cache

import numpy as np

from ml.photo.picture import Curve

GREY_SPACE, RGB_SPACE, CMYK_SPACE = "GRAY", "RGB ", "CMYK"
HEADER_BYTES = 128
CURVES = (b"rTRC", b"gTRC", b"bTRC")


def profile_space(icc: bytes | None) -> str | None:
    """The four letters of the space of a profile's colours; None where it is no profile."""
    if icc is None or len(icc) < HEADER_BYTES + 4 or icc[36:40] != b"acsp":
        return None
    return icc[16:20].decode("latin-1")


@lru_cache(maxsize=1)
def srgb_profile() -> bytes:
    import imagecodecs

    return _timeless(imagecodecs.cms_profile("srgb"))


def curve_profile(curve: Curve, grey: bool) -> bytes | None:
    """A profile for what a PNG tells without one; None where its numbers describe no space."""
    import imagecodecs

    white, *primaries = ((x, y, 1.0) for x, y in zip(curve.xy[::2], curve.xy[1::2], strict=True))
    space = {"whitepoint": white, "primaries": sum(primaries, ())}
    try:
        profile = imagecodecs.cms_profile(
            "gray" if grey else "rgb", gamma=curve.gamma, **({} if grey else space)
        )
    except (ValueError, RuntimeError):
        return None
    return _timeless(profile)


def _timeless(made: bytes) -> bytes:
    """The same bytes at every call: the library would write the time into it."""
    profile = bytearray(made)
    profile[24:36] = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)
    profile[84:100] = bytes(16)  # the profile's hash, over the time too; zero means "not computed"
    return bytes(profile)


def colour_profile(icc: bytes | None) -> bytes | None:
    """The profile for a coloured picture made of pixels that have `icc`; None means sRGB.

    A grey profile becomes an RGB one with the same curve in each channel and sRGB's primaries: equal channels
    then look as the grey value did, and no pixel has to change.
    """
    space = profile_space(icc)
    if space == RGB_SPACE:
        return icc
    curve = _tags(icc).get(b"kTRC") if space == GREY_SPACE and icc is not None else None
    if curve is None:
        return None
    tags = _tags(srgb_profile())
    described = {b"desc": _text("Curve of a grey profile, primaries of sRGB")}
    return _build(srgb_profile()[:HEADER_BYTES], tags | described | dict.fromkeys(CURVES, curve))


def _text(words: str) -> bytes:
    encoded = words.encode("utf-16-be")
    return struct.pack(">4s4xII2s2sII", b"mluc", 1, 12, b"en", b"US", len(encoded), 28) + encoded


def _tags(profile: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", profile, HEADER_BYTES)
    table = profile[HEADER_BYTES + 4 : HEADER_BYTES + 4 + 12 * min(count, 100)]
    places = [struct.unpack(">4sII", table[at : at + 12]) for at in range(0, len(table) // 12 * 12, 12)]
    return {name: profile[at : at + length] for name, at, length in places}


def _build(header: bytes, tags: dict[bytes, bytes]) -> bytes:
    table, body = struct.pack(">I", len(tags)), b""
    start = HEADER_BYTES + 4 + 12 * len(tags)
    places: dict[bytes, int] = {}
    for name, value in tags.items():
        if value not in places:
            places[value] = start + len(body)
            body += value + bytes(-len(value) % 4)
        table += struct.pack(">4sII", name, places[value], len(value))
    return struct.pack(">I", start + len(body)) + header[4:] + table + body


def to_srgb(pixels: np.ndarray, icc: bytes | None) -> np.ndarray:
    """HWC pixels, RGB or CMYK by their channels, as sRGB of the same dtype, relative to the paper's white.

    Without a usable profile RGB is sRGB already, and CMYK is taken as ideal inks.
    """
    import imagecodecs

    space, letters = ("cmyk", CMYK_SPACE) if pixels.shape[2] == 4 else ("rgb", RGB_SPACE)
    if profile_space(icc) != letters:
        return _ideal_inks(pixels) if space == "cmyk" else pixels
    return imagecodecs.cms_transform(
        np.ascontiguousarray(pixels),
        icc,
        srgb_profile(),
        colorspace=space,
        outcolorspace="rgb",
        intent=imagecodecs.CMS.INTENT.RELATIVE_COLORIMETRIC,
    )


def _ideal_inks(cmyk_HWC: np.ndarray) -> np.ndarray:
    most = np.iinfo(cmyk_HWC.dtype).max
    light = (most - cmyk_HWC).astype(np.uint32)
    return ((light[..., :3] * light[..., 3:] + most // 2) // most).astype(cmyk_HWC.dtype)
