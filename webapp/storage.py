"""Where files lie and how they get there for good. Paths are made of UUIDs alone; people's names never touch them.

    MEDIA_ROOT/originals/ab/<photo>.<suffix>       as it came, read-only
    MEDIA_ROOT/results/ab/<job>/<attempt>/<file>   what one attempt made

A row names its file by the path below MEDIA_ROOT.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from django.conf import settings

ORIGINALS, RESULTS = "originals", "results"
SUFFIXES = {"jpeg": ".jpg", "png": ".png", "tiff": ".tif", "webp": ".webp", "heic": ".heic", "avif": ".avif"}
CONTENT_TYPES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".webp": "image/webp",
    ".heic": "image/heic",
    ".heif": "image/heic",
    ".avif": "image/avif",
    ".ora": "image/openraster",
}
BLOCK = 1 << 20


class NoSpace(Exception):
    """The disk has less room than a file and the reserve need."""


def locate(stored: str) -> Path:
    return Path(settings.MEDIA_ROOT, stored)


def original_path(photo_id: UUID, format: str) -> str:
    return f"{ORIGINALS}/{photo_id.hex[:2]}/{photo_id}{SUFFIXES[format]}"


def job_folder(job_id: UUID) -> str:
    return f"{RESULTS}/{job_id.hex[:2]}/{job_id}"


def attempt_folder(job_id: UUID, attempt: int) -> str:
    return f"{job_folder(job_id)}/{attempt}"


def content_type(stored: str) -> str:
    return CONTENT_TYPES.get(Path(stored).suffix, "application/octet-stream")


def free_mb() -> int:
    """Of the disk of the media, in units of 10^6 bytes, as a process without privileges may use it."""
    os.makedirs(settings.MEDIA_ROOT, exist_ok=True)
    disk = os.statvfs(settings.MEDIA_ROOT)
    return disk.f_bavail * disk.f_frsize // 1_000_000


def write_durably(blocks: Iterable[bytes], path: Path) -> tuple[str, int]:
    """Write a new file and sync it; returns its sha256 and its length in bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, length = hashlib.sha256(), 0
    with path.open("xb") as file:
        for block in blocks:
            file.write(block)
            digest.update(block)
            length += len(block)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest(), length


def move_durably(source: Path, target: Path) -> None:
    """Rename within the disk, so that the target is there whole or not at all, also after a power cut."""
    make_folder(target.parent)
    source.replace(target)
    sync_folder(target.parent)


def make_folder(folder: Path) -> None:
    """A new folder's name lies in its parent, so each parent on the way up that is new to it is synced too."""
    missing = [folder, *folder.parents]
    missing = missing[: next(index for index, path in enumerate(missing) if path.is_dir())]
    folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def remove(stored: str) -> None:
    """A file or a folder with all that is in it; one that is gone already is no error."""
    path = locate(stored)
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(FileNotFoundError):
            path.unlink()
