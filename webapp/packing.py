"""All pictures of an upload in one ZIP, streamed as it is made: nothing lies on the disk twice.

grandmother_restored.tif ...   of each photograph's newest version, named as the single downloads are
contents.csv                   every photograph, also those that could not be restored, and every file of it
checksums.sha256               for `sha256sum --check checksums.sha256`
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import NamedTuple

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header
from zipstream import ZipStream

from ml.contract import RESULTS
from webapp import delivery, storage, versions
from webapp.models import Job, Photo, Upload

PACKED = (*RESULTS, "mask", "layers")
COLUMNS = ("photograph", "state", "reason", "file", "sha256", "bytes")


class Packed(NamedTuple):
    """A file in the ZIP; without a name, a photograph of which there is nothing to pack."""

    photo: Photo
    stored: str = ""
    name: str = ""
    sha256: str = ""
    bytes: int = 0


def response(upload: Upload) -> StreamingHttpResponse:
    """Its length is told beforehand, so that a download which was cut off is noticed."""
    packed = list(_packed(upload.photos.prefetch_related("jobs__results")))
    files = [file for file in packed if file.name]
    archive = ZipStream(sized=True)
    for file in files:
        archive.add_path(str(storage.locate(file.stored)), file.name)
    archive.add(_contents(packed), "contents.csv")
    archive.add("".join(f"{file.sha256}  {file.name}\n" for file in files), "checksums.sha256")
    return streamed(archive, f"photographs-{upload.created_at:%Y-%m-%d}.zip")


def streamed(archive: ZipStream, name: str) -> StreamingHttpResponse:
    """The ZIP, sized, as a download of that name."""
    answer = StreamingHttpResponse(archive, content_type="application/zip")
    answer["Content-Length"] = str(len(archive))
    answer["Content-Disposition"] = content_disposition_header(True, name)
    answer["Cache-Control"] = "private, no-store"
    return answer


def _packed(photos: Iterable[Photo]) -> Iterator[Packed]:
    taken: set[str] = set()
    for photo in photos:
        done = versions.of(photo)
        results = {result.kind: result for result in done[-1].results.all()} if done else {}
        kinds = [kind for kind in PACKED if kind in results]
        if not kinds:
            yield Packed(photo)
        for kind in kinds:
            result = results[kind]
            name = free_name(delivery.file_name(photo, kind, PurePath(result.path).suffix), taken)
            yield Packed(photo, result.path, name, result.sha256, result.bytes)


def free_name(name: str, taken: set[str]) -> str:
    """The name, with a number where another photograph of the upload is called the same; case does not tell apart."""
    plain = name = "".join("_" if char in '/\\:*?"<>|' or not char.isprintable() else char for char in name)
    number = 1
    while name.casefold() in taken:
        number += 1
        name = f"{PurePath(plain).stem} ({number}){PurePath(plain).suffix}"
    taken.add(name.casefold())
    return name


def _contents(packed: list[Packed]) -> str:
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    for file in packed:
        state, reason = _standing(file.photo.job)
        size = file.bytes if file.name else ""
        writer.writerow([harmless(file.photo.name), state, reason, harmless(file.name), file.sha256, size])
    return "\ufeff" + table.getvalue()  # without the mark spreadsheets read the names in another alphabet


def _standing(job: Job) -> tuple[str, str]:
    return str(job.get_state_display()), job.reason


def harmless(text: str) -> str:
    """A spreadsheet would run what begins like a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
