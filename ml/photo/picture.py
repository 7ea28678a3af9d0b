"""What is known of a photograph: its header before decoding, its metadata, its pixels. No heavy import."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


class Malformed(Exception):
    """The bytes do not follow their format; a door of ml.photo turns this into PhotoRejected("broken")."""


class Unsupported(Exception):
    """The bytes follow their format, but we cannot read this kind; the message says which."""


@dataclass(frozen=True)
class PhotoInfo:
    """What `probe` tells without decoding a pixel."""

    format: str
    """jpeg, png, tiff, webp, heic or avif: by content, not by name."""
    width: int
    height: int
    """As displayed, that is, after the orientation was applied."""
    bits: int
    """Bits per channel as we hold it: 8, or 16 for everything deeper."""
    mode: str
    """grey, rgb, palette or cmyk."""
    pages: int
    orientation: int
    """EXIF orientation of the stored picture, 1..8."""


@dataclass(frozen=True)
class Metadata:
    """What goes with the pixels into every result, where its format can hold it."""

    icc: bytes | None = None
    """The profile of the pixels as they are held."""
    ppi: tuple[float, float] | None = None
    """Across and down, as displayed."""
    exif: bytes | None = None
    """A TIFF block without the leading `Exif\\0\\0`; in a Photo it is free of GPS and its orientation is 1."""
    xmp: bytes | None = None
    iptc: bytes | None = None
    """IPTC-IIM records, raw."""


SRGB_XY = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)


@dataclass(frozen=True)
class Curve:
    """How a PNG without a profile tells its colours."""

    gamma: float
    """Light = value ** gamma; 2.2 is close to sRGB."""
    xy: tuple[float, ...] = SRGB_XY
    """Of white, red, green and blue (CIE 1931)."""


@dataclass(frozen=True)
class Header:
    """Everything of a file but its pixels."""

    format: str
    width: int
    height: int
    """As stored."""
    bits: int
    mode: str
    pages: int = 1
    orientation: int = 1
    metadata: Metadata = field(default_factory=Metadata)
    names_place: bool = False
    """A place (GPS) is told outside of what `metadata` holds of the file."""
    compression: str = ""
    """TIFF only: `lzw` where results should be LZW too."""
    depth: int = 8
    """AVIF only: bits per channel as stored."""
    curve: Curve | None = None
    """PNG only: where there is no profile and it is not sRGB's."""

    def info(self) -> PhotoInfo:
        turned = self.orientation >= 5
        width, height = (self.height, self.width) if turned else (self.width, self.height)
        return PhotoInfo(self.format, width, height, self.bits, self.mode, self.pages, self.orientation)


@dataclass(frozen=True)
class Photo:
    """A photograph in memory, upright.

    pixels_HWC: uint8 or uint16, three channels, in the colour space of its own profile (sRGB where it has none).
    """

    pixels_HWC: np.ndarray
    grey: bool
    """The file held one channel; the three here are equal. Written as one channel again unless colour came in."""
    metadata: Metadata
    format: str
    jpeg_quality: int = 95
    """The lowest IJG quality of at least 95 that is no coarser than the input's tables."""
    compression: str = ""
    notes: tuple[str, ...] = ()
    """Codes of ml.contract.NOTES."""
    as_stored: bool = False
    """The file as it is may be handed out for this picture: upright already and without a place (GPS) in it."""

    pixels_as_stored: bool = False
    """The file's first picture, decoded, is this one: upright already, not converted, not laid on white."""

    @property
    def bits(self) -> int:
        return self.pixels_HWC.dtype.itemsize * 8

    def pixels_u8(self) -> np.ndarray:
        """HW3 uint8: the pixels, rounded where they are deeper."""
        from ml.photo.writing import to_u8

        return to_u8(self.pixels_HWC)

    def with_pixels(self, pixels_HWC: np.ndarray, grey: bool | None = None) -> Photo:
        """The same photograph with other pixels of the same size and depth."""
        return replace(
            self,
            pixels_HWC=pixels_HWC,
            grey=self.grey if grey is None else grey,
            as_stored=False,
            pixels_as_stored=False,
        )
