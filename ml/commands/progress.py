"""The progress bar of a batch, on standard error: drawn on a terminal, a line per file elsewhere."""

from __future__ import annotations

import shutil
import sys
import time
from typing import TextIO

WIDTH = 24
"""Of the bar, in characters."""
BETWEEN_S = 0.1


class Bar:
    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.total = total
        self.done = 0
        self._worked = 0
        """Of those the ones that took their time: what was done before says nothing of how long the rest will take."""
        self._terminal = self.stream.isatty()
        self._start = time.monotonic()
        self._drawn = 0.0

    def show(self, label: str, words: str, share: float) -> None:
        """share: of this file, 0..1."""
        now = time.monotonic()
        if not self._terminal or now - self._drawn < BETWEEN_S:
            return
        self._drawn = now
        whole = (self.done + share) / max(self.total, 1)
        filled = round(WIDTH * whole)
        bar = "#" * filled + "-" * (WIDTH - filled)
        line = f"[{bar}] {self.done}/{self.total}{self._left(share)}  {label}  {words} {share:4.0%}"
        self.stream.write("\r\033[K" + line[: shutil.get_terminal_size().columns - 1])
        self.stream.flush()

    def _left(self, share: float) -> str:
        spent, worked = time.monotonic() - self._start, self._worked + share
        if worked <= 0 or spent < 2:
            return ""
        left = int(spent / worked * (self.total - self.done - share))
        return f"  {left // 3600}:{left // 60 % 60:02}:{left % 60:02} left"

    def line(self, words: str) -> None:
        """A line that stays."""
        if self._terminal:
            self.stream.write("\r\033[K")
        self.stream.write(words + "\n")
        self.stream.flush()

    def finished(self, label: str, words: str, worked: bool = True) -> None:
        self.done += 1
        self._worked += worked
        if not self._terminal:
            self.line(f"{self.done}/{self.total} {label}: {words}")

    def close(self) -> None:
        if self._terminal:
            self.stream.write("\r\033[K")
            self.stream.flush()
