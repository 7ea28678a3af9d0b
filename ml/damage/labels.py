"""From a painted canvas to a picture and labels: a pixel is damaged when a viewer sees that it changed."""

from dataclasses import dataclass

import cv2
import numpy as np

from ml.damage.canvas import IGNORE, LINE, LOSS, Canvas
from ml.damage.jpeg import recode
from ml.damage.noise import clouds, grain

VISIBLE_LEVELS = 6.0  # of 255: the least change that an eye finds in a smooth tone
VISIBLE_PER_TEXTURE = 0.4  # and how much more it takes for each level of deviation of what lies around
VISIBLE_AT_MOST = 24.0
COMPRESSED_SHARE = 0.4
ABOVE_SHARE = 0.35
"""Of pictures whose damage lies on the print or on the scanner's glass, with none of the print's grain in it."""
BRIDGED_SHARE = 0.45
CRUMB_PX = 6
TORN_SEEN = 0.3


@dataclass(frozen=True)
class Painted:
    """photo_u8_HWC: RGB.  kinds_u8_HW: 0 clean, 1 line, 2 speck, 3 loss, 128 uncertain (faint, or a rim)."""

    photo_u8_HWC: np.ndarray
    kinds_u8_HW: np.ndarray


def finish(canvas: Canvas) -> Painted:
    """Scans and labels the canvas. Pixels labelled 0 are the original's, but for a compressor's ringing."""
    if canvas.rng.random() < ABOVE_SHARE:
        canvas.calm[:] = 1
    if canvas.kinds.any():
        _enliven(canvas)
    kinds = _kinds(canvas)
    marked = (kinds > 0)[..., None]
    photo = np.where(marked, canvas.photo, canvas.original)
    if kinds.any():
        share = canvas.cover * (1 - canvas.calm)
        speckle = canvas.noise * share * grain(canvas.height, canvas.width, canvas.rng, 0.5)
        photo += np.where(marked, speckle[..., None], 0)
    photo_u8 = np.clip(np.rint(photo), 0, 255).astype(np.uint8)
    if canvas.rng.random() < COMPRESSED_SHARE:
        photo_u8 = _compressed(canvas, photo_u8, kinds)
    return Painted(photo_u8, kinds)


def _enliven(canvas: Canvas) -> None:
    """Lets the strength of all damage waver in small patches, since what ages is not flat; bare ground may be."""
    waver = clouds(canvas.height, canvas.width, canvas.rng, canvas.rng.uniform(3, 9), 2)
    change = canvas.photo - canvas.original
    size = np.minimum(np.float32(0.15) * np.abs(change[..., 1]), np.float32(5))
    canvas.photo += np.sign(change) * (size * waver * (1 - canvas.calm))[..., None]
    np.clip(canvas.photo, 0, 255, out=canvas.photo)


def _kinds(canvas: Canvas) -> np.ndarray:
    change = _largest(cv2.absdiff(canvas.photo, canvas.original))
    threshold = np.minimum(VISIBLE_LEVELS + VISIBLE_PER_TEXTURE * _texture(canvas.grey), VISIBLE_AT_MOST)
    laid = canvas.kinds > 0
    # Where the picture is gone, a pixel that happens to keep its level is as lost as its neighbours.
    gone = (canvas.cover > 0.5) & (cv2.blur(change, (7, 7)) > threshold)
    seen = laid & ((change > threshold) | gone)
    seen = _continued(canvas, seen) | _torn_away(canvas, seen)
    near = cv2.dilate(seen.view(np.uint8), np.ones((3, 3), np.uint8)) > 0
    unsure = laid & ~seen & ((change > 0.4 * threshold) | (near & (change > 1.5)))
    return np.where(seen, canvas.kinds, np.where(unsure, IGNORE, 0)).astype(np.uint8)


def _continued(canvas: Canvas, seen: np.ndarray) -> np.ndarray:
    """Lines as an eye follows them: gaps are bridged where much nearby is seen, lone crumbs are dropped."""
    heart = canvas.core & (canvas.kinds == LINE)
    if not heart.any():
        return seen
    hearts = cv2.blur(heart.astype(np.float32), (13, 13))
    found = cv2.blur((heart & seen).astype(np.float32), (13, 13))
    bridged = heart & (found > BRIDGED_SHARE * hearts)
    crumbs = (canvas.kinds == LINE) & (found * 13 * 13 < CRUMB_PX)
    return (seen | bridged) & ~crumbs


def _torn_away(canvas: Canvas, seen: np.ndarray) -> np.ndarray:
    """Losses of which a good part is seen, whole: a torn corner does not end where paper looks like a sky."""
    gone = (canvas.kinds == LOSS) & (canvas.cover > 0.9)
    count, parts = cv2.connectedComponents(gone.view(np.uint8))
    area, shown = np.bincount(parts.ravel(), minlength=count), np.bincount(parts[seen], minlength=count)
    whole = shown > TORN_SEEN * area
    whole[0] = False
    return whole[parts]


def _compressed(canvas: Canvas, photo_u8: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """What a JPEG coder makes of the damage, and adds to its blocks; blocks without damage stay as they are."""
    quality = int(canvas.rng.uniform(45, 95))
    before = canvas.original.astype(np.uint8)
    coded_u8 = recode(photo_u8, quality)
    added = coded_u8.astype(np.int16) - recode(before, quality)
    strayed = (_largest(np.abs(added)) > VISIBLE_LEVELS) & (kinds == 0)
    kinds[strayed] = IGNORE
    # Not `before` and what was added: the grain that the coder takes away would stay on ground that has none.
    return np.where(kinds[..., None] > 0, coded_u8, np.clip(before + added, 0, 255)).astype(np.uint8)


def _largest(change_HW3: np.ndarray) -> np.ndarray:
    """The largest of three channels, HW; many times faster than max(axis=2)."""
    red, green, blue = cv2.split(change_HW3)
    return cv2.max(cv2.max(red, green), blue)


def _texture(grey_HW: np.ndarray) -> np.ndarray:
    """Local deviation over 7x7 px, levels of 255."""
    mean = cv2.blur(grey_HW, (7, 7))
    return np.sqrt(np.maximum(cv2.blur(grey_HW * grey_HW, (7, 7)) - mean * mean, 0))
