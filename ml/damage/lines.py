"""Kind `line`: scratches alone, in bundles and criss-cross, arcs, hairs, threads, a film's lines."""

import numpy as np

from ml.damage.canvas import LINE, Canvas
from ml.damage.noise import clouds
from ml.damage.paths import crossing, jagged, wander
from ml.damage.strokes import coin, contrast, draw_living, tone_for

PIECE = 24
"""Points of a way that breaks off and goes on."""


def line_width(canvas: Canvas, low: float = 0.35, high: float = 1.8) -> float:
    """Pixels, log-uniform at zoom 1."""
    return float(np.exp(canvas.rng.uniform(np.log(low), np.log(high))) * canvas.zoom**0.7)


def press_line(
    canvas: Canvas,
    ways: list[np.ndarray],
    width: float,
    *,
    bright: bool,
    levels: float,
    unrest: float = 0.4,
    soft: float = 0.0,
) -> None:
    """Draws ways of one width and lays them so that they stand out by `levels` from what lies below."""
    cover = canvas.blank()
    for way in ways:
        draw_living(cover, way, width, canvas.rng, unrest)
    tone, strength = tone_for(canvas, canvas.level_under(cover), bright, levels)
    thin = 1 + 1.3 * canvas.softness_px / max(width, 0.7)  # the blur takes from a thin line's peak
    canvas.press(cover, tone, strength * thin, LINE, soft * width)


def wear(canvas: Canvas, cover: np.ndarray, cell_px: float, left: float = 0.7) -> np.ndarray:
    """Breaks a cover up in patches of `cell_px`, so that it comes and goes; about `left` of it stays."""
    field = clouds(canvas.height, canvas.width, canvas.rng, cell_px, 3, 0.7)
    return (cover * np.clip(0.5 + 1.5 * (left - 0.5) + 0.8 * field, 0, 1)).astype(np.uint8)


def wavering(canvas: Canvas) -> None:
    """A long scratch that a grain of sand drew under a hand: it wanders, thins out, breaks off and goes on."""
    rng = canvas.rng
    start, heading, reach = crossing(canvas.height, canvas.width, rng)
    way = wander(start, heading, reach * rng.uniform(0.4, 1), rng, curl=rng.uniform(0.03, 0.12))
    width, bright, levels = line_width(canvas, 0.35, 1.4), coin(rng), contrast(rng, 15, 150)
    pieces = np.array_split(way, max(1, len(way) // PIECE))
    whole = rng.uniform(0.6, 0.95)
    parts = [piece for piece in pieces if len(piece) > 1 and rng.random() < whole]
    press_line(canvas, parts or pieces[:1], width, bright=bright, levels=levels, unrest=0.9)


def scratch(canvas: Canvas) -> None:
    """One scratch: straight or bent, through the picture or within it."""
    rng = canvas.rng
    start, heading, reach = crossing(canvas.height, canvas.width, rng)
    if rng.random() < 0.65:
        start, reach = canvas.place(), canvas.side * rng.uniform(0.05, 0.6)
    curl, drift = rng.choice([0.0, 0.01, 0.04]), rng.choice([0, 1]) * rng.normal(0, 0.02)
    way = wander(start, heading, reach, rng, curl=curl, drift=drift)
    if rng.random() < 0.3:
        way = jagged(way, rng, 0.4 * canvas.zoom)
    width = line_width(canvas)
    press_line(
        canvas,
        [way],
        width,
        bright=coin(rng),
        levels=contrast(rng),
        unrest=rng.random(),
        soft=rng.choice([0, 0, 0.4]),
    )


def bundle(canvas: Canvas) -> None:
    """Many near-parallel scratches of one rub: fine, long and short, each of its own strength."""
    rng = canvas.rng
    heading, drift = rng.uniform(0, 2 * np.pi), rng.normal(0, 0.006)
    middle, spread = canvas.place(), canvas.side * rng.uniform(0.02, 0.4)
    length, scatter = canvas.side * rng.uniform(0.05, 0.7), rng.uniform(0.01, 0.12)
    bright, levels = coin(rng), contrast(rng, 9, 90)
    for _ in range(rng.integers(1, 4)):
        ways = []
        for _ in range(rng.integers(2, 12)):
            start = middle + rng.normal(0, spread, 2)
            turned = heading + rng.normal(0, scatter)
            ways.append(
                wander(start, turned, length * rng.beta(1, 2), rng, curl=0.008, drift=drift, step_px=5)
            )
        press_line(
            canvas,
            ways,
            line_width(canvas, 0.25, 0.9),
            bright=bright,
            levels=levels * rng.uniform(0.5, 1.3),
            unrest=0.6,
        )


def criss_cross(canvas: Canvas) -> None:
    """Short straight scratches in all directions, of a print that lay among others in a drawer."""
    rng = canvas.rng
    bright, levels = coin(rng), contrast(rng, 10, 110)
    ways = []
    for _ in range(int(np.exp(rng.uniform(np.log(4), np.log(45))))):
        length = canvas.side * rng.uniform(0.02, 0.2)
        ways.append(
            wander(canvas.place(), rng.uniform(0, 6.3), length, rng, curl=rng.choice([0, 0.03]), step_px=3)
        )
    for group in (ways[::3], ways[1::3] + ways[2::3]):
        if group:
            press_line(canvas, group, line_width(canvas, 0.25, 1.0), bright=bright, levels=levels, unrest=0.8)


def hair(canvas: Canvas) -> None:
    """A hair or thread that lay on the glass: thin, even, curling."""
    rng = canvas.rng
    length = canvas.side * rng.uniform(0.06, 0.45)
    curl, drift = rng.uniform(0.02, 0.12), rng.normal(0, 0.05)
    way = wander(canvas.place(), rng.uniform(0, 6.3), length, rng, curl=curl, drift=drift, step_px=3)
    press_line(
        canvas,
        [way],
        line_width(canvas, 0.5, 1.6),
        bright=coin(rng),
        levels=contrast(rng, 10, 150),
        unrest=0.15,
    )


def film_lines(canvas: Canvas) -> None:
    """Lines of a film's transport: straight through the picture along one axis, thin, coming and going."""
    rng = canvas.rng
    heading = (np.pi / 2 if rng.random() < 0.75 else 0.0) + rng.normal(0, 0.012)
    for _ in range(rng.integers(1, 5)):
        start, turned, reach = crossing(canvas.height, canvas.width, rng, heading)
        way = wander(start, turned, reach, rng, curl=0.001, step_px=8)
        width = line_width(canvas, 0.35, 1.4)
        press_line(
            canvas, [way], width, bright=coin(rng), levels=contrast(rng, 9, 90), unrest=rng.choice([0.1, 0.7])
        )
