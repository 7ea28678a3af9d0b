"""What Pillow decodes for us: every JPEG and WebP, and the PNG and AVIF of 8 bits."""

from __future__ import annotations

import warnings
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from ml.photo.headers import jpeg, png

PLUGINS = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "avif": "AVIF"}
WITHOUT_METADATA = {"jpeg": jpeg.pixel_bytes, "png": png.pixel_bytes}


def decode(path: Path, format: str) -> np.ndarray:
    """HW, HW2 (grey, alpha), HW3, HW4 (RGB, alpha; CMYK where it is a JPEG) uint8, not turned.

    Only the plugin of `format` sees the file. Raises what Pillow raises.
    """
    Image.MAX_IMAGE_PIXELS = None  # ml.photo has judged the size by its own limit
    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about metadata, which is read elsewhere
        source = BytesIO(WITHOUT_METADATA[format](file)) if format in WITHOUT_METADATA else file
        with Image.open(source, formats=[PLUGINS[format]]) as picture:
            return np.asarray(_plain(picture))


def _plain(picture: Image.Image) -> Image.Image:
    if picture.mode == "1":
        return picture.convert("L")
    if picture.mode in ("P", "PA"):
        return picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    if "transparency" in picture.info and picture.mode in ("L", "RGB"):
        return picture.convert("LA" if picture.mode == "L" else "RGBA")
    if picture.mode in ("L", "LA", "RGB", "RGBA", "CMYK"):
        return picture
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")
