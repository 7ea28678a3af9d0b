"""The rooms behind: a stranger is asked to sign in, someone without the right finds nothing there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

View = Callable[..., HttpResponse]


def staff_only(view: View) -> View:
    return _only("is_staff", view)


def admins_only(view: View) -> View:
    return _only("is_superuser", view)


def _only(right: str, view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("login"))
        if not getattr(request.user, right):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded
