"""A database that is away is a clear 503, never a traceback: nothing is lost, the person comes back later."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

log = logging.getLogger(__name__)


class DatabaseOutageMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Sessions are read lazily and written after the view, so the whole way through is guarded.
        try:
            return self.get_response(request)
        except (OperationalError, InterfaceError) as error:
            return _unavailable(error)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return _unavailable(error) if isinstance(error, (OperationalError, InterfaceError)) else None


def _unavailable(error: Exception) -> HttpResponse:
    log.error("The database does not answer: %s", type(error).__name__)
    sentence = _("The site is being looked after and will be back in a moment. No photograph is lost.")
    return HttpResponse(
        sentence, status=503, content_type="text/plain; charset=utf-8", headers={"Retry-After": "30"}
    )
