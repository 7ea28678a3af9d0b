"""What the site and the networks speak of: stages, options, report, errors. Standard library only."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Stage(StrEnum):
    """Where a photograph is on its way, in this order."""

    READING = "reading"
    FINDING = "finding"
    REPAIRING = "repairing"
    COLOURING = "colouring"
    WRITING = "writing"


Progress = Callable[[Stage, float], None]
"""Called with the stage and its share done, 0..1."""

RESULTS = ("restored", "colorized", "restored_colorized")
"""The three pictures that come back."""

FORMATS = ("png", "jpeg", "tiff")
"""What a caller may ask results to be written as."""

LAYERED = ("ora", "tiff")
"""What a caller may ask the layers to be written as: OpenRaster, or a TIFF with Photoshop's layers."""

FINDER_SETTINGS = ("careful", "normal", "thorough")
"""How readily damage is seen: only what is certain, as a rule, or all that may be damage."""

PROTECT = "protect"
STROKE_TOOLS = ("brush", "eraser", "area", PROTECT)
"""With what a person corrects a mask, and says where it must never be; see ml.strokes."""

VARIANTS = 8
"""Opinions of the colorizer, as many as ml.colorize.infer.VIEWS; number 0 is the usual one."""

MOST_HINTS = 100
"""Each costs a walk over the whole picture."""

MOST_TRIES = 8
"""Each is one repair and one colouring more."""

Tries = Sequence[Mapping[str, Any]]
"""Places that are repaired once more, each by a seed of its own, one after the other: [{"seed":, "strokes": [...]}]
with strokes as ml.strokes draws them, or "mask" in their place: the path of a picture that is white there."""

Hints = Sequence[Mapping[str, Any]]
"""Colours that a person gives: [{"x":, "y":, "rgb": "#rrggbb"}], pixels of the picture as displayed."""


@dataclass(frozen=True)
class Options:
    """What a person may choose for one photograph."""

    only: tuple[str, ...] = RESULTS
    """The results wanted; any non-empty part of RESULTS."""
    format: str | None = None
    """One of FORMATS, or None: the input's own format where it can hold the result, else PNG."""
    saturation: float = 1.0
    """Strength of colour, 0..1.5."""
    device: str = "auto"
    """auto, cpu or cuda."""
    finding: str = "normal"
    """One of FINDER_SETTINGS."""
    seed: int = 0
    """Of the repair: another number, another try; 0 or more."""
    tries: Tries = ()
    """Other tries of the repair at single places; at most MOST_TRIES."""
    layers: str | None = None
    """One of LAYERED for one more file that holds original, repair, colour and mask as layers; None: no such file."""
    hints: Hints = ()
    """Colours that are to show at their places and on what is like them; at most MOST_HINTS."""
    variant: int = 0
    """Which opinion of the colorizer, 0 .. VARIANTS - 1."""
    damped: bool = True
    """Whether colours are paler where the colorizer is unsure which one is right."""
    visible_mark: bool = False
    """Whether each result says in small letters in its corner what it is; see ml.mark."""

    def __post_init__(self) -> None:
        unknown = set(self.only) - set(RESULTS)
        if unknown or not self.only:
            raise ValueError(
                f"only: choose from {', '.join(RESULTS)}; got {', '.join(self.only) or 'nothing'}"
            )
        if self.format is not None and self.format not in FORMATS:
            raise ValueError(f"format: choose from {', '.join(FORMATS)}; got {self.format}")
        if self.layers is not None and self.layers not in LAYERED:
            raise ValueError(f"layers: choose from {', '.join(LAYERED)}; got {self.layers}")
        if self.seed < 0:
            raise ValueError(f"seed: 0 or more; got {self.seed}")
        if self.finding not in FINDER_SETTINGS:
            raise ValueError(f"finding: choose from {', '.join(FINDER_SETTINGS)}; got {self.finding}")
        if not 0 <= self.saturation <= 1.5:
            raise ValueError(f"saturation: 0 to 1.5; got {self.saturation}")
        if self.variant not in range(VARIANTS):
            raise ValueError(f"variant: 0 to {VARIANTS - 1}; got {self.variant}")
        check_hints(self.hints)
        check_tries(self.tries)


def check_hints(hints: Hints) -> None:
    """Raises ValueError with a sentence where they are not as Hints says, or too many."""
    if not isinstance(hints, list | tuple):
        raise ValueError("hints: a list is needed")
    if len(hints) > MOST_HINTS:
        raise ValueError(f"hints: at most {MOST_HINTS}; got {len(hints)}")
    for hint in hints:
        if not _is_hint(hint):
            raise ValueError(
                f'hints: {json.dumps(hint, default=str)[:80]} is not {{"x":, "y":, "rgb": "#rrggbb"}}'
            )


def check_tries(tries: Tries) -> None:
    """Raises ValueError with a sentence where they are not as Tries says, or too many."""
    if len(tries) > MOST_TRIES:
        raise ValueError(f"tries: at most {MOST_TRIES}; got {len(tries)}")
    for wish in tries:
        if set(wish) not in ({"seed", "strokes"}, {"seed", "mask"}) or type(wish["seed"]) is not int:
            raise ValueError(f'tries: {str(wish)[:80]} is not {{"seed":, "strokes": [...]}}')
        if wish["seed"] < 0:
            raise ValueError(f"tries: a seed is 0 or more; got {wish['seed']}")


def _is_hint(hint: Any) -> bool:
    if not isinstance(hint, dict) or not hint.keys() >= {"x", "y", "rgb"}:
        return False
    places = all(type(hint[axis]) in (int, float) and math.isfinite(hint[axis]) for axis in "xy")
    return places and re.fullmatch(r"#[0-9a-fA-F]{6}", str(hint["rgb"])) is not None


def check_places(hints: Hints, width: int, height: int) -> None:
    """Raises PhotoRejected for a hint outside of a picture of that size."""
    for hint in hints:
        if not (0 <= hint["x"] < width and 0 <= hint["y"] < height):
            raise PhotoRejected("hint_outside", x=hint["x"], y=hint["y"], width=width, height=height)


@dataclass
class Report:
    """What was done to one photograph; kept as JSON beside its results."""

    width: int
    height: int
    bits: int
    files: dict[str, str] = field(default_factory=dict)
    """Result, mask, layers or preview to the name of its file."""
    defect_share: float = 0.0
    """Share of the area that was repaired, 0..1."""
    kinds: dict[str, float] = field(default_factory=dict)
    """Share of the area by kind of damage: line, speck, loss."""
    found_nothing: bool = False
    """True where no damage was found: `restored` is the photograph as it was."""
    invented: list[dict[str, Any]] = field(default_factory=list)
    """Where the repair covers an eye, a nose, a mouth, or a large loss: fields of ml.invented.Invented."""
    notes: list[str] = field(default_factory=list)
    """Codes of what a person should know (see NOTES)."""
    degraded: list[str] = field(default_factory=list)
    """What was given up because memory ran out, as `stage:what` (see ml.economy); empty as a rule."""
    mask_sha256: str = ""
    weights: dict[str, str] = field(default_factory=dict)
    """Network to the sha256 of its weights."""
    versions: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    """Time per stage."""
    record: dict[str, Any] = field(default_factory=dict)
    """`date` (UTC), and under `results` what each result's XMP says of it: models with the sha256 of their weights,
    software, settings, sha256 of the source and of the mask. The date is here alone: results have none, so that
    the same photograph makes the same bytes."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


NOTES = {
    "first_page": "The file holds several pages; the first one was restored.",
    "alpha_dropped": "The transparent parts of the picture were laid on white.",
    "cmyk_converted": "The picture was stored for print (CMYK) and is returned in RGB.",
    "degraded": "Memory ran short: the photograph was worked on in smaller pieces, and the result may be less good "
    "than on a larger machine.",
    "tried_nothing": "At a place that was to be repaired another way nothing was repaired, so nothing changed there.",
    "already_coloured": "The photograph has colours already; they were replaced in the colorized results.",
}

REASONS = {
    "empty": "The file is empty.",
    "not_a_photo": "This is not a photograph that can be read. JPEG, PNG, TIFF, WebP, HEIC and AVIF can.",
    "other_format": "This is a {format} file. Save it as JPEG, PNG or TIFF, and send that.",
    "broken": "The file is damaged or was cut off; it cannot be read to its end.",
    "too_many_bytes": "The file is {megabytes} MB; at most {limit} MB are accepted.",
    "too_many_pixels": "The picture has {megapixels} megapixels; at most {limit} are accepted.",
    "too_small": "The picture is only {width} x {height} pixels; there is nothing to restore in it.",
    "unsupported": "This kind of {format} file cannot be read yet: {detail}.",
    "mask_size": "The mask is {mask_width} x {mask_height} pixels, the photograph {width} x {height}.",
    "hint_outside": "The hint at x {x}, y {y} lies outside of the picture of {width} x {height} pixels.",
    "all_hole": "The mask covers the whole picture; nothing is left to repair it from.",
    "worker_died": "The photograph was tried {attempts} times and stopped the machine's work each time. "
    "The original is safe.",
    "timed_out": "The photograph took longer than {minutes} minutes and was given up. The original is safe.",
    "out_of_memory": "The photograph needs more memory than this machine has. The original is safe.",
    "internal": "Something went wrong on our side. The original is safe and the fault is on record.",
}
"""A sentence for the user per code, in English; the site translates it by this very string."""


class PhotoRejected(Exception):
    """The user must act: this file cannot be restored, and the sentence says why."""

    def __init__(self, code: str, **values: Any) -> None:
        self.code = code
        self.values = values
        super().__init__(REASONS[code].format(**values))


class WeightsMissing(Exception):
    """The operator must act: a network's weights are absent or are not the ones that were shipped."""
