"""The light table: a contact sheet of all photographs that a filter finds, and what is done with many of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from webapp.desk import comparing, packing, reviews, selection, sift, training_pairs
from webapp.desk.forms import CompareForm, SiftForm, TakeForm
from webapp.models import Comparison, Photo, Review
from webapp.views import words
from webapp.views.desk.cells import cells
from webapp.views.doors import staff_only

ON_A_LEAF = 60
SEE_OTHER = 303
FILTER = ("q", "state", "review", "sender", "since", "until")


@dataclass(frozen=True)
class Filter:
    name: str
    count: int
    url: str
    chosen: bool


@never_cache
@require_GET
@staff_only
def photographs(request: HttpRequest) -> HttpResponse:
    form = SiftForm.read(request.GET)
    asked, query = form.cleaned_data, query_of(request.GET)
    by_review = sift.count_by_review(asked)
    leaves = Paginator(sift.photos(asked), ON_A_LEAF)
    if asked["review"]:
        leaves.count = by_review.get(
            asked["review"], 0
        )  # counted already, and that is the dearest question here
    leaf = leaves.get_page(request.GET.get("page"))
    page = {
        "form": form,
        "query": query,
        "reviews": _filters("review", by_review, dict(Review.State.choices), request.GET),
        "states": _filters("state", sift.count_by_state(asked), words.STATES, request.GET),
        "cells": cells(leaf.object_list, query),
        "leaf": leaf,
        "take": TakeForm(initial={"kinds": ["restored", "colorized", "restored_colorized"]}),
        "compare": CompareForm(initial={"kind": "restored"}),
        "is_over": "over" in request.GET and not by_review.get(Review.State.OPEN),
        "nav": "staff",
    }
    return render(request, "webapp/desk/sheet.html", page)


def query_of(sent: QueryDict) -> str:
    """What was asked of the desk, without the leaf, as the end of an address."""
    query = QueryDict(mutable=True)
    query.update({name: sent[name] for name in FILTER if sent.get(name)})
    return query.urlencode()


def _filters(field: str, counts: dict[str, int], names: dict[str, object], sent: QueryDict) -> list[Filter]:
    chosen = sent.get(field, "")
    rows = [("", _("All"), sum(counts.values()))]
    rows += [(code, str(name), counts.get(code, 0)) for code, name in names.items()]
    return [Filter(name, count, _url(sent, field, code), code == chosen) for code, name, count in rows]


def _url(sent: QueryDict, field: str, value: str) -> str:
    query = QueryDict(query_of(sent), mutable=True)
    query.pop(field, None)
    if value:
        query[field] = value
    return f"?{query.urlencode()}"


@require_POST
@staff_only
def act(request: HttpRequest) -> HttpResponseBase:
    """One thing done with the photographs that are ticked, or with all that the filter finds."""
    name = request.POST.get("act", "")
    if name not in ACTS:
        raise Http404
    photos = selection.chosen(request.POST)
    if not photos.exists():
        messages.error(request, _("No photograph is ticked. Nothing was done."))
        return back_to_sheet(request)
    return ACTS[name](request, photos)


def back_to_sheet(request: HttpRequest) -> HttpResponse:
    query = query_of(QueryDict(request.POST.get("query", "")))
    page = request.POST.get("page", "")
    query += f"&page={page}" if page.isdecimal() and page != "1" else ""
    return HttpResponseRedirect(f"{reverse('staff')}?{query}".rstrip("?"), status=SEE_OTHER)


def _judge(state: str) -> Callable[[HttpRequest, QuerySet[Photo]], HttpResponse]:
    def judge(request: HttpRequest, photos: QuerySet[Photo]) -> HttpResponse:
        done = sift.newest_versions(photos)
        reviews.decide_all(done, request.user, state)
        said = ngettext("%(n)d photograph was judged.", "%(n)d photographs were judged.", len(done))
        messages.success(request, said % {"n": len(done)})
        return back_to_sheet(request)

    return judge


def _take(request: HttpRequest, photos: QuerySet[Photo]) -> HttpResponseBase:
    form = TakeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please tick which pictures to take."))
        return back_to_sheet(request)
    return packing.response(photos, form.cleaned_data["kinds"])


def _pairs(request: HttpRequest, photos: QuerySet[Photo]) -> HttpResponseBase:
    answer = training_pairs.response(photos)
    if answer is None:
        messages.error(request, _("None of these is approved with a mask corrected by hand."))
        return back_to_sheet(request)
    return answer


def _comparison(
    make: Callable[..., Comparison | None],
) -> Callable[[HttpRequest, QuerySet[Photo]], HttpResponse]:
    def compare(request: HttpRequest, photos: QuerySet[Photo]) -> HttpResponse:
        form = CompareForm(request.POST)
        rows = photos.select_related("upload").prefetch_related("jobs")
        comparison = make(rows, request.user, **form.cleaned_data) if form.is_valid() else None
        if comparison is None:
            messages.error(request, _("None of these has versions that can be compared just now."))
            return back_to_sheet(request)
        return HttpResponseRedirect(reverse("desk_comparison", args=[comparison.pk]), status=SEE_OTHER)

    return compare


ACTS = {
    "approve": _judge(Review.State.APPROVED),
    "reject": _judge(Review.State.REJECTED),
    "open": _judge(Review.State.OPEN),
    "take": _take,
    "pairs": _pairs,
    "anew": _comparison(comparing.anew),
    "compare": _comparison(comparing.newest_two),
}
