"""Two sets of results side by side, with their names; where they are voted on they have none (votes.py)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from webapp import versions
from webapp.desk import comparing, voting
from webapp.models import Comparison, Job, Pair, Photo, Result
from webapp.views import words
from webapp.views.doors import staff_only

REMEMBERED = 100
ON_A_LEAF = 40
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
    pairs = list(comparing.pairs(comparison))
    standing = comparing.standing(pairs)
    leaf = Paginator(pairs, ON_A_LEAF).get_page(request.GET.get("page"))
    seen = Result.objects.filter(kind=f"{comparing.PREVIEW}{comparison.kind}")
    pictures = [Prefetch(f"{place}__results", seen) for place in ("first", "second")]
    prefetch_related_objects(list(leaf), "photo__jobs", *pictures)
    voted = voting.voted(comparison, request.user)
    page = {
        "comparison": comparison,
        "kind": words.PICTURES.get(comparison.kind, comparison.kind),
        "standing": standing,
        "left": len(voting.still_to_vote(standing.ready, voted)),
        "rows": [_row(pair) for pair in leaf],
        "leaf": leaf,
        "weights": _weights(comparison),
        "nav": "staff",
    }
    return render(request, "webapp/desk/comparison.html", page)


def _row(pair: Pair) -> Row:
    photo, second = pair.photo, pair.second
    urls = [_picture_url(photo, job) for job in (pair.first, second)]
    state = "" if second.state == Job.State.DONE else str(words.STATES[second.state])
    return Row(
        photo.name, photo.width, photo.height, reverse("photo", args=[photo.pk]), urls[0], urls[1], state
    )


def _picture_url(photo: Photo, job: Job) -> str:
    """Of the one result that is compared; empty where the version has none (yet)."""
    picture, done = next(iter(job.results.all()), None), versions.of(photo)
    if picture is None or job not in done:
        return ""
    suffix = PurePath(picture.path).suffix.lstrip(".")
    address = reverse("photo_file", args=[photo.pk, picture.kind, suffix])
    return f"{address}?version={done.index(job) + 1}"


def _weights(comparison: Comparison) -> list[Weights]:
    first, second = comparing.weights(comparison)
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
