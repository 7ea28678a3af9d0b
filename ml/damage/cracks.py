"""Kind `line`: cracks in the emulsion, craquelure, folds and creases, and the flakes that come off there."""

import numpy as np

from ml.damage.canvas import LINE, LOSS, Canvas
from ml.damage.lines import line_width, press_line, wear
from ml.damage.noise import cells, clouds
from ml.damage.paths import crack, crossing, jagged
from ml.damage.strokes import coin, contrast, draw_ways, fill, ribbon, tone_for


def cracks(canvas: Canvas) -> None:
    """A branching crack: a core, often a lifted rim of the other sign, sometimes flakes beside it."""
    rng = canvas.rng
    start, heading, reach = crossing(canvas.height, canvas.width, rng)
    if rng.random() < 0.5:
        start, reach = canvas.place(), canvas.side * rng.uniform(0.1, 0.7)
    step, branching = rng.uniform(2.5, 8) * canvas.zoom**0.5, rng.choice([0, rng.uniform(0.005, 0.06)])
    ways = crack(start, heading, reach, rng, branching=branching, step_px=step, curl=rng.uniform(0.1, 0.5))
    width, bright, levels = line_width(canvas, 0.6, 2.4), coin(rng), contrast(rng, 15, 170)
    if rng.random() < 0.5:
        aside = (rng.normal(0, 0.8, 2) * width).astype(np.float32)
        press_line(
            canvas, [way + aside for way in ways], width, bright=not bright, levels=0.4 * levels, soft=0.4
        )
    press_line(canvas, ways[:1], width, bright=bright, levels=levels, unrest=0.9)
    if len(ways) > 1:
        press_line(canvas, ways[1:], 0.6 * width, bright=bright, levels=0.7 * levels, unrest=0.9)
    if rng.random() < 0.45:
        flakes_along(canvas, ways[0], width, bright, levels)


def flakes_along(canvas: Canvas, way: np.ndarray, width: float, bright: bool, levels: float) -> None:
    """Emulsion off in angular chips along a way."""
    rng = canvas.rng
    band = canvas.blank()
    draw_ways(band, [jagged(way, rng, width)], width * rng.uniform(2, 7))
    owner, count = cells(canvas.height, canvas.width, rng, rng.uniform(4, 12) * canvas.zoom**0.6)
    gone = rng.random(count) < rng.uniform(0.08, 0.5)
    band[~gone[owner]] = 0
    tone, strength = tone_for(canvas, canvas.level_under(band), bright, levels)
    canvas.press(band, tone, strength, LOSS if width > 3 else LINE)


def craquelure(canvas: Canvas) -> None:
    """A net of fine cracks over a part of the picture."""
    rng = canvas.rng
    cell = rng.uniform(16, 50) * canvas.zoom**0.7
    owner, _ = cells(canvas.height, canvas.width, rng, cell)
    net = canvas.blank()
    net[:-1][owner[1:] != owner[:-1]] = 255
    net[:, :-1][owner[:, 1:] != owner[:, :-1]] = 255
    net[clouds(canvas.height, canvas.width, rng, canvas.side / 2, 2) < rng.uniform(-0.7, 0.9)] = 0
    net = wear(canvas, net, 1.5 * cell, rng.uniform(0.3, 1))
    tone, strength = tone_for(canvas, canvas.level_under(net), coin(rng), contrast(rng, 9, 110))
    canvas.press(net, tone, rng.uniform(0.8, 1.6) * strength, LINE)


def fold(canvas: Canvas) -> None:
    """A crease across the picture, or beside it a second one."""
    heading = None
    for _ in range(1 if canvas.rng.random() < 0.75 else 2):
        start, heading, reach = crossing(canvas.height, canvas.width, canvas.rng, heading)
        _crease(canvas, start, heading, reach)


def folded_in_four(canvas: Canvas) -> None:
    """The cross of a photograph that was carried folded; the emulsion is worn most where the creases meet."""
    rng = canvas.rng
    tilt = rng.normal(0, 0.04)
    middle = np.array([canvas.width, canvas.height]) * rng.uniform(0.2, 0.8, 2)
    for heading in (tilt, np.pi / 2 + tilt + rng.normal(0, 0.03)):
        reach = 1.2 * canvas.side
        start = middle - reach * np.array([np.cos(heading), np.sin(heading)])
        _crease(canvas, start, heading, 2 * reach)
    if rng.random() < 0.6:
        for _ in range(rng.integers(1, 4)):
            ways = crack(
                middle, rng.uniform(0, 6.3), canvas.side * rng.uniform(0.05, 0.25), rng, branching=0.04
            )
            press_line(
                canvas,
                ways,
                line_width(canvas, 0.6, 2),
                bright=rng.random() < 0.6,
                levels=contrast(rng, 15, 150),
            )


def _crease(canvas: Canvas, start: np.ndarray, heading: float, reach: float) -> None:
    """Two soft wide flanks, one lit, one shaded; on the ridge the emulsion is broken in strips and chips."""
    rng = canvas.rng
    step, jerk = rng.uniform(3, 9), rng.choice([0.02, 0.15, 0.35])
    way = crack(start, heading, reach, rng, branching=0, step_px=step, curl=jerk)[0]
    width = line_width(canvas, 0.8, 3.2)
    aside = np.array([-np.sin(heading), np.cos(heading)]) * width * rng.choice([-1, 1])
    levels, spread = contrast(rng, 8, 70), rng.uniform(0.8, 2.5)
    for side, bright in ((1, True), (-1, False)):
        flank = (way + side * spread * aside).astype(np.float32)
        share = rng.uniform(0.4, 1)
        press_line(
            canvas,
            [flank],
            2 * spread * width,
            bright=bright,
            levels=levels * share,
            unrest=0.3,
            soft=0.6 * spread,
        )
    if rng.random() < 0.8:
        _ridge(canvas, way, width, bright=rng.random() < 0.6)
    if rng.random() < 0.5:
        flakes_along(canvas, way, width, rng.random() < 0.6, contrast(rng, 25, 170))


def _ridge(canvas: Canvas, way: np.ndarray, width: float, bright: bool) -> None:
    rng = canvas.rng
    cover = canvas.blank()
    outline = ribbon(jagged(way, rng, 0.2 * width), width * rng.uniform(0.6, 1.6), rng, rng.uniform(0.3, 0.9))
    fill(cover, [outline])
    cover = wear(canvas, cover, rng.uniform(8, 60), rng.uniform(0.3, 1))
    tone, strength = tone_for(canvas, canvas.level_under(cover), bright, contrast(rng, 15, 170))
    canvas.press(cover, tone, 1.2 * strength, LINE)
