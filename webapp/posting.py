"""A POST to an address that somebody else chose: no way into the own network, no redirect, no long wait.

The name is resolved here, every address of it is judged, and the connection goes to the judged one: a name that
answers otherwise the second time gains nothing.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from threading import Timer
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

PATIENCE_S = 10.0
"""For the connection, and for each silence."""
LONGEST_S = 30.0
"""For all of it, however slowly the answer drips."""
LONGEST_URL = 500
PORTS = {"http": 80, "https": 443}


class Refused(ValueError):
    """No address to which this site posts; its text says why."""


@dataclass(frozen=True)
class Answer:
    is_taken: bool
    words: str


def check(url: str) -> None:
    """Whether it may be posted to, as far as that can be said beforehand. Raises Refused."""
    parts = _parts(url)
    with suppress(OSError):  # a name that is not known today may be tomorrow
        _addresses(parts)


def post(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Never raises: what went wrong is the answer's words. Taken is what is answered by 2xx."""
    try:
        parts = _parts(url)
        status = _post(parts, _addresses(parts)[0], body, headers)
    except Refused as refused:
        return Answer(False, str(refused))
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(False, f"{type(error).__name__}: {error}")
    return Answer(200 <= status < 300, f"answered {status}")


def _parts(url: str) -> SplitResult:
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise Refused(f"An address has at most {LONGEST_URL} letters, all ASCII and no blank.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused("This is no address.") from error
    if parts.scheme not in PORTS or not parts.hostname:
        raise Refused("An address begins with https:// or http:// and names a host.")
    if parts.username is not None or parts.password is not None:
        raise Refused("An address holds no name and no password: who calls is known by the signature.")
    if port == 0:
        raise Refused("There is no port 0.")
    return parts


def _addresses(parts: SplitResult) -> list[str]:
    """All of the host's, if each may be called: one that leads inside is enough to refuse. Raises OSError, Refused."""
    port = parts.port or PORTS[parts.scheme]
    found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not settings.WEBHOOK_ALLOW_PRIVATE and not all(map(_is_public, addresses)):
        raise Refused("This address lies within a private network, and this site calls none of these.")
    return addresses


def _is_public(address: str) -> bool:
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo[1] if parsed.teredo else None)
        if inner is not None:
            return _is_public(str(inner))
        if parsed in NAT64:
            return _is_public(str(ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)))
    return parsed.is_global and not parsed.is_multicast


NAT64 = ipaddress.ip_network("64:ff9b::/96")


def _post(parts: SplitResult, address: str, body: bytes, headers: dict[str, str]) -> int:
    line = _Line(parts, address)
    alarm = Timer(LONGEST_S, line.cut)
    alarm.daemon = True
    alarm.start()
    try:
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        line.request(
            "POST",
            path,
            body,
            {"Content-Type": "application/json", "User-Agent": "photo-restorer", **headers},
        )
        return line.getresponse().status
    finally:
        alarm.cancel()
        line.close()


class _Line(http.client.HTTPConnection):
    """A connection to exactly that address, under the host's name."""

    def __init__(self, parts: SplitResult, address: str) -> None:
        super().__init__(parts.hostname or "", parts.port or PORTS[parts.scheme], timeout=PATIENCE_S)
        self.default_port = PORTS[parts.scheme]
        self._address, self._is_secret = address, parts.scheme == "https"

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._is_secret:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)

    def cut(self) -> None:
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)
