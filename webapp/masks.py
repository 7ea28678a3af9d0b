"""A mask that a person painted elsewhere: it comes in as a photograph does and lies with the job that repairs by it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from ml.contract import PhotoRejected
from ml.photo import PhotoInfo, probe
from webapp import intake, reasons, storage, versions
from webapp.arrivals import Copied
from webapp.models import Job, Photo

GIVEN = "given"
"""The folder of a job in which its mask lies, beside those of its attempts."""


class MaskRefused(ValueError):
    """Its text is a sentence for the person."""


def take(
    photo: Photo, file: UploadedFile, only: Sequence[str] | None = None, layers: str | None = None
) -> Job | None:
    """A new job that repairs where the mask is white; None while one is being worked on. Raises MaskRefused.

    only, layers: see ml.contract.Options; None for the last job's, no layers if empty.
    """
    job_id, incoming = uuid.uuid4(), Path(settings.INCOMING_DIR, uuid.uuid4().hex)
    try:
        info = _receive(photo, file, incoming)
        stored = f"{storage.job_folder(job_id)}/{GIVEN}/mask{storage.SUFFIXES[info.format]}"
        storage.move_durably(incoming, storage.locate(stored))
    except PhotoRejected as rejected:
        raise MaskRefused(reasons.sentence(rejected.code, rejected.values)) from rejected
    except storage.NoSpace as error:
        raise MaskRefused(reasons.sentence("no_space", {})) from error
    finally:
        with suppress(FileNotFoundError):
            incoming.unlink()
    kept = versions.protecting(photo.job)
    options = versions.with_layers(versions.wished(photo.job.options, only=only), layers)
    job = versions.make(photo, options, id=job_id, mask=stored, strokes=kept)
    if job is None:
        storage.remove(storage.job_folder(job_id))
    return job


def _receive(photo: Photo, file: UploadedFile, path: Path) -> PhotoInfo:
    intake.check_size(file.size or 0)
    Copied(file).move_to(path)
    info = probe(path, max_pixels=settings.MAX_MEGAPIXELS * 1_000_000)
    if (info.width, info.height) != (photo.width, photo.height):
        raise PhotoRejected(
            "mask_size",
            mask_width=info.width,
            mask_height=info.height,
            width=photo.width,
            height=photo.height,
        )
    path.chmod(0o440)
    return info
