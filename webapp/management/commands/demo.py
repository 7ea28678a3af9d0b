"""`manage.py demo`: a few example photographs, so that a newcomer sees something at once."""

from __future__ import annotations

import signal
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from webapp import intake
from webapp.access import EXAMPLES
from webapp.arrivals import Copied
from webapp.models import Job, Photo, Upload
from webapp.workshop import Workshop

FOLDER = Path(__file__).parents[2] / "demo"


class Command(BaseCommand):
    help = (
        "Puts the example photographs of webapp/demo on the site, once, for everyone to look at. The site's "
        "worker restores them; with --now this command does it itself."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--now", action="store_true", help="restore them here and wait for it")

    def handle(self, *, now: bool, **options: Any) -> None:
        upload = Upload.objects.filter(family=EXAMPLES).first() or self._submit()
        self.stdout.write(f"{upload.photos.count()} photographs: {reverse('upload', args=[upload.pk])}")
        if now:
            self._restore(upload)

    def _submit(self) -> Upload:
        files = [
            Copied(SimpleUploadedFile(path.name, path.read_bytes()))
            for path in sorted(FOLDER.iterdir())
            if path.suffix in (".jpg", ".webp")
        ]
        taken = intake.submit(files, family=EXAMPLES)
        for refusal in taken.refused:
            self.stderr.write(f"{refusal.name}: {refusal.reason}")
        return taken.upload

    def _restore(self, upload: Upload) -> None:
        workshop = Workshop(slots=1)
        signal.signal(
            signal.SIGINT, lambda *_: workshop.stopping.set()
        )  # what is in hand goes back into the queue
        try:
            for job in Job.objects.filter(photo__upload=upload, state=Job.State.QUEUED):
                workshop.work(job.pk)
        finally:
            workshop.close()
        photos = Photo.objects.filter(upload=upload).prefetch_related("jobs")
        for photo in photos:
            self.stdout.write(f"{photo.name}: {photo.job.get_state_display()} {photo.job.reason}".rstrip())
        if any(photo.job.state != Job.State.DONE for photo in photos):
            raise CommandError("Not all of them are done.")
