"""Kind `speck`, grown or printed on: foxing, tide lines, mould, fingerprints."""

import cv2
import numpy as np

from ml.damage.canvas import SPECK, Canvas
from ml.damage.noise import clouds, warp
from ml.damage.paths import blob, wander
from ml.damage.strokes import coin, contrast, draw_ways, fill, tone_for


def foxing(canvas: Canvas) -> None:
    """Rusty or grey stains with soft edges."""
    rng = canvas.rng
    height, width = canvas.height, canvas.width
    field = clouds(height, width, rng, rng.uniform(8, 40) * canvas.zoom, 4, 0.6)
    field += np.float32(0.7) * clouds(height, width, rng, canvas.side / 2, 1)
    rise = np.clip((field - rng.uniform(1.6, 2.6)) / rng.uniform(0.1, 0.9), 0, 1)
    levels = contrast(rng, 10, 90)
    if rng.random() < 0.5:
        tone = canvas.mean - levels * np.array([0.5, 1.0, 1.4])
    else:
        tone = canvas.mean + levels * rng.choice([-1, 1, 1])
    canvas.lay(rise * np.float32(rng.uniform(0.5, 1)), np.clip(tone, 0, 255).astype(np.float32), SPECK)


def tide(canvas: Canvas) -> None:
    """The mark of a drop or flood that dried: a line where the dirt settled, a slight change inside."""
    rng = canvas.rng
    area = canvas.blank()
    radius = canvas.side * np.exp(rng.uniform(np.log(0.03), np.log(0.4)))
    fill(area, [blob(canvas.place(), radius, rng, roughness=0.2, stretch=rng.uniform(1, 1.6))])
    area = warp(area, rng, rng.uniform(0.5, 4) * canvas.zoom, rng.uniform(10, 40))
    inner = cv2.GaussianBlur(area, (0, 0), max(1.0, rng.uniform(0.8, 4) * canvas.zoom))
    line = cv2.subtract(area, inner)
    bright = rng.random() < 0.4
    tone, strength = tone_for(canvas, canvas.level_under(line), bright, contrast(rng, 12, 90))
    canvas.press(line, tone, 2 * strength, SPECK)
    if rng.random() < 0.6:
        canvas.press(area, tone, strength * rng.uniform(0.1, 0.5), SPECK)


def mould(canvas: Canvas) -> None:
    """Colonies: a fuzzy heart from which fine threads run out."""
    rng = canvas.rng
    cover = canvas.blank()
    for _ in range(rng.integers(1, 7)):
        middle, radius = canvas.place(), rng.lognormal(1.6, 0.5) * canvas.zoom
        ways = []
        for angle in rng.uniform(0, 6.3, rng.integers(6, 22)):
            ways.append(wander(middle, angle, radius * rng.uniform(0.4, 2.2), rng, curl=0.35, step_px=1.5))
        draw_ways(cover, ways, rng.uniform(0.3, 1.0))
    cover = np.maximum(cover, cv2.GaussianBlur(cover, (0, 0), 1.5 * canvas.zoom))
    tone, strength = tone_for(canvas, canvas.level_under(cover), coin(rng), contrast(rng, 12, 120))
    canvas.press(cover, tone, 1.3 * strength, SPECK)


def fingerprint(canvas: Canvas) -> None:
    """Ridges of a finger inside an oval, patchy, of either sign."""
    rng = canvas.rng
    size = int(np.clip(rng.uniform(30, 75) * canvas.zoom, 28, canvas.side))
    y, x = np.mgrid[:size, :size].astype(np.float32) / size - 0.5
    bend = np.float32(0.05) * clouds(size, size, rng, size / 2, 1)
    whorl = np.hypot((x + rng.uniform(-0.1, 0.1)) * rng.uniform(1.1, 1.6), y + rng.uniform(-0.2, 0.2)) + bend
    ridges = np.clip(0.5 + np.sin(whorl * rng.uniform(70, 120)), 0, 1)
    touch = np.clip(1.5 - 3.4 * np.hypot(x * 1.3, y) + 0.4 * clouds(size, size, rng, size / 4, 3, 0.7), 0, 1)
    cover = cv2.GaussianBlur((ridges * touch).astype(np.float32), (0, 0), canvas.softness_px)
    left, top = (canvas.place() - size / 2).astype(int)
    tone, strength = tone_for(
        canvas, canvas.level_at(np.array([[left, top]]) + size / 2), coin(rng), contrast(rng, 8, 38)
    )
    canvas.lay(cover * np.float32(strength), tone, SPECK, int(top), int(left))
