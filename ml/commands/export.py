"""Make the weights that are shipped (averaged over steps, fp16 safetensors) of a run of `train`.

`export RUN --out FILE` and `train export RUN --out FILE` are the same. The run knows which network it holds.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from ml.commands.console import UsageError, add_common_arguments, answer, say
from ml.commands.train import COMMAND_FILE, training_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_common_arguments(parser)
    parser.add_argument("run", type=Path, metavar="RUN", help="the folder that train wrote")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the .safetensors file")


def main(args: argparse.Namespace) -> int:
    path = args.run / COMMAND_FILE
    if not path.exists():
        raise UsageError(f"{args.run} is no run of train: {COMMAND_FILE} is not there")
    network = json.loads(path.read_text())["network"]
    training_of(network).export(args.run, args.out)
    say(f"{args.out}: weights of {network} from {args.run}")
    if args.json:
        answer({"network": network, "run": str(args.run), "out": str(args.out)})
    return 0
