"""One garment, one colour: chroma evened out within what luma's edges enclose, the sure places leading.

The recursive filter of the domain transform (Gastal & Oliveira 2011, doi:10.1145/2010324.1964964): along rows and
columns in turn each pixel takes from the one before, the less the more luma changes between them. Chroma is weighted by
how sure the network is of it (normalised convolution), so that a patch of a guess gives way to what is around it.
Suffixes: H height, W width.
"""

from __future__ import annotations

import numpy as np

REACH = 0.4
"""Of the filter, in long sides of the picture, where luma is even."""
EDGE = 0.1
"""A change of luma (0..1) that counts as much as REACH does."""
ROUNDS = 3
"""Of rows and columns; each reaches half as far as the one before (the paper's eq. 14)."""
TRUST = 4.0
"""A pixel's weight falls with this power of its expected error."""
USUAL_ERROR = 0.045


def evened(luma_01_HW: np.ndarray, chroma_HW2: np.ndarray, error_HW: np.ndarray) -> np.ndarray:
    """Chroma, HW2 float32. error_HW: its standard error, above 0; see confidence.py."""
    weight_HW1 = ((error_HW / USUAL_ERROR) ** -TRUST)[..., None]
    filtered_HW3 = np.concatenate([chroma_HW2 * weight_HW1, weight_HW1], axis=2).astype(np.float32)
    reach = REACH * max(luma_01_HW.shape)
    lengths = [1 + reach / EDGE * np.abs(np.diff(luma_01_HW, axis=axis)) for axis in (0, 1)]
    for number in range(ROUNDS):
        share = 3**0.5 * 2 ** (ROUNDS - number - 1) / (4**ROUNDS - 1) ** 0.5
        kept = np.float32(np.exp(-(2**0.5) / (reach * share)))
        down, across = (kept ** length.astype(np.float32) for length in lengths)
        filtered_HW3 = _swept(filtered_HW3, down)
        filtered_HW3 = _swept(filtered_HW3.transpose(1, 0, 2), across.T).transpose(1, 0, 2)
    return filtered_HW3[..., :2] / filtered_HW3[..., 2:]


def _swept(values_HWC: np.ndarray, kept_hW: np.ndarray) -> np.ndarray:
    """Down and up again. kept_hW: between each row and the next, how much of the one's value the other takes on."""
    values = np.ascontiguousarray(values_HWC)
    kept = np.ascontiguousarray(kept_hW)[..., None]
    for row in range(1, len(values)):
        values[row] += kept[row - 1] * (values[row - 1] - values[row])
    for row in range(len(values) - 2, -1, -1):
        values[row] += kept[row] * (values[row + 1] - values[row])
    return values
