"""Decoys around the picture: card mount or deckle edge, with a line, handwriting, print or a stamp on it; an oval or
another window in a mount, a vignette."""

import cv2
import numpy as np

from ml.damage.canvas import SPECK, Canvas
from ml.damage.fittings import draw_lettering
from ml.damage.noise import paper
from ml.damage.paths import blob
from ml.damage.strokes import coin, contrast, draw_ways, tone_for


def margin(canvas: Canvas) -> None:
    """Covers one or more sides, and sometimes writes on them."""
    rng = canvas.rng
    depths = np.where(
        rng.random(4) < 0.5, canvas.side * rng.uniform(0.03, 0.18), 0
    )  # top, bottom, left, right
    if not depths.any():
        depths[rng.integers(4)] = canvas.side * rng.uniform(0.03, 0.25)
    cover = _card(canvas, depths)
    tone = (canvas.white if rng.random() < 0.75 else canvas.black) * rng.uniform(0.85, 1.1)
    canvas.press(cover, _card_tone(canvas, tone), 1.0, SPECK)
    if rng.random() < 0.4:
        _line_inside(canvas, cover)
    if depths[:2].max() > 12 and rng.random() < 0.7:
        _inscription(canvas, cover, depths)


def window(canvas: Canvas) -> None:
    """The picture in an oval, an arch or rounded corners, or fading into the paper: an even outline, and no tear."""
    rng = canvas.rng
    across, down = rng.uniform(0.34, 0.54, 2) * (canvas.width, canvas.height)
    x = np.abs(np.arange(canvas.width) - canvas.width * rng.normal(0.5, 0.03)) / across
    y = (np.arange(canvas.height)[:, None] - canvas.height * rng.normal(0.5, 0.03)) / down
    # A superellipse: 2 an oval, 10 a rectangle with round corners; an arch is straight below its middle.
    power = np.exp(rng.uniform(np.log(2), np.log(10)))
    away = (x**power + np.abs(y) ** power) ** (1 / power)
    if rng.random() < 0.25:
        away = np.where(y > 0, np.maximum(x, y), away)
    fades_px = canvas.side * rng.uniform(0.02, 0.1) if rng.random() < 0.4 else 0
    tone = (canvas.white if rng.random() < 0.75 else canvas.black) * rng.uniform(0.85, 1.1)
    canvas.press(np.uint8(255 * (away > 1)), _card_tone(canvas, tone), 1.0, SPECK, fades_px)


def _card_tone(canvas: Canvas, tone: np.ndarray) -> np.ndarray:
    """HW3, with the relief of card, or as even as a scanner makes it."""
    rng = canvas.rng
    relief = rng.uniform(0.3, 4) if rng.random() < 0.7 else 0
    return np.clip(tone + paper(canvas.height, canvas.width, rng)[..., None] * np.float32(relief), 0, 255)


def _card(canvas: Canvas, depths: np.ndarray) -> np.ndarray:
    """The card's cover, u8 HW; its inner edge straight or, as a deckle edge has it, scalloped."""
    rng = canvas.rng
    wave, pitch = (
        (rng.uniform(0.8, 3) * canvas.zoom, rng.uniform(5, 16) * canvas.zoom)
        if rng.random() < 0.3
        else (0, 9)
    )
    y, x = np.arange(canvas.height)[:, None], np.arange(canvas.width)
    over_x, over_y = wave * np.abs(np.sin(x * np.pi / pitch)), wave * np.abs(np.sin(y * np.pi / pitch))
    top, bottom, left, right = depths
    outside = (y < top - over_x * (top > 0)) | (canvas.height - 1 - y < bottom - over_x * (bottom > 0))
    outside = (
        outside | (x < left - over_y * (left > 0)) | (canvas.width - 1 - x < right - over_y * (right > 0))
    )
    return outside.astype(np.uint8) * 255


def _line_inside(canvas: Canvas, cover: np.ndarray) -> None:
    rng = canvas.rng
    gap = 2 * int(rng.integers(0, 6)) + 1
    inner = (
        cv2.dilate(cover, np.ones((gap, gap), np.uint8))
        if coin(rng)
        else cv2.erode(cover, np.ones((gap, gap), np.uint8))
    )
    line = cv2.morphologyEx(inner, cv2.MORPH_GRADIENT, np.ones((2, 2), np.uint8))
    tone, strength = tone_for(canvas, canvas.level_under(line), coin(rng), contrast(rng, 15, 120))
    canvas.press(line, tone, strength, SPECK)


def _inscription(canvas: Canvas, cover: np.ndarray, depths: np.ndarray) -> None:
    rng = canvas.rng
    side = int(np.argmax(depths[:2]))
    depth = float(depths[side])
    foot = 0.75 * depth if side == 0 else canvas.height - 0.3 * depth
    corner, height = np.array([rng.uniform(0, 0.5) * canvas.width, foot]), depth * rng.uniform(0.25, 0.6)
    writing = canvas.blank()
    kind = rng.integers(3)
    if kind == 0:
        draw_lettering(canvas, writing, corner, height, 1, 20)
    elif kind == 1:
        _handwriting(canvas, writing, corner, height)
    else:
        for ratio in (1, 0.8):
            ring = blob(corner + [depth, 0], 0.6 * depth * ratio, rng, roughness=0.0, points=40)
            draw_ways(writing, [np.vstack([ring, ring[:1]])], max(0.8, depth / 30))
    writing[cover == 0] = 0
    tone = np.array([[35, 33, 38], [45, 50, 105], [120, 50, 60]], np.float32)[rng.integers(3)]
    canvas.press(writing, tone, rng.uniform(0.4, 0.95), SPECK)


def _handwriting(canvas: Canvas, cover: np.ndarray, corner: np.ndarray, height_px: float) -> None:
    rng = canvas.rng
    step = np.arange(int(rng.integers(40, 220))) * 0.55
    tall = np.repeat(rng.choice([0.5, 0.5, 1.1], len(step) // 8 + 1), 8)[: len(step)] * rng.uniform(
        0.8, 1.2, len(step)
    )
    x = corner[0] + step * height_px * 0.16 + 0.25 * height_px * np.cos(step)
    y = corner[1] - 0.5 * height_px * np.sin(step) * tall
    words = np.flatnonzero(rng.random(len(step)) < 0.05)
    ways = [way for way in np.split(np.stack([x, y], axis=1), words) if len(way) > 3]
    if ways:
        draw_ways(cover, ways, max(0.8, height_px / 14))
