"""Polylines with the gait of real damage: scratches, arcs, cracks that branch, blobs. N2 float32, x first."""

import numpy as np


def wander(
    start: np.ndarray,
    heading: float,
    length_px: float,
    rng: np.random.Generator,
    *,
    curl: float = 0.05,
    drift: float = 0.0,
    step_px: float = 4.0,
) -> np.ndarray:
    """A walk whose heading changes by `curl` radians (deviation) and by `drift` radians (always) a step."""
    steps = max(2, int(length_px / step_px))
    headings = heading + np.cumsum(rng.normal(drift, curl, steps))
    moves = np.stack([np.cos(headings), np.sin(headings)], axis=1) * step_px
    return (np.asarray(start) + np.vstack([np.zeros((1, 2)), np.cumsum(moves, axis=0)])).astype(np.float32)


def jagged(points_N2: np.ndarray, rng: np.random.Generator, amount_px: float) -> np.ndarray:
    """The same way, every point pushed aside: torn, not drawn."""
    return (points_N2 + rng.normal(0, amount_px, points_N2.shape)).astype(np.float32)


def crossing(
    height: int, width: int, rng: np.random.Generator, heading: float | None = None
) -> tuple[np.ndarray, float, float]:
    """Start, heading and length of a way that enters at one edge of the picture and leaves at another."""
    heading = rng.uniform(0, 2 * np.pi) if heading is None else heading
    reach = 0.5 * np.hypot(height, width)
    middle = rng.uniform(0.05, 0.95, 2) * [width, height]
    return middle - 1.1 * reach * np.array([np.cos(heading), np.sin(heading)]), heading, 2.2 * reach


def crack(
    start: np.ndarray,
    heading: float,
    length_px: float,
    rng: np.random.Generator,
    *,
    branching: float = 0.06,
    depth: int = 2,
    step_px: float = 5.0,
    curl: float = 0.3,
) -> list[np.ndarray]:
    """A crack and its branches, trunk first: it jerks but keeps its course; forks are shorter."""
    steps = max(3, int(length_px / step_px))
    course = heading + np.cumsum(rng.normal(0, 0.06, steps)) + rng.normal(0, curl, steps)
    lengths = step_px * rng.uniform(0.4, 1.6, steps)
    moves = np.stack([np.cos(course), np.sin(course)], axis=1) * lengths[:, None]
    trunk = (np.asarray(start) + np.vstack([np.zeros((1, 2)), np.cumsum(moves, axis=0)])).astype(np.float32)
    ways = [trunk]
    forks = np.flatnonzero(rng.random(steps) < branching) if depth else ()
    for index in forks:
        turn = rng.choice([-1, 1]) * rng.uniform(0.4, 1.4)
        rest = length_px * (1 - index / steps) * rng.uniform(0.1, 0.6)
        if rest > 2 * step_px:
            ways += crack(
                trunk[index], course[index] + turn, rest, rng,
                branching=branching, depth=depth - 1, step_px=step_px, curl=curl,
            )  # fmt: skip
    return ways


def blob(
    centre: np.ndarray,
    radius_px: float,
    rng: np.random.Generator,
    *,
    roughness: float = 0.25,
    stretch: float = 1.0,
    points: int | None = None,
) -> np.ndarray:
    """A closed outline around a centre: a circle plus random waves, lower the shorter they are."""
    points = points or int(np.clip(radius_px * 1.5, 8, 90))
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    waves = np.arange(2, min(14, points // 2 + 1))
    heights = rng.normal(0, roughness, len(waves)) / waves**0.6
    phases = rng.uniform(0, 2 * np.pi, len(waves))
    ripple = np.sum(heights[:, None] * np.cos(waves[:, None] * angle + phases[:, None]), axis=0)
    radius = radius_px * np.maximum(0.15, 1 + ripple)
    turn = rng.uniform(0, np.pi)
    x, y = radius * np.cos(angle) * stretch, radius * np.sin(angle) / stretch
    turned = np.stack([x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)], axis=1)
    return (np.asarray(centre) + turned).astype(np.float32)
