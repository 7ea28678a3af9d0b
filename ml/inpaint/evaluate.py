"""Figures of the repairer beside classical methods, on clean photographs with drawn holes: `evaluate inpaint`.

Each photograph is brought to a long side of 512 (never enlarged) and gets one hole; the bins of the hole's share of
the area take turns. Every method is given the hole exactly, so ours neither grows nor feathers it there; else it is
the product's own path, grain included unless --no-grain. A figure is the mean over the photographs.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from ml.damage import draw_holes
from ml.inpaint.baselines import BASELINES, Method
from ml.inpaint.grain import grain_ratio
from ml.inpaint.infer import Repairer
from ml.inpaint.margins import KNOWN_EXACTLY
from ml.metrics import psnr, psnr_hole, ssim
from ml.perceptual import SqueezeFeatures, perceptual_distance
from ml.photoset import load_photoset
from ml.scaling import at_most

LONG_SIDE = 512
BINS = {"0-5": (0.0, 0.05), "5-10": (0.05, 0.1), "10-20": (0.1, 0.2), "20-40": (0.2, 0.4)}
"""Share of the area in percent to its bounds."""
HOLE_GREY = 127
"""What methods are given in the hole, so that none can peek."""
FIGURES = ("psnr_hole", "psnr", "ssim", "perceptual")
GRAIN = "grain_ratio"
"""Grain inside the repair over that around it (ml.inpaint.grain.grain_ratio): the median over the photographs."""
GRAIN_NEAR, NEAR = "grain_near", 0.1
"""Share of the photographs with a grain ratio whose ratio is that near to 1."""

Measured = tuple[str, dict[str, dict[str, float]]]
"""A photograph's bin, and method to its figures."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--limit", type=int, metavar="N", help="only N photographs, evenly spread over the list"
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="of the holes (default: %(default)s)"
    )
    parser.add_argument(
        "--save", type=Path, metavar="DIR", help="keep NAME_hole.png, NAME_truth.png and NAME_METHOD.png"
    )
    parser.add_argument(
        "--weights", type=Path, metavar="FILE", help="weights that `export` wrote, for the shipped ones"
    )
    parser.add_argument("--no-grain", dest="grain", action="store_false", help="ours without grain put back")
    parser.add_argument(
        "--skip",
        default=(),
        type=lambda text: tuple(text.split(",")),
        metavar="METHOD,...",
        help=f"methods to leave out, of {', '.join(BASELINES)} (biharmonic takes most of the time)",
    )


def evaluate(
    data: Path,
    *,
    device: str = "auto",
    limit: int | None = None,
    seed: int = 0,
    save: Path | None = None,
    weights: Path | None = None,
    grain: bool = True,
    skip: tuple[str, ...] = (),
) -> dict[str, Any]:
    """{BIN: {"n": N, METHOD: {"psnr_hole":, "psnr":, "ssim":, "perceptual":, "grain_ratio":, "grain_near":}},
    ..., "all": {...}}. PSNR in dB.

    data: a folder whose manifest.csv has file, group and people.
    Raises FileNotFoundError, ValueError (no photographs, no such method) and WeightsMissing.
    """
    unknown = set(skip) - BASELINES.keys()
    if unknown:
        raise ValueError(
            f"--skip: no such method: {', '.join(sorted(unknown))}; there are {', '.join(BASELINES)}"
        )
    repairer = Repairer.load(device, weights, margins=KNOWN_EXACTLY, grain=grain)
    methods = {"ours": repairer.repair} | {name: one for name, one in BASELINES.items() if name not in skip}
    features = SqueezeFeatures().to(repairer.device)
    photoset = load_photoset([data])
    count = len(photoset) if limit is None else min(limit, len(photoset))
    measured: list[Measured] = []
    for number in range(count):
        index = number * len(photoset) // count
        sample = photoset[index]
        truth_HWC = at_most(sample.photo_u8_HWC, LONG_SIDE)
        name = list(BINS)[number % len(BINS)]
        hole_HW = draw_holes(*truth_HWC.shape[:2], np.random.default_rng((seed, index)), BINS[name]).astype(
            bool
        )
        results = _results(methods, truth_HWC, hole_HW)
        measured.append(
            (name, {method: _figures(one, truth_HWC, hole_HW, features) for method, one in results.items()})
        )
        if save is not None:
            _keep(save / Path(sample.name).stem, truth_HWC, hole_HW, results)
    bins = {name: [figures for one, figures in measured if one == name] for name in BINS}
    return {name: _mean(figures) for name, figures in bins.items() if figures} | {
        "all": _mean([figures for _, figures in measured])
    }


def _results(
    methods: dict[str, Method | Callable[..., np.ndarray]], truth_HWC: np.ndarray, hole_HW: np.ndarray
) -> dict[str, np.ndarray]:
    given_HWC = truth_HWC.copy()
    given_HWC[hole_HW] = HOLE_GREY
    return {name: method(given_HWC, hole_HW) for name, method in methods.items()}


def _figures(
    result_HWC: np.ndarray, truth_HWC: np.ndarray, hole_HW: np.ndarray, features: SqueezeFeatures
) -> dict[str, float]:
    a_1CHW, b_1CHW = (_tensor(one, features.mean_01.device) for one in (result_HWC, truth_HWC))
    with torch.inference_mode():
        distance = float(perceptual_distance(a_1CHW, b_1CHW, features)[0])
    figures = (
        psnr_hole(result_HWC, truth_HWC, hole_HW),
        psnr(result_HWC, truth_HWC),
        ssim(result_HWC, truth_HWC),
    )
    return dict(
        zip((*FIGURES, GRAIN), (*figures, distance, grain_ratio(result_HWC / 255, hole_HW)), strict=True)
    )


def _mean(measured: list[dict[str, dict[str, float]]]) -> dict[str, Any]:
    """Method to its figures, each the mean over the photographs (grain: the median), and their number."""
    return {"n": len(measured)} | {
        method: {figure: float(np.mean([one[method][figure] for one in measured])) for figure in FIGURES}
        | _grain([one[method][GRAIN] for one in measured])
        for method in measured[0]
    }


def _grain(ratios: list[float]) -> dict[str, float | None]:
    """Of those that are numbers; None where none is."""
    known = np.array([ratio for ratio in ratios if not np.isnan(ratio)])
    if not known.size:
        return {GRAIN: None, GRAIN_NEAR: None}
    return {GRAIN: float(np.median(known)), GRAIN_NEAR: float(np.mean(np.abs(known - 1) <= NEAR))}


def _tensor(photo_u8_HWC: np.ndarray, device: torch.device) -> torch.Tensor:
    return torch.from_numpy(photo_u8_HWC).permute(2, 0, 1)[None].to(device).float() / 255


def _keep(stem: Path, truth_HWC: np.ndarray, hole_HW: np.ndarray, results: dict[str, np.ndarray]) -> None:
    stem.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(f"{stem}_hole.png", hole_HW.astype(np.uint8) * 255)
    for name, photo_u8_HWC in ({"truth": truth_HWC} | results).items():
        cv2.imwrite(f"{stem}_{name}.png", cv2.cvtColor(photo_u8_HWC, cv2.COLOR_RGB2BGR))
