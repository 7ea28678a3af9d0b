"""The Job row is the queue: claim, lease, heartbeat, finish, fail, back into the queue. No Celery in here.

Every change is one conditional UPDATE, so that of two that try one succeeds. Whoever works holds a claimed Job, and
writes only where `attempt` is still its own and the state is still running; else Lost is raised and its work is
void. Leases are measured by the database's clock alone, whatever the clocks of web and worker machines say.

    queued --claim--> running --finish--> done
       ^                 |------fail----> failed       an error of the picture: at once
       |                 |
       |<----release-----|                             the worker was asked to stop: not counted
       |<----set_back----|                             an error of the machine: a growing pause, not counted
       |<----bury--------|--(third time)--> failed     the worker died, by its own watcher or by an expired lease
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Max, Min
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from webapp import tallies
from webapp.models import Job, JobQuerySet, Pause, Photo, Result
from webapp.standing import expected, place, status

__all__ = [
    "Lost",
    "MadeFile",
    "bury",
    "bury_expired",
    "cancel",
    "claim",
    "enqueue",
    "expected",
    "fail",
    "finish",
    "pause",
    "paused",
    "place",
    "prefer",
    "release",
    "renew",
    "resume",
    "set_back",
    "status",
]

log = logging.getLogger(__name__)

MOST_DEATHS = 3
LONGEST_PAUSE_SECONDS = 600
LONGEST_FAULT = 20_000
HIGHEST_PRIORITY = 32_767
"""What the column holds."""


class Lost(Exception):
    """The job is no longer this worker's: its lease ran out and another has it, or it was cancelled or deleted."""


@dataclass(frozen=True)
class MadeFile:
    """A file that an attempt made, already synced to the disk."""

    kind: str
    path: str
    """Below MEDIA_ROOT."""
    sha256: str
    bytes: int
    content_type: str


def enqueue(
    photos: Sequence[Photo],
    *,
    family: UUID,
    options: dict[str, Any] | None = None,
    priority: int = 0,
    **given: Any,
) -> list[Job]:
    """One job per photograph, with other fields as given.

    Families take turns: each has one photograph in each round, so that a thousand of one do not keep another waiting;
    a newcomer joins the round that is being served.
    """
    waiting = Job.objects.waiting()
    own = waiting.filter(photo__upload__family=family).aggregate(last=Max("turn"))["last"]
    served = waiting.aggregate(first=Min("turn"))["first"] or 0
    first = served if own is None else max(own + 1, served)
    return Job.objects.bulk_create(
        Job(photo=photo, options=options or {}, priority=priority, turn=first + index, **given)
        for index, photo in enumerate(photos)
    )


def claim(worker: str, hinted: UUID | str | None = None) -> Job | None:
    """Take the hinted job if it may be taken, else the next in turn; None where nothing waits."""
    if hinted is not None and (job := _claim(Job.objects.filter(pk=hinted), worker)):
        return job
    return _claim(Job.objects.all(), worker)


@transaction.atomic
def _claim(jobs: JobQuerySet, worker: str) -> Job | None:
    rows = jobs.claimable().in_turn()
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    seen = rows.first()
    if seen is None:
        return None
    taken = Job.objects.filter(pk=seen.pk, state=Job.State.QUEUED, attempt=seen.attempt).update(
        state=Job.State.RUNNING,
        attempt=seen.attempt + 1,
        worker=worker,
        lease_expires_at=_lease_end(),
        started_at=Now(),
        stage="",
        progress=0.0,
        reason_code="",
        reason_values={},
        fault="",
    )
    return Job.objects.select_related("photo").get(pk=seen.pk) if taken else None


def renew(job: Job, stage: str = "", progress: float = 0.0) -> None:
    """The heartbeat: a new lease, and how far the work is. Raises Lost."""
    share = min(max(progress, 0.0), 1.0)
    _write(_held(job), lease_expires_at=_lease_end(), stage=stage, progress=share)


@transaction.atomic
def finish(job: Job, report: dict[str, Any], files: Iterable[MadeFile]) -> None:
    """Publish an attempt's files: all of them or none. Raises Lost."""
    _write(_held(job), **_ended(Job.State.DONE), report=report, progress=1.0)
    Result.objects.bulk_create(Result(job=job, **asdict(file)) for file in files)
    tallies.ended(Job.State.DONE, report.get("seconds"))


@transaction.atomic
def fail(job: Job, code: str, values: dict[str, Any] | None = None, *, fault: str = "") -> None:
    """An end that a person is told about. Raises Lost."""
    _write(_held(job), **_failed(code, values or {}), fault=fault[-LONGEST_FAULT:])
    tallies.ended(Job.State.FAILED)


def release(job: Job) -> None:
    """Back into the queue at its old place: the worker was asked to stop. Raises Lost."""
    _write(_held(job), **_waiting_again())


def set_back(job: Job, code: str, *, fault: str = "") -> float:
    """Back into the queue after an error of the machine; returns the pause in seconds. Raises Lost."""
    pause = min(settings.SETBACK_SECONDS * 2.0 ** min(job.setbacks, 16), LONGEST_PAUSE_SECONDS)
    _write(
        _held(job),
        **_waiting_again(),
        setbacks=F("setbacks") + 1,
        not_before=Now() + timedelta(seconds=pause),
        reason_code=code,
        fault=fault[-LONGEST_FAULT:],
    )
    return pause


def bury(job: Job) -> None:
    """The worker's child died over this attempt: back into the queue, or after the third time failed. Raises Lost."""
    _bury(job, _held(job))


def bury_expired(watched: Collection[UUID] = ()) -> int:
    """Take the jobs of workers that were not heard of for a lease; returns how many.

    watched: jobs whose attempts the caller itself watches over, so that a machine that slept does not rob itself.
    """
    taken = 0
    for job in Job.objects.expired().exclude(pk__in=watched):
        try:
            _bury(job, _held(job).expired())
        except Lost:  # renewed in between, or another dispatcher was first
            continue
        log.warning("job %s: attempt %d by %s was not heard of any more", job.pk, job.attempt, job.worker)
        taken += 1
    return taken


@transaction.atomic
def cancel(job: Job) -> bool:
    """Stop a job that has not ended; a worker that has it finds out by its next heartbeat."""
    live = Job.objects.filter(pk=job.pk, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    stopped = bool(live.update(**_ended(Job.State.CANCELLED)))
    if stopped:
        tallies.ended(Job.State.CANCELLED)
    return stopped


def prefer(job: Job) -> bool:
    """Let a waiting job go before all that wait now; False where it does not wait any more."""
    waiting = Job.objects.waiting()
    highest = waiting.aggregate(highest=Max("priority"))["highest"] or 0
    return bool(waiting.filter(pk=job.pk).update(priority=min(highest + 1, HIGHEST_PRIORITY)))


def pause() -> None:
    """Begin nothing from now on; what has begun goes on to its end. Uploads are taken as ever."""
    Pause.objects.get_or_create(pk=1)


def resume() -> None:
    Pause.objects.all().delete()


def paused() -> Pause | None:
    return Pause.objects.first()


@transaction.atomic
def _bury(job: Job, rows: JobQuerySet) -> None:
    deaths = job.deaths + 1
    end = _waiting_again() if deaths < MOST_DEATHS else _failed("worker_died", {"attempts": deaths})
    _write(rows, **end, deaths=deaths)
    if deaths >= MOST_DEATHS:
        tallies.ended(Job.State.FAILED)


def _held(job: Job) -> JobQuerySet:
    return Job.objects.filter(pk=job.pk, attempt=job.attempt, state=Job.State.RUNNING)


def _write(held: JobQuerySet, **changes: Any) -> None:
    if held.update(**changes) != 1:
        raise Lost


def _waiting_again() -> dict[str, Any]:
    return {"state": Job.State.QUEUED, "stage": "", "progress": 0.0, "worker": "", "lease_expires_at": None}


def _failed(code: str, values: dict[str, Any]) -> dict[str, Any]:
    return {**_ended(Job.State.FAILED), "reason_code": code, "reason_values": values}


def _ended(state: Job.State) -> dict[str, Any]:
    return {"state": state, "stage": "", "finished_at": Now(), "lease_expires_at": None}


def _lease_end() -> Combinable:
    return Now() + timedelta(seconds=settings.LEASE_SECONDS)
