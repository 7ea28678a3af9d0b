"""How people are recognised: families by e-mail address, staff by user name."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from webapp.models import User


class ByEmail(AuthenticationBackend):
    """Allauth's own would take an address for a user name too, and so let in who never confirmed theirs."""

    def authenticate(
        self, request: HttpRequest | None, email: str | None = None, password: str | None = None
    ) -> User | None:
        return super().authenticate(request, email=email, password=password) if email else None
