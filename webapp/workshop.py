"""A worker's process: its children, and the jobs it has in hand."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import time
from threading import Event, Lock
from uuid import UUID

from django.conf import settings

from webapp import queue
from webapp.attempt import Attempt
from webapp.handle import Child
from webapp.models import Job

log = logging.getLogger(__name__)


class Workshop:
    """Thread-safe; each thread that calls `work` does one job at a time, with a child of its own."""

    def __init__(self, slots: int | None = None) -> None:
        self.name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}"
        self.slots = slots or settings.WORKERS
        self.stopping = Event()
        self.draining = Event()
        """What is in hand is ended; nothing new is claimed."""
        self.bell = Event()
        """Rung when a slot is free again, so that the dispatcher looks at once."""
        self.called_at = time.monotonic()
        """When a hint last came in."""
        self._lock = Lock()
        self._in_hand: set[UUID] = set()
        self._resting: list[Child] = []

    def in_hand(self) -> frozenset[UUID]:
        with self._lock:
            return frozenset(self._in_hand)

    def work(self, hinted: UUID | str | None = None) -> bool:
        """Claim the hinted job or the next in turn and see it through; False where there was none to claim."""
        self.called_at = time.monotonic()
        full = self.stopping.is_set() or self.draining.is_set()
        job = None if full else queue.claim(self.name, hinted)
        if job is None:
            return False
        with self._lock:
            self._in_hand.add(job.pk)
        try:
            self._see_through(job)
        finally:
            with self._lock:
                self._in_hand.discard(job.pk)
            self.bell.set()
        return True

    def close(self) -> None:
        """Ask the attempts to stop, and end the children that rest."""
        self.stopping.set()
        self.bell.set()
        with self._lock:
            resting, self._resting = self._resting, []
        for child in resting:
            child.kill()

    def _see_through(self, job: Job) -> None:
        log.info("job %s: attempt %d begins", job.pk, job.attempt)
        try:
            child = self._child()
        except OSError as error:
            queue.set_back(job, "waits_for_machine", fault=repr(error))
            return
        try:
            Attempt(job, child, self.stopping).carry_out()
        finally:
            self._rest(child)

    def _child(self) -> Child:
        with self._lock:
            child = self._resting.pop() if self._resting else None
        if child and child.is_fit:
            return child
        if child:
            child.kill()
        return Child()

    def _rest(self, child: Child) -> None:
        with self._lock:
            if child.is_fit and not self.stopping.is_set():
                self._resting.append(child)
                return
        child.kill()
