"""Other opinions of the colorizer about a photograph, small, for a person to choose one from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ml.contract import Hints, Options
from ml.networks import Colorizer
from ml.photo import Photo
from ml.scaling import at_most

COUNT = 6
"""Of the VARIANTS: as many as one can compare at a glance."""
LONG_SIDE = 640
"""Of what is coloured: the network never sees more of a picture."""


def alternatives(photo: Photo, colorizer: Colorizer, options: Options) -> Iterator[Photo]:
    """The photograph, no larger than LONG_SIDE, by variant 0, 1, ... with the hints and the saturation of the options;
    each is made when it is asked for."""
    small = photo.with_pixels(at_most(photo.pixels_HWC, LONG_SIDE), grey=False)
    hints = _scaled(options.hints, photo, small)
    for variant in range(COUNT):
        coloured_HWC = colorizer.colorize(
            small.pixels_HWC,
            saturation=options.saturation,
            hints=hints,
            variant=variant,
            damped=options.damped,
        )
        yield replace(small, pixels_HWC=coloured_HWC)


def _scaled(hints: Hints, photo: Photo, small: Photo) -> Hints:
    (height, width), (rows, columns) = photo.pixels_HWC.shape[:2], small.pixels_HWC.shape[:2]
    return [
        {"x": int(hint["x"] * columns / width), "y": int(hint["y"] * rows / height), "rgb": hint["rgb"]}
        for hint in hints
    ]
