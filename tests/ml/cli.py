"""The command line as the tests call it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from ml.__main__ import main


def run(*words: object) -> int:
    return main([str(word) for word in words])


def pixels_of(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture)


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
