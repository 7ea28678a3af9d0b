"""Blind voting: two pictures without names, and the tally for those who have voted on every pair."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from webapp import delivery
from webapp.desk import comparing, voting
from webapp.models import Comparison, Pair
from webapp.views.doors import staff_only

SEE_OTHER = 303
CHOICES = {"left": "left", "right": "right", "neither": None}


@never_cache
@require_GET
@staff_only
def page(request: HttpRequest, comparison_id: str) -> HttpResponse:
    """The first pair that this voter has not voted on; with `pair` in the address that one, to change its vote."""
    comparison = get_object_or_404(Comparison, pk=comparison_id)
    standing, voted = _standing(comparison), voting.voted(comparison, request.user)
    left = voting.still_to_vote(standing.ready, voted)
    if _is_done(standing, voted):
        return _to("desk_tally", comparison)
    pair = _asked_for(request, standing.ready) or next(iter(left), None)
    page = {
        "comparison": comparison,
        "pair": pair,
        "at": len(standing.ready) - len(left) + 1,
        "of": len(standing.ready),
        "left_count": len(left),
        "previous": _previous(pair, standing.ready, voted),
        "standing": standing,
        "nav": "staff",
    }
    return render(request, "webapp/desk/vote.html", page)


@require_safe
@staff_only
def picture(request: HttpRequest, comparison_id: str, number: int, side: str) -> HttpResponse:
    """Its address tells the side and not the set."""
    pair = _pair_or_404(comparison_id, number)
    if side not in voting.SIDES:
        raise Http404
    job = voting.picture_on(side, pair, request.user)
    return delivery.response(pair.photo, f"{comparing.PREVIEW}{pair.comparison.kind}", request, job)


@require_POST
@staff_only
def cast(request: HttpRequest, comparison_id: str, number: int) -> HttpResponse:
    """A vote can be changed until the voter has voted on every pair and has seen the tally."""
    pair = _pair_or_404(comparison_id, number)
    comparison, choice = pair.comparison, request.POST.get("choice", "")
    standing = _standing(comparison)
    if choice not in CHOICES or pair not in standing.ready:
        raise Http404
    if not _is_done(standing, voting.voted(comparison, request.user)):
        voting.cast(pair, request.user, CHOICES[choice])
    return _to("desk_vote", comparison)


@never_cache
@require_GET
@staff_only
def tally(request: HttpRequest, comparison_id: str) -> HttpResponse:
    comparison = get_object_or_404(Comparison, pk=comparison_id)
    standing, voted = _standing(comparison), voting.voted(comparison, request.user)
    if not _is_done(standing, voted):
        return _to("desk_vote", comparison)
    page = {
        "comparison": comparison,
        "tally": voting.tally(comparison),
        "voters": voting.voters(comparison),
        "alike": len(standing.alike),
        "nav": "staff",
    }
    return render(request, "webapp/desk/tally.html", page)


def _is_done(standing: comparing.Standing, voted: set[int]) -> bool:
    return bool(voted) and not standing.waiting and not voting.still_to_vote(standing.ready, voted)


def _standing(comparison: Comparison) -> comparing.Standing:
    return comparing.standing(comparing.pairs(comparison))


def _asked_for(request: HttpRequest, ready: list[Pair]) -> Pair | None:
    return next((pair for pair in ready if str(pair.number) == request.GET.get("pair")), None)


def _previous(pair: Pair | None, ready: list[Pair], voted: set[int]) -> Pair | None:
    """The pair before it that was voted on."""
    if pair is None:
        return None
    return next((one for one in reversed(ready) if one.number < pair.number and one.pk in voted), None)


def _pair_or_404(comparison_id: str, number: int) -> Pair:
    rows = Pair.objects.select_related("comparison", "photo", "first", "second")
    return get_object_or_404(rows, comparison=comparison_id, number=number)


def _to(name: str, comparison: Comparison) -> HttpResponse:
    return HttpResponseRedirect(reverse(name, args=[comparison.pk]), status=SEE_OTHER)
