"""How large a photograph can be printed before its pixels show."""

from __future__ import annotations

PIXELS_PER_INCH = 300
"""What laboratories ask for: at reading distance an eye tells no finer dots apart."""
CM_PER_INCH = 2.54
PAPERS_CM = ((9, 13), (10, 15), (13, 18), (15, 20), (20, 30), (30, 40), (40, 60), (50, 70), (60, 90))
"""Photographic papers, short side first."""


def largest_paper(width: int, height: int) -> tuple[int, int] | None:
    """Sides in centimetres of the largest paper that these pixels fill at PIXELS_PER_INCH, None where none is."""
    short_cm, long_cm = (side / PIXELS_PER_INCH * CM_PER_INCH for side in sorted((width, height)))
    fitting = [paper for paper in PAPERS_CM if paper[0] <= short_cm and paper[1] <= long_cm]
    return fitting[-1] if fitting else None
