"""How often someone may try something. Counted in rows, so that all processes count together.

A count begins with the first try and ends a period later. Names hold a keyed hash of who tried, no address.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import ngettext

from webapp.models import Rate


@dataclass(frozen=True)
class Limit:
    name: str
    times: int
    """0: none."""
    period: timedelta


class TooOften(Exception):
    """Over a limit until `until`. Its text is a sentence for the person."""

    def __init__(self, until: datetime, sentence: str = "") -> None:
        super().__init__()
        self.until, self._sentence = until, sentence

    def __str__(self) -> str:
        minutes = math.ceil(self.seconds / 60)
        return self._sentence or ngettext(
            "That was too often in a short time. Nothing is lost; please try again in %(n)d minute.",
            "That was too often in a short time. Nothing is lost; please try again in %(n)d minutes.",
            minutes,
        ) % {"n": minutes}

    @property
    def seconds(self) -> int:
        """For Retry-After; at least 1."""
        return max(1, math.ceil((self.until - timezone.now()).total_seconds()))


def hit(limit: Limit, who: str) -> None:
    """Count one try more. Raises TooOften beyond the limit; a try that is refused counts as well."""
    if not limit.times:
        return
    rate = _counted(_name(limit, who), limit.period)
    if rate.count > limit.times:
        raise TooOften(rate.ends_at)


@transaction.atomic
def _counted(name: str, period: timedelta) -> Rate:
    """The row after this try: nobody else's comes between the counting and the reading."""
    now = timezone.now()
    Rate.objects.filter(pk=name, ends_at__lte=now).update(count=0, ends_at=now + period)
    Rate.objects.get_or_create(pk=name, defaults={"ends_at": now + period})
    Rate.objects.filter(pk=name).update(count=F("count") + 1)
    return Rate.objects.get(pk=name)


def give_back(limit: Limit, who: str) -> None:
    """The last try was a good one and does not count."""
    Rate.objects.filter(pk=_name(limit, who), count__gt=0).update(count=F("count") - 1)


def over(limit: Limit, who: str) -> TooOften | None:
    """Where the limit stands, without counting."""
    rate = Rate.objects.filter(pk=_name(limit, who), ends_at__gt=timezone.now()).first()
    return TooOften(rate.ends_at) if limit.times and rate and rate.count > limit.times else None


def forget_past() -> None:
    Rate.objects.filter(ends_at__lte=timezone.now()).delete()


def _name(limit: Limit, who: str) -> str:
    return f"{limit.name}:{salted_hmac('webapp.rates', who, algorithm='sha256').hexdigest()}"
