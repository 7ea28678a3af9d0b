"""`paint`: how much damage a picture gets, and of which kinds."""

from collections.abc import Callable
from functools import partial

import numpy as np

from ml.damage import cracks, lines, losses, marks, specks, stains
from ml.damage.canvas import Canvas
from ml.damage.labels import Painted, finish
from ml.damage.shapes import Shapes, crackled, film_dirt, stamped

CLEAN_SHARE = 0.12  # pictures that stay as they are: the finder must also learn to say "nothing"
REAL_SHAPES_SHARE = 0.2
Stroke = Callable[[Canvas], None]
FAMILIES: tuple[tuple[float, dict[Stroke, float]], ...] = (
    (0.42, {
        lines.scratch: 4, lines.wavering: 2, lines.bundle: 2.5, lines.criss_cross: 1.5, lines.hair: 2,
        lines.film_lines: 1.5, cracks.cracks: 3.5, cracks.craquelure: 1.2, cracks.fold: 2.5,
        cracks.folded_in_four: 0.8,
    }),
    (0.3, {
        specks.dust: 6, specks.fluff: 2, specks.pepper: 2, specks.spots: 2.5, specks.bubbles: 0.7,
        specks.splash: 0.8, stains.foxing: 1, stains.tide: 0.9, stains.mould: 0.8, stains.fingerprint: 0.6,
    }),
    (0.28, {
        losses.torn_corner: 2.4, losses.torn_edge: 1.6, losses.torn_off: 2, losses.hole: 2, losses.flaked: 2.5,
        losses.bleached: 0.9, marks.abrasion: 1.6, marks.scuff: 1.2, marks.tape: 0.8, marks.ink: 0.4,
        marks.stamp: 0.2,
    }),
)  # fmt: skip
LARGE: dict[Stroke, float] = {
    losses.torn_off: 3, losses.torn_corner: 2, losses.torn_edge: 1, losses.hole: 1,
}  # fmt: skip


def paint(
    photo_u8_HWC: np.ndarray,
    rng: np.random.Generator,
    shapes: Shapes | None = None,
    large_share: float = 0,
) -> Painted:
    """Damages a photograph; the labels say which pixels visibly changed, and by which kind of damage.

    photo_u8_HWC: RGB, at least 64x64, not modified.  large_share: of damaged pictures of which a part is torn off
    besides.  The same generator state gives the same picture.
    """
    if rng.random() < CLEAN_SHARE:
        return Painted(photo_u8_HWC.copy(), np.zeros(photo_u8_HWC.shape[:2], np.uint8))
    canvas = Canvas(photo_u8_HWC, rng)
    if large_share and rng.random() < large_share:
        _draw_from(LARGE, rng)(canvas)
    for _ in range(_amount(rng)):
        _choose(rng, shapes)(canvas)
    return finish(canvas)


def _amount(rng: np.random.Generator) -> int:
    """Strokes on one picture: light is common, heavy is rare, a wreck turns up."""
    return int(rng.integers(9, 18)) if rng.random() < 0.06 else int(min(rng.geometric(0.26), 12))


def _choose(rng: np.random.Generator, shapes: Shapes | None) -> Stroke:
    if shapes is not None and rng.random() < REAL_SHAPES_SHARE:
        return _draw_from(_real(shapes), rng)
    family = int(rng.choice(len(FAMILIES), p=[share for share, _ in FAMILIES]))
    return _draw_from(FAMILIES[family][1], rng)


def _real(shapes: Shapes) -> dict[Stroke, float]:
    kinds = ((0.65, film_dirt, shapes.outlines), (0.25, stamped, shapes.stamps), (0.1, crackled, shapes.nets))
    return {partial(draw, shapes=shapes): share for share, draw, stock in kinds if stock}


def _draw_from(strokes: dict[Stroke, float], rng: np.random.Generator) -> Stroke:
    weights = np.array(list(strokes.values()))
    return list(strokes)[int(rng.choice(len(weights), p=weights / weights.sum()))]
