"""Train a network, or make the shipped weights of a training.

`train NETWORK --data DIR... --run DIR` writes checkpoints, log.csv, curves and contact sheets into the run, within
--minutes; --resume goes on exactly. `train NETWORK --help` tells each network's own options.
`train export RUN --out FILE` makes the weights.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType

from ml.commands.console import Parser, UsageError, add_common_arguments, answer, say

NETWORKS = {
    "segment": "the finder of defects",
    "inpaint": "the repairer",
    "colorize": "the colorizer",
}
TRAINED = NETWORKS | {"confidence": "the colorizer's head that tells how far it may be off"}
TRAININGS = {"confidence": "ml.colorize.confidence_train"}
"""Where a training is, if not in a room of its own, ml.NETWORK.train."""
COMMAND_FILE = "command.json"
"""In the run's folder: which network is trained there and by which commands; `export` reads it."""

LOOP = ("run", "minutes", "resume", "seed", "steps", "anneal", "device", "shard_mb")
"""Names in the parsed arguments that are the loop's, ml.training.RunConfig's."""
PHOTOGRAPHS = ("data", "hold_out", "in_memory")
OURS = ("command", "words", "main", "json", "network", "precision")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    networks = parser.add_subparsers(dest="network", required=True, metavar="NETWORK", parser_class=Parser)
    for name, summary in TRAINED.items():
        networks.add_parser(name, help=summary, description=f"Train {summary}.", fill=_filler(name))
    networks.add_parser("export", help="make the weights that are shipped", fill=_fill_export)


def _fill_export(parser: Parser) -> None:
    from ml.commands import export  # it reads what this module writes

    parser.description = export.__doc__
    parser.set_defaults(main=export.main)
    export.add_arguments(parser)


def _filler(name: str):
    def fill(parser: Parser) -> None:
        _add_shared_arguments(parser)
        training_of(name).add_arguments(parser)

    return fill


def _add_shared_arguments(parser: argparse.ArgumentParser) -> None:
    add_common_arguments(parser)
    parser.add_argument(
        "--data",
        type=Path,
        nargs="+",
        required=True,
        metavar="DIR",
        help="folders with photographs and a manifest",
    )
    parser.add_argument(
        "--run", type=Path, required=True, metavar="DIR", help="checkpoints, log, curves and sheets go here"
    )
    parser.add_argument(
        "--minutes", type=float, default=60.0, metavar="N", help="budget of time (default: %(default)s)"
    )
    parser.add_argument("--resume", action="store_true", help="go on from the run's last checkpoint")
    parser.add_argument(
        "--hold-out",
        type=_names,
        default=(),
        metavar="GROUP,...",
        help="sources that are left out of the training",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="(default: %(default)s)")
    parser.add_argument(
        "--steps",
        type=int,
        default=None,
        metavar="N",
        help="stop after so many steps; the learning rate falls towards it",
    )
    parser.add_argument(
        "--anneal",
        action="store_true",
        help="without --steps: the learning rate falls towards the end of --minutes",
    )
    parser.add_argument(
        "--in-memory",
        action="store_true",
        help="decode every photograph once (1 MB of memory each), for a machine whose accelerator waits for them",
    )
    parser.add_argument(
        "--shard-mb",
        type=float,
        default=None,
        metavar="N",
        help="write checkpoints in half precision in pieces of at most N MB",
    )


def training_of(network: str) -> ModuleType:
    return import_module(TRAININGS.get(network, f"ml.{network}.train"))


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in text.split(",") if name)


def main(args: argparse.Namespace) -> int:
    for folder in args.data:
        if not folder.is_dir():
            raise UsageError(f"--data: {folder} is no folder")
    _record_command(args)
    _train(args)
    say(f"trained {args.network} in {args.run}")
    if args.json:
        answer({"network": args.network, "run": str(args.run)})
    return 0


def _train(args: argparse.Namespace) -> None:
    import torch

    from ml import training
    from ml.devices import choose_device
    from ml.photoset import load_photoset

    torch.manual_seed(args.seed)
    photoset = load_photoset(args.data, hold_out=args.hold_out, in_memory=args.in_memory)
    own = {name: value for name, value in vars(args).items() if name not in {*LOOP, *PHOTOGRAPHS, *OURS}}
    trainee = training_of(args.network).trainee(
        args.data, photoset, choose_device(args.device), seed=args.seed, steps=args.steps, **own
    )
    training.fit(trainee, training.RunConfig(**{name: getattr(args, name) for name in LOOP}))


def _record_command(args: argparse.Namespace) -> None:
    if os.environ.get("RANK", "0") != "0":
        return  # under torchrun the first process writes for all
    args.run.mkdir(parents=True, exist_ok=True)
    path = args.run / COMMAND_FILE
    record = json.loads(path.read_text()) if path.exists() else {"network": args.network, "commands": []}
    if record["network"] != args.network:
        raise UsageError(f"--run: {args.run} holds a training of {record['network']}")
    record["commands"].append(
        {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "command": "python -m ml " + shlex.join(args.words),
        }
    )
    path.write_text(json.dumps(record, indent=2) + "\n")
