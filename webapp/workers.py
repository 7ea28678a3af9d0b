"""The workers' rows: who is heard of, and who shall begin nothing new."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from webapp.models import Worker
from webapp.standing import HEARD_OF


def heard_of() -> QuerySet[Worker]:
    return Worker.objects.filter(seen_at__gte=timezone.now() - HEARD_OF)


def drain(name: str = "") -> int:
    """That worker, or all there are, end what they have and begin nothing new; a worker that starts later does work.

    Each learns of it by its next heartbeat, within a second or two. Returns how many it concerns.
    """
    return _named(name).update(draining=True)


def undrain(name: str = "") -> int:
    return _named(name).update(draining=False)


def _named(name: str) -> QuerySet[Worker]:
    return Worker.objects.filter(name=name) if name else Worker.objects.all()
