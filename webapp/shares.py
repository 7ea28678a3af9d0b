"""An upload shown to others: an address that ends at a time, may have a password, and can be taken back.

Whoever opened it has it in the browser's session, and webapp/access.py lets that session look, not change.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from webapp.models import Share, Upload

SESSION_KEY = "shares"
DAYS = (1, 7, 30)
"""For how long a person may share."""
MOST_REMEMBERED = 50


def make(upload: Upload, days: int, password: str = "") -> Share:
    return Share.objects.create(
        token=secrets.token_urlsafe(24),
        upload=upload,
        password=make_password(password) if password else "",
        expires_at=timezone.now() + timedelta(days=days),
    )


def living() -> QuerySet[Share]:
    return Share.objects.filter(expires_at__gt=timezone.now()).select_related("upload")


def opened(request: HttpRequest, share: Share, password: str = "") -> bool:
    """Whether the browser may look from now on; a wrong or missing password changes nothing."""
    if share.password and not check_password(password, share.password):
        return False
    known = [pk for pk in request.session.get(SESSION_KEY, []) if pk != share.pk]
    request.session[SESSION_KEY] = [*known, share.pk][-MOST_REMEMBERED:]
    return True


def shows(request: HttpRequest, upload: Upload) -> bool:
    return opened_of(request, upload) is not None


def opened_of(request: HttpRequest, upload: Upload) -> int | None:
    """The key of a living share of it that this browser has opened."""
    known = request.session.get(SESSION_KEY)
    return (
        living().filter(pk__in=known, upload=upload).values_list("pk", flat=True).first() if known else None
    )
