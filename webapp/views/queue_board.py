"""What the queue page shows, read in a handful of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from webapp import queue
from webapp.models import Job, Worker
from webapp.standing import HEARD_OF
from webapp.views import words

ROWS = 50


@dataclass(frozen=True)
class JobRow:
    id: UUID
    name: str
    url: str
    words: str
    attempt: int
    since: str
    """How long it waits, runs, or has been failed."""
    worker: str


@dataclass(frozen=True)
class WorkerRow:
    name: str
    busy: int
    slots: int
    note: str
    since: str
    alive: bool


@dataclass(frozen=True)
class Board:
    paused: bool
    working: bool
    working_sentence: str
    running: list[JobRow]
    waiting: list[JobRow]
    failed: list[JobRow]
    workers: list[WorkerRow]
    waiting_count: int
    failed_count: int
    """In the last day."""
    done_count: int
    """In the last hour."""

    @property
    def oldest(self) -> JobRow | None:
        return self.waiting[0] if self.waiting else None


def board() -> Board:
    now = timezone.now()
    jobs = Job.objects.select_related("photo")
    waiting = jobs.filter(state="queued").order_by("created_at")
    failed = jobs.filter(state="failed", finished_at__gte=now - timedelta(days=1)).order_by("-finished_at")
    running = jobs.filter(state="running").order_by("started_at")
    workers = [_worker(worker, now) for worker in Worker.objects.order_by("-seen_at")[:ROWS]]
    waiting_count = waiting.count()
    working = any(worker.alive for worker in workers)
    is_paused = queue.paused() is not None
    return Board(
        paused=is_paused,
        working=working,
        working_sentence=_working_sentence(working, is_paused, running.count(), waiting_count),
        running=[
            _row(job, str(words.STAGES.get(job.stage, "")), job.started_at, now) for job in running[:ROWS]
        ],
        waiting=[
            _row(job, job.reason or str(words.STATES["queued"]), job.created_at, now)
            for job in waiting[:ROWS]
        ],
        failed=[_row(job, job.reason, job.finished_at, now) for job in failed[:ROWS]],
        workers=workers,
        waiting_count=waiting_count,
        failed_count=failed.count(),
        done_count=jobs.filter(state="done", finished_at__gte=now - timedelta(hours=1)).count(),
    )


def _working_sentence(working: bool, is_paused: bool, running: int, waiting: int) -> str:
    if is_paused:
        return _("No: it is paused. What has begun goes on to its end; nothing new is begun.")
    if not working:
        return _("No: no worker has been heard of for a minute.")
    if running:
        return _("Yes, photographs are being worked on.")
    return _("Yes, but nothing has been started yet.") if waiting else _("Yes, and there is nothing to do.")


def _row(job: Job, sentence: str, since: datetime | None, now: datetime) -> JobRow:
    waited = words.stretch((now - since).total_seconds()) if since else ""
    return JobRow(
        job.pk,
        job.photo.name,
        reverse("photo", args=[job.photo_id]),
        sentence,
        job.attempt,
        waited,
        job.worker,
    )


def _worker(worker: Worker, now: datetime) -> WorkerRow:
    silence = now - worker.seen_at
    return WorkerRow(
        worker.name,
        worker.busy,
        worker.slots,
        worker.note,
        words.stretch(silence.total_seconds()),
        silence < HEARD_OF,
    )
