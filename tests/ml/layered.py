"""Layered files read back without the code that writes them, by the specifications: OpenRaster, and Photoshop's layers
in a TIFF."""

from __future__ import annotations

import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import cv2
import numpy as np
import tifffile

LAYERS_TAG = 37724
SIGNATURE = b"Adobe Photoshop Document Data Block\0"
HIDDEN = 2


@dataclass
class ReadLayer:
    name: str
    left: int
    top: int
    visible: bool
    pixels: np.ndarray
    """HW3 or HW4."""


def png_pixels(content: bytes) -> np.ndarray:
    """HWC, RGB or RGBA, at its own depth; by OpenCV's libpng, since Pillow holds no 16-bit RGB."""
    pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    return pixels[..., [2, 1, 0, 3][: pixels.shape[2]]]


def ora_layers(path: Path) -> list[ReadLayer]:
    """Bottom to top."""
    with zipfile.ZipFile(path) as archive:
        listed = ElementTree.fromstring(archive.read("stack.xml")).findall("stack/layer")  # noqa: S314
        return [
            ReadLayer(
                layer.get("name"),
                int(layer.get("x")),
                int(layer.get("y")),
                layer.get("visibility") == "visible",
                png_pixels(archive.read(layer.get("src"))),
            )
            for layer in reversed(listed)
        ]


def tiff_layers(path: Path) -> list[ReadLayer]:
    """Bottom to top, of the ImageSourceData of the first page."""
    with tifffile.TiffFile(path) as file:
        value = file.pages[0].tags[LAYERS_TAG].value
        return _Blocks(value, file.byteorder).layers()


class _Blocks:
    """Adobe's "Layer info" inside of a TIFF: as in a PSD, in the byte order of the TIFF, channels big-endian."""

    def __init__(self, value: bytes, order: str) -> None:
        assert value.startswith(SIGNATURE)
        self.value, self.order, self.at = value, order, len(SIGNATURE)

    def take(self, format: str):
        values = struct.unpack_from(self.order + format, self.value, self.at)
        self.at += struct.calcsize(self.order + format)
        return values[0] if len(values) == 1 else values

    def word(self) -> bytes:
        """Four letters, which are a number of the block's byte order."""
        letters = self.take("4s")
        return letters if self.order == ">" else letters[::-1]

    def layers(self) -> list[ReadLayer]:
        assert self.word() == b"8BIM"
        self.dtype = {b"Layr": np.dtype(">u1"), b"Lr16": np.dtype(">u2")}[self.word()]
        self.take("I")
        records = [self.record() for _ in range(abs(self.take("h")))]
        return [self.filled(*record) for record in records]

    def record(self):
        rectangle = self.take("4i")
        channels = [(self.take("h"), self.take("I")) for _ in range(self.take("H"))]
        assert (self.word(), self.word()) == (b"8BIM", b"norm")
        opacity, clipping, flags, _ = self.take("4B")
        assert (opacity, clipping) == (255, 0)
        end = self.take("I") + self.at
        for _ in ("mask", "blending ranges"):
            length = self.take("I")
            self.at += length
        length = self.take("B")
        name = self.value[self.at : self.at + length].decode("ascii")
        self.at = end
        return rectangle, channels, flags, name

    def filled(self, rectangle, channels, flags, name) -> ReadLayer:
        top, left, bottom, right = rectangle
        planes = {}
        for channel, length in channels:
            planes[channel] = self.plane(length, (bottom - top, right - left))
        pixels = np.stack([planes[channel] for channel in (0, 1, 2, -1)], axis=2)
        return ReadLayer(name, left, top, not flags & HIDDEN, pixels)

    def plane(self, length: int, shape: tuple[int, int]) -> np.ndarray:
        end = self.at + length
        assert self.take("H") == 3, "ZIP with prediction"
        differences = np.frombuffer(zlib.decompress(self.value[self.at : end]), self.dtype).reshape(shape)
        self.at = end
        native = self.dtype.newbyteorder("=")
        return np.cumsum(differences.astype(native), axis=1, dtype=native)


def composed(layers: list[ReadLayer], but: tuple[str, ...] = ()) -> np.ndarray:
    """HW3: the visible layers (without those of `but`) laid one over the other: source-over, alpha unassociated."""
    bottom, *above = [layer for layer in layers if layer.visible and layer.name not in but]
    assert (bottom.left, bottom.top) == (0, 0)
    most = np.iinfo(bottom.pixels.dtype).max
    result = bottom.pixels[..., :3].copy()
    for layer in above:
        height, width = layer.pixels.shape[:2]
        under = result[layer.top : layer.top + height, layer.left : layer.left + width]
        opaque = layer.pixels.shape[2] == 3
        alpha = np.uint64(most) if opaque else layer.pixels[..., 3:].astype(np.uint64)
        mixed = layer.pixels[..., :3] * alpha + under * (most - alpha)
        under[...] = (mixed + most // 2) // most
    return result
