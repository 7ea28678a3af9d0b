"""How far a photograph has come: progress told to whoever asks, seconds kept per stage."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ml.contract import Progress, Stage

Share = Callable[[float], None]
"""Called with the share done, 0..1."""


def parts(on_share: Share, count: int) -> list[Share]:
    """For work in so many parts: what each calls with its own share."""
    return [lambda share, part=part: on_share((part + share) / count) for part in range(count)]


class Course:
    def __init__(self, on_progress: Progress | None) -> None:
        self._on_progress = on_progress
        self.seconds: dict[str, float] = {}
        self._within = 0.0
        """Seconds of the stages inside the one at hand: each second counts once."""

    @contextmanager
    def stage(self, stage: Stage) -> Iterator[Share]:
        """A stage from 0 to 1; yields what its work calls with the share done."""

        def on_share(share: float) -> None:
            if self._on_progress is not None:
                self._on_progress(stage, min(max(share, 0.0), 1.0))

        on_share(0.0)
        with self.aside(stage):
            yield on_share
        on_share(1.0)

    @contextmanager
    def aside(self, stage: Stage) -> Iterator[None]:
        """Time that counts for a stage, in the course of another or between two; no progress is told."""
        start, before, self._within = time.perf_counter(), self._within, 0.0
        yield
        spent = time.perf_counter() - start
        self.seconds[stage.value] = round(self.seconds.get(stage.value, 0.0) + spent - self._within, 3)
        self._within = before + spent
