"""Any files of any number of photographs in one ZIP, streamed as it is made.

album 1/page 3_restored.tif ...   in the folders that the photographs came in
contents.csv                      a line for each file, and one for each photograph of which there is none
checksums.sha256                  for `sha256sum --check checksums.sha256`

What is kept in memory is a line for each file; pixels and reports are not.
"""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from django.db.models import Prefetch, QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from zipstream import ZipStream

from webapp import delivery, packing, storage
from webapp.desk import reviews
from webapp.models import Job, Photo, Result

AT_ONCE = 200
"""Photographs whose rows are in memory together."""
COLUMNS = (
    "photograph", "catalogue_number", "title", "people", "place", "date", "rights", "description_note", "state",
    "review", "reviewed_by", "reviewed_at", "review_note", "version", "settings", "weights", "kind", "file", "sha256",
    "bytes",
)  # fmt: skip
DESCRIBED = ("catalogue_number", "title", "people", "place", "date", "rights", "note")


Taken = defaultdict[str, set[str]]
"""Folder in the ZIP to the names that are in it already, both in lower case."""


class Packed(NamedTuple):
    stored: str
    name: str
    sha256: str


def response(photos: QuerySet[Photo], kinds: Collection[str]) -> StreamingHttpResponse:
    """Of each photograph's newest version the files of these kinds; `original` is the file as it came."""
    archive, table, sums = ZipStream(sized=True), io.StringIO(), io.StringIO()
    writer = csv.DictWriter(table, COLUMNS)
    writer.writeheader()
    taken = new_taken()
    for photo in with_versions(photos).iterator(AT_ONCE):
        about = _about(photo)
        for kind, file, size in _files(photo, kinds, taken):
            writer.writerow(
                _safe(about | {"kind": kind, "file": file.name, "sha256": file.sha256, "bytes": size})
            )
            if file.name:
                archive.add_path(str(storage.locate(file.stored)), file.name)
                sums.write(f"{file.sha256}  {file.name}\n")
    # Without the mark spreadsheets read the names in another alphabet.
    archive.add("\ufeff" + table.getvalue(), "contents.csv")
    archive.add(sums.getvalue(), "checksums.sha256")
    return packing.streamed(archive, f"photographs-{timezone.now():%Y-%m-%d}.zip")


def with_versions(photos: QuerySet[Photo]) -> QuerySet[Photo]:
    """With all that a line of the table tells, and none of the strokes."""
    jobs = Job.objects.select_related("review__user").defer("strokes")
    results = Prefetch("jobs__results", Result.objects.exclude(kind__startswith=delivery.PREVIEW))
    return photos.select_related("description").prefetch_related(Prefetch("jobs", jobs), results)


def _files(photo: Photo, kinds: Collection[str], taken: Taken) -> Iterator[tuple[str, Packed, int | str]]:
    version = reviews.newest(photo)
    found = {result.kind: result for result in version.results.all()} if version else {}
    any_there = False
    for kind in kinds:
        if kind == delivery.ORIGINAL:
            stored, sha256, size = photo.stored, photo.sha256, photo.bytes
        elif kind in found:
            stored, sha256, size = found[kind].path, found[kind].sha256, found[kind].bytes
        else:
            continue
        any_there = True
        yield kind, Packed(stored, name_in_zip(photo, kind, stored, taken), sha256), size
    if not any_there:
        yield "", Packed("", "", ""), ""


def name_in_zip(photo: Photo, kind: str, stored: str, taken: Taken) -> str:
    """As the single download is called, in the folder that the photograph came in."""
    folders = [part for part in PurePosixPath(photo.name).parts[:-1] if part.strip("./ ")]
    inside = "".join(f"{packing.free_name(part, set())}/" for part in folders)
    plain = delivery.file_name(photo, kind, PurePosixPath(stored).suffix)
    return inside + packing.free_name(plain, taken[inside.casefold()])


def new_taken() -> Taken:
    return defaultdict(set, {"": {"contents.csv", "checksums.sha256"}})


def _about(photo: Photo) -> dict[str, Any]:
    version = reviews.newest(photo)
    review, described = reviews.of(version), getattr(photo, "description", None)
    about = {name: getattr(described, name, "") for name in DESCRIBED}
    about["description_note"] = about.pop("note")
    return about | {
        "photograph": photo.name,
        "state": photo.job.state,
        "review": reviews.state_of(version),
        "reviewed_by": str(review.user or "") if review else "",
        "reviewed_at": f"{review.at:%Y-%m-%dT%H:%M:%SZ}" if review else "",
        "review_note": review.note if review else "",
        "version": len([job for job in photo.jobs.all() if job.state == Job.State.DONE]) or "",
        "settings": _json(version.options) if version else "",
        "weights": _json(version.report.get("weights", {})) if version else "",
    }


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False) if value else ""


def _safe(line: dict[str, Any]) -> dict[str, Any]:
    return {
        name: packing.harmless(value) if isinstance(value, str) else value for name, value in line.items()
    }
