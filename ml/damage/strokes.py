"""Drawing ways and outlines into covers, anti-aliased, and choosing how far they stand out."""

import cv2
import numpy as np

from ml.damage.canvas import Canvas

SUBPIXEL_BITS = 4
CHUNK = 6  # points of a way that share one strength


def _fixed(points_N2: np.ndarray) -> np.ndarray:
    return np.rint(np.clip(points_N2, -4000, 8000) * (1 << SUBPIXEL_BITS)).astype(np.int32)


def draw_ways(cover_u8_HW: np.ndarray, ways: list[np.ndarray], width_px: float, value: float = 255) -> None:
    """Polylines of one width; below one pixel the line grows fainter, not thinner."""
    thickness = max(1, int(round(width_px)))
    value = float(np.clip(value * min(1.0, width_px / thickness), 0, 255))
    cv2.polylines(
        cover_u8_HW, [_fixed(way) for way in ways], False, value, thickness, cv2.LINE_AA, SUBPIXEL_BITS
    )


def draw_living(
    cover_u8_HW: np.ndarray, way: np.ndarray, width_px: float, rng: np.random.Generator, unrest: float
) -> None:
    """A line whose pressure lives: thin ends, width and strength wandering by `unrest` (0 even, 1 wild)."""
    pieces = max(1, (len(way) - 1) // CHUNK)
    along = np.linspace(0, 1, pieces + 1)[:-1] + 0.5 / pieces
    ends = np.minimum(1, np.minimum(along, 1 - along) * rng.uniform(3, 30) + 0.25)
    mood = np.convolve(rng.normal(0, 1, pieces + 4), np.ones(5) / 5**0.5, "valid")
    mood = np.exp(0.55 * unrest * mood) * ends
    for piece in range(pieces):
        last = len(way) if piece == pieces - 1 else (piece + 1) * CHUNK + 1
        width = width_px * mood[piece]
        draw_ways(
            cover_u8_HW, [way[piece * CHUNK : last]], max(width, 0.35), 255 * min(1, 0.4 + 0.6 * mood[piece])
        )


def ribbon(way: np.ndarray, width_px: float, rng: np.random.Generator, roughness: float) -> np.ndarray:
    """The outline of a torn strip along a way: both sides ragged by themselves, pointed ends. N2 float32."""
    tangent = np.gradient(way, axis=0)
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], 1) / (
        np.linalg.norm(tangent, axis=1, keepdims=True) + 1e-6
    )
    taper = np.minimum(1, np.minimum(np.arange(len(way)), np.arange(len(way))[::-1]) / 3)
    sides = [np.abs(1 + roughness * rng.normal(0, 1, len(way))) * taper * width_px / 2 for _ in range(2)]
    return np.vstack([way + normal * sides[0][:, None], (way - normal * sides[1][:, None])[::-1]]).astype(
        np.float32
    )


def fill(cover_u8_HW: np.ndarray, outlines: list[np.ndarray], value: float = 255) -> None:
    """Filled outlines, anti-aliased."""
    for outline in outlines:
        cv2.fillPoly(cover_u8_HW, [_fixed(outline)], float(value), cv2.LINE_AA, SUBPIXEL_BITS)


def contrast(rng: np.random.Generator, low: float = 9, high: float = 150) -> float:
    """Levels of 255 by which damage stands out, between the bounds, faint more often than glaring.

    Measured on the masks of real photographs: median 15 (specks) and 18 (lines), a tenth above 39 and 54.
    """
    return float(low * (high / low) ** rng.beta(1.1, 1.7))


def tone_for(canvas: Canvas, level: float, bright: bool, levels: float) -> tuple[np.ndarray, float]:
    """A tone (3, 0-255) and the cover with which it stands out by `levels` from a ground of grey `level`.

    The tone is near the print's own white or black, sometimes beyond them, sometimes tinted as dyes bleed.
    """
    rng = canvas.rng
    paper = canvas.white if bright else canvas.black
    own = float(paper.mean())
    if bright:
        aim = np.clip(own + rng.uniform(-25, 50), min(level + 12, 255), 255)
    else:
        aim = np.clip(own + rng.uniform(-50, 25), 0, max(level - 12, 0))
    tone = paper * (aim / max(own, 1))
    if rng.random() < 0.12:  # paper or the lamp, not the print's tone
        tone = np.full(3, tone.mean())
    elif rng.random() < 0.05:
        tone = tone + rng.normal(0, 18, 3)
    gap = abs(float(tone.mean()) - level)
    return np.clip(tone, 0, 255).astype(np.float32), float(np.clip(levels / max(gap, 1), 0.02, 1))


def coin(rng: np.random.Generator) -> bool:
    """Bright or dark, equally often: brightness is the shortcut that a network takes first."""
    return bool(rng.random() < 0.5)
