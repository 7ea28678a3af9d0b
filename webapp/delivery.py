"""A file goes out, to someone whom webapp/access.py has let in: under which name and with which headers."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import NamedTuple

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import content_disposition_header, quote_etag
from django.utils.translation import gettext as _

from webapp import conversion, storage
from webapp.models import Job, Photo, Result

ORIGINAL = "original"
PREVIEW = "preview_"
SANDBOX = "default-src 'none'; sandbox"
"""Whatever the bytes turn out to be, a browser runs nothing of them."""


class Delivery(NamedTuple):
    """A file as it leaves the house."""

    stored: str
    name: str
    content_type: str
    sha256: str
    bytes: int


def find(photo: Photo, kind: str, job: Job | None = None) -> Delivery:
    """The original, or a file of that finished job, by default the newest one. Raises Http404 where there is none."""
    if kind == ORIGINAL:
        name = file_name(photo, ORIGINAL, PurePath(photo.stored).suffix)
        return Delivery(photo.stored, name, storage.content_type(photo.stored), photo.sha256, photo.bytes)
    results = Result.objects.filter(job__photo=photo, job__state=Job.State.DONE, kind=kind)
    result = (results.filter(job=job) if job else results).order_by("-job__created_at").first()
    if result is None:
        raise Http404
    name = file_name(photo, kind, PurePath(result.path).suffix)
    return Delivery(result.path, name, result.content_type, result.sha256, result.bytes)


def file_name(photo: Photo, kind: str, suffix: str) -> str:
    """The original's name with the step: `grandmother.tif` becomes `grandmother_restored.tif`.

    The ending always fits the bytes, whatever the person's own name claimed.
    """
    own = PurePath(photo.name)
    if kind != ORIGINAL:
        return f"{own.stem or photo.name}_{kind}{suffix}"
    fits = storage.CONTENT_TYPES.get(own.suffix.lower()) == storage.CONTENT_TYPES.get(suffix)
    plain = own.name or photo.name  # without the folders that it came in
    return plain if fits else f"{plain}{suffix}"


def response(photo: Photo, kind: str, request: HttpRequest, job: Job | None = None) -> HttpResponse:
    """The file itself, or an order to the proxy to send it where X_ACCEL_PREFIX names its door."""
    file = find(photo, kind, job)
    etag = quote_etag(file.sha256)
    if request.headers.get("If-None-Match") == etag:
        answer: HttpResponse = HttpResponseNotModified()
    elif settings.X_ACCEL_PREFIX:
        answer = HttpResponse(content_type=file.content_type)
        answer["X-Accel-Redirect"] = f"{settings.X_ACCEL_PREFIX.rstrip('/')}/{file.stored}"
    else:
        answer = _from_disk(storage.locate(file.stored), file.content_type)
    return _labelled(answer, etag, file.name, is_shown=kind.startswith(PREVIEW))


def converted(
    photo: Photo, kind: str, suffix: str, request: HttpRequest, job: Job | None = None
) -> HttpResponse:
    """A result in another format than its own: `suffix` is one of conversion.others. 503 while it cannot be made."""
    file = find(photo, kind, job)
    etag = quote_etag(f"{file.sha256}.{suffix}")
    content_type = storage.CONTENT_TYPES[f".{suffix}"]
    if request.headers.get("If-None-Match") == etag:
        answer: HttpResponse = HttpResponseNotModified()
    elif request.method == "HEAD":
        answer = HttpResponse(content_type=content_type)
    else:
        try:
            saved = conversion.saved_as(photo, file.stored, suffix)
        except conversion.Busy:
            return _later(_("Another picture is being made ready just now. Please try again in a minute."))
        except conversion.Unsaved:
            return _later(
                _("The picture could not be saved in this format. Take it as it is, or in another format.")
            )
        answer = FileResponse(saved, content_type=content_type)
    return _labelled(answer, etag, file_name(photo, kind, f".{suffix}"), is_shown=False)


def _later(sentence: str) -> HttpResponse:
    headers = {"Retry-After": "60"}
    return HttpResponse(sentence, status=503, content_type="text/plain; charset=utf-8", headers=headers)


def _labelled(answer: HttpResponse, etag: str, name: str, *, is_shown: bool) -> HttpResponse:
    # Kept by the browser, but asked for anew each time: what is deleted here must not live on in a cache.
    answer["Cache-Control"] = "private, no-cache"
    answer["ETag"] = etag
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = SANDBOX
    answer["Content-Disposition"] = content_disposition_header(not is_shown, name)
    return answer


def _from_disk(path: Path, content_type: str) -> FileResponse:
    try:
        return FileResponse(path.open("rb"), content_type=content_type)
    except FileNotFoundError:  # deleted a moment ago, between the row and the file
        raise Http404 from None
