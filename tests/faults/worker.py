"""The site's own worker, as `manage.py serve` starts it."""

from __future__ import annotations

import sys

from restore.celery import app


def run() -> None:
    quiet = ["--loglevel", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    app.worker_main(["worker", *quiet])


if __name__ == "__main__":
    sys.exit(run())
