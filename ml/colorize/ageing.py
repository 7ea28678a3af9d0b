"""Luma as old photographs have it, from a modern photograph in colour. Everything is drawn from `rng`."""

from __future__ import annotations

import cv2
import numpy as np

BT601 = np.array([0.299, 0.587, 0.114], np.float32)
CLEAN = 0.3
"""Share of the samples whose luma is the photograph's own: good scans come in as well."""
Luma = np.ndarray
"""float32 HW, 0..1."""


def aged_luma(photo_01_HWC: np.ndarray, rng: np.random.Generator) -> Luma:
    """The luma that an old emulsion, years and a scanner would have left of it: 0..1, same size."""
    if rng.random() < CLEAN:
        return photo_01_HWC @ BT601
    luma = photo_01_HWC @ emulsion(rng)
    for chance, step in (
        (0.3, blurred),
        (0.2, unevenly_lit),
        (0.8, faded),
        (0.5, grained),
        (0.2, compressed),
        (0.25, covered),
    ):
        if rng.random() < chance:
            luma = step(luma, rng)
    return np.clip(luma, 0, 1).astype(np.float32)


def emulsion(rng: np.random.Generator) -> np.ndarray:
    """How much of red, green and blue it sees; sums to 1.

    Orthochromatic plates are nearly blind to red (lips and skin dark, blue sky white); panchromatic film sees like
    us, with a filter at times more red.
    """
    kind = rng.random()
    if kind < 0.35:
        return BT601
    likely = (0.6, 5.0, 5.0) if kind < 0.7 else (4.0, 6.0, 2.0)
    return rng.dirichlet(likely).astype(np.float32)


def faded(luma: Luma, rng: np.random.Generator) -> Luma:
    """Blacks lifted, whites yellowed down, the middle shifted; contrast bent at times."""
    luma = np.clip(luma, 0, 1) ** np.float32(np.exp(rng.normal(0, 0.25)))
    if rng.random() < 0.3:
        smooth = luma * luma * (3 - 2 * luma)
        luma = luma + np.float32(rng.uniform(-0.6, 0.9)) * (smooth - luma)
    black, white = rng.uniform(0, 0.25), rng.uniform(0.7, 1.0)
    return (black + (white - black) * luma).astype(np.float32)


def blurred(luma: Luma, rng: np.random.Generator) -> Luma:
    return cv2.GaussianBlur(luma, (0, 0), rng.uniform(0.5, 1.6))


def grained(luma: Luma, rng: np.random.Generator) -> Luma:
    """Grain of 0.4 to 1.2 pixels, strongest in the middle tones."""
    noise = cv2.GaussianBlur(rng.standard_normal(luma.shape, dtype=np.float32), (0, 0), rng.uniform(0.4, 1.2))
    strength = rng.uniform(0.005, 0.05) / max(float(noise.std()), 1e-6)
    return luma + noise * np.float32(strength) * (0.4 + 2.4 * luma * (1 - luma))


def unevenly_lit(luma: Luma, rng: np.random.Generator) -> Luma:
    """Brighter towards one side, or darker towards the corners."""
    height, width = luma.shape
    rows, columns = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)[None, :]
    if rng.random() < 0.5:
        angle = rng.uniform(0, 2 * np.pi)
        field = rows * np.sin(angle) + columns * np.cos(angle)
    else:
        field = 1 - rows**2 - columns**2
    return luma * (1 + rng.uniform(0.05, 0.25) * field).astype(np.float32)


def compressed(luma: Luma, rng: np.random.Generator) -> Luma:
    luma_u8 = np.rint(np.clip(luma, 0, 1) * 255).astype(np.uint8)
    _, jpeg = cv2.imencode(".jpg", luma_u8, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 90))])
    return cv2.imdecode(jpeg, cv2.IMREAD_GRAYSCALE).astype(np.float32) / 255


def covered(luma: Luma, rng: np.random.Generator) -> Luma:
    """A torn-off or papered-over part, flat, up to half as wide and as high as the picture: what lies there is to be
    told from what is around (DeVries & Taylor 2017, Cutout)."""
    height, width = luma.shape
    rows, columns = int(height * rng.uniform(0.1, 0.5)), int(width * rng.uniform(0.1, 0.5))
    top, left = int(rng.integers(height - rows)), int(rng.integers(width - columns))
    luma = luma.copy()
    luma[top : top + rows, left : left + columns] = rng.uniform(0, 1)
    return luma
