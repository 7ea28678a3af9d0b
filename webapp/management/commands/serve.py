"""`manage.py serve`: the whole site on one machine."""

from __future__ import annotations

import socket
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from webapp.supervisor import Program, Supervisor

UPLOAD_TIMEOUT_S = 300


class Command(BaseCommand):
    help = (
        "Starts the whole site: brings the database up to date, then keeps gunicorn and one worker running. "
        "Ctrl-C stops both; a photograph in hand goes back into the queue."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="default 8000")
        parser.add_argument("--threads", type=int, default=8, help="requests answered at once (default 8)")

    def handle(self, *, host: str, port: int, threads: int, verbosity: int, **options: Any) -> None:
        _check_free(host, port)
        call_command("migrate", interactive=False, verbosity=0)
        bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self.stdout.write(
            f"The photo restorer is at http://{bind}/ and keeps its data in {settings.DATA_DIR}"
        )
        self.stdout.write("Ctrl-C stops it.")
        self.stdout.flush()
        Supervisor([Program("the site", gunicorn(bind, threads)), Program("the worker", worker())]).run()


def gunicorn(bind: str, threads: int) -> list[str]:
    command = [sys.executable, "-m", "gunicorn", "restore.wsgi", "--bind", bind, "--worker-class", "gthread"]
    return [*command, "--threads", str(threads), "--timeout", str(UPLOAD_TIMEOUT_S), "--graceful-timeout", "5",
            "--log-level", "warning"]  # fmt: skip


def worker() -> list[str]:
    command = [sys.executable, "-m", "celery", "-q", "-A", "restore", "worker", "--loglevel", "WARNING"]
    return [*command, "--without-gossip", "--without-mingle", "--without-heartbeat"]


def _check_free(host: str, port: int) -> None:
    """A sentence now rather than gunicorn's traceback a moment later."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Cannot listen on {host} port {port}: {error.strerror}. Try --port."
            ) from error
