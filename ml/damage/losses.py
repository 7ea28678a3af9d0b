"""Kind `loss`, the picture itself gone: torn corners and edges, holes, flaked emulsion, bleached patches."""

import cv2
import numpy as np

from ml.damage.canvas import LOSS, Canvas
from ml.damage.noise import cells, clouds, paper, warp
from ml.damage.paths import blob, crossing, jagged, wander
from ml.damage.strokes import coin, contrast, fill, tone_for

FLAT_SHARE, ALIKE_SHARE = 0.25, 0.35
"""Of grounds: one flat tone, as scanners and those who cut a scan out leave it; a tone of the picture, softly lit, as
another print behind it has. The rest is paper with its relief."""
CALM_SHARE = 0.7
"""Of losses whose ground is free of the photograph's grain: that lay in its emulsion. Where every painted loss had it,
the finder knew losses by their grain, and passed over white and grey parts as smooth as a scanner's lid."""
PAPER_SHARE = 0.7
"""Of grounds with a relief: paper and card are light; the rest is a dark mount or tin."""
FLAT_TONES = ((235, 256), (120, 235), (0, 25))
"""A lid's or a cut-out's white, grey board, a black lid."""
FIBRE_SHARE = 0.4
"""Of tears: along them the paper's white fibres show, in a strip that widens and narrows."""


def ground(canvas: Canvas) -> np.ndarray:
    """What shows where the picture is gone: paper, board, another print, the scanner's lid, HW3 0-255."""
    rng = canvas.rng
    look = rng.random()
    if look < FLAT_SHARE:
        low, high = FLAT_TONES[int(rng.choice(len(FLAT_TONES), p=(0.5, 0.2, 0.3)))]
        tone = rng.uniform(low, high)
        return np.full((canvas.height, canvas.width, 3), np.float32(tone))
    if look < FLAT_SHARE + ALIKE_SHARE:
        return _alike(canvas)
    level = rng.uniform(150, 252) if rng.random() < PAPER_SHARE else rng.uniform(4, 115)
    warm = float(np.clip((canvas.white[0] - canvas.white[2]) / 255, 0, 0.25)) * rng.uniform(0.3, 1)
    warm = warm if rng.random() < 0.85 else rng.uniform(-0.03, 0.12)
    tint = np.array([1 + 0.4 * warm, 1, 1 - warm], np.float32)
    relief = paper(canvas.height, canvas.width, rng) * np.float32(
        np.exp(rng.uniform(np.log(0.3), np.log(1.8)))
    )
    shade = clouds(canvas.height, canvas.width, rng, 0.6 * canvas.side, 2) * np.float32(rng.uniform(0, 9))
    return np.clip((np.float32(level) + relief + shade)[..., None] * tint, 0, 255)


def _alike(canvas: Canvas) -> np.ndarray:
    """A tone that the picture has itself, or its lights: only the tear tells it from the picture."""
    rng = canvas.rng
    x, y = canvas.place().astype(int)
    tone = canvas.white if coin(rng) else canvas.original[y : y + 9, x : x + 9].reshape(-1, 3).mean(0)
    shade = clouds(canvas.height, canvas.width, rng, rng.uniform(0.5, 1.5) * canvas.side, 2)
    relief = paper(canvas.height, canvas.width, rng) * np.float32(rng.uniform(0, 1.5))
    light = rng.normal(0, 8) + rng.uniform(0, 10) * shade + relief
    return np.clip(tone + np.float32(light)[..., None], 0, 255).astype(np.float32)


def _fibre(canvas: Canvas, cover: np.ndarray) -> None:
    """The white core of the paper along a tear, on the picture's side of it."""
    rng = canvas.rng
    reach = rng.uniform(1.5, 9) * canvas.zoom
    away = cv2.distanceTransform(255 - cover, cv2.DIST_L2, 3)
    width = reach * (1 + rng.uniform(0.2, 0.9) * clouds(canvas.height, canvas.width, rng, 12 * reach, 3, 0.6))
    strip = np.uint8(255 * (away < width))
    tone = np.float32(rng.uniform(215, 256)) + 3 * paper(canvas.height, canvas.width, rng)
    canvas.press(strip, np.repeat(tone[..., None], 3, 2), rng.uniform(0.7, 1), LOSS, 0.3 * canvas.zoom)


def bare(canvas: Canvas, cover: np.ndarray, torn: bool = True) -> None:
    """Shows the ground, often with a rim: of fibre where paper is torn, or of emulsion that lifts."""
    rng = canvas.rng
    if torn and rng.random() < FIBRE_SHARE:
        _fibre(canvas, cover)
    elif rng.random() < 0.6:
        _lifted(canvas, cover)
    canvas.press(cover, ground(canvas), 1.0, LOSS)
    if rng.random() < CALM_SHARE:
        _calm(canvas, cover)


def _calm(canvas: Canvas, cover: np.ndarray) -> None:
    """No grain and no waver on this ground, or little; a rim of 2 px blends."""
    calm = cv2.GaussianBlur(cover.astype(np.float32) / 255, (0, 0), 1)
    least = 1.0 if coin(canvas.rng) else canvas.rng.uniform(0.5, 1)
    np.maximum(canvas.calm, np.float32(least) * calm, out=canvas.calm)


def _lifted(canvas: Canvas, cover: np.ndarray) -> None:
    """A rim of emulsion that lifts, lit or in shadow: wide on one side of a flake, none on the other, and it comes and
    goes along the edge. One that is as wide and as bright all round is a drawn outline."""
    rng = canvas.rng
    reach = rng.uniform(0.8, 4) * canvas.zoom
    push = rng.normal(0, 0.6 * reach, 2)
    aside = cv2.warpAffine(cover, np.array([[1, 0, push[0]], [0, 1, push[1]]]), cover.shape[::-1])
    away = cv2.distanceTransform(255 - np.maximum(aside, cover), cv2.DIST_L2, 3)
    width = reach * (0.3 + 0.7 * clouds(canvas.height, canvas.width, rng, rng.uniform(4, 12) * reach, 3, 0.7))
    rim = (255 * np.clip(width - away, 0, 1)).astype(np.uint8)
    tone, _ = tone_for(canvas, canvas.level_under(rim), rng.random() < 0.5, 100)
    shade = np.clip(0.6 + 0.4 * clouds(canvas.height, canvas.width, rng, 5 * reach, 2), 0, 1)
    canvas.press(
        (rim * shade).astype(np.uint8), tone, rng.uniform(0.2, 0.9), LOSS, rng.uniform(0, 0.5) * reach
    )


def _torn(canvas: Canvas, cover: np.ndarray) -> np.ndarray:
    """From an edge as smooth as a cut to one that is ragged at every scale."""
    ragged_px = np.exp(canvas.rng.uniform(np.log(0.15), np.log(4)))
    return warp(cover, canvas.rng, ragged_px * canvas.zoom, canvas.rng.uniform(6, 60))


def _bowed(across: float, down: float, rng: np.random.Generator) -> np.ndarray:
    """A way from (across, 0) to (0, down) that bends to either side. N2."""
    way = np.linspace([across, 0], [0, down], 16)
    bend = np.sin(np.linspace(0, np.pi, 16)) * rng.normal(0, 0.15)
    return way + bend[:, None] * [down, across]


def torn_corner(canvas: Canvas) -> None:
    """A corner torn off."""
    rng = canvas.rng
    reach = canvas.side * np.exp(rng.uniform(np.log(0.04), np.log(0.5), 2))
    edge = jagged(_bowed(*reach, rng), rng, rng.uniform(0, 0.04) * reach.min())
    outline = np.vstack([[[-20, -20], [reach[0], -20]], edge, [[-20, reach[1]]]])
    for axis, size in enumerate((canvas.width, canvas.height)):
        if coin(rng):
            outline[:, axis] = size - 1 - outline[:, axis]
    cover = canvas.blank()
    fill(cover, [outline])
    bare(canvas, _torn(canvas, cover))


def torn_edge(canvas: Canvas) -> None:
    """A side of the print worn or torn away, from a ragged seam to a third of the picture."""
    rng = canvas.rng
    depth = canvas.side * np.exp(rng.uniform(np.log(0.008), np.log(0.33)))
    bite = clouds(4, 64, rng, rng.uniform(8, 40), 3, 0.45)[0] * rng.uniform(0.1, 0.8)
    y, x = np.arange(canvas.height)[:, None], np.arange(canvas.width)
    side = rng.integers(4)
    inward = (y, canvas.height - 1 - y, x, canvas.width - 1 - x)[side]
    along = x if side < 2 else y
    limit = np.interp(along, np.linspace(0, along.size, 64), depth * np.maximum(1 + bite, 0))
    cover = np.where(inward < limit, 255, 0).astype(np.uint8)
    bare(canvas, _torn(canvas, np.ascontiguousarray(np.broadcast_to(cover, (canvas.height, canvas.width)))))


def torn_off(canvas: Canvas) -> None:
    """A large part of the print gone, beyond a wandering tear; what is left may be less than what is gone."""
    rng = canvas.rng
    start, heading, reach = crossing(canvas.height, canvas.width, rng)
    edge = wander(start, heading, reach, rng, curl=rng.uniform(0.1, 0.45), step_px=canvas.side / 30)
    aside = 3 * reach * np.array([np.sin(heading), -np.cos(heading)])
    cover = canvas.blank()
    fill(cover, [np.vstack([edge, [edge[-1] + aside, edge[0] + aside]])])
    bare(canvas, _torn(canvas, cover if cover.mean() < 0.6 * 255 else 255 - cover))


def hole(canvas: Canvas) -> None:
    """One to three patches gone, up to a third of the side; torn or cut along straight breaks."""
    rng = canvas.rng
    cover = canvas.blank()
    for _ in range(rng.integers(1, 4)):
        radius = canvas.side * np.exp(rng.uniform(np.log(0.01), np.log(0.17)))
        corners = int(rng.integers(5, 9)) if rng.random() < 0.4 else None
        rough, stretch = rng.uniform(0.1, 0.45), rng.uniform(1, 2)
        fill(cover, [blob(canvas.place(), radius, rng, roughness=rough, stretch=stretch, points=corners)])
    bare(canvas, _torn(canvas, cover))


def flaked(canvas: Canvas) -> None:
    """Emulsion off in islands over an area, down to the paper: rounded where damp, angular where dry."""
    rng = canvas.rng
    height, width = canvas.height, canvas.width
    broad = clouds(height, width, rng, canvas.side / rng.uniform(1.5, 5), 3, 0.6)
    if coin(rng):
        owner, count = cells(height, width, rng, rng.uniform(5, 22) * canvas.zoom)
        chance = rng.standard_normal(count).astype(np.float32)[owner]
    else:
        chance = clouds(height, width, rng, rng.uniform(6, 30) * canvas.zoom, 4, 0.7)
    field = chance + rng.uniform(0.6, 1.6) * broad
    cover = np.clip((field - rng.uniform(1.6, 3.2)) * 700, 0, 255).astype(np.uint8)
    bare(canvas, cover, torn=False)


def bleached(canvas: Canvas) -> None:
    """A patch eaten by chemistry or damp: the picture still shines through a wash of another tone, edged."""
    rng = canvas.rng
    cover = canvas.blank()
    radius = canvas.side * np.exp(rng.uniform(np.log(0.02), np.log(0.2)))
    fill(cover, [blob(canvas.place(), radius, rng, roughness=0.3, stretch=rng.uniform(1, 1.6))])
    cover = _torn(canvas, cover)
    tone, strength = tone_for(canvas, canvas.level_under(cover), coin(rng), contrast(rng, 15, 110))
    tone = (
        tone + rng.normal(0, 18, 3) + paper(canvas.height, canvas.width, rng)[..., None] * rng.uniform(0, 8)
    )
    canvas.press(
        cover,
        np.clip(tone, 0, 255).astype(np.float32),
        max(strength, 0.15),
        LOSS,
        rng.uniform(0, 0.15) * radius,
    )
    if coin(rng):
        rim = cv2.morphologyEx(cover, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
        tone, strength = tone_for(canvas, 128, coin(rng), contrast(rng, 12, 90))
        canvas.press(rim, tone, strength, LOSS, 0.6 * canvas.zoom)
