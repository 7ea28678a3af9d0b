"""A version is approved, rejected, or put back among those to look at."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.utils import timezone

from webapp import versions
from webapp.models import Job, Photo, Review, User


def newest(photo: Photo) -> Job | None:
    """The version that is judged: the newest one; None where none is done yet."""
    return next(reversed(versions.of(photo)), None)


def of(version: Job | None) -> Review | None:
    """Selectors prefetch it with the jobs."""
    return getattr(version, "review", None) if version else None


def state_of(version: Job | None) -> str:
    """A Review.State; empty where there is no version."""
    if version is None:
        return ""
    review = of(version)
    return review.state if review else Review.State.OPEN


def decide(version: Job, user: User, state: str | None, note: str | None = None) -> Review:
    """state: a Review.State, None to leave it; note: the new text, None to leave it. Who and when are of the last."""
    changes = {"user": user, "at": timezone.now()}
    changes |= {"state": state} if state is not None else {}
    changes |= {"note": note} if note is not None else {}
    review, _ = Review.objects.update_or_create(job=version, defaults=changes)
    return review


def decide_all(versions: Collection[UUID], user: User, state: str) -> None:
    """The same for many, by a few statements; their notes stay."""
    now = timezone.now()
    Review.objects.bulk_create(
        (Review(job_id=version, state=state, user=user, at=now) for version in versions),
        batch_size=200,
        update_conflicts=True,
        unique_fields=["job"],
        update_fields=["state", "user", "at"],
    )
