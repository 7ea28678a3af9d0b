"""Parcels are handed in once, however often the form with their ids comes: its answer may be lost on the way back.

Which upload took a parcel is a row, written together with the photographs' rows and kept for as long as the parcel
would have been.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from webapp import access, parcels
from webapp.models import Handover, Upload


@contextmanager
def one_at_a_time(ids: Iterable[UUID]) -> Iterator[None]:
    """Wait until no other request hands in any of these parcels.

    A parcel's note goes after its row is written: who finds no note, or one that went while waiting, finds the row.
    """
    with ExitStack() as held:
        for id in sorted(set(ids)):
            try:
                note = held.enter_context(parcels.note_of(id).open())
            except FileNotFoundError:
                continue
            fcntl.flock(note, fcntl.LOCK_EX)
        yield


def before(request: HttpRequest, ids: Iterable[UUID]) -> dict[UUID, Upload]:
    """The upload by each parcel that was handed in already, where it is the visitor's."""
    rows = Handover.objects.filter(parcel__in=list(ids)).select_related("upload").order_by("created_at")
    return {row.parcel: row.upload for row in rows if access.may_change(request, row.upload)}


def forget_past() -> None:
    Handover.objects.filter(created_at__lt=timezone.now() - timedelta(seconds=parcels.KEPT_S)).delete()
