"""How a photograph stands in the queue: its place, the time it will take, its status. Reads, never writes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Case, F, FloatField, Sum, When
from django.utils import timezone

from webapp.models import Job, Photo, Worker

RECENT = 20
"""Finished jobs from which the pace is taken."""
FOUR_OF_FIVE = 1.28
"""Standard deviations to either side that hold four fifths of a normal distribution."""
LEAST_SPREAD = 0.4
"""Of the mean, where one job is all there is to go by; what few jobs have in common proves little."""
HEARD_OF = timedelta(minutes=1)
"""A worker that was silent for longer is not counted on."""


def place(job: Job) -> int:
    """How many waiting photographs come before this one; 0 for the next, and for one that does not wait."""
    return Job.objects.before(job).count() if job.state == Job.State.QUEUED else 0


@dataclass(frozen=True)
class Wait:
    """Seconds from now: four times of five it is no shorter and no longer than this, as far as the last ones tell."""

    least: float
    most: float


def expected(job: Job) -> Wait | None:
    """Until the job is done, by the pace of the last ones; None where it is over, or there is no pace to go by."""
    pace = None if job.is_over else _pace()
    if pace is None:
        return None
    own = job.photo.width * job.photo.height
    if job.state == Job.State.RUNNING:
        spent = (timezone.now() - job.started_at).total_seconds() if job.started_at else 0.0
        return pace.wait(own, own**2, spent)
    pixels, squares = _ahead(job)
    slots = _slots()
    return pace.wait(pixels / slots + own, squares / slots**2 + own**2)


def status(photo: Photo) -> dict[str, Any]:
    """The contract's status.json."""
    job = photo.job
    return {
        "state": job.state,
        "stage": job.stage or None,
        "progress": round(job.progress, 3),
        "place": place(job) if job.state == Job.State.QUEUED else None,
        "reason": job.reason or None,
    }


@dataclass(frozen=True)
class _Pace:
    """Of `count` finished jobs: seconds per pixel, and by how much they differed in it (one standard deviation)."""

    mean: float
    spread: float
    count: int

    def wait(self, pixels: float, squares: float, spent: float = 0.0) -> Wait:
        """For so many pixels; squares: the sum of each photograph's pixels squared.

        Photographs differ each by itself, so many of them even out; that the mean comes of few jobs concerns all alike.
        """
        about = self.mean * pixels - spent
        off = FOUR_OF_FIVE * self.spread * math.sqrt(squares + pixels**2 / self.count)
        return Wait(max(about - off, 0.0), max(about + off, 0.0))


def _pace() -> _Pace | None:
    done = Job.objects.filter(state=Job.State.DONE, started_at__isnull=False).order_by("-finished_at")
    rows = done.values_list("started_at", "finished_at", "photo__width", "photo__height")[:RECENT]
    recent = [((end - start).total_seconds(), width * height) for start, end, width, height in rows]
    seconds, pixels = (sum(part) for part in zip(*recent, strict=True)) if recent else (0.0, 0)
    if not pixels or seconds <= 0:
        return None
    mean = seconds / pixels
    square = sum(size * (took / size - mean) ** 2 for took, size in recent) / pixels
    return _Pace(mean, max(math.sqrt(square), LEAST_SPREAD * mean / math.sqrt(len(recent))), len(recent))


def _ahead(job: Job) -> tuple[float, float]:
    """Pixels of what comes before it, and the sum of their squares; of what is being worked on, half is done."""
    ahead = Job.objects.before(job) | Job.objects.filter(state=Job.State.RUNNING)
    share = Case(When(state=Job.State.RUNNING, then=0.5), default=1.0)
    size = F("photo__width") * F("photo__height") * share
    found = ahead.aggregate(
        pixels=Sum(size, output_field=FloatField()), squares=Sum(size * size, output_field=FloatField())
    )
    return found["pixels"] or 0.0, found["squares"] or 0.0


def _slots() -> int:
    alive = Worker.objects.filter(seen_at__gte=timezone.now() - HEARD_OF, draining=False)
    return alive.aggregate(slots=Sum("slots"))["slots"] or 1
