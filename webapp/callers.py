"""From where a request comes, as far as the machines in between can be believed."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-Ip")
HOME_BITS = 64
"""Of an IPv6 address: a household has all that follows to itself."""


def address(request: HttpRequest) -> str:
    """The last address that none of our PROXIES wrote about itself; with 0 of them, the peer of the connection.

    Each proxy adds its peer at the end of X-Forwarded-For: what stands further left is the caller's own invention.
    """
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    if settings.PROXIES and len(hops) >= settings.PROXIES:
        return hops[-settings.PROXIES]
    return str(request.META.get("REMOTE_ADDR", ""))


def household(request: HttpRequest) -> str:
    """The address, or its network where one household has many."""
    found = address(request)
    try:
        parsed = ip_address(found)
    except ValueError:
        return found
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(ip_network((parsed, HOME_BITS), strict=False))
    return str(parsed)


def is_this_machine(request: HttpRequest) -> bool:
    """Asked from the machine itself, and by no proxy that stands on it."""
    if any(header in request.headers for header in FORWARDED):
        return False
    try:
        return ip_address(str(request.META.get("REMOTE_ADDR", ""))).is_loopback
    except ValueError:
        return False
