"""Pages for what went wrong, in the site's style; their words are in templates/4*.html and 500.html."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    status = 413 if isinstance(exception, TOO_MUCH) else 400
    return render(None, f"{status}.html", status=status)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(None, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(None, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without the request, so that no session and no database is asked on a day when one of them is the fault."""
    return render(None, "500.html", status=500)
