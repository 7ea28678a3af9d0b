"""Typed readers of the environment that refuse nonsense with a sentence."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

POSTGRES_PATIENCE = {
    "connect_timeout": 5,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""Seconds (the last: milliseconds) after which a server that is away is an error; without them a heartbeat could hang
for hours on a dead connection. What the address asks for goes before."""


class WrongSetting(ImproperlyConfigured):
    """The operator must act: a variable of the environment holds a value that cannot be meant."""

    def __init__(self, name: str, value: str, wanted: str) -> None:
        super().__init__(f"{name} must be {wanted}; it is {value!r}.")


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def words(name: str, default: str = "") -> list[str]:
    """A list written with commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def number(name: str, default: int, *, least: int, most: int) -> int:
    value = text(name, str(default))
    if not value.isascii() or not value.lstrip("-").isdigit() or not least <= int(value) <= most:
        raise WrongSetting(name, value, f"a whole number from {least} to {most}")
    return int(value)


def flag(name: str, default: bool = False) -> bool:
    value = text(name, "yes" if default else "no").lower()
    if value not in ("yes", "no", "true", "false", "on", "off", "1", "0"):
        raise WrongSetting(name, value, "yes or no")
    return value in ("yes", "true", "on", "1")


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = text(name, default)
    if value not in allowed:
        raise WrongSetting(name, value, f"one of {', '.join(allowed)}")
    return value


def folder(name: str, default: Path) -> Path:
    path = Path(text(name, str(default))).expanduser().resolve()
    if path.exists() and not path.is_dir():
        raise WrongSetting(name, str(path), "a folder")
    make_folder(name, path)
    return path


def make_folder(name: str, path: Path) -> Path:
    """The folder exists from now on, closed to others; the variable `name` is to blame where it cannot be made."""
    try:
        path.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as error:
        raise WrongSetting(name, str(path), f"a folder that can be written to ({error.strerror})") from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise WrongSetting(name, str(path), "a folder that can be written to")
    return path


def origins(name: str) -> list[str]:
    found = words(name)
    for origin in found:
        if not origin.startswith(("http://", "https://")):
            raise WrongSetting(name, origin, "addresses that begin with http:// or https://")
    return found


def url(name: str, schemes: tuple[str, ...]) -> str:
    value = text(name)
    if value and urlsplit(value).scheme not in schemes:
        raise WrongSetting(
            name, without_password(value), f"an address that begins with {' or '.join(schemes)}"
        )
    return value


def secret(name: str, kept_in: Path) -> str:
    """The variable, or else a random text that is made once and kept in the file (readable by its owner only)."""
    if value := text(name):
        return value
    try:
        return kept_in.read_text().strip() or _keep(kept_in)
    except FileNotFoundError:
        return _keep(kept_in)


def _keep(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    temporary.touch(mode=0o600)
    temporary.write_text(secrets.token_urlsafe(50))
    try:
        os.link(temporary, path)  # fails where another process was first: then that one's is the secret
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
    return path.read_text().strip()


def database(name: str, data_dir: Path) -> dict:
    """Django's description of the database at the address; SQLite in the data folder where there is none."""
    value = url(name, ("postgres", "postgresql", "sqlite"))
    parts = urlsplit(value)
    if not value or parts.scheme == "sqlite":
        return _sqlite(Path(unquote(parts.path)) if value else data_dir / "db.sqlite3")
    if not parts.path.strip("/"):
        raise WrongSetting(name, without_password(value), "an address that ends in the database's name")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": parts.port or "",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**POSTGRES_PATIENCE, **dict(parse_qsl(parts.query))},
    }


def _sqlite(path: Path) -> dict:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            # A transaction that begins as a reader cannot wait for a writer; IMMEDIATE makes every one wait its turn.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # FULL: what was committed stays on disk through a power cut.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }


def without_password(value: str) -> str:
    password = urlsplit(value).password
    return value.replace(f":{password}@", ":***@") if password else value
