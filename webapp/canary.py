"""A photograph of our own goes the whole way, as a family's would: does work get done, and how fast?"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile

from webapp import access, intake, queue, removal, storage, workers
from webapp.arrivals import Copied
from webapp.models import Job, Photo

PHOTOGRAPH = Path(__file__).parent / "demo" / "boulevard-du-temple-1838.jpg"
LOOK_S = 0.5


@dataclass
class Flight:
    """How it went. Times are in seconds."""

    fault: str = ""
    """Empty where all went well."""
    waited: float | None = None
    worked: float | None = None
    stages: dict[str, float] = field(default_factory=dict)

    @property
    def is_well(self) -> bool:
        return not self.fault


def fly(patience_s: float, *, in_turn: bool = False) -> Flight:
    """Sent, waited for, its files compared with their rows, deleted. in_turn: behind those who wait."""
    file = SimpleUploadedFile(PHOTOGRAPH.name, PHOTOGRAPH.read_bytes())
    taken = intake.submit([Copied(file)], family=access.CANARY)
    if not taken.photos:
        removal.remove_upload(taken.upload)
        return Flight(f"It was not taken in: {taken.refused[0].reason}")
    photo = taken.photos[0]
    try:
        if not in_turn:
            queue.prefer(photo.job)
        return _judged(_ended(photo, patience_s), patience_s)
    finally:
        removal.remove_photo(Photo.objects.get(pk=photo.pk))


def _ended(photo: Photo, patience_s: float) -> Job:
    end = time.monotonic() + patience_s
    while True:
        job = Job.objects.get(photo=photo)
        if job.is_over or time.monotonic() > end:
            return job
        time.sleep(LOOK_S)


def _judged(job: Job, patience_s: float) -> Flight:
    flight = Flight(stages=job.report.get("seconds", {}))
    if job.started_at:
        flight.waited = (job.started_at - job.created_at).total_seconds()
    if job.started_at and job.finished_at:
        flight.worked = (job.finished_at - job.started_at).total_seconds()
    if not job.is_over:
        flight.fault = f"Not done after {patience_s:g} s: {_hindrance(job)}"
    elif job.state != Job.State.DONE:
        flight.fault = f"It ended as {job.state}: {job.reason or 'somebody stopped it'}"
    else:
        flight.fault = _wrong_files(job)
    return flight


def _hindrance(job: Job) -> str:
    if job.state == Job.State.RUNNING:
        return f"it is in its stage {job.stage or 'before the first'} with {job.worker}."
    if job.reason:
        return job.reason
    if queue.paused():
        return "the queue is paused."
    alive = workers.heard_of()
    if not alive.exists():
        return "no worker has been heard of for a minute."
    if not alive.filter(draining=False).exists():
        return "every worker is being drained."
    return "it waits, and workers are alive: they are busy, or no hint reaches them."


def _wrong_files(job: Job) -> str:
    """Of a finished job; empty where each is there, as it was made."""
    results = list(job.results.all())
    if not results:
        return "It is done and has no files."
    for result in results:
        path = storage.locate(result.path)
        if not path.is_file() or storage.sha256(path) != result.sha256:
            return f"Its file {result.kind} is missing or altered."
    return ""
