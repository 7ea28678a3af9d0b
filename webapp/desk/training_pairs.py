"""What people corrected, as `python -m ml evaluate segment` and a training read it.

photographs/ID.jpg   the original's own bytes
masks/ID.png         white where a person said it is to be repaired
manifest.csv         file,mask,group,level and the version's sha256s: group is the upload, level how much is damaged

Only approved versions whose mask a person drew or gave: what the finder alone found would teach it its own faults.
"""

from __future__ import annotations

import csv
import io
from pathlib import PurePosixPath

from django.db.models import Prefetch, Q, QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from zipstream import ZipStream

from webapp import packing, storage
from webapp.models import Job, Photo, Result, Review

COLUMNS = ("file", "mask", "group", "level", "file_sha256", "mask_sha256")
LEVELS = ((0.005, "light"), (0.03, "moderate"), (1.0, "heavy"))
"""Up to which share of the area is white."""
DECODED = ("jpeg", "png", "tiff", "webp")
"""What a training can decode (ml.photoset): no HEIC, no AVIF."""


def versions(photos: QuerySet[Photo]) -> QuerySet[Job]:
    """The approved, hand-corrected versions of these photographs, the newest of each first."""
    corrected = ~Q(mask="") | ~Q(strokes=[])
    approved = Job.objects.filter(state=Job.State.DONE, review__state=Review.State.APPROVED)
    masks = Prefetch("results", Result.objects.filter(kind="mask"))
    found = approved.filter(corrected, photo__in=photos.order_by().values("pk"), photo__format__in=DECODED)
    return (
        found.select_related("photo").defer("strokes").prefetch_related(masks).order_by("-created_at", "-id")
    )


def response(photos: QuerySet[Photo]) -> StreamingHttpResponse | None:
    """None where there is no such version."""
    archive, table = ZipStream(sized=True), io.StringIO()
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    seen = set()
    for job in versions(photos).iterator(200):
        mask = next(iter(job.results.all()), None)
        if mask is None or job.photo_id in seen:
            continue
        seen.add(job.photo_id)
        file = f"photographs/{job.photo_id}{PurePosixPath(job.photo.stored).suffix}"
        mask_file = f"masks/{job.photo_id}{PurePosixPath(mask.path).suffix}"
        archive.add_path(str(storage.locate(job.photo.stored)), file)
        archive.add_path(str(storage.locate(mask.path)), mask_file)
        group = str(job.photo.upload_id)[:8]
        writer.writerow([file, mask_file, group, _level(job), job.photo.sha256, mask.sha256])
    if not seen:
        return None
    archive.add(table.getvalue(), "manifest.csv")
    return packing.streamed(archive, f"training-pairs-{timezone.now():%Y-%m-%d}.zip")


def _level(job: Job) -> str:
    share = job.report.get("defect_share") or 0.0
    return next((name for most, name in LEVELS if share <= most), LEVELS[-1][1])
