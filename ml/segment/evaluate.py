"""The finder against masks made by hand, or on photographs without any: `python -m ml evaluate segment`."""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ml.photoset import decode_rgb
from ml.scaling import at_most
from ml.segment import tophat
from ml.segment.infer import THRESHOLDS, Finder
from ml.segment.marked import share_marked
from ml.segment.scores import Scored, by_kind, intervals, pooled

QUALITY_COLUMN, GOOD_QUALITY = "quality(1-5)", 4
"""Masks of this quality and better are also told apart, where the manifest rates them."""
CLEAN = "clean"
"""The level of photographs with a few specks at most; the others are told together as `damaged`."""
Look = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
"""From RGB u8 HWC to a score, float32 HW, and what is found, bool HW."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--weights", type=Path, default=None, metavar="FILE", help="(default: the shipped ones)"
    )
    parser.add_argument(
        "--save", type=Path, default=None, metavar="DIR", help="write sheets: picture, mask, found"
    )
    parser.add_argument(
        "--size", type=int, default=None, metavar="PX", help="look at pictures shrunk to this long side"
    )
    parser.add_argument(
        "--no-flips", dest="flips", action="store_false", help="do not average over the turned picture"
    )
    parser.add_argument(
        "--no-far", dest="far", action="store_false", help="tiles at native size alone, no view from afar"
    )
    parser.add_argument(
        "--setting",
        choices=tuple(THRESHOLDS),
        default="normal",
        help="how readily damage is seen (default: %(default)s)",
    )
    parser.add_argument(
        "--baseline", action="store_true", help="top-hat and Otsu's threshold in place of the network"
    )
    parser.add_argument(
        "--bootstrap", type=int, default=1000, metavar="N", help="rounds for the intervals (0: none)"
    )
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth photograph")


def evaluate(
    data: Path,
    *,
    device: str = "auto",
    weights: Path | None = None,
    save: Path | None = None,
    size: int | None = None,
    flips: bool = True,
    far: bool = True,
    setting: str = "normal",
    baseline: bool = False,
    bootstrap: int = 1000,
    every: int = 1,
) -> dict[str, Any]:
    """Figures per group, level and kind of damage and over all, at each picture's own size; see ml.segment.scores.

    Where the manifest knows no masks: the share of each photograph that is marked (ml.segment.marked).
    Raises FileNotFoundError or ValueError for a file that the manifest names and that is missing or of another size.
    """
    lines = _manifest(data)[::every]
    look = tophat.find if baseline else _looker(Finder.load(device, weights), size, flips, far, setting)
    told = {} if baseline else {"threshold": THRESHOLDS[setting]}
    if "mask" not in lines[0]:
        return share_marked(data, lines, look, save) | told
    pools: dict[tuple[str, str], list[Scored]] = defaultdict(list)
    for line in lines:
        scored = _score(data, line, look, save)
        for pool in _pools(line):
            pools[pool].append(scored)
    everything = pools["all", "all"]
    figures: dict[str, Any] = {
        kind: {name: pooled(pool) for (k, name), pool in sorted(pools.items()) if k == kind}
        for kind in ("groups", "levels")
    }
    for name in ("good_masks", "damaged"):
        if ("all", name) in pools:
            figures[name] = pooled(pools["all", name])
    figures |= {"kinds": by_kind(everything), "all": pooled(everything)}
    if bootstrap:
        figures["intervals"] = intervals(everything, bootstrap)
    return figures | told


def _looker(finder: Finder, size: int | None, flips: bool, far: bool, setting: str) -> Look:
    def look(photo_u8_HWC: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        height, width = photo_u8_HWC.shape[:2]
        seen_u8_HWC = photo_u8_HWC if size is None else at_most(photo_u8_HWC, size)
        score_HW = finder.find(seen_u8_HWC, flips=flips, far=far).probability_01_HW
        if score_HW.shape != (height, width):
            score_HW = cv2.resize(score_HW, (width, height), interpolation=cv2.INTER_LINEAR)
        return score_HW, score_HW > THRESHOLDS[setting]

    return look


def _manifest(data: Path) -> list[dict[str, str]]:
    with (data / "manifest.csv").open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    if not lines:
        raise ValueError(f"{data}/manifest.csv lists no pictures")
    return lines


def _score(data: Path, line: dict[str, str], look: Look, save: Path | None) -> Scored:
    photo_u8_HWC = decode_rgb((data / line["file"]).read_bytes(), line["file"])
    mask_u8_HW = _plane(data, line["mask"], photo_u8_HWC)
    kinds_u8_HW = _plane(data, line["kinds"], photo_u8_HWC) if line.get("kinds") else None
    score_HW, found_HW = look(photo_u8_HWC)
    if save:
        _save_sheet(save / f"{Path(line['file']).stem}.png", photo_u8_HWC, mask_u8_HW, score_HW)
    return Scored(score_HW, found_HW, mask_u8_HW, kinds_u8_HW)


def _plane(data: Path, name: str, photo_u8_HWC: np.ndarray) -> np.ndarray:
    plane_u8_HW = cv2.imread(str(data / name), cv2.IMREAD_GRAYSCALE)
    if plane_u8_HW is None or plane_u8_HW.shape != photo_u8_HWC.shape[:2]:
        raise ValueError(f"{name} is missing or not of the size of its photograph")
    return plane_u8_HW


def _pools(line: dict[str, str]) -> list[tuple[str, str]]:
    pools = [("all", "all"), ("groups", line["group"])]
    if line.get("level"):
        pools.append(("levels", line["level"]))
        if line["level"] != CLEAN:
            pools.append(("all", "damaged"))
    if int(line.get(QUALITY_COLUMN) or 0) >= GOOD_QUALITY:
        pools.append(("all", "good_masks"))
    return pools


def _save_sheet(path: Path, photo_u8_HWC: np.ndarray, mask_u8_HW: np.ndarray, score_HW: np.ndarray) -> None:
    grey = [cv2.cvtColor(plane, cv2.COLOR_GRAY2RGB) for plane in (mask_u8_HW, np.uint8(score_HW * 255))]
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), cv2.cvtColor(np.hstack([photo_u8_HWC, *grey]), cv2.COLOR_RGB2BGR))
