"""Keeps a few programs running: starts them, restarts one that ends, and takes all down together."""

from __future__ import annotations

import ctypes
import logging
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

log = logging.getLogger(__name__)

LOOK_S = 0.2
GRACE_S = 15.0
"""What programs may take to end by themselves before they are killed."""
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
HEALTHY_S = 60.0
"""A program that ran for so long is restarted at once; one that keeps falling over, ever more slowly."""
PR_SET_PDEATHSIG = 1


@dataclass
class Program:
    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    due_at: float = 0.0
    pause: float = field(default=SHORTEST_PAUSE_S)

    def start(self) -> None:
        # A session of its own: Ctrl-C reaches the supervisor alone, which then asks each program to end in its way.
        self.process = subprocess.Popen(self.command, start_new_session=True, preexec_fn=_die_with_parent())  # noqa: PLW1509
        self.started_at = time.monotonic()

    def look(self) -> None:
        now = time.monotonic()
        if self.process is None:
            if now >= self.due_at:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        self.pause = (
            SHORTEST_PAUSE_S if now - self.started_at > HEALTHY_S else min(2 * self.pause, LONGEST_PAUSE_S)
        )
        log.error("%s ended with %d; it is started again in %.1f s", self.name, code, self.pause)
        self.process, self.due_at = None, now + self.pause


class Supervisor:
    def __init__(self, programs: Sequence[Program]) -> None:
        self.programs = programs
        self.stopped_by: int | None = None

    def run(self) -> None:
        """Until SIGINT or SIGTERM; when this returns, no program is left."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        try:
            while self.stopped_by is None:
                for program in self.programs:
                    program.look()
                time.sleep(LOOK_S)
        finally:
            self._take_down()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopped_by = number

    def _take_down(self) -> None:
        running = [program.process for program in self.programs if program.process]
        for process in running:
            process.terminate()
        end = time.monotonic() + GRACE_S
        for process in running:
            try:
                process.wait(max(end - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _die_with_parent() -> Callable[[], None] | None:
    """Linux: a program whose supervisor was killed is asked to end, so that the next start finds the port free."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)  # looked up here: between fork and exec nothing more than the call is done
    return lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
