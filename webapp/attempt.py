"""One attempt at one job: the child works, this thread watches, and at the end the queue is told how it went.

The heartbeat comes from here, the worker's own process, which does nothing but wait: no decoder and no network can
keep it from renewing the lease, and the child's death is known at once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import PurePath
from threading import Event
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections

from webapp import queue, storage, trouble
from webapp.handle import Child, Died, memory_bytes
from webapp.models import Job, Result

log = logging.getLogger(__name__)

LISTEN_S = 0.25
BEATS_PER_LEASE = 5
LONGEST_WAIT_S = 30
FILE_NAME = "picture"
"""Files of an attempt are called picture_restored.png and so on: no person's name on the disk."""
KEPT_NAME = f"{FILE_NAME}_repair.npz"
"""Beside an attempt's mask, what was repaired by it (ml.kept): a job that changes the colours alone begins there."""

STOPPED = {"outcome": "stopped"}
TIMED_OUT = {"outcome": "timed_out"}


class Attempt:
    """A claimed job in hand. `stopping` is set when the worker was asked to stop."""

    def __init__(self, job: Job, child: Child, stopping: Event) -> None:
        self.job, self.child, self.stopping = job, child, stopping
        self.stored = storage.attempt_folder(job.pk, job.attempt)
        self.folder = storage.locate(self.stored)
        self.stage, self.share = "", 0.0

    def carry_out(self) -> None:
        """To the attempt's end, whatever it is; its files stay only where they were published."""
        try:
            outcome = self._work()
            self._patiently(lambda: self._conclude(outcome))
        except queue.Lost:
            self.child.kill()  # it may be at work still, into a folder that nobody will look at
            log.warning("job %s: attempt %d was lost", self.job.pk, self.job.attempt)
        except BaseException:
            self.child.kill()  # it may be busy, and so is of no use for another job
            raise
        finally:
            self._tidy()

    def _work(self) -> dict[str, Any]:
        try:
            storage.make_folder(self.folder)
            self.child.order(**self._order())
            outcome = self._watch()
            if outcome["outcome"] == "done":
                outcome["made"] = [self._made(**file) for file in outcome["files"]]
                storage.sync_folder(self.folder)
            return outcome
        except Died as death:
            log.warning("job %s: attempt %d: the child %s", self.job.pk, self.job.attempt, death)
            return {"outcome": "died"}
        except OSError as error:
            return {"outcome": "setback", "code": trouble.setback(error), "fault": repr(error)}

    def _order(self) -> dict[str, Any]:
        return {
            "source": str(storage.locate(self.job.photo.stored)),
            "out": str(self.folder),
            "name": FILE_NAME,
            "mask": str(storage.locate(self.job.mask)) if self.job.mask else "",
            "kept": str(storage.locate(self.job.mask).with_name(KEPT_NAME)) if self.job.mask else "",
            "strokes": self.job.strokes,
            "options": {"device": settings.DEVICE, **self.job.options},
            "max_pixels": settings.MAX_MEGAPIXELS * 1_000_000,
            "memory_bytes": memory_bytes(),
        }

    def _watch(self) -> dict[str, Any]:
        """Hear the child out, and renew the lease all the while."""
        end = time.monotonic() + settings.JOB_MINUTES * 60
        beat = time.monotonic() + settings.LEASE_SECONDS / BEATS_PER_LEASE
        while time.monotonic() < end:
            if self.stopping.is_set():
                self.child.kill()
                return STOPPED
            message = self.child.hear(LISTEN_S)
            if message and "outcome" in message:
                return message
            if message and self._is_news(message) or time.monotonic() >= beat:
                self._beat()
                beat = time.monotonic() + settings.LEASE_SECONDS / BEATS_PER_LEASE
        self.child.kill()
        return TIMED_OUT

    def _is_news(self, message: dict[str, Any]) -> bool:
        """A new stage is told at once; progress within it goes along with the next heartbeat or whole twentieth."""
        before = self.stage, int(self.share * 20)
        self.stage, self.share = str(message["stage"]), float(message["progress"])
        return before != (self.stage, int(self.share * 20))

    def _beat(self) -> None:
        try:
            close_old_connections()
            queue.renew(self.job, self.stage, self.share)
        except (
            OperationalError,
            InterfaceError,
        ) as error:  # the database is away; the work goes on meanwhile
            log.warning("job %s: no heartbeat: %s", self.job.pk, type(error).__name__)

    def _conclude(self, outcome: dict[str, Any]) -> None:
        job, kind = self.job, outcome["outcome"]
        if kind == "done":
            queue.finish(job, outcome["report"], outcome["made"])
            log.info("job %s: done by attempt %d", job.pk, job.attempt)
        elif kind == "rejected":
            queue.fail(job, outcome["code"], outcome["values"])
        elif kind == "setback":
            pause = queue.set_back(job, outcome["code"] or "waits_for_machine", fault=outcome["fault"])
            last_line = outcome["fault"].strip().rpartition("\n")[2]
            log.error("job %s: %s, again in %d s: %s", job.pk, outcome["code"], pause, last_line)
        elif kind == "died":
            queue.bury(job)
        elif kind == "stopped":
            queue.release(job)
        elif kind == "timed_out":
            queue.fail(job, "timed_out", {"minutes": settings.JOB_MINUTES})
        else:
            queue.fail(job, "internal", fault=outcome["fault"])
            log.error("job %s: failed:\n%s", job.pk, outcome["fault"])

    def _made(self, kind: str, name: str, sha256: str, bytes: int) -> queue.MadeFile:
        """The child read what strangers sent, so its word is checked: the file lies in its folder and is whole."""
        if PurePath(name).name != name or (self.folder / name).stat().st_size != bytes:
            raise Died("told of a file that it did not make")
        return queue.MadeFile(kind, f"{self.stored}/{name}", sha256, bytes, storage.content_type(name))

    def _patiently(self, conclude: Callable[[], None]) -> None:
        """A database that is away costs time, not work: the end is told when it is back, if it is ours."""
        pause = 0.5
        while True:
            try:
                close_old_connections()
                return conclude()
            except (OperationalError, InterfaceError) as error:
                log.warning("job %s: the database is away: %s", self.job.pk, type(error).__name__)
                if self.stopping.wait(pause):
                    raise
                pause = min(2 * pause, LONGEST_WAIT_S)

    def _tidy(self) -> None:
        """Asked of the rows, not of the outcome: a commit whose answer was lost on the way may have published.
        Where the database cannot be asked, webapp/sweep.py does it later."""
        with suppress(DatabaseError):
            if not Result.objects.filter(job_id=self.job.pk, path__startswith=f"{self.stored}/").exists():
                storage.remove(self.stored)
