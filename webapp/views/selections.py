"""Rows for the pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.urls import reverse

from webapp.models import Photo, Upload
from webapp.views.cards import Card

REMEMBERED = 50


@dataclass(frozen=True)
class Roll:
    """An upload in the list of a family's own."""

    id: UUID
    url: str
    name: str
    """As the family calls it; may be empty."""
    first_name: str
    others: int
    created_at: datetime


def cards(photos: QuerySet[Photo]) -> list[Card]:
    """By three queries, whatever their number."""
    return [Card(photo) for photo in photos.prefetch_related("jobs__results")]


@dataclass(frozen=True)
class Twin:
    """A photograph of an upload that the family had sent before, byte for byte."""

    name: str
    earlier_url: str


def with_twins(upload: Upload) -> QuerySet[Photo]:
    """The upload's photographs, each with `earlier`: the id of the same one in an earlier upload, or None."""
    earlier = Photo.objects.filter(
        upload__family=upload.family, sha256=OuterRef("sha256"), created_at__lt=OuterRef("created_at")
    ).exclude(upload=upload)
    return upload.photos.annotate(earlier=Subquery(earlier.order_by("-created_at").values("pk")[:1]))


def sent_before(family: UUID | None, sha256: str) -> UUID | None:
    """The family's newest photograph of this very file."""
    same = Photo.objects.filter(upload__family=family, sha256=sha256).order_by("-created_at")
    return same.values_list("pk", flat=True).first()


def twins(shown: Sequence[Card]) -> list[Twin]:
    """Of cards of `with_twins`."""
    return [
        Twin(card.name, reverse("photo", args=[card.photo.earlier])) for card in shown if card.photo.earlier
    ]


def rolls(uploads: QuerySet[Upload]) -> list[Roll]:
    """Those with photographs, newest first."""
    first = Photo.objects.filter(upload=OuterRef("pk")).order_by("created_at", "id").values("name")[:1]
    shown = uploads.annotate(count=Count("photos"), first=Subquery(first)).filter(count__gt=0)
    return [
        Roll(
            upload.pk,
            reverse("upload", args=[upload.pk]),
            upload.name,
            upload.first,
            upload.count - 1,
            upload.created_at,
        )
        for upload in shown.order_by("-created_at")[:REMEMBERED]
    ]
