"""A picture is cut into tiles by a process of its own (webapp/tiler.py), one at a time on a machine, whichever process
of the site asked: each needs memory for a picture at full size."""

from __future__ import annotations

import fcntl
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread

from django.conf import settings

from webapp.handle import memory_bytes

log = logging.getLogger(__name__)

MOST_SECONDS = 300
"""For one picture; then it is given up."""
SLOT = "slot"


def set_going(source: Path, box: Path, when_done: Callable[[], None]) -> None:
    """Begin to cut `source` into the tiles of `box`; nothing happens where a picture is being cut already."""
    slot = _open_slot()
    try:
        fcntl.flock(slot, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if box.exists():  # made since somebody looked
            raise BlockingIOError
        box.parent.mkdir(parents=True, exist_ok=True)
        process = _start(source, box, slot)
    except OSError as error:
        os.close(slot)
        if not isinstance(error, BlockingIOError):
            log.warning("tiles cannot be made: %r", error)
        return
    Thread(target=_see_through, args=(process, slot, box, when_done), daemon=True).start()


def failed(box: Path) -> Path:
    """The file that is there after a failure."""
    return box.with_suffix(".failed")


def wait() -> None:
    """Until no picture is being cut; for tests."""
    slot = _open_slot()
    fcntl.flock(slot, fcntl.LOCK_EX)
    os.close(slot)


def _open_slot() -> int:
    return os.open(Path(settings.TILES_DIR, SLOT), os.O_CREAT | os.O_RDWR, 0o600)


def _start(source: Path, box: Path, slot: int) -> subprocess.Popen[bytes]:
    most_pixels = settings.MAX_MEGAPIXELS * 1_000_000
    limits = map(str, (most_pixels, memory_bytes(), MOST_SECONDS))
    return subprocess.Popen(
        [sys.executable, "-m", "webapp.tiler", str(source), str(box), *limits],
        stdin=subprocess.DEVNULL,
        cwd=settings.BASE_DIR,
        pass_fds=[slot],
    )


def _see_through(
    process: subprocess.Popen[bytes], slot: int, box: Path, when_done: Callable[[], None]
) -> None:
    """To the process's end, so that it is never left as a zombie and never tried in a loop."""
    try:
        code = process.wait(MOST_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        code = process.wait()
    if code:
        log.warning("tiles of photo %s could not be made: exit code %d", box.parent.name, code)
        with suppress(FileNotFoundError):
            failed(box).touch()
    when_done()
    os.close(slot)
