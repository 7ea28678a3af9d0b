"""Is the site alive, and can it work? For probes, in JSON."""

from __future__ import annotations

import os

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from webapp import storage
from webapp.models import Worker
from webapp.standing import HEARD_OF

FINE = "ok"


@never_cache
@require_safe
def alive(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": FINE})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    found = {"database": _database(), "storage": _storage()}
    found["queue"] = _queue() if found["database"] == FINE else "not asked, the database is away"
    fine = all(answer == FINE for answer in found.values())
    return JsonResponse({"status": FINE if fine else "unready", **found}, status=200 if fine else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return f"does not answer: {type(error).__name__}"
    return FINE


def _storage() -> str:
    try:
        free_mb = storage.free_mb()
    except OSError as error:
        return f"the media folder does not answer: {error.strerror}"
    if not os.access(settings.MEDIA_ROOT, os.W_OK | os.X_OK):
        return "the media folder cannot be written to"
    return (
        FINE
        if free_mb >= settings.MIN_FREE_MB
        else f"only {free_mb} MB are free; {settings.MIN_FREE_MB} are needed"
    )


def _queue() -> str:
    last = Worker.objects.order_by("-seen_at").values_list("seen_at", flat=True).first()
    if last is None:
        return "no worker has reported yet"
    silence = timezone.now() - last
    if silence > HEARD_OF:
        return f"no worker has been heard of for {int(silence.total_seconds())} s"
    return FINE
