"""Kind `loss`: what was put on or rubbed off the picture - abrasion, scuffs, tape, ink, stamps."""

import cv2
import numpy as np

from ml.damage.canvas import LOSS, Canvas
from ml.damage.noise import clouds, grain, paper, warp
from ml.damage.paths import blob, wander
from ml.damage.strokes import coin, contrast, draw_ways, fill, tone_for

INKS = np.array(
    [[30, 30, 34], [40, 46, 110], [150, 40, 45], [235, 232, 225], [90, 86, 84], [60, 90, 110]], np.float32
)


def _streaks(size: int, rng: np.random.Generator, cell_px: float, stretch: float) -> np.ndarray:
    """Noise drawn out along a random direction, size x size float32."""
    long = int(size * 1.5)
    field = clouds(long, max(6, int(long / stretch)), rng, cell_px, 4, 0.85)
    field = cv2.resize(field, (long, long), interpolation=cv2.INTER_LINEAR)
    turn = cv2.getRotationMatrix2D((long / 2, long / 2), rng.uniform(0, 180), 1)
    turn[:, 2] -= (long - size) / 2
    return cv2.warpAffine(field, turn, (size, size), borderMode=cv2.BORDER_REFLECT)


def abrasion(canvas: Canvas) -> None:
    """The surface rubbed off in streaks over much of the picture, thick on the high places."""
    rng = canvas.rng
    field = _streaks(int(canvas.side), rng, rng.uniform(3, 12) * canvas.zoom**0.4, rng.uniform(1.2, 5))
    field = field[: canvas.height, : canvas.width] + 0.35 * grain(canvas.height, canvas.width, rng, 0.7)
    broad = clouds(canvas.height, canvas.width, rng, canvas.side / rng.uniform(1.5, 5), 2)
    rise = (field + rng.uniform(0.6, 1.4) * broad - rng.uniform(1.4, 2.8)) * rng.uniform(0.3, 1.2)
    cover = (255 * np.clip(rise, 0, 1)).astype(np.uint8)
    tone, strength = tone_for(canvas, float(canvas.mean.mean()), coin(rng), contrast(rng, 12, 110))
    canvas.press(cover, tone, 1.3 * strength, LOSS)


def scuff(canvas: Canvas) -> None:
    """One rubbed patch of fine broken strokes."""
    rng = canvas.rng
    size = int(canvas.side * rng.uniform(0.08, 0.4))
    y, x = np.mgrid[:size, :size].astype(np.float32) / size - 0.5
    fade = np.clip(1.5 - 3.4 * np.hypot(x, y * rng.uniform(1, 2.5)), 0, 1)
    streaks = _streaks(size, rng, rng.uniform(1.5, 4), rng.uniform(2, 12))
    patch = (np.clip(streaks + 2 * fade - rng.uniform(1.6, 2.4), 0, 1) * fade).astype(np.float32)
    patch = cv2.GaussianBlur(patch, (0, 0), canvas.softness_px)
    left, top = (canvas.place() - size / 2).astype(int)
    level = canvas.level_at(np.array([[left, top]]) + size / 2)
    tone, strength = tone_for(canvas, level, coin(rng), contrast(rng, 15, 170))
    canvas.lay(patch * np.float32(strength), tone, LOSS, int(top), int(left))


def tape(canvas: Canvas) -> None:
    """A strip of tape, or the yellowed film that it left; the picture shows through, the edges stand out."""
    rng = canvas.rng
    length, width = canvas.side * rng.uniform(0.12, 0.8), rng.uniform(8, 30) * canvas.zoom
    angle = float(rng.choice([0, 90]) + rng.normal(0, 12))
    box = cv2.boxPoints((tuple(map(float, canvas.place())), (float(length), float(width)), angle))
    cover = canvas.blank()
    fill(cover, [box])
    cover = warp(cover, rng, rng.uniform(0.3, 1.5), rng.uniform(3, 12))
    tone, strength = tone_for(canvas, canvas.level_under(cover), coin(rng), contrast(rng, 14, 90))
    tone = tone * np.array([1.05, 1.0, rng.uniform(0.65, 1)], np.float32)
    texture = paper(canvas.height, canvas.width, rng) * np.float32(rng.uniform(1, 9))
    canvas.press(cover, np.clip(tone + texture[..., None], 0, 255), max(strength, 0.12), LOSS)
    if rng.random() < 0.7:
        rim = cv2.morphologyEx(cover, cv2.MORPH_GRADIENT, np.ones((2, 2), np.uint8))
        tone, strength = tone_for(canvas, canvas.level_under(rim), coin(rng), contrast(rng, 10, 90))
        canvas.press(rim, tone, strength, LOSS, rng.uniform(0, 1))


def ink(canvas: Canvas) -> None:
    """A pen's or brush's strokes over the picture: scribble, crossing out."""
    rng = canvas.rng
    cover = canvas.blank()
    start, heading = canvas.place(), rng.uniform(0, 6.3)
    width = rng.uniform(0.8, 4) * canvas.zoom**0.7
    for _ in range(rng.integers(1, 6)):
        length, curl, drift = (
            canvas.side * rng.uniform(0.05, 0.5),
            rng.uniform(0.01, 0.1),
            rng.normal(0, 0.06),
        )
        way = wander(start, heading, length, rng, curl=curl, drift=drift, step_px=3 * canvas.zoom)
        draw_ways(cover, [way], width * rng.uniform(0.7, 1.3))
        start, heading = way[-1] + rng.normal(0, 8, 2), heading + np.pi + rng.normal(0, 0.5)
    flow = np.clip(1 + 0.25 * clouds(canvas.height, canvas.width, rng, 8 * canvas.zoom, 3), 0, 1)
    tone = INKS[rng.integers(len(INKS))]
    canvas.press((cover * flow).astype(np.uint8), tone, rng.uniform(0.35, 1), LOSS, rng.uniform(0, 0.5))


def stamp(canvas: Canvas) -> None:
    """An office's rubber stamp across the picture: rings and letters, of which the ink left a part."""
    rng = canvas.rng
    cover = canvas.blank()
    middle, radius = canvas.place(), canvas.side * rng.uniform(0.08, 0.25)
    for ratio in (1.0, 0.92, 0.55)[: rng.integers(1, 4)]:
        ring = blob(middle, radius * ratio, rng, roughness=0.0, points=60)
        draw_ways(cover, [np.vstack([ring, ring[:1]])], max(1.0, radius * 0.03))
    letters = "".join(chr(65 + code) for code in rng.integers(0, 26, 7))
    corner = (int(middle[0] - 0.8 * radius), int(middle[1]))
    cv2.putText(
        cover,
        letters,
        corner,
        cv2.FONT_HERSHEY_DUPLEX,
        radius / 75,
        255,
        max(1, int(radius / 30)),
        cv2.LINE_AA,
    )
    turn = cv2.getRotationMatrix2D(tuple(map(float, middle)), rng.uniform(-40, 40), 1)
    cover = cv2.warpAffine(cover, turn, cover.shape[::-1])
    patches = clouds(canvas.height, canvas.width, rng, rng.uniform(6, 30), 4, 0.8)
    tilted = clouds(canvas.height, canvas.width, rng, 1.5 * radius, 1)  # it was pressed down on one side
    worn = np.clip(rng.uniform(0, 0.6) + 0.6 * patches + 0.5 * tilted, 0, 1)
    tone = INKS[rng.integers(len(INKS))]
    canvas.press((cover * worn).astype(np.uint8), tone, rng.uniform(0.3, 0.95), LOSS, rng.uniform(0.2, 0.8))
