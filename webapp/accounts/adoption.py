"""An account adopts what its browser sent: on signing in, and on signing out what came in the meantime."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest

from webapp import access
from webapp.models import Upload, User


def adopt(request: HttpRequest, user: User | None, **_: Any) -> None:
    """What this browser sent while nobody was signed in. Staff adopt nothing: they see all, and it is not theirs."""
    family = access.family_of_session(request)
    if user is None or access.is_staff(user) or family is None:
        return
    Upload.objects.filter(family=family, user=None).update(family=access.family_of_user(user), user=user)


def connect() -> None:
    for signal in (user_logged_in, user_logged_out):
        signal.connect(adopt, dispatch_uid="webapp.accounts.adopt")
