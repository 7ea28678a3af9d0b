"""Layers as a TIFF that every reader shows merged, and Photoshop, Affinity Photo and Krita open layer by layer.

Source: Adobe Photoshop TIFF Technical Notes (2002), "ImageSourceData"; Adobe Photoshop File Formats Specification
(2019), "Layer and Mask Information Section".
"""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from ml.photo.codecs import tiff
from ml.photo.layers import Layer, Layered
from ml.photo.profiles import colour_profile

if TYPE_CHECKING:
    from psdtags import PsdChannel, PsdLayer

LAYERS_TAG = 37724
THREADS = min(2, os.cpu_count() or 1)
"""That compress channels; each holds its own one some four times."""
TOO_LARGE = "the layers of a picture this large do not fit into a TIFF of 4 GB; OpenRaster (ora) holds them"


def write(file: BinaryIO, layered: Layered) -> None:
    """file: empty, open for writing and reading. The first page is the merged picture with all metadata.

    Raises OSError where the file takes no more, or would grow over the 4 GB of a TIFF.
    """
    shown = layered.shown
    metadata = replace(shown.metadata, icc=colour_profile(shown.metadata.icc))
    behind = tiff.Behind(LAYERS_TAG, lambda file: _write_layers(file, layered, tiff.byte_order(metadata)))
    try:
        tiff.write(file, shown.pixels_HWC, metadata, shown.compression, behind)
    except (OverflowError, struct.error) as error:
        raise OSError(errno.EFBIG, TOO_LARGE) from error


def _write_layers(file: BinaryIO, layered: Layered, order: str) -> None:
    import psdtags  # only now: whoever asks for no layers does not wait for it

    deep = layered.original.bits == 16
    layers = [_psd_layer(layer) for layer in layered.layers()]
    psdtags.TiffImageSourceData(
        psdformat=psdtags.PsdFormat.BE32BIT if order == ">" else psdtags.PsdFormat.LE32BIT,
        layers=psdtags.PsdLayers(psdtags.PsdKey.LAYER_16 if deep else psdtags.PsdKey.LAYER, layers),
        usermask=psdtags.PsdUserMask(),
    ).write(file, maxworkers=THREADS)


def _psd_layer(layer: Layer) -> PsdLayer:
    import psdtags

    height, width = layer.pixels_HWC.shape[:2]
    flags = psdtags.PsdLayerFlag.PHOTOSHOP5
    if not layer.visible:
        flags |= psdtags.PsdLayerFlag.VISIBLE  # so called by the library and the specification; set, it hides
    return psdtags.PsdLayer(
        name=layer.name,
        channels=list(_channels(layer.pixels_HWC)),
        rectangle=psdtags.PsdRectangle(layer.top, layer.left, layer.top + height, layer.left + width),
        flags=flags,
    )


def _channels(pixels_HWC: np.ndarray) -> Iterator[PsdChannel]:
    """Transparency first, as Photoshop has it; an opaque layer's costs no memory before it is compressed."""
    from psdtags import PsdChannel, PsdChannelId, PsdCompressionType

    most = np.iinfo(pixels_HWC.dtype).max
    opaque_HW = np.broadcast_to(np.asarray(most, pixels_HWC.dtype), pixels_HWC.shape[:2])
    alpha_HW = pixels_HWC[..., 3] if pixels_HWC.shape[2] == 4 else opaque_HW
    planes = [(-1, alpha_HW), *((channel, pixels_HWC[..., channel]) for channel in range(3))]
    for number, plane_HW in planes:
        yield PsdChannel(PsdChannelId(number), PsdCompressionType.ZIP_PREDICTED, plane_HW)
