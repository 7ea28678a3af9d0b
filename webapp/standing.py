"""How a photograph stands in the queue: its place, the time it will take, its status. Reads, never writes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Case, F, FloatField, Sum, When
from django.utils import timezone

from webapp.models import Job, Photo, Worker

RECENT = 20
"""Finished jobs from which the pace is taken."""
HEARD_OF = timedelta(minutes=1)
"""A worker that was silent for longer is not counted on."""


def place(job: Job) -> int:
    """How many waiting photographs come before this one; 0 for the next, and for one that does not wait."""
    return Job.objects.before(job).count() if job.state == Job.State.QUEUED else 0


def expected_seconds(job: Job) -> float | None:
    """From now until the job is done, by the pace of the last ones; None where there is no pace to go by."""
    if job.is_over:
        return None
    pace = _seconds_per_pixel()
    if pace is None:
        return None
    own = job.photo.width * job.photo.height
    if job.state == Job.State.RUNNING:
        spent = (timezone.now() - job.started_at).total_seconds() if job.started_at else 0.0
        return max(own * pace - spent, 0.0)
    return (_pixels_ahead(job) / _slots() + own) * pace


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


def _seconds_per_pixel() -> float | None:
    done = Job.objects.filter(state=Job.State.DONE, started_at__isnull=False).order_by("-finished_at")
    recent = list(done.values_list("started_at", "finished_at", "photo__width", "photo__height")[:RECENT])
    pixels = sum(width * height for *_, width, height in recent)
    seconds = sum((finished - started).total_seconds() for started, finished, *_ in recent)
    return seconds / pixels if pixels and seconds > 0 else None


def _pixels_ahead(job: Job) -> float:
    """Of what comes before it; of what is being worked on, half is done."""
    ahead = Job.objects.before(job) | Job.objects.filter(state=Job.State.RUNNING)
    share = Case(When(state=Job.State.RUNNING, then=0.5), default=1.0)
    pixels = ahead.aggregate(
        pixels=Sum(F("photo__width") * F("photo__height") * share, output_field=FloatField())
    )
    return pixels["pixels"] or 0.0


def _slots() -> int:
    alive = Worker.objects.filter(seen_at__gte=timezone.now() - HEARD_OF, draining=False)
    return alive.aggregate(slots=Sum("slots"))["slots"] or 1
