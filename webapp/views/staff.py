"""The list of all photographs, for staff."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from webapp.forms import SiftForm
from webapp.views import selections, words
from webapp.views.doors import staff_only

ON_A_LEAF = 60


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
    form = SiftForm(request.GET, label_suffix="")
    sift = form.cleaned_data if form.is_valid() else {"q": "", "state": ""}
    leaf = Paginator(selections.sifted(**sift), ON_A_LEAF).get_page(request.GET.get("page"))
    page = {
        "form": form,
        "filters": _filters(**sift),
        "cards": selections.cards(leaf.object_list),
        "leaf": leaf,
        "nav": "staff",
    }
    return render(request, "webapp/staff.html", page)


def _filters(q: str, state: str) -> list[Filter]:
    counts = selections.count_by_state(q)
    return [Filter(_("All"), sum(counts.values()), _url(q, ""), not state)] + [
        Filter(str(name), counts.get(code, 0), _url(q, code), code == state)
        for code, name in words.STATES.items()
    ]


def _url(q: str, state: str) -> str:
    query = QueryDict(mutable=True)
    query.update({key: value for key, value in (("q", q), ("state", state)) if value})
    return f"?{query.urlencode()}"
