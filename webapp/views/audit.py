"""The audit log, for admins: who looked at, fetched, shared, deleted which photograph; as a page and as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from webapp.forms import AuditForm
from webapp.models import Trace
from webapp.views.doors import admins_only

ON_A_LEAF = 100
COLUMNS = ("at", "act", "role", "who", "upload", "photo", "detail", "address")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""With one of these a spreadsheet takes a text for something to compute."""


@never_cache
@require_GET
@admins_only
def log(request: HttpRequest) -> HttpResponse:
    form = AuditForm(request.GET, label_suffix="")
    leaf = Paginator(_sifted(form), ON_A_LEAF).get_page(request.GET.get("page"))
    page = {"form": form, "leaf": leaf, "query": request.GET.urlencode(), "nav": "ops"}
    return render(request, "webapp/audit.html", page)


@never_cache
@require_GET
@admins_only
def table(request: HttpRequest) -> StreamingHttpResponse:
    """All that the filter leaves, newest first."""
    traces = _sifted(AuditForm(request.GET)).values_list(*COLUMNS).iterator()
    answer = StreamingHttpResponse(_lines(traces), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="audit-{timezone.now():%Y-%m-%d}.csv"'
    return answer


def _sifted(form: AuditForm) -> QuerySet[Trace]:
    """By what of the form can be understood."""
    form.is_valid()
    sift = {"q": "", "act": "", "role": "", "days": "", **form.cleaned_data}
    traces = Trace.objects.all()
    for name in ("act", "role"):
        if sift[name]:
            traces = traces.filter(**{name: sift[name]})
    if sift["days"]:
        traces = traces.filter(at__gte=timezone.now() - timedelta(days=int(sift["days"])))
    for word in sift["q"].replace("/", " ").split():
        traces = traces.filter(_fits(word))
    return traces


def _fits(word: str) -> Q:
    try:
        return Q(photo=UUID(word)) | Q(upload=UUID(word))
    except ValueError:
        return Q(who__icontains=word) | Q(detail__icontains=word) | Q(address=word)


class _Echo:
    def write(self, line: str) -> str:
        return line


def _lines(traces: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for at, *rest in traces:
        yield writer.writerow([at.isoformat(), *map(_harmless, rest)])


def _harmless(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
