"""Questions that a test asks its site, from a process that has the site's environment. Answers are JSON."""

from __future__ import annotations

import json
import sys
import time
import uuid

import django


def say(answer: object) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def submit(*behaviours: str) -> list[str]:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tests.webapp.files import photo_bytes
    from webapp import intake

    files = [
        SimpleUploadedFile(f"{behaviour}.jpg", photo_bytes(ending=b"#" + behaviour.encode()))
        for behaviour in behaviours
    ]
    return [str(photo.job.pk) for photo in intake.submit(files, family=uuid.uuid4()).photos]


def jobs() -> dict[str, dict]:
    from webapp.models import Job

    return {
        str(job.pk): {
            "photo": str(job.photo_id),
            "state": job.state,
            "stage": job.stage,
            "worker": job.worker,
            "attempt": job.attempt,
            "deaths": job.deaths,
            "setbacks": job.setbacks,
            "reason": job.reason,
            "results": sorted(result.kind for result in job.results.all()),
            "folders": sorted({result.path.split("/")[-2] for result in job.results.all()}),
        }
        for job in Job.objects.prefetch_related("results")
    }


def watch() -> None:
    while True:
        say(jobs())
        time.sleep(0.1)


def sweep() -> int:
    from webapp import sweep

    return sweep.sweep(older_than_s=0)


def verify() -> list[str]:
    from webapp import fixity

    return [str(finding) for finding in fixity.check(orphans_older_than_s=0)]


if __name__ == "__main__":
    django.setup()
    answer = {"submit": submit, "jobs": jobs, "watch": watch, "sweep": sweep, "verify": verify}[sys.argv[1]](
        *sys.argv[2:]
    )
    say(answer)
