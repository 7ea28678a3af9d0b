"""How much of photographs without a mask is marked as damage: on clean ones, all of it is false."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ml.photoset import decode_rgb
from ml.segment.data import grey


def share_marked(
    data: Path,
    lines: list[dict[str, str]],
    look: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]],
    save: Path | None = None,
) -> dict[str, Any]:
    """Mean, median and worst share of the area, 0..1, of the photographs as they are and turned grey.

    By `level` too where the manifest has it. `save`: a folder for sheets of photograph and what was found.
    """
    shares: dict[str, dict[str, float]] = {"as_they_are": {}, "grey": {}}
    levels: dict[str, dict[str, float]] = defaultdict(dict)
    for line in lines:
        name = line["file"]
        photo_u8_HWC = decode_rgb((data / name).read_bytes(), name)
        found_HW = look(photo_u8_HWC)[1]
        shares["as_they_are"][name] = float(found_HW.mean())
        shares["grey"][name] = float(look(grey(photo_u8_HWC))[1].mean())
        if line.get("level"):
            levels[line["level"]][name] = shares["as_they_are"][name]
        if save:
            _save_sheet(save / f"{Path(name).stem}.jpg", photo_u8_HWC, found_HW)
    figures: dict[str, Any] = {name: _told(marked) for name, marked in shares.items()}
    return figures | (
        {"levels": {name: _told(marked) for name, marked in sorted(levels.items())}} if levels else {}
    )


def _told(marked: dict[str, float]) -> dict[str, Any]:
    values = list(marked.values())
    worst = max(marked, key=marked.__getitem__)
    return {
        "n": len(values),
        "mean": float(np.mean(values)),
        "median": float(np.median(values)),
        "worst": marked[worst],
        "worst_file": worst,
    }


def _save_sheet(path: Path, photo_u8_HWC: np.ndarray, found_HW: np.ndarray) -> None:
    shown = photo_u8_HWC.copy()
    shown[found_HW] = (255, 0, 0)
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), cv2.cvtColor(np.hstack([photo_u8_HWC, shown]), cv2.COLOR_RGB2BGR))
