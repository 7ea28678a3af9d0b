"""What was finished in each of the last 24 hours: a table, and a small picture of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django.db.models.functions import TruncHour

from webapp.models import Job

HOURS = 24
BAR_STEP, BAR_WIDTH, HEIGHT = 10, 8, 40
"""Of the picture, in its own units."""


@dataclass(frozen=True)
class Hour:
    begins: datetime
    done: int
    failed: int
    stopped: int
    x: int
    done_height: int
    failed_height: int

    @property
    def done_y(self) -> int:
        return HEIGHT - self.done_height

    @property
    def failed_y(self) -> int:
        return self.done_y - self.failed_height


@dataclass(frozen=True)
class Day:
    """Hours from the oldest to the one that runs."""

    hours: list[Hour]
    done: int
    failed: int
    most: int
    """Of one hour, done and failed together."""
    width: int = HOURS * BAR_STEP
    height: int = HEIGHT
    bar: int = BAR_WIDTH

    @property
    def newest_first(self) -> list[Hour]:
        return self.hours[::-1]


def last_day(now: datetime) -> Day:
    """One query."""
    first = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS - 1)
    ended = Job.objects.filter(state__in=["done", "failed", "cancelled"], finished_at__gte=first)
    rows = ended.order_by().annotate(hour=TruncHour("finished_at")).values_list("hour", "state")
    counts = Counter({(hour, state): count for hour, state, count in rows.annotate(count=Count("pk"))})
    begins = [first + timedelta(hours=index) for index in range(HOURS)]
    most = max(counts[hour, "done"] + counts[hour, "failed"] for hour in begins)
    return Day(
        [_hour(hour, index, counts, most) for index, hour in enumerate(begins)],
        sum(counts[hour, "done"] for hour in begins),
        sum(counts[hour, "failed"] for hour in begins),
        most,
    )


def _hour(begins: datetime, index: int, counts: Counter[tuple[datetime, str]], most: int) -> Hour:
    done, failed, stopped = (counts[begins, state] for state in ("done", "failed", "cancelled"))
    return Hour(begins, done, failed, stopped, index * BAR_STEP, _height(done, most), _height(failed, most))


def _height(count: int, most: int) -> int:
    """What is there is seen: at least one unit."""
    return max(1, round(count / most * HEIGHT)) if count else 0
