"""An upload as an album: it has a name, takes photographs later, and has settings for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from webapp import intake, versions
from webapp.arrivals import Arrival
from webapp.models import Handover, Job, Letter, Photo, Upload


def add(album: Upload, files: Sequence[Arrival]) -> intake.Submission:
    """As intake.submit, into an upload that is there and with its settings."""
    return intake.submit(files, family=album.family, options=album.options, into=album)


def keep(album: Upload, options: dict[str, Any]) -> None:
    """Settings for what is added from now on."""
    album.options = options
    album.save(update_fields=["options"])


def all_again(album: Upload, options: dict[str, Any]) -> int:
    """The settings for all from now on, and a new version of each photograph by them.

    What still waits is done by them at once. Returns how many are in a worker's hands and were left as they are.
    """
    keep(album, options)
    left = 0
    for photo in album.photos.prefetch_related("jobs"):
        waits = Job.objects.filter(pk=photo.job.pk, state=Job.State.QUEUED, mask="", strokes=[])
        if not waits.update(options=options) and versions.make(photo, options) is None:
            left += 1
    return left


@transaction.atomic
def join(album: Upload, other: Upload) -> None:
    """What is in the other comes to the album as it is; the other, its shares and its letter are gone."""
    other = Upload.objects.select_for_update().get(pk=other.pk)
    Photo.objects.filter(upload=other).update(upload=album)
    other.refusals.update(upload=album)
    Handover.objects.filter(upload=other).update(upload=album)
    Upload.objects.filter(pk=album.pk).update(added_at=timezone.now())
    Letter.objects.filter(upload=other).delete()
    other.delete()
