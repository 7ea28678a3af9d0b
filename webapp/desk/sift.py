"""Which photographs staff want to see, in the desk's one order: newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from webapp.models import Job, Photo, Review

Sift = dict[str, Any]
"""What webapp.desk.forms.SiftForm has cleaned: q, state, review, sender, since, until."""


def photos(sift: Sift) -> QuerySet[Photo]:
    found = Photo.objects.filter(_fits(sift)).order_by("-created_at", "id")
    if sift.get("state"):
        found = found.filter(Exists(Job.objects.filter(photo=OuterRef("pk"), state=sift["state"])))
    if sift.get("review"):
        found = with_review(found).filter(review=sift["review"])
    return found


def with_review(found: QuerySet[Photo]) -> QuerySet[Photo]:
    """Each with `review`: that of its newest version, Review.State; None where there is no version yet."""
    state = _versions().annotate(judged=Coalesce("review__state", Value(Review.State.OPEN.value)))
    return found.annotate(review=Subquery(state.values("judged")[:1]))


def newest_versions(found: QuerySet[Photo]) -> list[UUID]:
    """Ids of their newest versions; what has none yet is left out."""
    ids = found.order_by().values_list(Subquery(_versions().values("pk")[:1]), flat=True)
    return [pk for pk in ids if pk is not None]


def count_by_state(sift: Sift) -> dict[str, int]:
    """How many jobs of each state, whatever state was asked for."""
    fits = _fits(sift)
    jobs = Job.objects.filter(photo__in=Photo.objects.filter(fits)) if fits else Job.objects
    return dict(jobs.values_list("state").annotate(n=Count("id")).order_by())


def count_by_review(sift: Sift) -> dict[str, int]:
    """How many photographs of each Review.State, whatever review was asked for."""
    found = with_review(photos({**sift, "review": ""})).order_by()
    counts = dict(found.values_list("review").annotate(n=Count("id")))
    counts.pop(None, None)  # a condition would ask each photograph again
    return counts


def after(photo: Photo, found: QuerySet[Photo]) -> QuerySet[Photo]:
    """Those of `found` that come after the photograph."""
    return found.filter(Q(created_at__lt=photo.created_at) | Q(created_at=photo.created_at, id__gt=photo.id))


def before(photo: Photo, found: QuerySet[Photo]) -> QuerySet[Photo]:
    """Those of `found` that come before it, the nearest first."""
    earlier = Q(created_at__gt=photo.created_at) | Q(created_at=photo.created_at, id__lt=photo.id)
    return found.filter(earlier).order_by("created_at", "-id")


def next_open(photo: Photo, sift: Sift) -> Photo | None:
    """The next one to look at, from the beginning again after the last; None where all have been."""
    open = photos({**sift, "review": Review.State.OPEN}).exclude(pk=photo.pk)
    return after(photo, open).first() or open.first()


def _versions() -> QuerySet[Job]:
    """Of a photograph of the query around it, the newest first."""
    return Job.objects.filter(photo=OuterRef("pk"), state=Job.State.DONE).order_by("-created_at", "-id")


def _fits(sift: Sift) -> Q:
    """All but state and review."""
    fits = _words(sift.get("q", ""))
    if sift.get("sender"):
        fits &= Q(upload__user__username__icontains=sift["sender"])
    if sift.get("since"):
        fits &= Q(created_at__gte=_midnight(sift["since"]))
    if sift.get("until"):
        fits &= Q(created_at__lt=_midnight(sift["until"] + timedelta(days=1)))
    return fits


def _words(q: str) -> Q:
    if not q:
        return Q()
    ids = _uuids(q)
    described = Q(description__catalogue_number__icontains=q) | Q(description__title__icontains=q)
    return Q(name__icontains=q) | described | Q(id__in=ids) | Q(upload__in=ids)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _uuids(q: str) -> Sequence[UUID]:
    """The ids in what was typed or pasted: an address holds one."""
    found = []
    for word in q.replace("/", " ").split():
        try:
            found.append(UUID(word))
        except ValueError:
            continue
    return found
