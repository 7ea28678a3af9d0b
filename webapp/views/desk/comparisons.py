"""Two sets of results side by side, with their names; where they are voted on they have none (votes.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from webapp import versions
from webapp.desk import comparing, voting
from webapp.models import Comparison, Job, Pair, Photo
from webapp.views import words
from webapp.views.cards import Card
from webapp.views.doors import staff_only

REMEMBERED = 100
SHOWN_SHA = 8
NETWORKS = {
    "segment": gettext_lazy("Finder of damage"),
    "inpaint": gettext_lazy("Repairer"),
    "colorize": gettext_lazy("Colourer"),
}


@dataclass(frozen=True)
class Row:
    name: str
    width: int
    height: int
    url: str
    first_url: str
    second_url: str
    state: str


@dataclass(frozen=True)
class Weights:
    network: str
    first: str
    second: str
    differ: bool


@never_cache
@require_GET
@staff_only
def all_of_them(request: HttpRequest) -> HttpResponse:
    found = Comparison.objects.annotate(size=Count("pairs")).filter(size__gt=0).select_related("user")
    page = {"comparisons": found[:REMEMBERED], "nav": "staff"}
    return render(request, "webapp/desk/comparisons.html", page)


@never_cache
@require_GET
@staff_only
def page(request: HttpRequest, comparison_id: str) -> HttpResponse:
    comparison = get_object_or_404(Comparison, pk=comparison_id)
    pairs = list(comparing.pairs(comparison).prefetch_related("photo__jobs"))
    standing = comparing.standing(pairs, comparison.kind)
    voted = voting.voted(comparison, request.user)
    page = {
        "comparison": comparison,
        "kind": words.PICTURES.get(comparison.kind, comparison.kind),
        "standing": standing,
        "total": len(pairs),
        "left": len(voting.still_to_vote(standing.ready, voted)),
        "rows": [_row(pair, comparison.kind) for pair in pairs],
        "weights": _weights(pairs),
        "nav": "staff",
    }
    return render(request, "webapp/desk/comparison.html", page)


def _row(pair: Pair, kind: str) -> Row:
    urls = [_picture_url(pair.photo, job, kind) for job in (pair.first, pair.second)]
    state = "" if pair.second.state == Job.State.DONE else str(words.STATES[pair.second.state])
    return Row(
        pair.photo.name,
        pair.photo.width,
        pair.photo.height,
        reverse("photo", args=[pair.photo_id]),
        urls[0],
        urls[1],
        state,
    )


def _picture_url(photo: Photo, job: Job, kind: str) -> str:
    """Empty where the version has no such picture (yet)."""
    if job not in versions.of(photo):
        return ""
    return next((picture.url for picture in Card(photo, job).pictures if picture.kind == kind), "")


def _weights(pairs: Sequence[Pair]) -> list[Weights]:
    first = comparing.weights(pair.first for pair in pairs)
    second = comparing.weights(pair.second for pair in pairs)
    return [
        Weights(
            str(NETWORKS.get(name, name)),
            _short(first.get(name)),
            _short(second.get(name)),
            first.get(name) != second.get(name),
        )
        for name in sorted({*first, *second})
    ]


def _short(digests: list[str] | None) -> str:
    return ", ".join(digest[:SHOWN_SHA] for digest in digests or []) or "–"
