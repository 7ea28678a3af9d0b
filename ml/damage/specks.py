"""Kind `speck`, small and many: dust, pinholes, fluff, pepper, spots, splashes, bubbles."""

import cv2
import numpy as np

from ml.damage.canvas import SPECK, Canvas
from ml.damage.noise import clouds, warp
from ml.damage.paths import blob, wander
from ml.damage.strokes import coin, contrast, draw_ways, fill, tone_for

GRAINS = [np.array([[pixel == "#" for pixel in row] for row in rows.split()], np.uint8) for rows in
          ("#", "##", "# #", "## ##", "##. .##", ".#. ### .#.", ".## ### ##.")]  # fmt: skip
GRAIN_SHARES = np.array([0.34, 0.14, 0.14, 0.14, 0.08, 0.1, 0.06])


def scatter(canvas: Canvas, count: int) -> np.ndarray:
    """Points, N2: all over the picture, around one place, or along an edge, where hands and damp begin."""
    rng = canvas.rng
    size = np.array([canvas.width, canvas.height])
    where = rng.random()
    if where < 0.25:
        return rng.uniform(0.1, 0.9, 2) * size + rng.normal(
            0, canvas.side * rng.uniform(0.05, 0.25), (count, 2)
        )
    points = rng.random((count, 2))
    if where < 0.4:
        axis = int(rng.integers(2))
        points[:, axis] = rng.choice([0, 1]) + rng.normal(0, 0.08, count)
    return points * size


def dust(canvas: Canvas) -> None:
    """From a few to hundreds of points of one to a few pixels, each of its own strength."""
    rng = canvas.rng
    bright = coin(rng)
    cover = _grains(canvas, int(np.exp(rng.uniform(np.log(5), np.log(canvas.height * canvas.width / 250)))))
    tone, strength = tone_for(canvas, float(canvas.mean.mean()), bright, contrast(rng, 8, 130))
    canvas.press(cover, tone, strength * (1 + 1.6 * canvas.softness_px), SPECK)
    if rng.random() < 0.5:
        fluff(canvas)


def _grains(canvas: Canvas, count: int) -> np.ndarray:
    rng = canvas.rng
    points = scatter(canvas, count).astype(int)
    inside = (points >= 0).all(1) & (points[:, 0] < canvas.width) & (points[:, 1] < canvas.height)
    points = points[inside]
    shape = rng.choice(len(GRAINS), len(points), p=GRAIN_SHARES)
    value = (255 * rng.beta(2, 1.3, len(points))).astype(np.uint8)
    cover = canvas.blank()
    for index, kernel in enumerate(GRAINS):
        chosen = shape == index
        layer = canvas.blank()
        layer[points[chosen, 1], points[chosen, 0]] = value[chosen]
        np.maximum(cover, cv2.dilate(layer, kernel) if index else layer, out=cover)
    if canvas.zoom > 1.4:
        wide = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3) if canvas.zoom < 2 else (4, 4))
        cover = warp(cv2.dilate(cover, wide), rng, 0.8, 3.0)
    return cover


def fluff(canvas: Canvas) -> None:
    """Specks of dirt and short bent fibres."""
    rng = canvas.rng
    cover = canvas.blank()
    for centre in scatter(canvas, int(np.exp(rng.uniform(np.log(2), np.log(25))))):
        radius = float(np.clip(rng.lognormal(0, 0.5) * canvas.zoom**0.7, 0.5, 8))
        if rng.random() < 0.4:
            length, curl = radius * rng.uniform(3, 14), rng.uniform(0.02, 0.3)
            way = wander(
                centre, rng.uniform(0, 6.3), length, rng, curl=curl, drift=rng.normal(0, 0.1), step_px=1.5
            )
            draw_ways(cover, [way], min(0.7 * radius, 1.8), rng.uniform(110, 255))
        else:
            outline = blob(
                centre, radius, rng, roughness=rng.uniform(0.2, 0.5), stretch=rng.uniform(1, 1.6), points=12
            )
            fill(cover, [outline], rng.uniform(110, 255))
    tone, strength = tone_for(canvas, canvas.level_under(cover), coin(rng), contrast(rng, 10, 150))
    canvas.press(cover, tone, 1.3 * strength, SPECK)


def pepper(canvas: Canvas) -> None:
    """Erosion of the surface in ragged specks of all sizes, thick in places."""
    rng = canvas.rng
    height, width = canvas.height, canvas.width
    fine = clouds(height, width, rng, rng.uniform(3, 9) * canvas.zoom**0.6, 3, 0.8)
    broad = clouds(height, width, rng, canvas.side / rng.uniform(1.5, 8), 2, 0.6)
    rise = (fine + rng.uniform(0.5, 1.3) * broad - rng.uniform(1.7, 3.0)) * rng.uniform(200, 900)
    cover = np.clip(rise, 0, 255).astype(np.uint8)
    tone, strength = tone_for(canvas, float(canvas.mean.mean()), coin(rng), contrast(rng, 10, 150))
    canvas.press(cover, tone, 1.2 * strength, SPECK)


def spots(canvas: Canvas) -> None:
    """A few round or ragged spots, sharp or soft, fly marks among them."""
    rng = canvas.rng
    for centre in scatter(canvas, int(rng.integers(1, 8))):
        cover = canvas.blank()
        radius = float(np.clip(rng.lognormal(0.9, 0.7) * canvas.zoom, 1.2, canvas.side / 12))
        fill(
            cover, [blob(centre, radius, rng, roughness=rng.uniform(0.05, 0.4), stretch=rng.uniform(1, 1.4))]
        )
        tone, strength = tone_for(canvas, canvas.level_at(centre[None]), coin(rng), contrast(rng, 10, 170))
        canvas.press(cover, tone, strength, SPECK, rng.choice([0, 0.15, 0.5]) * radius)


def bubbles(canvas: Canvas) -> None:
    """Rings of bubbles in the emulsion or of drops that dried, empty or filled."""
    rng = canvas.rng
    bright, levels = coin(rng), contrast(rng, 10, 120)
    for centre in scatter(canvas, int(rng.integers(1, 7))):
        radius = float(np.clip(rng.lognormal(1.2, 0.6) * canvas.zoom, 2, canvas.side / 8))
        ring = blob(centre, radius, rng, roughness=rng.uniform(0, 0.12))
        tone, strength = tone_for(canvas, canvas.level_at(ring), bright, levels)
        edge, inside = canvas.blank(), canvas.blank()
        draw_ways(edge, [np.vstack([ring, ring[:1]])], max(0.7, radius * rng.uniform(0.08, 0.3)))
        canvas.press(edge, tone, 1.3 * strength, SPECK)
        if rng.random() < 0.4:
            fill(inside, [ring])
            canvas.press(inside, tone, strength * rng.uniform(0.2, 0.6), SPECK)


def splash(canvas: Canvas) -> None:
    """Drops thrown from one place: large ones near, small ones far."""
    rng = canvas.rng
    middle, reach = canvas.place(), canvas.side * rng.uniform(0.05, 0.3)
    cover = canvas.blank()
    for _ in range(rng.integers(6, 40)):
        distance, angle = abs(rng.normal(0, 1)), rng.uniform(0, 6.3)
        centre = middle + reach * distance * np.array([np.cos(angle), np.sin(angle)])
        radius = float(np.clip(rng.lognormal(0.8, 0.7) * canvas.zoom / (1 + distance), 0.5, 20))
        fill(
            cover,
            [blob(centre, radius, rng, roughness=0.2, stretch=rng.uniform(1, 1.5))],
            rng.uniform(120, 255),
        )
    tone, strength = tone_for(canvas, canvas.level_under(cover), coin(rng), contrast(rng, 12, 170))
    canvas.press(cover, tone, strength, SPECK, rng.uniform(0, 0.8))
