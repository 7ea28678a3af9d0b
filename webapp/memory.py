"""How much memory a process and its children hold."""

from __future__ import annotations

import os
from pathlib import Path

PROC = Path("/proc")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def tree_bytes(pid: int) -> int | None:
    """Resident bytes of the process and all below it; what they share counts for each. None where /proc is missing."""
    own = _resident(pid)
    if own is None:
        return None
    return own + sum(tree_bytes(child) or 0 for child in _children(pid))


def _resident(pid: int) -> int | None:
    try:
        return int((PROC / str(pid) / "statm").read_text().split()[1]) * PAGE_BYTES
    except (OSError, IndexError, ValueError):  # it ended just now, or this is no Linux
        return None


def _children(pid: int) -> list[int]:
    """Of all its threads: a child belongs to the thread that started it."""
    found: list[int] = []
    for path in (PROC / str(pid) / "task").glob("*/children"):
        try:
            found += map(int, path.read_text().split())
        except OSError:  # that thread has ended
            continue
    return found
