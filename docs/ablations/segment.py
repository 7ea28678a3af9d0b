"""What each part of the finder's training is worth: `PYTHONPATH=. python docs/ablations/segment.py VARIANT ...`.

Every variant is trained from ImageNet's encoder (or what the variant says) on crops drawn with the same seed, and
measured as `ml evaluate segment --size 512 --no-flips --no-far --bootstrap 0` does it. One line of figures for each, as
JSON. The networks are small budgets', so the differences between them tell something, their heights nothing.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from ml import training
from ml.damage import painting
from ml.devices import choose_device
from ml.photoset import load_photoset
from ml.segment import train
from ml.segment.evaluate import evaluate
from ml.segment.network import FinderUNet

NEVER = 10**9
SEED = 61
CROP = 192
LINES, SPECKS, LOSSES = range(3)
"""Of ml.damage.painting.FAMILIES."""
FIGURES = ("roc_auc", "average_precision", "dice_best")


def without(family: int) -> Callable[[], None]:
    """The painter has two families of damage; they share what the third had."""

    def change() -> None:
        shares = [0 if number == family else share for number, (share, _) in enumerate(painting.FAMILIES)]
        painting.FAMILIES = tuple(
            (share / sum(shares), strokes)
            for share, (_, strokes) in zip(shares, painting.FAMILIES, strict=True)
        )

    return change


def drawn_alone() -> None:
    """No outline of real dirt, hair or cracks: all shapes are drawn."""
    train.find_shapes = lambda folders: None  # type: ignore[assignment]


def painted_alone() -> None:
    """No crop of a real damaged photograph."""
    train.load_labelled = lambda folders: []  # type: ignore[assignment]


def from_scratch() -> None:
    """The encoder knows nothing, so that all of it learns, its norms too."""
    train.load_imagenet = lambda encoder, start: None  # type: ignore[assignment]
    FinderUNet.freeze_early = lambda self: None  # type: ignore[method-assign]
    FinderUNet.train = nn.Module.train  # type: ignore[method-assign]


VARIANTS: dict[str, tuple[Callable[[], None] | None, dict[str, int]]] = {
    "whole": (None, {}),
    "stride-2": (None, {"stem_stride": 2}),
    "no-lines": (without(LINES), {}),
    "no-specks": (without(SPECKS), {}),
    "no-losses": (without(LOSSES), {}),
    "drawn-alone": (drawn_alone, {}),
    "painted-alone": (painted_alone, {}),
    "from-scratch": (from_scratch, {}),
}
"""Name to what is changed, and the options of the training."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("variant", choices=VARIANTS)
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--masks", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=250)
    args = parser.parse_args()
    change, options = VARIANTS[args.variant]
    if change:
        change()
    run = args.run / f"{args.variant}-{args.steps}"
    weights = run / "weights.safetensors"
    if not weights.exists():
        shutil.rmtree(run, ignore_errors=True)
        torch.manual_seed(SEED)
        trainee = train.trainee(
            args.data, load_photoset(args.data), choose_device("auto"), seed=SEED, crop=CROP, **options
        )
        training.fit(trainee, training.RunConfig(run, minutes=NEVER, steps=args.steps, seed=SEED))
        train.export(run, weights)
    figures = evaluate(args.masks, weights=weights, size=512, flips=False, far=False, bootstrap=0)
    told = {name: round(figures["all"][name], 4) for name in FIGURES}
    sys.stdout.write(json.dumps({"variant": args.variant, "steps": args.steps} | told) + "\n")


if __name__ == "__main__":
    main()
