"""What each part of the repairer is worth: `PYTHONPATH=. python docs/ablations/inpaint.py VARIANT ...`.

Every variant is trained from scratch on the same samples, in the same order, for the same number of steps, and measured
as `ml evaluate inpaint --no-grain` does it. One line of figures for each, as JSON. The networks are small budgets' (an
hour of two cores for all), so the differences between them tell something, their heights nothing.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from ml import training
from ml.devices import choose_device
from ml.inpaint import infer, network, train
from ml.inpaint.baselines import BASELINES
from ml.inpaint.data import InpaintSamples
from ml.inpaint.evaluate import evaluate
from ml.inpaint.partial_conv import Group, PartialConv2d
from ml.photoset import load_photoset

NEVER = 10**9
SEED = 41
CROP = 128
"""Side of the crops, half of a real training's: a quarter of the time."""
FROZEN_FROM = 0.6
"""Share of the steps after which the batch norms stand still (the paper's second part)."""


def plain() -> None:
    """Plain convolutions: holes are zeros, sums are not renormalised by the share of what is valid."""
    renormalised = PartialConv2d._renormalisation

    def same(self: PartialConv2d, valids: list[torch.Tensor]) -> Group:
        scale_B1HW, valid_B1HW = renormalised(self, valids)
        return torch.ones_like(scale_B1HW), valid_B1HW

    PartialConv2d._renormalisation = same  # type: ignore[method-assign]


def normed(frozen_from: float) -> Callable[[], None]:
    """A batch norm after each level's convolution, as in the paper."""

    def change() -> None:
        start = network.Level.__init__

        def init(self: network.Level, groups_in: tuple[int, ...], channels_out: int, *rest: int, **more: int):
            start(self, groups_in, channels_out, *rest, **more)
            self.norm = nn.BatchNorm2d(channels_out)

        def forward(self: network.Level, *groups: Group) -> Group:
            features, valid_B1HW = self.convolution(*groups, emptied=True)
            features = F.leaky_relu(self.norm(features), network.SLOPE)
            return torch.where(valid_B1HW > 0, features, 0.0), valid_B1HW

        network.Level.__init__, network.Level.forward = init, forward  # type: ignore[method-assign]
        _freeze_norms(frozen_from)

    return change


def _freeze_norms(frozen_from: float) -> None:
    taken = train.Repair.step

    def step(self: train.Repair, batch: dict[str, torch.Tensor], number: int) -> dict[str, float]:
        unet = self.modules["network"]
        unet.train = lambda mode=True: _train(unet, mode, number >= frozen_from * self.steps)  # type: ignore
        return taken(self, batch, number)

    train.Repair.step = step  # type: ignore[method-assign]


def _train(unet: nn.Module, mode: bool, frozen: bool) -> nn.Module:
    nn.Module.train(unet, mode)
    for part in unet.modules():
        if isinstance(part, nn.BatchNorm2d) and frozen:
            part.eval()
    return unet


def unrelaxed() -> None:
    """No relaxation: what the lane's means leave empty, the last features must add alone."""
    network.PartialUNet._relaxed = lambda self, picture, *rest, **more: picture.contiguous()  # type: ignore


def one_scale() -> None:
    """Large losses are filled at once at full size (only when it is measured: training never sees the pyramid)."""
    infer.deep_part = lambda hole_HW: hole_HW & False  # type: ignore[assignment]


VARIANTS: dict[str, tuple[Callable[[], None] | None, dict[str, int]]] = {
    "whole": (None, {}),
    "plain": (plain, {}),
    "normed": (normed(2.0), {}),
    "normed-frozen": (normed(FROZEN_FROM), {}),
    "unrelaxed": (unrelaxed, {}),
    "one-scale": (one_scale, {}),
    "pixels-alone": (None, {"perceptual_from": NEVER}),
}
"""Name to what is changed, and the options of the training."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("variant", choices=VARIANTS)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--val", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=600)
    args = parser.parse_args()
    change, options = VARIANTS[args.variant]
    train.InpaintSamples = partial(InpaintSamples, crop=CROP)  # type: ignore[assignment,misc]
    train.Repair.steps = args.steps  # type: ignore[attr-defined]
    if change:
        change()
    run = args.run / args.variant
    weights = run / "weights.safetensors"
    if not weights.exists():
        shutil.rmtree(run, ignore_errors=True)
        options = {"perceptual_from": 0} | options
        torch.manual_seed(SEED)
        trainee = train.trainee(
            [args.data], load_photoset([args.data]), choose_device("auto"), seed=SEED, **options
        )
        training.fit(trainee, training.RunConfig(run, minutes=NEVER, steps=args.steps, seed=SEED))
        train.export(run, weights)
    figures = evaluate(args.val, weights=weights, grain=False, skip=tuple(BASELINES))
    sys.stdout.write(
        json.dumps(
            {"variant": args.variant, "steps": args.steps} | {k: v["ours"] for k, v in figures.items()}
        )
        + "\n"
    )


if __name__ == "__main__":
    main()
