"""Do the rows and the files agree? Every row has its file, unchanged; every file has its row; done means complete."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from webapp import storage, sweep
from webapp.models import Job, Photo, Result

MISSING, CHANGED, INCOMPLETE, ORPHANED = "missing", "changed", "incomplete", "orphaned"


@dataclass(frozen=True)
class Finding:
    """Something that is not as it must be."""

    fault: str
    """missing, changed, incomplete or orphaned."""
    of: str
    """The id of the row, or the path where there is none."""
    path: str


def check(orphans_older_than_s: float = sweep.ORPHAN_AGE_S) -> Iterator[Finding]:
    """All that is wrong. An orphan is told only when it lay untouched for so long: an upload may be under way."""
    for photo in Photo.objects.iterator():
        yield from _compare(f"photo {photo.pk}", photo)
    for result in Result.objects.iterator():
        yield from _compare(f"result {result.job_id} {result.kind}", result)
    for job in Job.objects.filter(state=Job.State.DONE).prefetch_related("results").iterator(chunk_size=500):
        yield from _complete(job)
    for path in sweep.orphans_older_than(orphans_older_than_s):
        yield Finding(ORPHANED, "", str(path))


def _compare(row: str, file: Photo | Result) -> Iterator[Finding]:
    stored = file.stored if isinstance(file, Photo) else file.path
    path = storage.locate(stored)
    if not path.is_file():
        yield Finding(MISSING, row, stored)
    elif path.stat().st_size != file.bytes or storage.sha256(path) != file.sha256:
        yield Finding(CHANGED, row, stored)


def _complete(job: Job) -> Iterator[Finding]:
    told, kept = set(job.report.get("files", {})), {result.kind for result in job.results.all()}
    for kind in sorted(told ^ kept):
        yield Finding(INCOMPLETE, f"job {job.pk}", kind)
