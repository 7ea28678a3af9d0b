"""Which photographs a form of the desk means: those that are ticked, or all that the filter finds."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict

from webapp.desk import sift
from webapp.desk.forms import SiftForm
from webapp.models import Photo


def chosen(posted: QueryDict) -> QuerySet[Photo]:
    """In the desk's order. What is no id of a photograph is passed over."""
    if posted.get("which") == "all":
        return sift.photos(SiftForm.read(QueryDict(posted.get("query", ""))).cleaned_data)
    return Photo.objects.filter(pk__in=_ids(posted.getlist("photo"))).order_by("-created_at", "id")


def _ids(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
