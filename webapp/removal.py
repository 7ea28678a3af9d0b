"""What a person deletes is gone: rows first, in one transaction, then the files. A crash in between leaves orphan
files, which webapp/sweep.py removes."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from webapp import audit, storage, tiles
from webapp.models import Photo, Upload

log = logging.getLogger(__name__)


def remove_photo(photo: Photo) -> None:
    """The original, its jobs and everything that was made of it; an upload that is empty then goes too.

    A worker that has it in hand finds out by its next heartbeat and drops its work.
    """
    with transaction.atomic():
        stored, photo_id = _stored(photo), photo.pk
        upload_id = photo.upload_id
        photo.delete()
        Upload.objects.filter(pk=upload_id, photos__isnull=True, refusals__isnull=True).delete()
    _remove_files(stored, [photo_id])
    log.info("a photograph of upload %s was deleted", upload_id)


def remove_upload(upload: Upload) -> None:
    with transaction.atomic():
        photos = list(upload.photos.all())
        stored = [path for photo in photos for path in _stored(photo)]
        ids = [photo.pk for photo in photos]
        upload.delete()
    _remove_files(stored, ids)


def remove_past_retention() -> int:
    """Uploads to which nothing was added for RETENTION_DAYS; returns how many."""
    limit = timezone.now() - timedelta(days=settings.RETENTION_DAYS)
    past = list(Upload.objects.filter(added_at__lt=limit))
    for upload in past:
        audit.note_end(upload, "retention")
        remove_upload(upload)
    return len(past)


def _stored(photo: Photo) -> list[str]:
    return [photo.stored, *(storage.job_folder(job.pk) for job in photo.jobs.all())]


def _remove_files(stored: list[str], photo_ids: list[UUID]) -> None:
    for path in stored:
        storage.remove(path)
    for photo_id in photo_ids:
        tiles.forget(photo_id)
