"""Measure networks on pictures that have the answer: the figures of their cards, anew.

DIR holds the pictures and manifest.csv:
  segment     file,mask,group,level (128 in a mask is ignored): ROC AUC, average precision, Dice per group
  inpaint     file,group: psnr_hole, psnr, ssim, perceptual per share of hole, ours beside three classical methods
  chain       file,group,people: what is left of painted damage, repaired where it is and where the finder finds it
  colorize    file,group,people: mse_cbcr, psnr_rgb, colourfulness, perceptual ... for people, the rest and each group
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from ml.commands.console import Parser, UsageError, add_common_arguments, answer
from ml.commands.train import NETWORKS

SHARED = {"command", "words", "main", "json", "network", "data", "device", "precision"}
"""Names in the parsed arguments that are not a room's own."""
MEASURED = NETWORKS | {"chain": "the finder and the repairer together"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    networks = parser.add_subparsers(dest="network", required=True, metavar="NETWORK", parser_class=Parser)
    for name, summary in MEASURED.items():
        networks.add_parser(name, help=summary, description=f"Measure {summary}.", fill=_filler(name))


def _filler(name: str):
    def fill(parser: Parser) -> None:
        add_common_arguments(parser)
        parser.add_argument(
            "--data", type=Path, required=True, metavar="DIR", help="pictures and their manifest.csv"
        )
        _room(name).add_arguments(parser)

    return fill


def _room(name: str) -> ModuleType:
    return import_module("ml.chain" if name == "chain" else f"ml.{name}.evaluate")


def main(args: argparse.Namespace) -> int:
    if not (args.data / "manifest.csv").is_file():
        raise UsageError(f"--data: there is no manifest.csv in {args.data}")
    own = {name: value for name, value in vars(args).items() if name not in SHARED}
    try:
        figures = _room(args.network).evaluate(args.data, device=args.device, **own)
    except FileNotFoundError as error:
        raise UsageError(f"there is no {error.filename}" if error.filename else str(error)) from error
    except ValueError as error:
        raise UsageError(str(error)) from error
    if args.json:
        answer(figures)
    else:
        sys.stdout.write("\n".join(lines(figures)) + "\n")
    return 0


def lines(figures: dict[str, Any], indent: str = "") -> list[str]:
    """The document for a person: a line per name, the numbers of one thing side by side."""
    plain = {name: value for name, value in figures.items() if not isinstance(value, dict)}
    text = [indent + "  ".join(f"{name} {_number(value)}" for name, value in plain.items())] if plain else []
    for name, value in figures.items():
        if isinstance(value, dict):
            text += [f"{indent}{name}", *lines(value, indent + "  ")]
    return text


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
