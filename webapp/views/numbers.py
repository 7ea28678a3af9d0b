"""The door of the metrics: by token or, where none is set, from the machine itself; admins always."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from webapp import callers, metrics


@never_cache
@require_safe
def scrape(request: HttpRequest) -> HttpResponse:
    if not _may_ask(request):
        raise Http404
    return HttpResponse(metrics.page(), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _may_ask(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    if token and constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {token}"):
        return True
    if not token and callers.is_this_machine(request):
        return True
    return request.user.is_authenticated and request.user.is_superuser
