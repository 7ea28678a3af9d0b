"""How good a result is: one function per figure, each with its source. No torch in here.

Pictures are HWC (RGB) or HW, 0..255 (uint8 or float); `hole` and `defect` are bool HW, scores any real numbers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation
from skimage.metrics import structural_similarity
from skimage.morphology import disk

Array = NDArray[np.generic]

PSNR_CAP_DB = 100.0
"""What equal pictures score: infinity cannot be averaged nor written as JSON."""


def mse(result: Array, truth: Array, where: Array | None = None) -> float:
    """Mean squared error over all pixels and channels, or over the pixels of `where` (bool HW)."""
    if result.shape != truth.shape:
        raise ValueError(f"the pictures differ in shape: {result.shape} and {truth.shape}")
    squares = np.square(result.astype(np.float64) - truth.astype(np.float64))
    if where is None:
        return float(squares.mean())
    if not where.any():
        raise ValueError("there is no pixel to compare")
    return float(squares[where.astype(bool)].mean())


def psnr_of_mse(error: float, peak: float = 255.0) -> float:
    """Peak signal-to-noise ratio in dB of a mean squared error, at most PSNR_CAP_DB.

    Average errors first (over channels, over a group's pixels), then take the logarithm once: the mean of
    logarithms lets one nearly perfect channel hide a bad one. Source: ITU-R BT.500 family, 10 log10(peak^2 / MSE).
    """
    if error <= 0:
        return PSNR_CAP_DB
    return float(min(PSNR_CAP_DB, 10 * np.log10(peak**2 / error)))


def psnr(result: Array, truth: Array, peak: float = 255.0) -> float:
    """PSNR of a whole picture in dB; equal pictures give PSNR_CAP_DB."""
    return psnr_of_mse(mse(result, truth), peak)


def psnr_hole(result: Array, truth: Array, hole_HW: Array, peak: float = 255.0) -> float:
    """PSNR over the pixels of the hole alone: the untouched rest cannot flatter it."""
    return psnr_of_mse(mse(result, truth, hole_HW), peak)


def ssim(result: Array, truth: Array, peak: float = 255.0) -> float:
    """Structural similarity, mean over channels. Source: Wang et al. 2004, doi:10.1109/TIP.2003.819861,
    with its Gaussian window (sigma 1.5) and population covariances."""
    return float(
        structural_similarity(
            result,
            truth,
            data_range=peak,
            channel_axis=-1 if result.ndim == 3 else None,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
        )
    )


def roc_auc(score: Array, defect: Array) -> float:
    """Area under the ROC curve; ties count half. Source: Hanley & McNeil 1982, doi:10.1148/radiology.143.1.7063747
    (the share of pairs of a defect and a clean pixel that the score puts in order). NaN where a class is absent."""
    positive, negative = _sorted_by_class(score, defect)
    if not positive.size or not negative.size:
        return float("nan")
    below = np.searchsorted(negative, positive, side="left").sum(dtype=np.float64)
    not_above = np.searchsorted(negative, positive, side="right").sum(dtype=np.float64)
    return float((below + not_above) / 2 / positive.size / negative.size)


def average_precision(score: Array, defect: Array) -> float:
    """Sum over thresholds of precision times the recall gained, without interpolation.

    Source: scikit-learn's average_precision_score; Davis & Goadrich 2006, doi:10.1145/1143844.1143874, on why not
    to interpolate. NaN where there is no defect.
    """
    positive, negative = _sorted_by_class(score, defect)
    if not positive.size:
        return float("nan")
    _, gained, hits, alarms = _at_thresholds(positive, negative)
    return float((hits / (hits + alarms) * gained).sum() / positive.size)


def dice(found: Array, defect: Array) -> float:
    """2 |A and B| / (|A| + |B|) of two bool arrays; 1 where both are empty. Source: Dice 1945, doi:10.2307/1932409."""
    found, defect = found.astype(bool), defect.astype(bool)
    total = int(found.sum()) + int(defect.sum())
    return 1.0 if total == 0 else float(2 * np.logical_and(found, defect).sum() / total)


def best_dice(score: Array, defect: Array) -> tuple[float, float]:
    """The highest Dice over all thresholds and its threshold (a pixel is found where score >= threshold).

    (1, infinity) where there is no defect: finding nothing is right then.
    """
    positive, negative = _sorted_by_class(score, defect)
    if not positive.size:
        return 1.0, float("inf")
    thresholds, _, hits, alarms = _at_thresholds(positive, negative)
    scores = 2 * hits / (hits + alarms + positive.size)
    best = int(scores.argmax())
    return float(scores[best]), float(thresholds[best])


def boundary_dice(found: Array, defect: Array, tolerance_px: int = 3, ignore: Array | None = None) -> float:
    """Dice in which a pixel counts as right within `tolerance_px` of one of the other side (bool HW each).

    The harmonic mean of: the share of found pixels near a true one, the share of true pixels near a found one.
    Masks drawn by hand are a few pixels off at their rims. Pixels of `ignore` count for neither side.
    Source: the tolerance of boundary benchmarks (Martin et al. 2004, doi:10.1109/TPAMI.2004.1273918) on areas.
    """
    counted = np.ones(found.shape, bool) if ignore is None else ~ignore.astype(bool)
    found, defect = found.astype(bool) & counted, defect.astype(bool) & counted
    if not found.any() or not defect.any():
        return float(found.any() == defect.any())
    near = disk(tolerance_px)
    precision = binary_dilation(defect, near)[found].mean()
    recall = binary_dilation(found, near)[defect].mean()
    return float(2 * precision * recall / (precision + recall)) if precision + recall else 0.0


def colourfulness(photo_HWC: Array) -> float:
    """How colourful a picture looks: 0 grey, 15 slightly, 45 quite, 100 extremely.

    Source: Hasler & Suesstrunk 2003, doi:10.1117/12.477378, M3.
    """
    red, green, blue = np.moveaxis(photo_HWC.astype(np.float64), -1, 0)
    red_green, yellow_blue = red - green, (red + green) / 2 - blue
    spread = np.hypot(red_green.std(), yellow_blue.std())
    return float(spread + 0.3 * np.hypot(red_green.mean(), yellow_blue.mean()))


def _sorted_by_class(score: Array, defect: Array) -> tuple[Array, Array]:
    if score.shape != defect.shape:
        raise ValueError(f"scores and labels differ in shape: {score.shape} and {defect.shape}")
    flat, is_defect = np.ravel(score), np.ravel(defect).astype(bool)
    return np.sort(flat[is_defect]), np.sort(flat[~is_defect])


def _at_thresholds(positive: Array, negative: Array) -> tuple[Array, Array, Array, Array]:
    """Per distinct score of a true defect (others cannot be best): it, defects gained by it, hits, false alarms."""
    thresholds, gained = np.unique(positive, return_counts=True)
    hits = positive.size - np.searchsorted(positive, thresholds, side="left")
    alarms = negative.size - np.searchsorted(negative, thresholds, side="left")
    return thresholds, gained, hits, alarms
