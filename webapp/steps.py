"""Which of the steps a person wants: all three pictures, or one step alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ml.contract import RESULTS

ALL = "all"
STEPS: dict[str, tuple[str, ...]] = {ALL: RESULTS, "restore": ("restored",), "colour": ("colorized",)}
"""To Options.only."""


def steps_of(options: Mapping[str, Any]) -> str:
    """Of a job's options; what is none of STEPS (programs may ask for any) counts as all."""
    only = tuple(options.get("only", RESULTS))
    return next((name for name, results in STEPS.items() if results == only), ALL)


def options_of(steps: str) -> dict[str, Any]:
    """A job's options for them; what is as usual is left out."""
    return {} if steps == ALL else {"only": list(STEPS[steps])}
