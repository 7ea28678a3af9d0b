"""Figures of the colorizer on photographs whose colours are known: `python -m ml evaluate colorize`.

Each photograph is brought to a long side of 512 (never enlarged), turned to luma and coloured by the product's own
path. mse_cbcr is that of full-range BT.601 Cb and Cr, 0..255; psnr_rgb is of a photograph's error over all pixels and
channels; both are averaged over a group's photographs. `_gray` is the luma left grey: what doing nothing scores.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from ml.colorize.gamut import rounded_luma
from ml.colorize.infer import Colorizer
from ml.colorize.people import Label, hue_errors, read_labels
from ml.metrics import colourfulness, mse, psnr
from ml.perceptual import SqueezeFeatures, perceptual_distance
from ml.photoset import Photoset, load_photoset
from ml.scaling import at_most

LONG_SIDE = 512


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--limit", type=int, metavar="N", help="only N photographs, evenly spread over the list"
    )
    parser.add_argument(
        "--groups",
        type=lambda text: tuple(text.split(",")),
        metavar="GROUP,...",
        help="only these sources: those that a training held out, also of the training's own photographs",
    )
    parser.add_argument(
        "--save", type=Path, metavar="DIR", help="keep the results: grey, coloured, truth side by side"
    )
    parser.add_argument(
        "--weights", type=Path, metavar="FILE", help="weights that `export` wrote, for the shipped ones"
    )
    parser.add_argument(
        "--no-damping",
        dest="damped",
        action="store_false",
        help="full strength also where the network is unsure; with --weights it is always so",
    )
    parser.add_argument(
        "--labels", type=Path, metavar="FILE", help="also by skin, age and dress, as a person labelled them"
    )
    parser.add_argument(
        "--only-labelled", action="store_true", help="no photograph that --labels does not name"
    )


def evaluate(
    data: Path,
    *,
    device: str = "auto",
    limit: int | None = None,
    save: Path | None = None,
    weights: Path | None = None,
    labels: Path | None = None,
    damped: bool = True,
    groups: tuple[str, ...] | None = None,
    only_labelled: bool = False,
) -> dict[str, Any]:
    """{"people": {...}, "rest": {...}, "all": {...}, "groups": {GROUP: {...}}}, figures as in `summary`; with labels
    (ml.colorize.people) also "labels": {LABEL: {...}}, of the labelled photographs, with hue errors.

    data: a folder whose manifest.csv has file, group and people.
    Raises FileNotFoundError, ValueError (no photographs) and WeightsMissing.
    """
    labelled = read_labels(labels) if labels else {}
    colorizer = Colorizer.load(device, weights)
    features = SqueezeFeatures().to(colorizer.device)
    photoset = load_photoset([data])
    chosen = _chosen(photoset, groups, limit, set(labelled) if only_labelled else None)
    measured: list[tuple[bool, str, dict[str, float]]] = []
    by_label: dict[str, list[dict[str, float]]] = defaultdict(list)
    for number in chosen:
        sample = photoset[number]
        truth_HWC = at_most(sample.photo_u8_HWC, LONG_SIDE)
        grey_HWC = np.repeat(rounded_luma(truth_HWC)[..., None], 3, axis=2)
        coloured_HWC = colorizer.colorize(grey_HWC, damped=damped)
        one = figures(coloured_HWC, grey_HWC, truth_HWC, features)
        measured.append((sample.people, sample.group, one))
        if label := labelled.get(sample.name):
            hues = _hues(coloured_HWC, truth_HWC, label)
            for name in ("labelled", *label.groups()):
                by_label[name].append(one | hues)
        if save is not None:
            _keep(save / f"{Path(sample.name).stem}.png", grey_HWC, coloured_HWC, truth_HWC)
    return {
        "people": summary(one for is_people, _, one in measured if is_people),
        "rest": summary(one for is_people, _, one in measured if not is_people),
        "all": summary(one for _, _, one in measured),
        "groups": {
            group: summary(one for _, other, one in measured if other == group)
            for group in sorted({group for _, group, _ in measured})
        },
    } | ({"labels": {name: summary(ones) for name, ones in sorted(by_label.items())}} if labels else {})


def _chosen(
    photoset: Photoset, groups: tuple[str, ...] | None, limit: int | None, names: set[str] | None
) -> list[int]:
    """Numbers of the photographs of these groups and names, as many as `limit`.

    Raises ValueError for a group without any, or where none is left.
    """
    known = [row.group for row in photoset.rows]
    if unknown := set(groups or ()) - set(known):
        raise ValueError(f"--groups: no such group: {', '.join(sorted(unknown))}")
    chosen = [
        number
        for number, row in enumerate(photoset.rows)
        if (groups is None or row.group in groups) and (names is None or row.name in names)
    ]
    if not chosen:
        raise ValueError("--only-labelled: the labels name none of these photographs")
    if limit is None or limit >= len(chosen):
        return chosen
    return [chosen[number * len(chosen) // limit] for number in range(limit)]


def _hues(coloured_HWC: np.ndarray, truth_HWC: np.ndarray, label: Label) -> dict[str, float]:
    return hue_errors(cbcr(coloured_HWC), cbcr(truth_HWC), truth_HWC, label.hands)


def figures(
    coloured_HWC: np.ndarray, grey_HWC: np.ndarray, truth_HWC: np.ndarray, features: SqueezeFeatures
) -> dict[str, float]:
    """Of one photograph; RGB uint8 of one size."""
    truth = cbcr(truth_HWC)
    return {
        "mse_cbcr": mse(cbcr(coloured_HWC), truth),
        "mse_cbcr_gray": mse(cbcr(grey_HWC), truth),
        "psnr_rgb": psnr(coloured_HWC, truth_HWC),
        "psnr_rgb_gray": psnr(grey_HWC, truth_HWC),
        "colourfulness": colourfulness(coloured_HWC),
        "colourfulness_real": colourfulness(truth_HWC),
        "perceptual": _perceptual(coloured_HWC, truth_HWC, features),
    }


def summary(photographs: Iterable[dict[str, float]]) -> dict[str, float | int]:
    """n and the means of a group; {"n": 0} for an empty one. What only some photographs have (hands) is the mean
    over those."""
    listed = list(photographs)
    names = dict.fromkeys(name for one in listed for name in one)
    return {"n": len(listed)} | {
        name: float(np.mean([one[name] for one in listed if name in one])) for name in names
    }


def cbcr(photo_u8_HWC: np.ndarray) -> np.ndarray:
    """Cb and Cr of full-range BT.601, 0..255 with 128 for grey, not rounded: float64 HW2."""
    red, green, blue = np.moveaxis(photo_u8_HWC.astype(np.float64), -1, 0)
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    return 128 + np.stack([(blue - luma) / 1.772, (red - luma) / 1.402], axis=-1)


@torch.inference_mode()
def _perceptual(one_u8_HWC: np.ndarray, other_u8_HWC: np.ndarray, features: SqueezeFeatures) -> float:
    device = features.mean_01.device
    pair = (
        torch.from_numpy(photo).permute(2, 0, 1)[None].to(device).float() / 255
        for photo in (one_u8_HWC, other_u8_HWC)
    )
    return float(perceptual_distance(*pair, features))


def _keep(path: Path, *photos_u8_HWC: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    side_by_side = np.concatenate(photos_u8_HWC, axis=1)
    if not cv2.imwrite(str(path), cv2.cvtColor(side_by_side, cv2.COLOR_RGB2BGR)):
        raise OSError(f"{path} cannot be written")
