"""Files that no row knows: left by crashes between the file and its row, and by attempts that were lost.

Only what has lain untouched for ORPHAN_AGE is taken: an upload or an attempt under way is never mistaken for one.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from webapp import audit, handover, hooks, parcels, rates, removal, storage, tiles
from webapp.models import Job, Photo, Result

log = logging.getLogger(__name__)

EVERY_S = 600.0
ORPHAN_AGE_S = 3600.0


def sweep(older_than_s: float = ORPHAN_AGE_S) -> int:
    """Remove orphans and what is past its retention; returns how many files and folders went."""
    removal.remove_past_retention()
    parcels.sweep()
    tiles.sweep()
    for forget_past in (audit.forget_past, handover.forget_past, hooks.forget_past, rates.forget_past):
        forget_past()
    orphans = orphans_older_than(older_than_s)
    for path in orphans:
        storage.remove(str(path))
    if orphans:
        log.info("swept %d orphans", len(orphans))
    return len(orphans)


def orphans_older_than(seconds: float) -> list[Path]:
    return [path for path in find_orphans() if _untouched(path, seconds)]


def find_orphans() -> list[Path]:
    """Half-written uploads, originals without a Photo, attempts that published nothing, in this order.

    Files are listed before rows are read: what gets its row in between is then seen with it.
    """
    incoming = [path for path in Path(settings.INCOMING_DIR).iterdir() if path.is_file()]
    originals = list(_below(storage.ORIGINALS, depth=2))
    attempts = list(_below(storage.RESULTS, depth=3))
    known = set(Photo.objects.values_list("stored", flat=True))
    published = {os.path.dirname(path) for path in Result.objects.values_list("path", flat=True)}
    given = {os.path.dirname(path) for path in Job.objects.exclude(mask="").values_list("mask", flat=True)}
    running = {
        storage.attempt_folder(job, attempt)
        for job, attempt in Job.objects.filter(state=Job.State.RUNNING).values_list("pk", "attempt")
    }
    return [
        *incoming,
        *(path for path in originals if _stored(path) not in known),
        *(path for path in attempts if _stored(path) not in published | given | running),
    ]


def _below(room: str, depth: int) -> Iterator[Path]:
    return Path(settings.MEDIA_ROOT).glob("/".join([room, *"*" * depth]))


def _stored(path: Path) -> str:
    return path.relative_to(settings.MEDIA_ROOT).as_posix()


def _untouched(path: Path, seconds: float) -> bool:
    with suppress(FileNotFoundError):
        return path.stat().st_mtime < time.time() - seconds
    return False
