"""Figures of a finder against masks: pixels pooled over photographs, defects counted one by one, intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.ndimage import label

from ml import metrics

IGNORE = 128
KINDS = {1: "line", 2: "speck", 3: "loss"}
BINS = 2000
"""Of scores, for the bootstrap: sorting all pixels a thousand times would take hours."""
LEVEL = 0.95
Figures = dict[str, float | int | None]


@dataclass(frozen=True)
class Scored:
    """A photograph with its mask and what was found.

    score_HW: float32, 0..1, higher where damage is likelier.  found_HW: bool.
    mask_u8_HW: 0 clean, 255 defect, 128 ignored.  kinds_u8_HW: 1 line, 2 speck, 3 loss where the mask is 255, if known.
    """

    score_HW: np.ndarray
    found_HW: np.ndarray
    mask_u8_HW: np.ndarray
    kinds_u8_HW: np.ndarray | None = None

    @cached_property
    def known_HW(self) -> np.ndarray:
        return self.mask_u8_HW != IGNORE

    @cached_property
    def defect_HW(self) -> np.ndarray:
        return self.mask_u8_HW > IGNORE

    @cached_property
    def boundary_dice(self) -> float:
        """Tolerance 3 px (metrics.boundary_dice)."""
        return metrics.boundary_dice(self.found_HW, self.defect_HW, ignore=~self.known_HW)

    @cached_property
    def marked(self) -> float:
        """Share of the known area that was found, 0..1."""
        return float(self.found_HW[self.known_HW].mean()) if self.known_HW.any() else 0.0

    @cached_property
    def touched(self) -> np.ndarray:
        """Per connected defect (8 neighbours), bool: whether at least half of it was found."""
        numbers_HW, count = label(self.defect_HW, np.ones((3, 3)))
        areas = np.bincount(numbers_HW.ravel(), minlength=count + 1)[1:]
        found = np.bincount(numbers_HW[self.found_HW], minlength=count + 1)[1:]
        return found * 2 >= areas

    @cached_property
    def histograms(self) -> np.ndarray:
        """Known pixels by score: clean and defect (2 x BINS), then clean, defect by found (2 x 2), flat."""
        defect, found = self.defect_HW[self.known_HW], self.found_HW[self.known_HW]
        bins = np.minimum((self.score_HW[self.known_HW] * BINS).astype(int), BINS - 1)
        scores = np.bincount(defect * BINS + bins, minlength=2 * BINS)
        return np.concatenate([scores, np.bincount(defect * 2 + found, minlength=4)]).astype(float)


def pooled(photos: Sequence[Scored]) -> Figures:
    """Over all known pixels of the photographs; boundary_dice is a mean over those that are damaged."""
    score = np.concatenate([photo.score_HW[photo.known_HW] for photo in photos])
    found = np.concatenate([photo.found_HW[photo.known_HW] for photo in photos])
    defect = np.concatenate([photo.defect_HW[photo.known_HW] for photo in photos])
    hits = float((found & defect).sum())
    dice_best, best_threshold = metrics.best_dice(score, defect)
    touched = np.concatenate([photo.touched for photo in photos])
    figures = {
        "roc_auc": metrics.roc_auc(score, defect),
        "average_precision": metrics.average_precision(score, defect),
        "dice": metrics.dice(found, defect),
        "dice_best": dice_best,
        "best_threshold": best_threshold,
        "recall": _share(hits, defect.sum()),
        "precision": _share(hits, found.sum()),
        "boundary_dice": _mean([photo.boundary_dice for photo in photos if photo.defect_HW.any()]),
        "defect_recall": _share(touched.sum(), touched.size),
        "marked": _mean([photo.marked for photo in photos]),
        "marked_worst": max(photo.marked for photo in photos),
    }
    return {"n": len(photos)} | {name: _finite(value) for name, value in figures.items()}


def by_kind(photos: Sequence[Scored]) -> dict[str, Figures]:
    """Each kind of damage against the clean pixels of all photographs, as if the other kinds were not there."""
    figures = {}
    labelled = [photo for photo in photos if photo.kinds_u8_HW is not None]
    for number, name in KINDS.items():
        of_kind = [
            Scored(photo.score_HW, photo.found_HW, _only(photo.mask_u8_HW, photo.kinds_u8_HW == number))
            for photo in labelled
        ]
        if any(photo.defect_HW.any() for photo in of_kind):
            figures[name] = pooled(of_kind)
    return figures


def intervals(photos: Sequence[Scored], rounds: int, seed: int = 0) -> dict[str, list[float]]:
    """Lower and upper end of LEVEL of the figures over all, photographs drawn anew with replacement.

    Source: the percentile bootstrap, Efron & Tibshirani 1993.
    """
    rng = np.random.default_rng(seed)
    histograms = np.stack([photo.histograms for photo in photos])
    damaged = np.array([photo.defect_HW.any() for photo in photos])
    boundaries = np.array([photo.boundary_dice for photo in photos])
    drawn = rng.integers(0, len(photos), (rounds, len(photos)))
    rows = [
        (*_of_histogram(histograms[draw].sum(0)), _mean(list(boundaries[draw][damaged[draw]])))
        for draw in drawn
    ]
    ends = np.nanquantile(np.array(rows), [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0).T
    names = ("roc_auc", "average_precision", "dice", "boundary_dice")
    return {name: [float(low), float(high)] for name, (low, high) in zip(names, ends, strict=True)}


def _of_histogram(histogram: np.ndarray) -> tuple[float, float, float]:
    """ROC AUC, average precision and Dice of pixels that are counted by bins of scores."""
    clean, defect = histogram[:BINS][::-1], histogram[BINS : 2 * BINS][::-1]  # the surest first
    _, false, missed, hits = histogram[2 * BINS :]
    alarms, caught = np.cumsum(clean), np.cumsum(defect)
    if not caught[-1] or not alarms[-1]:
        return float("nan"), float("nan"), float("nan")
    below = alarms[-1] - alarms + clean / 2
    precision = caught / np.maximum(caught + alarms, 1)
    return (
        float((defect * below).sum() / caught[-1] / alarms[-1]),
        float((defect * precision).sum() / caught[-1]),
        float(2 * hits / (2 * hits + false + missed)),
    )


def _only(mask_u8_HW: np.ndarray, wanted_HW: np.ndarray) -> np.ndarray:
    """The mask with the defects that are not wanted ignored."""
    return np.where((mask_u8_HW > IGNORE) & ~wanted_HW, np.uint8(IGNORE), mask_u8_HW)


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")


def _mean(values: list[float]) -> float:
    return float(np.mean(values)) if values else float("nan")


def _finite(value: float) -> float | None:
    """JSON knows no NaN: a figure that a group cannot have (no defects in it) is null."""
    return float(value) if np.isfinite(value) else None
