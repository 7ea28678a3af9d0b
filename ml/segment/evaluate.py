"""The finder against masks made by hand: `python -m ml evaluate segment`."""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ml import metrics
from ml.photoset import decode_rgb
from ml.segment.infer import Finder

IGNORE = 128
QUALITY_COLUMN, GOOD_QUALITY = "quality(1-5)", 4
"""Masks of this quality and better are also told apart, where the manifest rates them."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--weights", type=Path, default=None, metavar="FILE", help="(default: the shipped ones)"
    )
    parser.add_argument(
        "--save", type=Path, default=None, metavar="DIR", help="write sheets: picture, mask, found"
    )


def evaluate(
    data: Path, *, device: str = "auto", weights: Path | None = None, save: Path | None = None
) -> dict[str, Any]:
    """Figures per group and over all, pixels pooled at each picture's own size; 128 in a mask is ignored.

    Also per level and over the better masks, where the manifest has those columns.
    Raises FileNotFoundError or ValueError for a file that the manifest names and that is missing or of another size.
    """
    finder = Finder.load(device, weights)
    pools: dict[tuple[str, str], list[tuple[np.ndarray, np.ndarray]]] = defaultdict(list)
    for line in _manifest(data):
        photo_u8_HWC, mask_u8_HW = _read(data, line)
        found = finder.find(photo_u8_HWC)
        known = mask_u8_HW != IGNORE
        pixels = found.probability_01_HW[known], mask_u8_HW[known] > IGNORE
        for pool in _pools(line):
            pools[pool].append(pixels)
        if save:
            _save_sheet(
                save / f"{Path(line['file']).stem}.png", photo_u8_HWC, mask_u8_HW, found.probability_01_HW
            )
    figures = {pool: _figures(pixels, finder.threshold) for pool, pixels in sorted(pools.items())}
    named = {
        kind: {name: value for (k, name), value in figures.items() if k == kind}
        for kind in ("groups", "levels")
    }
    good = {"good_masks": figures["all", "good"]} if ("all", "good") in figures else {}
    return named | good | {"all": figures["all", "all"], "threshold": finder.threshold}


def _manifest(data: Path) -> list[dict[str, str]]:
    with (data / "manifest.csv").open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    if not lines:
        raise ValueError(f"{data}/manifest.csv lists no pictures")
    return lines


def _read(data: Path, line: dict[str, str]) -> tuple[np.ndarray, np.ndarray]:
    photo_u8_HWC = decode_rgb((data / line["file"]).read_bytes(), line["file"])
    mask_u8_HW = cv2.imread(str(data / line["mask"]), cv2.IMREAD_GRAYSCALE)
    if mask_u8_HW is None or mask_u8_HW.shape != photo_u8_HWC.shape[:2]:
        raise ValueError(f"{line['mask']} is missing or not of the size of {line['file']}")
    return photo_u8_HWC, mask_u8_HW


def _pools(line: dict[str, str]) -> list[tuple[str, str]]:
    pools = [("all", "all"), ("groups", line["group"])]
    if line.get("level"):
        pools.append(("levels", line["level"]))
    if int(line.get(QUALITY_COLUMN) or 0) >= GOOD_QUALITY:
        pools.append(("all", "good"))
    return pools


def _figures(pixels: list[tuple[np.ndarray, np.ndarray]], threshold: float) -> dict[str, float | int | None]:
    score = np.concatenate([score for score, _ in pixels])
    defect = np.concatenate([defect for _, defect in pixels])
    found = score > threshold
    hits = float((found & defect).sum())
    dice_best, best_threshold = metrics.best_dice(score, defect)
    figures = {
        "roc_auc": metrics.roc_auc(score, defect),
        "average_precision": metrics.average_precision(score, defect),
        "dice": metrics.dice(found, defect),
        "dice_best": dice_best,
        "best_threshold": best_threshold,
        "recall": hits / defect.sum() if defect.any() else float("nan"),
        "precision": hits / found.sum() if found.any() else float("nan"),
    }
    # JSON knows no NaN: a figure that a group cannot have (no defects in it) is null.
    return {"n": len(pixels)} | {
        name: float(value) if np.isfinite(value) else None for name, value in figures.items()
    }


def _save_sheet(
    path: Path, photo_u8_HWC: np.ndarray, mask_u8_HW: np.ndarray, probability_01_HW: np.ndarray
) -> None:
    grey = [
        cv2.cvtColor(plane, cv2.COLOR_GRAY2RGB) for plane in (mask_u8_HW, np.uint8(probability_01_HW * 255))
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), cv2.cvtColor(np.hstack([photo_u8_HWC, *grey]), cv2.COLOR_RGB2BGR))
