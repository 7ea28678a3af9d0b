"""A photograph as the desk shows it: its newest version, what was decided of it, what an archive knows of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse

from webapp import versions
from webapp.desk import reviews
from webapp.models import Description, Job, Photo, Review
from webapp.views import words
from webapp.views.cards import Card


@dataclass(frozen=True)
class Shown:
    """One of the pictures that can stand beside the original."""

    kind: str
    name: str
    url: str
    src: str
    alt: str
    is_chosen: bool


class Cell:
    """query: the filter under which it was found; it goes along in every address, so that "next" means the same."""

    def __init__(self, photo: Photo, query: str = "") -> None:
        version = reviews.newest(photo)
        self.photo, self.version, self.query = photo, version, query
        self.card = Card(photo, version)
        self.number = len(versions.of(photo))
        self.review = reviews.of(version)
        self.review_state = reviews.state_of(version)
        self.description = getattr(photo, "description", None) or Description(photo=photo)

    @cached_property
    def name(self) -> str:
        """What staff call it: without its folder, which the title of its cell tells."""
        return self.photo.name.rpartition("/")[2] or self.photo.name

    @cached_property
    def url(self) -> str:
        address = reverse("desk_photo", args=[self.photo.pk])
        return f"{address}?{self.query}" if self.query else address

    @cached_property
    def editor_url(self) -> str:
        """Where its mask is corrected; empty while it is worked on, or where nothing was made yet."""
        if self.version is None or not self.photo.job.is_over:
            return ""
        return f"{reverse('photo', args=[self.photo.pk])}?version={self.number}#correct"

    @cached_property
    def state(self) -> str:
        """A word for the sheet: the review where there is something to review, else how the work stands."""
        if self.version is not None and self.photo.job == self.version:
            return str(Review.State(self.review_state).label)
        return (
            Card(self.photo).sentence if self.photo.job.is_over else str(words.STATES[self.photo.job.state])
        )

    @cached_property
    def mark(self) -> str:
        """approved, rejected, open, or the state of a job that is no version: for the stylesheet."""
        return self.review_state if self.photo.job == self.version else self.photo.job.state

    @cached_property
    def thumb_url(self) -> str:
        """Of the result if there is one; the original only where it is small enough for a page."""
        return self.card.print_url

    def shown(self, kind: str) -> list[Shown]:
        """All but the original; the mask is its veil over nothing, so it is left to the editor."""
        pictures = [picture for picture in self.card.pictures if picture.kind not in ("original", "mask")]
        chosen = kind if kind in {picture.kind for picture in pictures} else self.card.first_shown
        query = QueryDict(self.query, mutable=True)
        found = []
        for picture in pictures:
            query["kind"] = picture.kind
            found.append(
                Shown(
                    picture.kind,
                    picture.name,
                    f"{reverse('desk_photo', args=[self.photo.pk])}?{query.urlencode()}",
                    picture.url,
                    picture.alt,
                    picture.kind == chosen,
                )
            )
        return found


def cells(photos: QuerySet[Photo] | Iterable[Photo], query: str = "") -> list[Cell]:
    """By four queries, whatever their number."""
    return [Cell(photo, query) for photo in loaded(photos)]


def loaded(photos: QuerySet[Photo]) -> QuerySet[Photo]:
    return photos.select_related("description", "upload__user").prefetch_related(
        "jobs__results", "jobs__review__user"
    )


def version_or_none(photo: Photo, number: str) -> Job | None:
    return versions.numbered(photo, number)
