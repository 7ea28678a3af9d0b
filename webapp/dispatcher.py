"""The bell-ringer in every worker's parent: looks at the rows every second and sends hints for what may be begun.

Hints may be lost, doubled or late; nothing is remembered in them. Web processes send none, so that an upload never
needs the broker.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread
from uuid import UUID

from django.db import DatabaseError, InterfaceError, close_old_connections
from django.utils import timezone

from webapp import memory, queue
from webapp.models import Job, Worker
from webapp.workshop import Workshop

log = logging.getLogger(__name__)

LOOK_S = 1.0
HINT_AGAIN_S = 5.0
"""A hint that brought nothing in this time is taken for lost."""
DEAF_S = 60.0
"""Hints were sent and slots are free, yet none came in for so long: the connection to the broker is dead without
saying so (celery issues 8030, 8091, 10205), and only a new process hears again."""
FORGOTTEN = timedelta(days=1)


class Round(Thread):
    """Calls `once` again and again, `seconds` after it ended or when `bell` rings, whatever it raises."""

    def __init__(
        self,
        name: str,
        once: Callable[[], object],
        seconds: float,
        stopping: Event,
        bell: Event | None = None,
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._once, self._seconds, self._stopping, self._bell = once, seconds, stopping, bell or Event()

    def run(self) -> None:
        while not self._stopping.is_set():
            self._bell.clear()
            try:
                close_old_connections()
                self._once()
            except (DatabaseError, InterfaceError) as error:
                log.warning("%s: the database is away: %s", self.name, type(error).__name__)
            except Exception:  # the edge of a thread: whatever it was, the next round is tried
                log.exception("%s: a round failed", self.name)
            self._bell.wait(self._seconds)


class Dispatcher:
    """send: puts a job's id on the broker, False where it is away. deaf: called where this process must be replaced.
    hear: called with whether hints are wanted, when that changes."""

    def __init__(
        self,
        workshop: Workshop,
        send: Callable[[UUID], bool],
        deaf: Callable[[], None],
        hear: Callable[[bool], object] = lambda wanted: None,
    ) -> None:
        self.workshop, self._send, self._deaf, self._hear = workshop, send, deaf, hear
        self._hinted: dict[UUID, float] = {}
        self._first_unheard: float | None = None
        Worker.objects.filter(seen_at__lt=timezone.now() - FORGOTTEN).delete()

    def look(self) -> None:
        in_hand = self.workshop.in_hand()
        self._report(len(in_hand))
        queue.bury_expired(watched=in_hand)
        if self.workshop.draining.is_set():
            self._hinted, self._first_unheard = {}, None
            return
        self._hint(self.workshop.slots - len(in_hand))
        self._listen(len(in_hand))

    def _report(self, busy: int) -> None:
        own, _ = Worker.objects.update_or_create(
            name=self.workshop.name,
            defaults={
                "slots": self.workshop.slots,
                "busy": busy,
                "memory_bytes": memory.tree_bytes(os.getpid()),
                "seen_at": timezone.now(),
            },
        )
        if own.draining != self.workshop.draining.is_set():
            log.info("worker %s: %s", own.name, "is drained" if own.draining else "works again")
            (self.workshop.draining.set if own.draining else self.workshop.draining.clear)()
            self._hear(not own.draining)

    def _hint(self, free: int) -> None:
        now = time.monotonic()
        unheard_since = max(now - HINT_AGAIN_S, self.workshop.called_at)
        self._hinted = {job: sent for job, sent in self._hinted.items() if sent > unheard_since}
        if free <= 0:
            return
        waiting = Job.objects.claimable().in_turn().values_list("pk", flat=True)
        for job in waiting[: free + len(self._hinted)]:
            if job not in self._hinted and free > 0:
                if not self._send(job):
                    return
                self._hinted[job] = now
                self._first_unheard = self._first_unheard or now
                free -= 1

    def _listen(self, busy: int) -> None:
        if busy or self._first_unheard is None or self.workshop.called_at >= self._first_unheard:
            self._first_unheard = None
        elif time.monotonic() - self._first_unheard > DEAF_S:
            log.critical("no hint comes in although they are sent: this worker is deaf and must be replaced")
            self._deaf()
