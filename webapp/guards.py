"""What is limited: sending photographs, signing in, passwords of shares."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.core.exceptions import PermissionDenied
from django.dispatch import receiver
from django.http import HttpRequest

from webapp import callers, rates
from webapp.models import Share, User
from webapp.rates import Limit, TooOften

HOUR, QUARTER = timedelta(hours=1), timedelta(minutes=15)
FROM_EVERYWHERE = 10
"""So many times the limit of one address may be tried at one account or share from all addresses together."""
NAMES = ("username", "email", "login")


def uploads(request: HttpRequest, user: User | None) -> None:
    """One sending more of this account, or of this address. Raises TooOften; staff may always."""
    if user and user.is_staff:
        return
    who = f"user {user.pk}" if user else callers.household(request)
    rates.hit(Limit("upload", settings.RATE_UPLOADS, HOUR), who)


def share_password(request: HttpRequest, share: Share) -> None:
    """One password more for this share. Raises TooOften."""
    _hit_both("share", settings.RATE_PASSWORDS, callers.household(request), str(share.pk))


def right_share_password(request: HttpRequest, share: Share) -> None:
    _give_back_both("share", settings.RATE_PASSWORDS, callers.household(request), str(share.pk))


def signing_in(request: HttpRequest, name: str) -> TooOften | None:
    """Whether the tries from this address or at this name are used up."""
    found = [
        rates.over(limit, who)
        for limit, who in _both("sign_in", settings.RATE_PASSWORDS, callers.household(request), name.lower())
    ]
    return next(filter(None, found), None)


class LimitedSignIn:
    """Stands before all backends that know passwords, whatever door they are tried at: beyond the limit none is asked.

    It knows nobody itself, so it has none of a backend's other methods.
    """

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        if request is None:  # not from outside
            return
        request.tried_as = _name(credentials)
        try:
            _hit_both("sign_in", settings.RATE_PASSWORDS, callers.household(request), request.tried_as)
        except TooOften as error:
            raise PermissionDenied from error


@receiver(user_logged_in)
def _signed_in(sender: Any, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    if request is not None and hasattr(request, "tried_as"):
        _give_back_both("sign_in", settings.RATE_PASSWORDS, callers.household(request), request.tried_as)


def _name(credentials: dict[str, Any]) -> str:
    return next((str(credentials[name]).lower() for name in NAMES if credentials.get(name)), "")


def _both(name: str, times: int, address: str, aim: str) -> list[tuple[Limit, str]]:
    return [
        (Limit(f"{name}_from", times, QUARTER), address),
        (Limit(f"{name}_at", times * FROM_EVERYWHERE, QUARTER), aim),
    ]


def _hit_both(name: str, times: int, address: str, aim: str) -> None:
    for limit, who in _both(name, times, address, aim):
        rates.hit(limit, who)


def _give_back_both(name: str, times: int, address: str, aim: str) -> None:
    for limit, who in _both(name, times, address, aim):
        rates.give_back(limit, who)
