"""Who did what with which photograph, written down as it happens (webapp/models/traces.py)."""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from webapp import callers
from webapp.models import Photo, Trace, Upload

log = logging.getLogger(__name__)

ONE_LOOK = timedelta(minutes=10)
"""A page asks again every few seconds; who looks for a while looked once in each ten minutes."""
LASTING = (Trace.Act.SAW, Trace.Act.DOWNLOADED)


class Visitor(NamedTuple):
    """In which role someone comes, and who that is: webapp.access.visitor says it."""

    role: Trace.Role
    who: str


def note(
    request: HttpRequest, visitor: Visitor, act: Trace.Act, of: Photo | Upload, detail: str = ""
) -> None:
    """of: with its upload at hand where it is a photograph."""
    upload, photo = (of.upload_id, of.pk) if isinstance(of, Photo) else (of.pk, None)
    trace = Trace(
        at=timezone.now(), act=act, role=visitor.role, who=visitor.who[:200],
        upload=upload, photo=photo, detail=detail[:100],
    )  # fmt: skip
    if settings.AUDIT_ADDRESSES:
        trace.address = callers.address(request)[:45]
    if act in LASTING:
        trace.once = _once(trace)
    Trace.objects.bulk_create([trace], ignore_conflicts=trace.once is not None)


def note_end(upload: Upload, detail: str) -> None:
    """The site itself deleted it."""
    Trace.objects.create(act=Trace.Act.DELETED, role=Trace.Role.SITE, upload=upload.pk, detail=detail)


def forget_past() -> int:
    """Entries older than AUDIT_DAYS; returns how many went."""
    gone = Trace.objects.all().forget_before(timezone.now() - timedelta(days=settings.AUDIT_DAYS))
    if gone:
        log.info("%d entries of the audit log were past their time", gone)
    return gone


def _once(trace: Trace) -> str:
    """The same for the same look in the same ten minutes of the clock: the database keeps the first alone."""
    parts = (trace.act, trace.role, trace.who, trace.upload, trace.photo, trace.detail, trace.address)
    window = int(trace.at.timestamp() // ONE_LOOK.total_seconds())
    return hashlib.sha256("\n".join(map(str, (*parts, window))).encode()).hexdigest()
