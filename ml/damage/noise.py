"""Random fields: clouds of several octaves, paper, grain, cells. All drawn from the caller's generator."""

import cv2
import numpy as np

GRID_DEVIATION = 0.62  # cubic enlargement shrinks the deviation of white noise to this
COARSE_PX = 24.0


def clouds(
    height: int, width: int, rng: np.random.Generator, cell_px: float, octaves: int = 3, fall: float = 0.5
) -> np.ndarray:
    """Smooth noise, HW float32, mean 0, deviation about 1; the largest blobs are `cell_px` wide.

    Each octave is half as wide and `fall` times as strong: 0.5 gives clouds, 0.8 gives rough dirt.
    """
    field = np.zeros((height, width), np.float32)
    power = 0.0
    for octave in range(octaves):
        cell = cell_px / 2**octave
        if octave and cell < 1.5:
            break
        field += np.float32(fall**octave) * _cells(height, width, rng, cell)
        power += fall ** (2 * octave)
    field /= np.float32(GRID_DEVIATION * power**0.5)
    return field


def _cells(height: int, width: int, rng: np.random.Generator, cell_px: float) -> np.ndarray:
    """White noise on a grid of `cell_px`, enlarged smoothly and cut at a random phase, HW float32."""
    if cell_px > COARSE_PX:  # nothing that wide needs every pixel
        small = _cells(height // 4 + 1, width // 4 + 1, rng, cell_px / 4)
        return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    rows, columns = int(height / cell_px) + 2, int(width / cell_px) + 2
    grid = rng.standard_normal((rows, columns), dtype=np.float32)
    size = (int(np.ceil(columns * cell_px)), int(np.ceil(rows * cell_px)))
    wide = cv2.resize(grid, size, interpolation=cv2.INTER_CUBIC)
    top, left = int(rng.integers(size[1] - height + 1)), int(rng.integers(size[0] - width + 1))
    return wide[top : top + height, left : left + width]


def grain(height: int, width: int, rng: np.random.Generator, size_px: float = 0.0) -> np.ndarray:
    """White noise of deviation 1, or clumped to about `size_px` by a Gaussian, HW float32."""
    field = rng.standard_normal((height, width), dtype=np.float32)
    if size_px > 0.3:
        field = cv2.GaussianBlur(field, (0, 0), size_px)
        field *= np.float32(2 * np.pi**0.5 * size_px)  # a Gaussian of deviation s leaves 1 / (2 sqrt(pi) s)
    return field


def paper(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """Relief of bare paper or board under a scanner's lamp, HW float32, deviation about 1."""
    fibres = grain(height, width, rng, rng.uniform(0.4, 1.0))
    mottle = clouds(height, width, rng, rng.uniform(4, 20), 3, 0.7)
    shade = clouds(height, width, rng, max(height, width) / 1.5, 1)
    return np.float32(0.55) * fibres + np.float32(0.6) * mottle + np.float32(0.6) * shade


def cells(height: int, width: int, rng: np.random.Generator, cell_px: float) -> tuple[np.ndarray, int]:
    """Cells around random points, with bent borders: each pixel's cell, HW int32, and how many there are."""
    count = int(height * width / cell_px**2) + 3
    seeds = np.full((height, width), 255, np.uint8)
    seeds[rng.integers(0, height, count), rng.integers(0, width, count)] = 0
    _, owner = cv2.distanceTransformWithLabels(seeds, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    bent = warp(owner.astype(np.float32), rng, 0.08 * cell_px, 1.2 * cell_px, cv2.INTER_NEAREST)
    return bent.astype(np.int32), int(owner.max()) + 1


def warp(
    field_HW: np.ndarray,
    rng: np.random.Generator,
    amount_px: float,
    cell_px: float,
    flags: int = cv2.INTER_LINEAR,
) -> np.ndarray:
    """Moves every pixel by clouds of the given height and width: an edge becomes torn at every scale."""
    height, width = field_HW.shape[:2]
    shift_x = clouds(height, width, rng, cell_px, 3, 0.6)
    shift_y = clouds(height, width, rng, cell_px, 3, 0.6)
    x = np.arange(width, dtype=np.float32) + np.float32(amount_px) * shift_x
    y = np.arange(height, dtype=np.float32)[:, None] + np.float32(amount_px) * shift_y
    return cv2.remap(field_HW, x, y, flags, borderMode=cv2.BORDER_REPLICATE)
