"""`decoys`: what looks like damage and is not, painted without a label."""

import numpy as np

from ml.damage import cloth, fittings, margins
from ml.damage.canvas import Canvas

MARGIN_SHARE, WINDOW_SHARE, BLOWN_SHARE = 0.3, 0.2, 0.3


def decoys(photo_u8_HWC: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The photograph with one to three harmless things painted in its own optics: RGB u8, same size, a copy.

    Inside the picture lace, stripes, embroidery, lettering, wires, bars, buttons, shade, blown lights; around it a card
    mount, an oval, a vignette, a deckle edge, handwriting, a stamp.
    """
    canvas = Canvas(photo_u8_HWC, rng)
    if rng.random() < BLOWN_SHARE:
        fittings.blown(canvas)
    for _ in range(rng.integers(1, 4)):
        INSIDE[rng.integers(len(INSIDE))](canvas)
    if rng.random() < WINDOW_SHARE:
        margins.window(canvas)
    if rng.random() < MARGIN_SHARE:
        margins.margin(canvas)
    return np.clip(np.rint(canvas.photo), 0, 255).astype(np.uint8)


INSIDE = (
    cloth.stripes, cloth.lace, cloth.embroidery,
    fittings.lettering, fittings.wires, fittings.bars, fittings.buttons, fittings.shade,
)  # fmt: skip
