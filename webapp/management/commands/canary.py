"""`manage.py canary`: the example photograph through the whole queue, for a timer or by hand."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from webapp import canary


class Command(BaseCommand):
    help = (
        "Sends an example photograph through the whole queue, says how long it took, and deletes it again. "
        "Exit 0: done and its files are whole; 1: not, and why. It needs a running worker, as a family's would."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--patience", type=float, default=300, help="seconds to wait for it (default 300)"
        )
        parser.add_argument(
            "--in-turn", action="store_true", help="behind those who wait, instead of before them"
        )
        parser.add_argument("--json", action="store_true", help="one JSON document on standard output")

    def handle(self, *, patience: float, in_turn: bool, json: bool, **options: Any) -> None:
        flight = canary.fly(patience, in_turn=in_turn)
        self.stdout.write(_as_json(flight) if json else _as_text(flight))
        if not flight.is_well:
            raise CommandError(flight.fault, returncode=1)


def _as_json(flight: canary.Flight) -> str:
    return json.dumps(asdict(flight))


def _as_text(flight: canary.Flight) -> str:
    waited = "was not begun" if flight.waited is None else f"waited {flight.waited:.1f} s"
    worked = "did not end" if flight.worked is None else f"was worked on for {flight.worked:.1f} s"
    stages = ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in flight.stages.items())
    return f"It {waited} and {worked}{f' ({stages})' if stages else ''}."
