"""Figures of the finder and the repairer together, on painted damage: `evaluate chain`.

Each photograph is brought to a long side of 1024 (never enlarged) and aged; that is the truth. Then it is damaged by
the painter and repaired by the product's own path twice: where the damage is, and where the finder says that it is.
The difference is what the finder's errors cost. A figure is the mean over the photographs.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from ml import damage, networks
from ml.contract import FINDER_SETTINGS
from ml.metrics import psnr, psnr_hole, ssim
from ml.perceptual import SqueezeFeatures, perceptual_distance
from ml.photoset import load_photoset
from ml.scaling import at_most

LONG_SIDE = 1024
WAYS = ("damaged", "true_mask", "found_mask")
"""As it was damaged; repaired where it is; repaired where damage was found."""
FIGURES = ("psnr_hole", "psnr", "ssim", "perceptual")
"""psnr_hole: over what was damaged, whatever was repaired."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--limit", type=int, metavar="N", help="only N photographs, evenly spread over the list"
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="of the damage (default: %(default)s)"
    )
    parser.add_argument(
        "--setting", choices=FINDER_SETTINGS, default="normal", help="of the finder (default: %(default)s)"
    )
    parser.add_argument(
        "--save", type=Path, metavar="DIR", help="keep NAME.png: truth and the three side by side"
    )


def evaluate(
    data: Path,
    *,
    device: str = "auto",
    limit: int | None = None,
    seed: int = 0,
    setting: str = "normal",
    save: Path | None = None,
) -> dict[str, Any]:
    """{"n": N, "damaged_share":, "found_share":, WAY: {"psnr_hole":, "psnr":, "ssim":, "perceptual":}}, PSNR in dB.

    data: a folder whose manifest.csv has file, group and people. Raises FileNotFoundError, ValueError, WeightsMissing.
    """
    finder, repairer = networks.load_finder(device), networks.load_repairer(device)
    features = SqueezeFeatures()
    photoset = load_photoset([data])
    count = len(photoset) if limit is None else min(limit, len(photoset))
    measured: list[dict[str, dict[str, float]]] = []
    shares: list[tuple[float, float]] = []
    for index in (number * len(photoset) // count for number in range(count)):
        sample = photoset[index]
        truth_HWC, damaged_HWC, hole_HW = _damage(at_most(sample.photo_u8_HWC, LONG_SIDE), seed, index)
        found_HW = finder.hole(finder.find(damaged_HWC), setting)
        pictures = (
            damaged_HWC,
            repairer.repair(damaged_HWC, hole_HW),
            damaged_HWC if found_HW.all() else repairer.repair(damaged_HWC, found_HW),
        )
        results = dict(zip(WAYS, pictures, strict=True))
        measured.append({way: _figures(one, truth_HWC, hole_HW, features) for way, one in results.items()})
        shares.append((float(hole_HW.mean()), float(found_HW.mean())))
        if save is not None:
            _keep(save / f"{Path(sample.name).stem}.png", [truth_HWC, *pictures])
    means = {
        way: {figure: float(np.mean([one[way][figure] for one in measured])) for figure in FIGURES}
        for way in WAYS
    }
    damaged_share, found_share = np.mean(shares, axis=0)
    return {"n": count, "damaged_share": float(damaged_share), "found_share": float(found_share)} | means


def _damage(photo_u8_HWC: np.ndarray, seed: int, index: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The aged photograph, the same damaged, and where: bool HW, somewhere but not everywhere."""
    rng = np.random.default_rng((seed, index))
    truth_HWC = damage.age(photo_u8_HWC, rng)
    while True:
        painted = damage.paint(truth_HWC, rng)
        hole_HW = painted.kinds_u8_HW > 0
        if hole_HW.any() and not hole_HW.all():
            return truth_HWC, painted.photo_u8_HWC, hole_HW


def _figures(
    result_HWC: np.ndarray, truth_HWC: np.ndarray, hole_HW: np.ndarray, features: SqueezeFeatures
) -> dict[str, float]:
    pair = (torch.from_numpy(one).permute(2, 0, 1)[None].float() / 255 for one in (result_HWC, truth_HWC))
    with torch.inference_mode():
        distance = float(perceptual_distance(*pair, features)[0])
    figures = (
        psnr_hole(result_HWC, truth_HWC, hole_HW),
        psnr(result_HWC, truth_HWC),
        ssim(result_HWC, truth_HWC),
    )
    return dict(zip(FIGURES, (*figures, distance), strict=True))


def _keep(path: Path, pictures: list[np.ndarray]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), cv2.cvtColor(np.hstack(pictures), cv2.COLOR_RGB2BGR))
