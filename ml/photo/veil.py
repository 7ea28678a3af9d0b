"""How a mask looks over a photograph."""

from __future__ import annotations

AMBER_RGB = (230, 155, 31)
"""The colour that means "invented here", and only that."""
VEIL_ALPHA = 150
"""Of 255: the photograph stays visible under the mask."""
