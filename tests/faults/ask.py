"""Questions that a test asks its site, from a process that has the site's environment. Answers are JSON."""

from __future__ import annotations

import hashlib
import json
import re
import sys
import time
import uuid
from typing import Any

import django


def say(answer: object) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def submit(*behaviours: str, user: Any = None) -> list[str]:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tests.webapp.files import photo_bytes
    from webapp import intake
    from webapp.arrivals import Copied

    files = [
        SimpleUploadedFile(f"{behaviour}.jpg", photo_bytes(ending=b"#" + behaviour.encode()))
        for behaviour in behaviours
    ]
    return [
        str(photo.job.pk)
        for photo in intake.submit(map(Copied, files), family=uuid.uuid4(), user=user).photos
    ]


def submit_with_hook(url: str, *behaviours: str) -> list[str]:
    """As somebody whose key has this webhook."""
    from webapp import hooks
    from webapp.api import keys
    from webapp.models import User

    anna = User.objects.create_user("anna")
    keys.make(anna, "scanner", ["read"])
    hooks.choose(anna.keys.get(), url)
    return submit(*behaviours, user=anna)


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


def send_as_family(*behaviours: str) -> dict[str, str]:
    """Through the first page, as a browser would; its `session`, and where it was led."""
    from django.test import Client

    from tests.webapp.files import photo_file

    browser = Client(headers={"host": "127.0.0.1"})
    files = [photo_file(f"{behaviour}.jpg", ending=b"#" + behaviour.encode()) for behaviour in behaviours]
    answer = browser.post("/", {"photos": files})
    return {"session": browser.cookies["sessionid"].value, "upload": answer["Location"]}


def see_as_family(session: str, upload: str) -> dict[str, str]:
    """Every address that the upload's and its photographs' pages lead to, with what is there.

    Not the pictures in other formats, which are made when they are asked for: the child of these tests makes none.
    """
    from django.test import Client

    browser = Client(headers={"host": "127.0.0.1"})
    browser.cookies["sessionid"] = session
    found: dict[str, str] = {}
    to_see = [upload]
    while to_see:
        address = to_see.pop()
        answer = browser.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        is_file = not answer["Content-Type"].startswith("text/html")
        found[address] = hashlib.sha256(body).hexdigest() if is_file else "a page"
        if not is_file:
            plain = re.sub(r'<p class="take-others.*?</p>', "", body.decode(), flags=re.DOTALL)
            links = re.findall(r'href="(/p/[^"?#]+)"', plain)
            to_see += [link for link in links if link not in found]
    return found


def drain() -> int:
    from webapp import workers

    return workers.drain()


def undrain() -> int:
    from webapp import workers

    return workers.undrain()


def sweep() -> int:
    from webapp import sweep

    return sweep.sweep(older_than_s=0)


def verify() -> list[str]:
    from webapp import fixity

    return [str(finding) for finding in fixity.check(orphans_older_than_s=0)]


if __name__ == "__main__":
    django.setup()
    questions = (
        submit,
        submit_with_hook,
        jobs,
        watch,
        send_as_family,
        see_as_family,
        drain,
        undrain,
        sweep,
        verify,
    )
    say({question.__name__: question for question in questions}[sys.argv[1]](*sys.argv[2:]))
