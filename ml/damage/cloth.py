"""Decoys that are worn or hang: stripes, lace, embroidery, carving. They end where what bears them ends."""

import cv2
import numpy as np

from ml.damage.canvas import SPECK, Canvas
from ml.damage.noise import clouds
from ml.damage.paths import blob, wander
from ml.damage.strokes import coin, contrast, draw_ways, fill, tone_for


def bearer(
    canvas: Canvas, radius: tuple[float, float] = (0.12, 0.4), seed: np.ndarray | None = None
) -> np.ndarray:
    """A part of the picture of about one tone around a point - a dress, a wall, the sky - HW bool.

    radius: how far it may reach, as shares of the side.
    """
    rng = canvas.rng
    x, y = (canvas.place() if seed is None else seed).astype(int)
    smooth = cv2.blur(canvas.grey, (9, 9))
    near = np.abs(smooth - smooth[min(y, canvas.height - 1), min(x, canvas.width - 1)]) < rng.uniform(12, 35)
    reach = canvas.blank()
    size = canvas.side * rng.uniform(*radius)
    fill(reach, [blob(np.array([x, y]), size, rng, roughness=0.15, stretch=rng.uniform(1, 1.5))])
    return near & (reach > 127)


def press_decoy(canvas: Canvas, cover: np.ndarray, levels: float, extra_px: float = 0.0) -> None:
    """Lays a pattern of either sign that stands out by about `levels` from what bears it."""
    if cover.any():
        tone, strength = tone_for(canvas, canvas.level_under(cover), coin(canvas.rng), levels)
        canvas.press(cover, tone, strength, SPECK, extra_px)


def _draped(canvas: Canvas, fold_px: float) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates along and across a cloth that hangs in folds, HW each, pixels."""
    rng = canvas.rng
    angle = rng.uniform(0, np.pi)
    x, y = np.arange(canvas.width, dtype=np.float32), np.arange(canvas.height, dtype=np.float32)[:, None]
    bend = np.float32(fold_px) * clouds(canvas.height, canvas.width, rng, canvas.side / 3, 2)
    cosine, sine = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    return x * cosine + y * sine + bend, y * cosine - x * sine + bend


def stripes(canvas: Canvas) -> None:
    """Stripes or checks, even in pitch and strength."""
    rng = canvas.rng
    u, v = _draped(canvas, rng.uniform(0, 8) * canvas.zoom)
    turn = 2 * np.pi / (rng.uniform(3, 18) * canvas.zoom)
    pattern = np.cos(u * turn) > rng.uniform(-0.3, 0.95)
    if rng.random() < 0.35:
        pattern |= np.cos(v * turn) > rng.uniform(0, 0.95)
    press_decoy(canvas, (pattern & bearer(canvas)).astype(np.uint8) * 255, contrast(rng, 12, 120))


def lace(canvas: Canvas) -> None:
    """A net of repeated eyes, as in lace, knitting, wicker or tiles."""
    rng = canvas.rng
    u, v = _draped(canvas, rng.uniform(0, 5) * canvas.zoom)
    turn = 2 * np.pi / (rng.uniform(4, 14) * canvas.zoom)
    fine = np.cos(2 * u * turn + rng.uniform(0, 6)) * np.cos(rng.choice([1, 2, 3]) * v * turn)
    eyes = np.cos(u * turn) * np.cos(v * turn) + 0.6 * fine > rng.uniform(0, 0.6)
    press_decoy(canvas, (eyes & bearer(canvas)).astype(np.uint8) * 255, contrast(rng, 12, 120))


def embroidery(canvas: Canvas) -> None:
    """One motif of curls and its mirror image, repeated along a band: braid, carving, a cast fence."""
    rng = canvas.rng
    size = rng.uniform(8, 26) * canvas.zoom
    curls = []
    for _ in range(rng.integers(2, 5)):
        way = wander(rng.normal(0, 0.3, 2) * size, rng.uniform(0, 6.3), size, rng, curl=0.02,
                     drift=rng.normal(0, 3 / max(size / 2, 3)), step_px=2)  # fmt: skip
        curls += [way, way * np.array([-1, 1], np.float32)]
    angle, start = rng.uniform(0, 6.3), canvas.place()
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]], np.float32)
    pitch, rows = size * rng.uniform(1.2, 2.2), int(rng.integers(1, 4))
    cover = canvas.blank()
    for row in range(rows):
        for column in range(int(rng.integers(3, 9))):
            offset = (np.array([column, row]) * pitch) @ turn + start
            draw_ways(cover, [way @ turn + offset for way in curls], max(0.8, size / 12))
    levels, aside = contrast(rng, 15, 110), rng.uniform(0.5, 1.5, 2)
    press_decoy(canvas, cover, levels)
    if coin(rng):
        shadow = cv2.warpAffine(cover, np.array([[1, 0, aside[0]], [0, 1, aside[1]]]), cover.shape[::-1])
        press_decoy(canvas, cv2.subtract(shadow, cover), 0.6 * levels)
