"""`manage.py verify`: compares the database and the storage, both ways."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections import Counter
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from webapp import fixity, sweep
from webapp.models import Photo, Result


class Command(BaseCommand):
    help = (
        "Checks that every photograph and result has its file with the right SHA-256, and every file its row. "
        "Exit 0: all is well; 1: something is missing, changed, incomplete or orphaned. Changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
        parser.add_argument(
            "--orphan-seconds",
            type=float,
            default=sweep.ORPHAN_AGE_S,
            help="a file without a row is told when untouched for so long (default %(default)s)",
        )

    def handle(self, *, json: bool, orphan_seconds: float, **options: Any) -> None:
        findings = list(fixity.check(orphan_seconds))
        rows = Photo.objects.count() + Result.objects.count()
        self.stdout.write(_as_json(rows, findings) if json else _as_text(rows, findings))
        if findings:
            raise CommandError(f"{len(findings)} things are not as they must be.", returncode=1)


def _as_json(rows: int, findings: list[fixity.Finding]) -> str:
    return json.dumps({"files": rows, "findings": [asdict(finding) for finding in findings]})


def _as_text(rows: int, findings: list[fixity.Finding]) -> str:
    lines = [f"{finding.fault}: {finding.of} {finding.path}".replace("  ", " ") for finding in findings]
    counts = Counter(finding.fault for finding in findings)
    told = ", ".join(f"{count} {fault}" for fault, count in counts.items()) or "all is well"
    return "\n".join([*lines, f"{rows} files looked at: {told}"])
