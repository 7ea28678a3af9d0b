"""Staff bring in many at once: ZIPs, or a whole folder."""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.conf import settings
from django.contrib import messages
from django.core.files import File
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from webapp import access, intake
from webapp.arrivals import Arrival, Copied
from webapp.desk import unpacking
from webapp.forms import ACCEPT
from webapp.uploads import ZipUploadHandler
from webapp.views.doors import staff_only

SEE_OTHER = 303


@never_cache
@require_GET
@staff_only
def page(request: HttpRequest) -> HttpResponse:
    limits = {
        "limit_mb": settings.MAX_UPLOAD_MB,
        "zip_mb": settings.MAX_ZIP_MB,
        "most_files": settings.DATA_UPLOAD_MAX_NUMBER_FILES,
    }
    return render(request, "webapp/desk/bring.html", {**limits, "accept": ACCEPT, "nav": "staff"})


@csrf_exempt  # the token lies in the body, which must not be read before its handler is chosen: see _take
@require_POST
@staff_only
def take(request: HttpRequest) -> HttpResponse:
    request.upload_handlers = [MemoryFileUploadHandler(request), ZipUploadHandler(request)]
    return _take(request)


@csrf_protect
def _take(request: HttpRequest) -> HttpResponse:
    zips, folder = request.FILES.getlist("zips"), request.FILES.getlist("folder")
    if not zips and not folder:
        messages.error(request, _("Choose a ZIP or a folder first."))
        return HttpResponseRedirect(reverse("desk_bring"), status=SEE_OTHER)
    files = _files(zips, folder, _places(request.POST.get("places", "")))
    taken = intake.submit(files, family=access.family_of(request), user=request.user)
    return HttpResponseRedirect(reverse("upload", args=[taken.upload.pk]), status=SEE_OTHER)


def _files(zips: list[File], folder: list[File], places: list[str]) -> Iterator[Arrival]:
    for zip_file in zips:
        yield from unpacking.files(zip_file.file, zip_file.name or "", zip_file.size or 0)
    for index, file in enumerate(folder):
        # Where in the folder it lay: Django keeps the last part of the name alone.
        place = unpacking.inner_name(places[index]) if index < len(places) else None
        yield Copied(file, place)


def _places(text: str) -> list[str]:
    """What the page's script tells of each file, in their order; without it their own names must do."""
    try:
        places = json.loads(text or "[]")
    except (ValueError, RecursionError):
        return []
    return places if isinstance(places, list) and all(isinstance(place, str) for place in places) else []
