"""A site as it was at migration 0005: photographs in every state of the queue, written by the models of then."""

from __future__ import annotations

import hashlib
import sys
import uuid
from datetime import timedelta
from typing import Any

import django

THEN = ("webapp", "0005_pause")


def fill() -> None:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.utils import timezone

    apps = MigrationExecutor(connection).loader.project_state([THEN]).apps
    models = {name: apps.get_model("webapp", name) for name in ("Upload", "Photo", "Job", "Worker")}
    now = timezone.now()
    upload = models["Upload"].objects.create(family=uuid.uuid4())
    models["Worker"].objects.create(name="of then", slots=1)
    states: dict[str, dict[str, Any]] = {
        "waits.jpg": {},
        "waits too.jpg": {"turn": 1, "options": {"finding": "careful"}},
        "rests.jpg": {"not_before": now + timedelta(seconds=2), "setbacks": 1, "reason_code": "waits_for_space"},
        "in hand.jpg": {
            "state": "running", "stage": "finding", "attempt": 1, "worker": "of then",
            "lease_expires_at": now + timedelta(seconds=2), "started_at": now,
        },
        "failed.jpg": {"state": "failed", "reason_code": "broken", "finished_at": now},
    }  # fmt: skip
    for name, fields in states.items():
        models["Job"].objects.create(photo=_photo(models["Photo"], upload, name), **fields)


def _photo(model: Any, upload: Any, name: str) -> Any:
    from tests.webapp.files import photo_bytes
    from webapp import storage

    content = photo_bytes(ending=b"#quick")
    photo = model(
        upload=upload, name=name, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content),
        format="jpeg", width=64, height=48, bits=8,
    )  # fmt: skip
    photo.stored = storage.original_path(photo.pk, "jpeg")
    path = storage.locate(photo.stored)
    storage.make_folder(path.parent)
    path.write_bytes(content)
    photo.save()
    return photo


if __name__ == "__main__":
    django.setup()
    sys.exit(fill())
