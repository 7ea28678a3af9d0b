"""How much one family, or one account, may have here: waiting at once, sent in a day, stored. Staff may have all.

Two uploads at the very same moment may each see the same room, so a quota is kept to within what is under way.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from django.conf import settings
from django.db.models import Min, Q, QuerySet, Sum
from django.utils import timezone

from webapp import access, standing
from webapp.models import Job, Photo, Result, User

DAY = timedelta(days=1)
USUAL_WAIT = timedelta(minutes=1)
"""Until a photograph is done where there is no pace to go by."""
CODES = ("quota_waiting", "quota_day", "quota_stored")


class Exceeded(Exception):
    """No more for now. code, values: see webapp.reasons."""

    def __init__(self, code: str, limit: int, again: datetime) -> None:
        super().__init__(code)
        self.code, self.values = code, {"limit": limit, "when": again.isoformat()}


class Room:
    """What an owner may still send. Counted once, when first asked, and then on with what is taken."""

    def __init__(self, family: UUID, user: User | None) -> None:
        self.is_endless = bool(user and user.is_staff) or family in access.THE_SITES_OWN
        self._owned = Q(upload__user=user) if user else Q(upload__family=family)
        self._taken = self._taken_bytes = 0

    def check(self, size: int) -> None:
        """size: bytes of the file that is about to be stored. Raises Exceeded."""
        if self.is_endless:
            return
        waiting, day, stored = settings.QUOTA_WAITING, settings.QUOTA_PER_DAY, settings.QUOTA_STORED_MB
        if waiting and self._waiting.count + self._taken >= waiting:
            raise Exceeded("quota_waiting", waiting, self._waiting.again)
        if day and self._day.count + self._taken >= day:
            raise Exceeded("quota_day", day, self._day.again)
        if stored and self._stored.count + self._taken_bytes + size > stored * 1_000_000:
            raise Exceeded("quota_stored", stored, self._stored.again)

    def took(self, photo: Photo) -> None:
        self._taken += 1
        self._taken_bytes += photo.bytes

    @property
    def _photos(self) -> QuerySet[Photo]:
        return Photo.objects.filter(self._owned)

    @cached_property
    def _waiting(self) -> _Count:
        jobs = Job.objects.filter(photo__in=self._photos, state__in=[Job.State.QUEUED, Job.State.RUNNING])
        first = jobs.select_related("photo").order_by("-state", "priority", "turn").first()
        expected = standing.expected(first) if first else None
        wait = timedelta(seconds=expected.most) if expected else USUAL_WAIT
        return _Count(jobs.count(), timezone.now() + wait)

    @cached_property
    def _day(self) -> _Count:
        """There is room again when the first of them is a day old."""
        recent = self._photos.filter(created_at__gt=timezone.now() - DAY)
        first = recent.aggregate(first=Min("created_at"))["first"] or timezone.now()
        return _Count(recent.count(), first + DAY)

    @cached_property
    def _stored(self) -> _Count:
        """There is room again when the oldest upload is past its retention."""
        originals = self._photos.aggregate(bytes=Sum("bytes"), oldest=Min("upload__created_at"))
        results = Result.objects.filter(job__photo__in=self._photos).aggregate(bytes=Sum("bytes"))
        oldest = originals["oldest"] or timezone.now()
        again = oldest + timedelta(days=settings.RETENTION_DAYS)
        return _Count((originals["bytes"] or 0) + (results["bytes"] or 0), again)


class _Count:
    """What there is, and when there will be less."""

    def __init__(self, count: int, again: datetime) -> None:
        self.count, self.again = count, again
