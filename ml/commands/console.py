"""What every command shares: its parser, the options that all have, and where words and JSON go."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ml.contract import FINDER_SETTINGS

DEVICES = ("auto", "cpu", "cuda")
PRECISIONS = ("auto", "fp32")


class UsageError(Exception):
    """The command was called wrongly in a way that the parser cannot see; exit code 2."""


class Parser(argparse.ArgumentParser):
    """A parser that is filled with its arguments only when it is the one that parses.

    `python -m ml --help` thereby imports no command, and `train segment` no other network's room.
    """

    def __init__(self, *args: Any, fill: Callable[[Parser], None] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, formatter_class=argparse.RawDescriptionHelpFormatter, **kwargs)
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
        "--precision",
        choices=PRECISIONS,
        default="auto",
        help="auto: half precision where the processor is faster by it (default: %(default)s)",
    )
    parser.add_argument(
        "--json", action="store_true", help="one JSON document on standard output, nothing else there"
    )


def add_limit_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--max-megapixels",
        type=_above_zero,
        default=100.0,
        metavar="N",
        help="refuse larger pictures, whose memory is not planned for (default: %(default)g)",
    )
    parser.add_argument(
        "--max-mb",
        type=_above_zero,
        default=200.0,
        metavar="N",
        help="refuse larger files (default: %(default)g)",
    )


def add_finding_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--finding",
        choices=FINDER_SETTINGS,
        default="normal",
        help="how readily damage is seen: careful leaves what may be the picture's own (default: %(default)s)",
    )


def add_seed_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--seed",
        type=_from_zero,
        default=0,
        metavar="N",
        help="another number, another try of the repair (0)",
    )


def _from_zero(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"a whole number from 0 on; got {text}")
    return int(text)


def _above_zero(text: str) -> float:
    if not 0 < (number := float(text)) < float("inf"):
        raise argparse.ArgumentTypeError(f"a number above 0; got {text}")
    return number


def limits(args: argparse.Namespace) -> dict[str, int]:
    """For ml.photo.read and ml.pipeline.restore_file."""
    return {"max_pixels": round(args.max_megapixels * 1e6), "max_bytes": round(args.max_mb * 1e6)}


def add_damping_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--no-damping",
        dest="damped",
        action="store_false",
        help="colours of full strength also where the network is unsure which one is right",
    )


def add_batch_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "input", type=Path, nargs="+", metavar="INPUT", help="photographs, or folders of them"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the results go")
    add_limit_arguments(parser)


def set_precision(precision: str) -> None:
    """For this process and those that it starts (ml.devices.is_half)."""
    if precision != "auto":
        os.environ["RESTORER_PRECISION"] = precision


def check_device(device: str) -> None:
    """UsageError where a GPU is asked for and there is none."""
    if device == "cuda":
        import torch  # only now: it takes its time

        if not torch.cuda.is_available():
            raise UsageError(
                "--device cuda: this machine has none that torch can use; leave it out, or say cpu"
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
