"""Filters of the pages: shares of an area, short ids; settings that pages speak of."""

from __future__ import annotations

from uuid import UUID

from django import template
from django.conf import settings
from django.utils.formats import number_format

from webapp.models import Trace
from webapp.views import words

register = template.Library()

LEAST_SHOWN = 0.001
"""A smaller share of the area is told as "less than 0.1 %"."""


@register.filter
def percent(share_01: float | None) -> str:
    """0.0234 becomes "2.3 %", in the reader's own notation, with a space that does not break."""
    share_01 = share_01 or 0.0
    if 0 < share_01 < LEAST_SHOWN:
        return f"< {number_format(0.1, 1)}\N{NO-BREAK SPACE}%"
    return f"{number_format(100 * share_01, 1)}\N{NO-BREAK SPACE}%"


@register.filter
def first_letters(identity: UUID) -> str:
    """Enough of an id to tell two apart by eye."""
    return str(identity)[:8]


@register.simple_tag
def retention_days() -> int:
    return settings.RETENTION_DAYS


@register.simple_tag
def can_sign_up() -> bool:
    return settings.ACCOUNT_SIGNUP_ENABLED


@register.simple_tag
def letters_go_out() -> bool:
    """Whether there is a server of mail."""
    return bool(settings.EMAIL_URL)


@register.filter
def trace_detail(trace: Trace) -> str:
    """What an entry of the audit log adds to its act."""
    return words.trace_detail(trace.detail)


@register.simple_tag
def audit_days() -> int:
    return settings.AUDIT_DAYS
