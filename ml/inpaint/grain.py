"""Grain of the surroundings put back into a repair: a repair smoother than its photograph is the visible fault.

Suffixes: H height, W width, C channels. Grain is measured in luma where the picture is calm, and is the same in all
channels: a grey photograph stays grey.
"""

from __future__ import annotations

import cv2
import numpy as np

SIGMA_PX = 1.5
"""Grain is what a Gaussian of this width takes away."""
CALM_PERCENTILE = 30.0
"""Energy of this share of the places with the least of it: edges and texture are not grain."""
RING_PX = 24
"""How far around the hole its grain is measured."""
SOFTNESSES_PX = (0.0, 0.5, 0.7, 0.9, 1.2, 1.6)
"""Blurs of white noise among which the one is chosen whose neighbours correlate like the photograph's."""
LEAST_PIXELS = 64
TRIES, MOST_CHANGE = 3, 4.0
"""Times that the strength of the noise is corrected, and the factor of its energy that one correction may bring."""
NO_GRAIN = (0.25 / 255) ** 2
"""Less energy than rounding makes."""
LUMA = np.array((0.299, 0.587, 0.114), np.float32)


def add_grain(
    filled_01: np.ndarray,
    photo_01: np.ndarray,
    hole_HW: np.ndarray,
    where_HW: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """The filled picture with as much noise in `where` as its own grain falls short of the photograph's.

    filled_01, photo_01: HWC.  hole_HW: the photograph counts outside of it, the filling inside.
    """
    ring_HW = _ring(hole_HW)
    inside_HW = hole_HW if np.count_nonzero(hole_HW) >= LEAST_PIXELS else where_HW
    if np.count_nonzero(ring_HW) < LEAST_PIXELS:
        return filled_01
    residue_HW = _residue(photo_01 @ LUMA, ~hole_HW)
    wanted = _energy(residue_HW, ring_HW)
    smooth_HW = np.where(where_HW, filled_01 @ LUMA, photo_01 @ LUMA)
    if wanted <= _energy(_residue(smooth_HW), inside_HW):
        return filled_01
    noise_HW = _noise(hole_HW.shape, _neighbour_correlation(residue_HW, ring_HW), rng) * where_HW
    noise_HW *= _strength(smooth_HW, noise_HW, inside_HW, wanted)
    return np.clip(filled_01 + noise_HW[..., None], 0, 1)


def _strength(
    smooth_HW: np.ndarray, noise_HW: np.ndarray, inside_HW: np.ndarray, wanted: float
) -> np.float32:
    """How much of the noise brings the energy inside to what is wanted, as it will be measured: energies do not simply
    add up, since a percentile is not linear and what is soft loses some of itself to each measurement."""
    before = _energy(_residue(smooth_HW), inside_HW)
    square = wanted - before
    for _ in range(TRIES):
        gained = _energy(_residue(smooth_HW + np.float32(square**0.5) * noise_HW), inside_HW) - before
        square *= float(np.clip((wanted - before) / max(gained, 1e-9), 1 / MOST_CHANGE, MOST_CHANGE))
    return np.float32(square**0.5)


def grain_ratio(photo_01: np.ndarray, hole_HW: np.ndarray) -> float:
    """Energy of grain in a repair over that around it: 1 where the repair is as grainy, less where it is smoother.

    photo_01: HWC, repaired.  hole_HW: bool, what was repaired.  NaN where either is too small, or the surroundings have
    no grain.
    """
    ring_HW = _ring(hole_HW)
    if min(np.count_nonzero(hole_HW), np.count_nonzero(ring_HW)) < LEAST_PIXELS:
        return float("nan")
    residue_HW = _residue(photo_01.astype(np.float32) @ LUMA)
    around = _energy(residue_HW, ring_HW)
    return _energy(residue_HW, hole_HW) / around if around > NO_GRAIN else float("nan")


def _ring(hole_HW: np.ndarray) -> np.ndarray:
    side = 2 * RING_PX + 1
    near_HW = cv2.dilate(hole_HW.astype(np.uint8), np.ones((1, side), np.uint8))
    return cv2.dilate(near_HW, np.ones((side, 1), np.uint8)).astype(bool) & ~hole_HW


def _residue(luma_HW: np.ndarray, valid_HW: np.ndarray | None = None) -> np.ndarray:
    """What is finer than SIGMA_PX; with `valid`, from valid pixels alone (normalised convolution), 0 elsewhere."""
    if valid_HW is None:
        return luma_HW - cv2.GaussianBlur(luma_HW, (0, 0), SIGMA_PX)
    valid = valid_HW.astype(np.float32)
    smooth = cv2.GaussianBlur(luma_HW * valid, (0, 0), SIGMA_PX)
    share = cv2.GaussianBlur(valid, (0, 0), SIGMA_PX)
    return (luma_HW - smooth / np.maximum(share, 1e-3)) * valid


def _energy(residue_HW: np.ndarray, where_HW: np.ndarray) -> float:
    """Mean square of the residue in the calm places of `where`."""
    weight = where_HW.astype(np.float32)
    share = cv2.blur(weight, (7, 7))
    local = cv2.blur(residue_HW**2 * weight, (7, 7)) / np.maximum(share, 1e-3)
    return float(np.percentile(local[where_HW], CALM_PERCENTILE))


def _neighbour_correlation(residue_HW: np.ndarray, where_HW: np.ndarray) -> float:
    pairs = where_HW[:, 1:] & where_HW[:, :-1]
    energy = float((residue_HW[where_HW] ** 2).mean())
    if energy == 0 or not pairs.any():
        return 0.0
    return float((residue_HW[:, 1:] * residue_HW[:, :-1])[pairs].mean()) / energy


def _noise(shape: tuple[int, int], correlation: float, rng: np.random.Generator) -> np.ndarray:
    """Noise without anything coarser than grain, of standard deviation 1, as soft as the correlation says."""
    white_HW = rng.standard_normal(shape, np.float32)
    candidates = [_soft(white_HW, softness) for softness in SOFTNESSES_PX]
    everywhere = np.ones(shape, bool)
    return min(candidates, key=lambda one: abs(_neighbour_correlation(one, everywhere) - correlation))


def _soft(white_HW: np.ndarray, softness_px: float) -> np.ndarray:
    soft_HW = cv2.GaussianBlur(white_HW, (0, 0), softness_px) if softness_px else white_HW
    fine_HW = _residue(soft_HW)
    return fine_HW / max(float(fine_HW.std()), 1e-6)
