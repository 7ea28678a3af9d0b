"""The part of a photograph's page on which its colours are chosen."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from ml.contract import MOST_HINTS, VARIANTS
from webapp.colour_form import ColourForm
from webapp.views import palette, words
from webapp.views.cards import Card

COLOURED = ("restored_colorized", "colorized")
PREVIEW = "preview_"
ALTERNATIVE = "preview_colours_"


@dataclass(frozen=True)
class Tap:
    """A colour at a place."""

    number: int
    """From 1, as it is shown."""
    x: int
    y: int
    """Pixels of the photograph as displayed."""
    rgb: str
    name: str
    across: float
    down: float
    """Per cent of the picture from the left and from the top."""
    is_kept: bool


@dataclass(frozen=True)
class Alternative:
    variant: int
    name: str
    url: str
    is_chosen: bool


class Colouring:
    """Of a card whose version has colours; `form` is one that was sent and refused."""

    def __init__(self, card: Card, form: ColourForm | None = None) -> None:
        self._card, self._options = card, card.job.options
        sent = form.data if form is not None else {}
        self.errors = (
            [error for errors in form.errors.values() for error in errors] if form is not None else []
        )
        self.x, self.y = sent.get("x", ""), sent.get("y", "")
        self.colour = sent.get("colour") or next(iter(palette.PALETTE))
        self.own = sent.get("own") or "#a06a4c"
        self.saturation = sent.get("saturation") or round(100 * self._options.get("saturation", 1))
        self.made_at = round(100 * self._options.get("saturation", 1))
        self.is_undamped = bool(sent.get("undamped")) if sent else not self._options.get("damped", True)
        self._kept = sent.getlist("keep") if form is not None else None
        self._hints = (form.readable_hints if form is not None else None) or self._options.get("hints", [])
        self._variant = str(sent.get("variant") or self._options.get("variant", 0))
        self.is_open = bool(self.errors or self.taps)
        self.most = MOST_HINTS

    @property
    def picture_url(self) -> str:
        kind = next(kind for kind in COLOURED if self._card.suffix(PREVIEW + kind))
        return self._card.address(PREVIEW + kind)

    @property
    def taps(self) -> list[Tap]:
        return [
            self._tap(number, hint) for number, hint in enumerate(self._options.get("hints", []), start=1)
        ]

    @property
    def taps_json(self) -> str:
        """For the script: what was sent and refused, else what the version has."""
        return json.dumps(self._hints)

    @property
    def radius(self) -> float:
        """Of a tap's mark, in pixels of the photograph."""
        return max(self._card.width, self._card.height) / 55

    @property
    def swatches(self) -> list[tuple[str, Promise]]:
        return list(palette.PALETTE.items())

    @property
    def alternatives(self) -> list[Alternative]:
        """Empty where the version was made before there were any."""
        return [
            Alternative(
                variant,
                words.alternative(variant),
                self._card.address(f"{ALTERNATIVE}{variant}"),
                str(variant) == self._variant,
            )
            for variant in range(VARIANTS)
            if self._card.suffix(f"{ALTERNATIVE}{variant}")
        ]

    def _tap(self, number: int, hint: dict[str, Any]) -> Tap:
        x, y = hint["x"], hint["y"]
        across, down = 100 * x / self._card.width, 100 * y / self._card.height
        is_kept = self._kept is None or str(number - 1) in self._kept
        return Tap(number, x, y, hint["rgb"], palette.name(hint["rgb"]), across, down, is_kept)


def colouring_of(card: Card, form: ColourForm | None = None) -> Colouring | None:
    """None where the version has no colours."""
    has_colours = any(card.suffix(PREVIEW + kind) for kind in COLOURED)
    return Colouring(card, form) if has_colours else None
