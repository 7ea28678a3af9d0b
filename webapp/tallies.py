"""Numbers that only grow, kept in rows: they outlive processes, and what they counted may be deleted."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F

from webapp.models import Tally

STAGE_BOUNDS_S = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Upper bounds of the histogram of a stage's seconds; what is longer is in the last bucket, without a bound."""
WITHOUT_BOUND = "+Inf"
JOBS, UPLOAD_BYTES, UPLOADS = "jobs", "upload_bytes", "uploads"
STAGE_SUM, STAGE_BUCKET = "stage_sum", "stage_bucket"


def ended(outcome: str, seconds: Mapping[str, float] | None = None) -> None:
    """A job ended so; seconds: per stage, of a finished one."""
    added = {f"{JOBS}:{outcome}": 1.0}
    for stage, took in (seconds or {}).items():
        bound = next((str(bound) for bound in STAGE_BOUNDS_S if took <= bound), WITHOUT_BOUND)
        added[f"{STAGE_SUM}:{stage}"] = float(took)
        added[f"{STAGE_BUCKET}:{stage}:{bound}"] = 1.0
    add(added)


def taken(photographs: int, bytes: int) -> None:
    add({UPLOADS: float(photographs), UPLOAD_BYTES: float(bytes)})


@transaction.atomic
def add(added: Mapping[str, float]) -> None:
    for name in sorted(added):  # all lock rows in one order, so that none waits for another in a circle
        rows = Tally.objects.filter(pk=name)
        if not rows.update(value=F("value") + added[name]):
            Tally.objects.get_or_create(pk=name)
            rows.update(value=F("value") + added[name])


def read() -> dict[tuple[str, ...], float]:
    """Value by the parts of its name."""
    return {tuple(name.split(":")): value for name, value in Tally.objects.values_list("name", "value")}
