"""What every command shares: its parser, the options that all have, and where words and JSON go."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

DEVICES = ("auto", "cpu", "cuda")


class UsageError(Exception):
    """The command was called wrongly in a way that the parser cannot see; exit code 2."""


class Parser(argparse.ArgumentParser):
    """A parser that is filled with its arguments only when it is the one that parses.

    `python -m ml --help` thereby imports no command, and `train segment` no other network's room.
    """

    def __init__(self, *args: Any, fill: Callable[[Parser], None] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._fill = fill

    def parse_known_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def, override]
        fill, self._fill = self._fill, None
        if fill is not None:
            fill(self)
        return super().parse_known_args(args, namespace)


def add_common_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--device", choices=DEVICES, default="auto", help="where the networks run (default: %(default)s)"
    )
    parser.add_argument(
        "--json", action="store_true", help="one JSON document on standard output, nothing else there"
    )


def add_limit_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--max-megapixels",
        type=float,
        default=100.0,
        metavar="N",
        help="refuse larger pictures, whose memory is not planned for (default: %(default)s)",
    )


def say(words: str) -> None:
    """One line for a person: standard error, so that standard output is JSON or nothing."""
    sys.stderr.write(words + "\n")
    sys.stderr.flush()


def answer(document: Any) -> None:
    """The result, on standard output, as JSON."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")
    sys.stdout.flush()
