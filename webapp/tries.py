"""Another try of the repair at a place that a person goes around, as strokes of a tool of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ml.contract import MOST_TRIES, Options
from webapp.models import Job

RETRY = "retry"
"""The tool. Its strokes are no part of a mask, so ml.contract.STROKE_TOOLS has it not."""

Strokes = Sequence[dict[str, Any]]


class TooMany(Exception):
    """The version has had MOST_TRIES tries at places."""


def parted(strokes: Strokes) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Those that draw a mask, and those that go around places to be repaired another way, as ml.strokes draws them."""
    drawn = [stroke for stroke in strokes if stroke["tool"] != RETRY]
    places = [{**stroke, "tool": "area"} for stroke in strokes if stroke["tool"] == RETRY]
    return drawn, places


def with_try(options: dict[str, Any], places: Strokes, jobs: Iterable[Job]) -> dict[str, Any]:
    """A job's options with one try more, at all these places; as they are where there is none. Raises TooMany.

    jobs: all of the photograph, so that it is by a seed not used before.
    """
    if not places:
        return options
    tries = options.get("tries", [])
    if len(tries) >= MOST_TRIES:
        raise TooMany
    return {**options, "tries": [*tries, {"seed": next_seed(jobs), "strokes": list(places)}]}


def next_seed(jobs: Iterable[Job]) -> int:
    """One that no repair of these jobs was made by."""
    return 1 + max(seed for job in jobs for seed in _seeds(job.options))


def _seeds(options: dict[str, Any]) -> list[int]:
    return [options.get("seed", Options.seed), *(one["seed"] for one in options.get("tries", []))]
