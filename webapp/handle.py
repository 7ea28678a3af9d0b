"""The worker's hold on its child process: start it, give it an order, hear from it, end it."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import suppress
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

from django.conf import settings

MOST_ORDERS = 50
"""A child is replaced after so many photographs: whatever a library leaks goes with it."""
LONGEST_MESSAGE = 8 << 20
PATIENCE_S = 5
CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")


class Died(Exception):
    """The child is gone, or said something that it never says."""


class Child:
    """One process of settings.CHILD_COMMAND. It inherits nothing but its end of the pipe and the error output."""

    def __init__(self) -> None:
        self.orders = 0
        self._pipe, theirs = Pipe()
        try:
            self._process = subprocess.Popen(
                [*settings.CHILD_COMMAND, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                cwd=settings.BASE_DIR,
            )
        except BaseException:
            self._pipe.close()
            raise
        finally:
            theirs.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_fit(self) -> bool:
        """Alive, and not yet due to be replaced."""
        return self.orders < MOST_ORDERS and self._process.poll() is None

    def order(self, **order: Any) -> None:
        """Raises Died."""
        self.orders += 1
        try:
            self._pipe.send_bytes(json.dumps(order).encode())
        except OSError as error:
            raise Died(self._end()) from error

    def hear(self, seconds: float) -> dict[str, Any] | None:
        """The next message, or None after `seconds` of silence. Raises Died."""
        try:
            if not self._pipe.poll(seconds):
                return None
            message = json.loads(self._pipe.recv_bytes(LONGEST_MESSAGE))
        except (EOFError, OSError, ValueError) as error:
            raise Died(self._end()) from error
        if not isinstance(message, dict):
            raise Died("spoke nonsense")
        return message

    def kill(self) -> None:
        """At once; nothing of it is left when this returns."""
        self._process.kill()
        self._process.wait()
        self._pipe.close()

    def _end(self) -> str:
        try:
            code = self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            return "closed its pipe"
        return f"was ended by signal {-code}" if code < 0 else f"exited with {code}"


def memory_bytes() -> int:
    """What one child may own: JOB_MEMORY_MB, or its share of four fifths of the machine's memory."""
    if settings.JOB_MEMORY_MB:
        return settings.JOB_MEMORY_MB * 1_000_000
    return _machine_bytes() * 4 // 5 // settings.WORKERS


def _machine_bytes() -> int:
    """Of the machine, or of the container where that has less."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with suppress(OSError, ValueError):  # no control groups here, or "max"
        return min(machine, int(CONTAINER_LIMIT.read_text()))
    return machine
