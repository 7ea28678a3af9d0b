"""What all tests of the site share: no test ever touches the data of a real site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """SQLite as a file, as on a real site: threads then race for its locks and not for a shared memory."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database.setdefault("TEST", {})["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """A site's folders of its own for each test."""
    settings.DATA_DIR = tmp_path / "var"
    settings.MEDIA_ROOT = settings.DATA_DIR / "media"
    settings.INCOMING_DIR = settings.FILE_UPLOAD_TEMP_DIR = settings.DATA_DIR / "incoming"
    settings.TILES_DIR = settings.DATA_DIR / "tiles"
    settings.MIN_FREE_MB = 0
    for folder in (settings.MEDIA_ROOT, settings.INCOMING_DIR, settings.TILES_DIR):
        folder.mkdir(parents=True)
    yield settings.DATA_DIR


@pytest.fixture
def with_mail(settings: Any) -> None:
    """As restore/settings.py has it where EMAIL_URL is set."""
    settings.EMAIL_URL = "smtp://mail.example.org"
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
    settings.ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
    settings.ACCOUNT_PREVENT_ENUMERATION = True
