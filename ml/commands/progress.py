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
        line = f"[{bar}] {self.done}/{self.total}{self._left(whole)}  {label}  {words} {share:4.0%}"
        self.stream.write("\r\033[K" + line[: shutil.get_terminal_size().columns - 1])
        self.stream.flush()

    def _left(self, whole: float) -> str:
        spent = time.monotonic() - self._start
        if whole <= 0 or spent < 2:
            return ""
        left = int(spent / whole - spent)
        return f"  {left // 3600}:{left // 60 % 60:02}:{left % 60:02} left"

    def line(self, words: str) -> None:
        """A line that stays."""
        if self._terminal:
            self.stream.write("\r\033[K")
        self.stream.write(words + "\n")
        self.stream.flush()

    def finished(self, label: str, words: str) -> None:
        self.done += 1
        if not self._terminal:
            self.line(f"{self.done}/{self.total} {label}: {words}")

    def close(self) -> None:
        if self._terminal:
            self.stream.write("\r\033[K")
            self.stream.flush()
