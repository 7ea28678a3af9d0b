"""Layers as OpenRaster (.ora), which GIMP, Krita, MyPaint and others open: a ZIP of PNGs and a list of them.

Source: OpenRaster 0.0.6, "File Layout" and "Layers Stack" (https://www.openraster.org). Written by zipfile and our own
PNG encoder: pyora, the one library for it, knows 8 bits only.
"""

from __future__ import annotations

import zipfile
from dataclasses import replace
from typing import BinaryIO
from xml.etree import ElementTree

from ml.photo.codecs import png
from ml.photo.layers import Layer, Layered
from ml.photo.picture import Metadata, Photo
from ml.photo.preview import thumbnail_bytes
from ml.photo.profiles import colour_profile

MIMETYPE = b"image/openraster"
VERSION = "0.0.6"
MERGED = "mergedimage.png"


def write(file: BinaryIO, layered: Layered) -> None:
    """file: open for writing, seekable. Raises OSError where it takes no more.

    All layers are RGB or RGBA of the photograph's depth, with its profile; the merged picture carries the rest of
    the metadata too.
    """
    shown = layered.shown
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        _put(archive, "mimetype", MIMETYPE)  # first and stored, so that it is found without a ZIP reader
        entries = [_put_layer(archive, *numbered, shown) for numbered in enumerate(layered.layers())]
        if MERGED not in archive.namelist():
            _put(archive, MERGED, png.encode(shown.pixels_HWC, _described(shown)))
        _put(archive, "stack.xml", _stack(shown, entries))
        _put(archive, "Thumbnails/thumbnail.png", thumbnail_bytes(shown))


def _described(shown: Photo) -> Metadata:
    return replace(shown.metadata, icc=colour_profile(shown.metadata.icc))


def _put_layer(archive: zipfile.ZipFile, number: int, layer: Layer, shown: Photo) -> dict[str, str]:
    """The layer's attributes for the list. A layer that is the merged picture is encoded once for both."""
    merged = layer.pixels_HWC is shown.pixels_HWC
    whole = _described(shown)
    content = png.encode(layer.pixels_HWC, whole if merged else Metadata(icc=whole.icc, ppi=whole.ppi))
    source = f"data/{number}_{layer.name}.png"
    _put(archive, source, content)
    if merged:
        _put(archive, MERGED, content)
    return {
        "name": layer.name,
        "src": source,
        "x": str(layer.left),
        "y": str(layer.top),
        "opacity": "1.0",
        "visibility": "visible" if layer.visible else "hidden",
        "composite-op": "svg:src-over",
    }


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name)  # dated 1980, ZIP's first year: the same layers make the same bytes
    info.create_system, info.external_attr = 3, 0o644 << 16  # whatever system this is
    archive.writestr(info, content)


def _stack(shown: Photo, entries: list[dict[str, str]]) -> bytes:
    """Top to bottom, as OpenRaster lists them; `entries` are bottom to top."""
    height, width = shown.pixels_HWC.shape[:2]
    image = ElementTree.Element("image", version=VERSION, w=str(width), h=str(height))
    if shown.metadata.ppi is not None:
        for axis, ppi in zip("xy", shown.metadata.ppi, strict=True):
            image.set(f"{axis}res", str(round(ppi)))
    stack = ElementTree.SubElement(image, "stack")
    for attributes in reversed(entries):
        ElementTree.SubElement(stack, "layer", attributes)
    ElementTree.indent(image)
    return ElementTree.tostring(image, encoding="UTF-8", xml_declaration=True)
