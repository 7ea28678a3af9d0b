"""Keys of the API: who calls, and what the key allows. The secret is told once and kept only as its hash."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence

from django.http import HttpRequest
from django.utils import timezone
from ninja.errors import HttpError
from ninja.security import HttpBearer

from webapp.models import Key, User

PREFIX = "pr_"
"""So that a secret that lies about is recognised as one."""


def make(user: User, name: str, scopes: Sequence[str]) -> str:
    """A new key; returns its secret. Raises ValueError for an unknown scope."""
    unknown = set(scopes) - set(Key.Scope.values)
    if unknown or not scopes:
        raise ValueError(
            f"scopes: choose from {', '.join(Key.Scope.values)}; got {', '.join(scopes) or 'nothing'}"
        )
    secret = PREFIX + secrets.token_urlsafe(32)
    Key.objects.create(user=user, name=name, scopes=sorted(set(scopes)), sha256=_sha256(secret))
    return secret


class Bearer(HttpBearer):
    """`Authorization: Bearer SECRET`; request.auth is then the Key. 401 without a valid key, 403 without the scope."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Key | None:
        key = Key.objects.select_related("user").filter(sha256=_sha256(token), user__is_active=True).first()
        if key is None:
            return None
        if self.scope not in key.scopes:
            raise HttpError(403, f"This key does not allow: {self.scope}.")
        Key.objects.filter(pk=key.pk).update(used_at=timezone.now())
        return key


def _sha256(secret: str) -> str:
    """Of 256 random bits: no slow hash is needed, nobody guesses them."""
    return hashlib.sha256(secret.encode()).hexdigest()
