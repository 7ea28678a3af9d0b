"""What is done when memory runs out: the same work with less at a time, then an honest failure. It is on record."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol, TypeVar
from weakref import WeakSet

Result = TypeVar("Result")


class Hoarder(Protocol):
    def release(self) -> None:
        """Give back what is only kept for the next time; another thread may be at work."""


hoarders: WeakSet[Hoarder] = WeakSet()
"""Those that hold memory of their own which no allocator knows to be free."""
_given_up: ContextVar[list[str] | None] = ContextVar("given_up", default=None)


@contextmanager
def watched() -> Iterator[list[str]]:
    """The list that what is given up inside of the block is added to, in this thread."""
    given_up: list[str] = []
    token = _given_up.set(given_up)
    try:
        yield given_up
    finally:
        _given_up.reset(token)


def sparing(works: Sequence[tuple[str, Callable[[], Result]]]) -> Result:
    """The result of the first of the works that memory is enough for; what of others had to be given up is on record.

    works: what is given up ("stage:what"; nothing in the first), and the work, which must begin anew when it is called.
    Raises the last one's error, and any error that is not one of memory.
    """
    for number, (given_up, work) in enumerate(works, start=1):
        try:
            result = work()
        except Exception as error:
            if number == len(works) or not is_out_of_memory(error):
                raise
        else:
            record = _given_up.get()
            if given_up and record is not None:
                record.append(given_up)
            return result
        release()  # here, where the error and all that it held are gone
    raise ValueError("no works")


def is_out_of_memory(error: Exception) -> bool:
    """Python's, numpy's, OpenCV's and torch's ways of saying so; torch on a CPU raises a plain RuntimeError."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    words = str(error)
    return any(
        part in words
        for part in ("can't allocate memory", "Insufficient memory", "bad_alloc", "out of memory")
    )


def release() -> None:
    """Give back to the system, and to others on the GPU, what was freed and is held for the next time."""
    gc.collect()
    for hoarder in list(hoarders):
        hoarder.release()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        torch.cuda.empty_cache()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's own
        if trim is not None:
            trim(0)
