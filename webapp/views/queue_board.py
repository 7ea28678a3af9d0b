"""What the queue page shows, read in a handful of queries."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q, Sum, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from webapp import queue, reasons
from webapp.models import Job, Photo, Result, Worker
from webapp.standing import HEARD_OF
from webapp.views import words
from webapp.views.hours import Day, last_day

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
    memory_bytes: int | None
    note: str
    since: str
    alive: bool
    draining: bool


@dataclass(frozen=True)
class Failure:
    """How often something was the reason in the last day."""

    count: int
    words: str


@dataclass(frozen=True)
class Disk:
    free_bytes: int
    total_bytes: int
    originals_bytes: int
    results_bytes: int
    is_full: bool
    """Too full to take in anything."""


@dataclass(frozen=True)
class Board:
    paused: bool
    working: bool
    working_sentence: str
    running: list[JobRow]
    waiting: list[JobRow]
    failed: list[JobRow]
    failures: list[Failure]
    workers: list[WorkerRow]
    waiting_count: int
    done_count: int
    """In the last hour."""
    day: Day
    disk: Disk

    @property
    def oldest(self) -> JobRow | None:
        return self.waiting[0] if self.waiting else None

    @property
    def failed_count(self) -> int:
        """In the last day."""
        return sum(failure.count for failure in self.failures)

    @property
    def all_draining(self) -> bool:
        alive = [worker for worker in self.workers if worker.alive]
        return bool(alive) and all(worker.draining for worker in alive)


def board() -> Board:
    """Nine queries, however many jobs there are."""
    now = timezone.now()
    jobs = Job.objects.select_related("photo")
    failed = jobs.filter(state="failed", finished_at__gte=now - timedelta(days=1)).order_by("-finished_at")
    newest_failed = list(failed[:ROWS])
    counts = Job.objects.aggregate(
        waiting=Count("pk", filter=Q(state="queued")),
        running=Count("pk", filter=Q(state="running")),
        done=Count("pk", filter=Q(state="done", finished_at__gte=now - timedelta(hours=1))),
    )
    workers = [_worker(worker, now) for worker in Worker.objects.order_by("-seen_at")[:ROWS]]
    alive = [worker for worker in workers if worker.alive]
    is_paused = queue.paused() is not None
    return Board(
        paused=is_paused,
        working=any(not worker.draining for worker in alive),
        working_sentence=_working_sentence(alive, is_paused, counts["running"], counts["waiting"]),
        running=[
            _row(job, str(words.STAGES.get(job.stage, "")), job.started_at, now)
            for job in jobs.filter(state="running").order_by("started_at")[:ROWS]
        ],
        waiting=[
            _row(job, job.reason or str(words.STATES["queued"]), job.created_at, now)
            for job in jobs.filter(state="queued").order_by("created_at")[:ROWS]
        ],
        failed=[_row(job, job.reason, job.finished_at, now) for job in newest_failed],
        failures=_failures(now, newest_failed),
        workers=workers,
        waiting_count=counts["waiting"],
        done_count=counts["done"],
        day=last_day(now),
        disk=_disk(),
    )


def _working_sentence(alive: Sequence[WorkerRow], is_paused: bool, running: int, waiting: int) -> str:
    if is_paused:
        return _("No: it is paused. What has begun goes on to its end; nothing new is begun.")
    if not alive:
        return _("No: no worker has been heard of for a minute.")
    if all(worker.draining for worker in alive):
        return _("No: every worker ends what it has and begins nothing new.")
    if running:
        return _("Yes, photographs are being worked on.")
    return _("Yes, but nothing has been started yet.") if waiting else _("Yes, and there is nothing to do.")


def _failures(now: datetime, newest: Sequence[Job]) -> list[Failure]:
    """By reason, the most frequent first; a sentence with values is told as of its newest case."""
    failed = Job.objects.filter(state="failed", finished_at__gte=now - timedelta(days=1))
    counted = (
        failed.order_by()
        .values_list("reason_code")
        .annotate(count=Count("pk"))
        .order_by("-count", "reason_code")
    )
    cases = {job.reason_code: job.reason for job in reversed(newest)}
    return [Failure(count, cases.get(code) or reasons.sentence(code)) for code, count in counted]


def _disk() -> Disk:
    usage = shutil.disk_usage(settings.MEDIA_ROOT)
    originals = Photo.objects.order_by().values(of=Value("originals")).annotate(total=Sum("bytes"))
    results = Result.objects.order_by().values(of=Value("results")).annotate(total=Sum("bytes"))
    stored = {row["of"]: row["total"] for row in originals.union(results, all=True)}
    return Disk(
        usage.free,
        usage.total,
        stored.get("originals") or 0,
        stored.get("results") or 0,
        usage.free < settings.MIN_FREE_MB * 1_000_000,
    )


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
        worker.memory_bytes,
        worker.note,
        words.stretch(silence.total_seconds()),
        silence < HEARD_OF,
        worker.draining,
    )
