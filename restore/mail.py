"""Where letters go out: EMAIL_URL becomes Django's settings of e-mail."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from restore import env

SCHEMES = SMTP, SMTPS, FILE = "smtp", "smtps", "file"
TIMEOUT_S = 20
WANTED = "an address such as smtp://user:password@host:587/?tls=1, smtps://host or file:///folder"


def server(value: str) -> dict[str, Any]:
    """Django's EMAIL_ settings by the address of EMAIL_URL; none where it is empty.

    `?tls=1` asks for STARTTLS, `smtps` speaks TLS from the first byte, `file` writes each letter into a folder.
    """
    if not value:
        return {}
    parts = urlsplit(value)
    if parts.scheme == FILE:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": unquote(parts.path),
        }
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    port = _port(parts)
    if (
        not parts.hostname
        or port is None
        or asked.keys() - {"tls"}
        or asked.get("tls", "1") not in ("0", "1")
    ):
        raise env.WrongSetting("EMAIL_URL", env.without_password(value), WANTED)
    secure = parts.scheme == SMTPS
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or (465 if secure else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": secure,
        "EMAIL_USE_TLS": asked.get("tls", "0") == "1" and not secure,
        "EMAIL_TIMEOUT": TIMEOUT_S,
    }


def sender(value: str, *, needed: bool) -> str:
    """Whom letters come from, as EMAIL_FROM says it: `name@host`, or `Name <name@host>`."""
    if (needed or value) and "@" not in parseaddr(value)[1]:
        raise env.WrongSetting("EMAIL_FROM", value, "an e-mail address, since EMAIL_URL is set")
    return value


def _port(parts: Any) -> int | None:
    """0 where none is named, None where it is no port."""
    try:
        return parts.port or 0
    except ValueError:
        return None
