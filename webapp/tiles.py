"""Tiles of large pictures for the viewer, made when somebody first looks that close, and kept as long as there is room.

    TILES_DIR/ab/<photo>/<kind>-<start of the file's sha256>.<jpg or png>.zip    a picture's tiles
    TILES_DIR/slot                                                              locked while one is being cut

They can be made again at any time, so nothing here is synced, backed up or checked; what a person deletes goes too.
"""

from __future__ import annotations

import os
import shutil
import time
import uuid
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from django.conf import settings

from ml.photo.deepzoom import levels, tile_name
from webapp import cutting, storage
from webapp.delivery import Delivery
from webapp.models import Photo

TRIED_AGAIN_AFTER_S = 600
VEILED = "mask"


class State(StrEnum):
    READY = "ready"
    MAKING = "making"
    UNAVAILABLE = "unavailable"
    """They could not be made, or there is no room for them: the preview is all there is."""


class NotReady(Exception):
    """The tiles are being made; ask again."""


def ending(kind: str) -> str:
    return "png" if kind == VEILED else "jpg"


def state(photo: Photo, kind: str, file: Delivery) -> State:
    """How far the tiles of a picture are; the first to ask sets them going."""
    box = _box(photo, kind, file)
    if not levels(photo.width, photo.height):
        return State.READY
    with suppress(FileNotFoundError):
        os.utime(box)
        return State.READY
    if (
        not settings.TILE_CACHE_MB
        or _age(cutting.failed(box)) < TRIED_AGAIN_AFTER_S
        or storage.free_mb() < settings.MIN_FREE_MB
    ):
        return State.UNAVAILABLE
    cutting.set_going(storage.locate(file.stored), box, when_done=trim)
    return State.MAKING


def tile(photo: Photo, kind: str, file: Delivery, level: int, column: int, row: int) -> bytes | None:
    """The bytes of a JPEG or PNG, or None where the picture has no such tile. Raises NotReady."""
    if level not in levels(photo.width, photo.height):
        return None
    try:
        with zipfile.ZipFile(_box(photo, kind, file)) as box:
            return box.read(f"{tile_name(level, column, row)}.{ending(kind)}")
    except KeyError:
        return None
    except FileNotFoundError:
        if state(photo, kind, file) is State.UNAVAILABLE:
            return None
        raise NotReady from None


def forget(photo_id: UUID) -> None:
    """All tiles of a photograph, also those that are being cut: their folder is no longer where they would go."""
    gone = Path(settings.TILES_DIR, f"gone-{uuid.uuid4()}")
    with suppress(FileNotFoundError):
        _folder(photo_id).rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


def sweep() -> None:
    """Tiles of photographs that are no more, what a crash left, and what is over the limit."""
    folders = [path for path in Path(settings.TILES_DIR).glob("??/*") if path.is_dir()]
    known = {str(pk) for pk in Photo.objects.values_list("pk", flat=True)}
    for folder in folders:
        if folder.name not in known:
            forget(UUID(folder.name))
    for left in Path(settings.TILES_DIR).glob("gone-*"):
        shutil.rmtree(left, ignore_errors=True)
    for part in Path(settings.TILES_DIR).glob("??/*/.*.part"):
        if _age(part) > 2 * cutting.MOST_SECONDS:
            part.unlink(missing_ok=True)
    trim()


def trim(most_bytes: int | None = None) -> None:
    """Bring the tiles below TILE_CACHE_MB: those that were longest not looked at go first, the newest never."""
    most_bytes = settings.TILE_CACHE_MB * 1_000_000 if most_bytes is None else most_bytes
    boxes = sorted(_stats(Path(settings.TILES_DIR).glob("??/*/*.zip")))
    over = sum(bytes for _, bytes, _ in boxes) - most_bytes
    for _, bytes, path in boxes[:-1]:
        if over <= 0:
            return
        path.unlink(missing_ok=True)
        over -= bytes


def _stats(paths: Iterable[Path]) -> Iterable[tuple[float, int, Path]]:
    for path in paths:
        with suppress(FileNotFoundError):
            found = path.stat()
            yield found.st_mtime, found.st_size, path


def _folder(photo_id: UUID) -> Path:
    return Path(settings.TILES_DIR, photo_id.hex[:2], str(photo_id))


def _box(photo: Photo, kind: str, file: Delivery) -> Path:
    """Named by what is in the file, so that versions with the same picture share its tiles."""
    return _folder(photo.pk) / f"{kind}-{file.sha256[:32]}.{ending(kind)}.zip"


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")
