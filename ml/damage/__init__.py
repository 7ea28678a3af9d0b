"""The painter of synthetic damage: clean photographs in, old damaged ones with exact labels out."""

from ml.damage.ageing import age
from ml.damage.canvas import IGNORE, LINE, LOSS, SPECK
from ml.damage.decoy import decoys
from ml.damage.holes import draw_holes
from ml.damage.labels import Painted
from ml.damage.painting import paint
from ml.damage.shapes import Shapes, load_shapes

__all__ = [
    "IGNORE",
    "LINE",
    "LOSS",
    "SPECK",
    "Painted",
    "Shapes",
    "age",
    "decoys",
    "draw_holes",
    "load_shapes",
    "paint",
]
