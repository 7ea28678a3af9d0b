"""How far a photograph has come: progress told to whoever asks, seconds kept per stage."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ml.contract import Progress, Stage


class Course:
    def __init__(self, on_progress: Progress | None) -> None:
        self._on_progress = on_progress
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, stage: Stage) -> Iterator[Callable[[float], None]]:
        """A stage from 0 to 1; yields what its work calls with the share done."""

        def on_share(share: float) -> None:
            if self._on_progress is not None:
                self._on_progress(stage, min(max(share, 0.0), 1.0))

        start = time.perf_counter()
        on_share(0.0)
        yield on_share
        self.seconds[stage.value] = round(time.perf_counter() - start, 3)
        on_share(1.0)
