"""Colours that a person gives at places of the picture: a file that two commands take."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from ml.commands.console import UsageError
from ml.contract import Hints, check_hints


def add_hints_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--hints",
        type=Path,
        metavar="FILE",
        help='JSON [{"x":, "y":, "rgb": "#rrggbb"}], pixels of the picture as displayed',
    )


def read_hints(path: Path | None) -> Hints:
    """The points and their colours, none without a file; UsageError where the file is not as --help says."""
    if path is None:
        return ()
    try:
        hints = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"--hints: {error}") from error
    try:
        check_hints(hints)
    except ValueError as error:
        raise UsageError(f"--{error}") from error
    return tuple(hints)
