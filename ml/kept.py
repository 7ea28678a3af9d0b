"""The repair of a photograph, kept for a later run in which nothing before the colours is another.

A file holds the pixels that the repair may have changed, and of what they are the repair. It is no result: whoever has
none, or one that is broken or of something else, repairs.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ml.networks import SOFTWARE, hole_sha256, weights_sha256
from ml.photo import Photo


@dataclass(frozen=True)
class Keep:
    key: str
    """All that the repair depends on."""

    @classmethod
    def of(cls, source_sha256: str, hole_HW: np.ndarray, seed: int) -> Keep:
        weights = weights_sha256(["inpaint"])
        return cls(json.dumps([SOFTWARE, weights, source_sha256, hole_sha256(hole_HW), seed]))

    def save(self, file: BinaryIO, restored: Photo, touched_HW: np.ndarray) -> None:
        np.savez_compressed(file, key=np.array(self.key), pixels=restored.pixels_HWC[touched_HW])

    def load(self, path: Path, photo: Photo, touched_HW: np.ndarray) -> Photo | None:
        """The photograph repaired; None where the file is not there, cannot be read, or is of another repair."""
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
                if kept["key"].item() != self.key:
                    return None
                pixels = kept["pixels"]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
            return None
        if pixels.dtype != photo.pixels_HWC.dtype or pixels.shape != (touched_HW.sum(), 3):
            return None
        restored_HWC = photo.pixels_HWC.copy()
        restored_HWC[touched_HW] = pixels
        return photo.with_pixels(restored_HWC)
