"""Decoys of the scene: signs, wires before the sky, window bars and joints, buttons and pearls, shade."""

import cv2
import numpy as np

from ml.damage.canvas import SPECK, Canvas
from ml.damage.cloth import bearer, press_decoy
from ml.damage.noise import clouds
from ml.damage.paths import blob, crossing, wander
from ml.damage.strokes import coin, contrast, draw_ways, fill

FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
)
LETTERS = [*range(65, 91), *range(97, 123), *range(48, 58), 32, 32, 46]


def draw_lettering(
    canvas: Canvas, cover: np.ndarray, corner: np.ndarray, height_px: float, lines: int, longest: int
) -> None:
    """Lines of random printed letters from a corner (x, y of the first line's foot)."""
    rng = canvas.rng
    font, (x, y) = FONTS[rng.integers(len(FONTS))], corner.astype(int)
    for line in range(lines):
        letters = "".join(chr(int(code)) for code in rng.choice(LETTERS, rng.integers(3, longest)))
        foot = (int(x), int(y + 1.6 * height_px * line))
        cv2.putText(cover, letters, foot, font, height_px / 22, 255, max(1, int(height_px / 11)), cv2.LINE_AA)


def lettering(canvas: Canvas) -> None:
    """A sign or label: letters, often on a plate of their own."""
    rng = canvas.rng
    height, lines = rng.uniform(7, 26) * canvas.zoom, int(rng.integers(1, 4))
    corner = canvas.place() * [0.6, 1]
    if rng.random() < 0.5:
        plate = canvas.blank()
        foot = corner + [rng.uniform(3, 9) * height, 1.6 * height * lines - 0.6 * height]
        cv2.rectangle(
            plate, (corner - [0.5 * height, 1.5 * height]).astype(int), foot.astype(int), 255, -1, cv2.LINE_AA
        )
        press_decoy(canvas, plate, contrast(rng, 20, 140))
    cover = canvas.blank()
    draw_lettering(canvas, cover, corner, height, lines, 14)
    press_decoy(canvas, cover, contrast(rng, 25, 150))


def wires(canvas: Canvas) -> None:
    """Wires and ropes before sky or wall: dark, smooth, even, parallel, behind all else in the scene."""
    rng = canvas.rng
    cover = canvas.blank()
    start, heading, reach = crossing(canvas.height, canvas.width, rng, rng.normal(0, 0.35))
    width, sag = rng.uniform(0.7, 2.2) * canvas.zoom, rng.uniform(0, 0.008)
    for _ in range(rng.integers(2, 6)):
        draw_ways(cover, [wander(start, heading, reach, rng, curl=0, drift=sag)], width)
        start = start + np.array([0, rng.uniform(5, 25) * canvas.zoom])
    bright_places = np.argwhere(canvas.grey[::8, ::8] >= np.quantile(canvas.grey[::8, ::8], 0.8))
    y, x = bright_places[rng.integers(len(bright_places))] * 8
    cover[~bearer(canvas, (0.3, 0.8), np.array([x, y]))] = 0
    canvas.press(cover, canvas.black, rng.uniform(0.3, 0.9), SPECK)


def bars(canvas: Canvas) -> None:
    """Window bars, a fence, shelves, brick joints: straight lines alike in pitch and width."""
    rng = canvas.rng
    cover = canvas.blank()
    width = rng.uniform(0.8, 8) * canvas.zoom
    across, down = width * rng.uniform(3, 12, 2)
    columns, rows = int(rng.integers(2, 9)), int(rng.integers(2, 9))
    left, top = canvas.place() - [0.5 * columns * across, 0.5 * rows * down]
    right, bottom, tilt = left + columns * across, top + rows * down, rng.normal(0, 0.04)
    ways = [
        np.array([[left, y], [right, y + tilt * (right - left)]]) for y in np.linspace(top, bottom, rows + 1)
    ]
    alone = rng.random() < 0.3  # shelves and joints belong to a wall; a lattice may stand free
    if not alone:
        ways += [
            np.array([[x, top], [x - tilt * (bottom - top), bottom]])
            for x in np.linspace(left, right, columns + 1)
        ]
    draw_ways(cover, ways, width)
    if alone:
        cover[~bearer(canvas, (0.2, 0.5))] = 0
    press_decoy(canvas, cover, contrast(rng, 20, 140))


def buttons(canvas: Canvas) -> None:
    """Buttons, medals, pearls, lights in eyes: small round things in a row or alone, lit from one side."""
    rng = canvas.rng
    start, step, radius = (
        canvas.place(),
        rng.normal(0, 14, 2) * canvas.zoom,
        rng.uniform(1.2, 6) * canvas.zoom,
    )
    bend = rng.normal(0, 1.2, 2) * canvas.zoom
    body, light = canvas.blank(), canvas.blank()
    for index in range(rng.integers(1, 10)):
        centre = start + index * step + index**2 * 0.3 * bend
        fill(body, [blob(centre, radius, rng, roughness=0.02)])
        fill(light, [blob(centre - 0.3 * radius, 0.45 * radius, rng, roughness=0.05, points=10)])
    press_decoy(canvas, body, contrast(rng, 15, 100))
    canvas.press(light, canvas.white, rng.uniform(0.4, 1), SPECK)


def blown(canvas: Canvas) -> None:
    """Lights blown out, shadows blocked or both: a white sleeve is then as even as bare paper, and no loss."""
    rng = canvas.rng
    low, high = float(canvas.grey.min()), float(canvas.grey.max())
    which = rng.integers(3)
    if which != 1:
        high = max(float(np.percentile(canvas.grey, rng.uniform(70, 98))), low + 30)
    if which != 0:
        low = min(float(np.percentile(canvas.grey, rng.uniform(2, 25))), high - 30)
    black, white = rng.uniform(0, 20), rng.uniform(225, 256)
    even = np.clip((canvas.photo - low) / (high - low), 0, 1)
    canvas.photo[:] = black + (white - black) * even


def shade(canvas: Canvas) -> None:
    """A soft shadow or a reflection: no edge anywhere."""
    rng = canvas.rng
    field = 0.5 + 0.5 * clouds(canvas.height, canvas.width, rng, canvas.side / rng.uniform(1.5, 4), 1)
    canvas.lay(
        np.clip(field, 0, 1) * np.float32(rng.uniform(0.1, 0.35)),
        canvas.black if coin(rng) else canvas.white,
        SPECK,
    )
