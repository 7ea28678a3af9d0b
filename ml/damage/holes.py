"""`draw_holes`: masks of what is to be filled, shaped like real damage, to train and score the repairer."""

import numpy as np

from ml.damage.noise import clouds
from ml.damage.paths import blob, crack, crossing, wander
from ml.damage.strokes import draw_ways, fill


def draw_holes(height: int, width: int, rng: np.random.Generator, share: tuple[float, float]) -> np.ndarray:
    """A hole mask, u8 HW, 1 = to fill, whose share of the area lies within `share` = (low, high), both 0-1.

    Raises ValueError if no whole number of pixels fits the bounds.
    """
    low, high = int(np.ceil(share[0] * height * width)), int(np.floor(share[1] * height * width))
    if not 0 <= low <= high:
        raise ValueError(f"share {share} holds no whole number of pixels of {height}x{width}; widen it")
    wanted = int(rng.integers(max(low, min(1, high)), high + 1))
    hole = np.zeros((height, width), np.uint8)
    while (count := int(np.count_nonzero(hole))) < wanted:
        layer = np.zeros_like(hole)
        STROKES[rng.integers(len(STROKES))](layer, rng, wanted - count)
        fresh = (layer > 127) & (hole == 0)
        if count + np.count_nonzero(fresh) > high:
            fresh = _cut(fresh, wanted - count, rng)
        hole[fresh] = 1
    return hole


def _cut(fresh: np.ndarray, pixels: int, rng: np.random.Generator) -> np.ndarray:
    """Keeps exactly `pixels` of a stroke, in one piece, along a slanted front with a wavy edge."""
    height, width = fresh.shape
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.nonzero(fresh)
    front = x * np.cos(angle) + y * np.sin(angle) + 4 * clouds(height, width, rng, 12, 2)[y, x]
    kept = np.argpartition(front, pixels - 1)[:pixels]
    out = np.zeros_like(fresh)
    out[y[kept], x[kept]] = True
    return out


def _strokes(layer: np.ndarray, rng: np.random.Generator, _: int) -> None:
    height, width = layer.shape
    side = max(height, width)
    for _ in range(rng.integers(1, 5)):
        start, heading, reach = crossing(height, width, rng)
        if rng.random() < 0.6:
            start, reach = (rng.uniform(0, width), rng.uniform(0, height)), side * rng.uniform(0.1, 0.8)
        way = wander(start, heading, reach, rng, curl=rng.uniform(0, 0.2), drift=rng.normal(0, 0.02))
        draw_ways(layer, [way], max(1.5, side * np.exp(rng.uniform(np.log(0.004), np.log(0.05)))))


def _cracks(layer: np.ndarray, rng: np.random.Generator, _: int) -> None:
    height, width = layer.shape
    start, heading, reach = crossing(height, width, rng)
    ways = crack(start, heading, reach, rng, branching=0.06)
    draw_ways(layer, ways, max(1.5, max(height, width) * np.exp(rng.uniform(np.log(0.004), np.log(0.02)))))


def _specks(layer: np.ndarray, rng: np.random.Generator, _: int) -> None:
    height, width = layer.shape
    for _ in range(rng.integers(5, 60)):
        radius = max(1.0, max(height, width) * 0.005 * rng.lognormal(0, 0.6))
        fill(layer, [blob((rng.uniform(0, width), rng.uniform(0, height)), radius, rng)])


def _blob(layer: np.ndarray, rng: np.random.Generator, pixels: int) -> None:
    height, width = layer.shape
    radius = (pixels * rng.uniform(0.2, 1) / np.pi) ** 0.5 + 1
    fill(
        layer,
        [
            blob(
                (rng.uniform(0, width), rng.uniform(0, height)),
                radius,
                rng,
                roughness=0.35,
                stretch=rng.uniform(1, 1.5),
            )
        ],
    )


def _corner(layer: np.ndarray, rng: np.random.Generator, pixels: int) -> None:
    height, width = layer.shape
    corner = (int(rng.integers(2)) * width, int(rng.integers(2)) * height)
    radius = 2 * (pixels * rng.uniform(0.3, 1) / np.pi) ** 0.5 + 1
    fill(layer, [blob(corner, radius, rng, roughness=0.2)])


def _flakes(layer: np.ndarray, rng: np.random.Generator, _: int) -> None:
    height, width = layer.shape
    field = clouds(height, width, rng, max(height, width) * rng.uniform(0.03, 0.12), 3)
    layer[field > rng.uniform(1.2, 2.2)] = 255


STROKES = (_strokes, _strokes, _cracks, _specks, _blob, _corner, _flakes)
