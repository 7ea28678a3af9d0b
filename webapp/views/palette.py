"""Colours that things in old photographs had, by the names that people give them.

Light and shade stay the photograph's own, so a colour here is a hue and its strength, not how dark a thing is.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PALETTE: dict[str, Promise] = {
    "#e2b093": _("Fair skin"),
    "#c08a62": _("Tanned skin"),
    "#7a4b32": _("Dark skin"),
    "#c8a468": _("Fair hair"),
    "#5e3d26": _("Brown hair"),
    "#a5532b": _("Red hair"),
    "#2b3a67": _("Navy blue"),
    "#7b1e2e": _("Wine red"),
    "#c98a94": _("Rose"),
    "#2f5d3a": _("Bottle green"),
    "#b98a2f": _("Mustard"),
    "#8a6f9e": _("Lilac"),
    "#808080": _("White or grey"),
    "#8a7a50": _("Khaki uniform"),
    "#6c7466": _("Field grey uniform"),
    "#5f7f3a": _("Leaves and grass"),
    "#b8a25c": _("Straw, dry grass"),
    "#8fb3d4": _("Sky"),
    "#5d8a96": _("Water"),
    "#b4875a": _("Light wood"),
    "#6b432a": _("Dark wood"),
    "#a4523b": _("Brick"),
}
OWN = "own"
"""In place of one of these: the colour of a field of its own."""


def name(rgb: str) -> str:
    """What a colour is called: its own number where it has no name here."""
    return str(PALETTE.get(rgb.lower(), rgb))
