"""A file comes in: judged by its content, stored durably, then a Photo and a Job exist.

The file is on the disk, synced, before its row is in the database: a crash in between leaves a file that nobody
knows (webapp/sweep.py removes it), never a row without its file.
"""

from __future__ import annotations

import logging
import math
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ml.contract import PhotoRejected
from ml.photo import probe
from webapp import queue, quotas, storage, tallies
from webapp.arrivals import Arrival
from webapp.models import Photo, Refusal, Upload, User

log = logging.getLogger(__name__)

NAMELESS = "photograph"
LONGEST_NAME = 255


@dataclass(frozen=True)
class Submission:
    """What became of the files that were sent together."""

    upload: Upload
    photos: list[Photo]
    refused: list[Refusal]
    """Each has a `name` and a `reason`, a sentence in the language of the moment."""


def submit(
    files: Iterable[Arrival],
    *,
    family: UUID,
    user: User | None = None,
    options: dict[str, Any] | None = None,
    into: Upload | None = None,
) -> Submission:
    """Take the files that are photographs and refuse the others, each with its reason.

    options: fields of ml.contract.Options that differ from its defaults, for all of them.
    into: an upload that they are added to; without it they are one of their own, with these options.
    When this returns, every photograph of `photos` is on the disk and in the database.
    """
    upload = into or Upload(family=family, user=user, options=options or {})
    came: list[Arrival] = []
    photos: list[Photo] = []
    refused: list[Refusal] = []
    room = quotas.Room(family, user)
    for file in files:
        came.append(file)
        name = shown_name(file.name)
        try:
            room.check(file.size)
            photos.append(_store(file, name, upload))
            room.took(photos[-1])
        except quotas.Exceeded as exceeded:
            refused.append(_refusal(upload, name, exceeded.code, exceeded.values))
        except PhotoRejected as rejected:
            refused.append(_refusal(upload, name, rejected.code, rejected.values))
        except storage.NoSpace:
            refused.append(_refusal(upload, name, "no_space", {}))
    with transaction.atomic():
        _keep(upload, is_new=into is None)
        Refusal.objects.bulk_create(refused)
        Photo.objects.bulk_create(photos)
        queue.enqueue(photos, family=family, options=options)
        for file in came:
            file.taken_into(upload)
        tallies.taken(len(photos), sum(photo.bytes for photo in photos))
    log.info("upload %s: %d taken, %d refused", upload.id, len(photos), len(refused))
    return Submission(upload, photos, refused)


def _keep(upload: Upload, *, is_new: bool) -> None:
    """What is added makes an upload young again. One that was deleted in the meantime is there once more."""
    upload.added_at = timezone.now()
    if is_new or not Upload.objects.filter(pk=upload.pk).update(added_at=upload.added_at):
        upload.save(force_insert=True)


def shown_name(name: str | None) -> str:
    """What a person called the file, fit to be shown: one line, no control characters, at most 255 of them."""
    line = "".join(letter if letter.isprintable() else " " for letter in name or "").strip()
    if len(line) > LONGEST_NAME:
        stem, dot, suffix = line.rpartition(".")
        keep = dot + suffix if dot and len(suffix) <= 8 else ""
        line = line[: LONGEST_NAME - len(keep)] + keep
    return line or NAMELESS


def _store(file: Arrival, name: str, upload: Upload) -> Photo:
    check_size(file.size)
    incoming = Path(settings.INCOMING_DIR, uuid.uuid4().hex)
    try:
        digest, length = file.move_to(incoming)
        info = probe(
            incoming,
            max_bytes=settings.MAX_UPLOAD_MB * 1_000_000,
            max_pixels=settings.MAX_MEGAPIXELS * 1_000_000,
        )
        photo = Photo(upload=upload, name=name, sha256=digest, bytes=length, format=info.format,
                      width=info.width, height=info.height, bits=info.bits)  # fmt: skip
        photo.stored = storage.original_path(photo.id, info.format)
        incoming.chmod(0o440)
        storage.move_durably(incoming, storage.locate(photo.stored))
        return photo
    finally:
        with suppress(FileNotFoundError):
            incoming.unlink()


def check_size(size: int) -> None:
    """Before a byte is copied. Raises PhotoRejected for what is too large, storage.NoSpace where the disk has none."""
    limit = settings.MAX_UPLOAD_MB
    if size > limit * 1_000_000:
        raise PhotoRejected("too_many_bytes", megabytes=math.ceil(size / 1e5) / 10, limit=limit)
    if storage.free_mb() < settings.MIN_FREE_MB + size / 1e6:
        raise storage.NoSpace


def _refusal(upload: Upload, name: str, code: str, values: dict[str, Any]) -> Refusal:
    return Refusal(upload=upload, name=name, reason_code=code, reason_values=values)
