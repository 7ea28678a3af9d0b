"""A result in another format than the one it lies in: made when it is asked for, kept nowhere.

One at a time on a machine, in a process of its own (webapp/converter.py) with a limit of memory, so that a hundred
megapixels that many ask for cost the site no more than one picture's.
"""

from __future__ import annotations

import fcntl
import logging
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from ml.photo import LONGEST_SIDES
from webapp import storage
from webapp.models import Photo

log = logging.getLogger(__name__)

FORMATS = {"jpg": "jpeg", "png": "png", "tiff": "tiff"}
"""Ending of an address to the name of the format, as ml.photo.write has it."""
LOCK = "converting.lock"
PATIENCE_S = 60
"""For others' pictures that are being saved."""
LONGEST_S = 300
BASE_BYTES = 300_000_000
"""Of a process that has loaded its libraries, and a margin."""
COPIES = 4
"""Of the pixels (three channels) that reading and writing may hold at the same time; measured with 20 megapixels: 1.5
(PNG of 16 bits to TIFF) to 2.8 (JPEG to PNG)."""


class Busy(Exception):
    """Others' pictures are being saved; later it goes."""


class Unsaved(Exception):
    """It could not be saved: too little memory, time or disk."""


def others(photo: Photo, stored: str) -> list[str]:
    """Endings of the formats in which a result of the photograph may be had besides its own."""
    own, longest = storage.content_type(stored), max(photo.width, photo.height)
    return [
        suffix
        for suffix, format in FORMATS.items()
        if storage.CONTENT_TYPES[f".{suffix}"] != own and longest <= LONGEST_SIDES.get(format, longest)
    ]


def saved_as(photo: Photo, stored: str, suffix: str) -> BinaryIO:
    """The stored picture in another format, open for reading; its file has no name and goes when it is closed.

    Raises Busy and Unsaved.
    """
    pixels_bytes = photo.width * photo.height * 3 * (photo.bits // 8)
    if storage.free_mb() < settings.MIN_FREE_MB + pixels_bytes / 1e6:
        raise Unsaved("the disk is nearly full")
    target = Path(settings.INCOMING_DIR, f"{uuid.uuid4().hex}.{suffix}")
    limit_bytes = BASE_BYTES + COPIES * pixels_bytes
    command = [sys.executable, "-m", "webapp.converter"]
    words = [str(storage.locate(stored)), str(target), FORMATS[suffix], str(limit_bytes)]
    try:
        with _turn():
            subprocess.run(
                [*command, *words],
                cwd=settings.BASE_DIR,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=True,
                timeout=LONGEST_S,
            )
        return target.open("rb")
    except subprocess.SubprocessError as error:
        said = (getattr(error, "stderr", None) or b"").decode(errors="replace").strip()
        log.error("photo %s as %s: %s", photo.pk, suffix, said.rpartition("\n")[2] or type(error).__name__)
        raise Unsaved from error
    finally:
        with suppress(FileNotFoundError):
            target.unlink()


@contextmanager
def _turn() -> Iterator[None]:
    """The machine's one; a process that dies gives it back. Raises Busy."""
    end = time.monotonic() + PATIENCE_S
    with Path(settings.DATA_DIR, LOCK).open("w") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= end:
                    raise Busy from None
                time.sleep(0.2)
        yield
