"""WebP out, always lossless: what was not repaired stays as it was."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from ml.photo.metadata import EMPTY_EXIF, MOST_BYTES, final_exif
from ml.photo.picture import Metadata

METHOD, EFFORT = 1, 50
"""Of a 1600 x 1200 photograph: 0.47 s and 572 kB, against 0.82 s and 571 kB by default."""


def encode(pixels_u8: np.ndarray, metadata: Metadata) -> bytes:
    """pixels_u8: HW or HW3 uint8."""
    told = metadata.ppi or metadata.iptc
    exif = final_exif(
        metadata.exif or (EMPTY_EXIF if told else None), metadata.ppi, MOST_BYTES, iptc=metadata.iptc
    )
    out = BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels_u8)).save(
        out,
        "WEBP",
        lossless=True,
        exact=True,
        method=METHOD,
        quality=EFFORT,
        icc_profile=metadata.icc or b"",
        exif=b"" if exif is None else b"Exif\0\0" + exif,
        xmp=metadata.xmp or b"",
    )
    return out.getvalue()
