"""How people are recognised: families by e-mail address, staff by user name."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest

from webapp.models import User


class ByEmail(AuthenticationBackend):
    """Allauth's own would take an address for a user name too, and so let in who never confirmed theirs."""

    def authenticate(
        self, request: HttpRequest | None, email: str | None = None, password: str | None = None
    ) -> User | None:
        return super().authenticate(request, email=email, password=password) if email else None


class LimitedTries:
    """A form of Django's that asks as allauth does: so many tries in a time for each name and each address."""

    def clean(self) -> dict[str, Any]:
        username, password = (self.cleaned_data.get(name) for name in ("username", "password"))
        if username and password:
            # Raises ValidationError where there were too many.
            self.user_cache = get_adapter().authenticate(self.request, username=username, password=password)
            if self.user_cache is None:
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(self.user_cache)
        return self.cleaned_data


class StaffSignInForm(LimitedTries, AuthenticationForm):
    """At /login/."""


class AdminSignInForm(LimitedTries, AdminAuthenticationForm):
    """At /admin/login/."""
