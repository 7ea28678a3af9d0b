"""Training of the colorizer: `python -m ml train colorize`. The loop is ml.training's, a step is trainee.py's."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from ml import training
from ml.colorize.data import CROP, ColorizeSamples
from ml.colorize.network import MULTIPLE, build
from ml.colorize.trainee import Colouring
from ml.efficientnet import ENCODER_FILE, find_imagenet
from ml.photoset import Photoset
from ml.training import SHEET_SEED


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--batch-size", type=int, default=8, metavar="N", help="crops per step (default: %(default)s)"
    )
    parser.add_argument(
        "--crop",
        type=_side,
        default=CROP,
        metavar="PX",
        help="side of a crop, a multiple of 32; small ones first are quicker (default: %(default)s)",
    )
    parser.add_argument(
        "--lr", type=float, default=1e-3, help="learning rate of the decoder (default: %(default)s)"
    )
    parser.add_argument(
        "--start",
        type=Path,
        default=None,
        metavar="FILE",
        help=f"encoder's weights to start from (default: weights/{ENCODER_FILE} near the data)",
    )
    parser.add_argument(
        "--weights",
        type=Path,
        default=None,
        metavar="FILE",
        help="a colorizer's exported weights to go on from (default: the encoder's alone)",
    )
    parser.add_argument(
        "--adversarial-from",
        type=float,
        default=4000,
        metavar="STEP",
        help="L1 alone until then; below 1 a share of --steps (default: %(default)g)",
    )
    parser.add_argument(
        "--adversarial",
        type=float,
        default=0.3,
        help="the discriminator's pull, 1 being L1's (default: %(default)s)",
    )
    parser.add_argument(
        "--perceptual", type=float, default=0.3, help="the perceptual loss's pull (default: %(default)s)"
    )


def _side(text: str) -> int:
    side = int(text)
    if side <= 0 or side % MULTIPLE:
        raise argparse.ArgumentTypeError(f"a multiple of {MULTIPLE} is needed; got {side}")
    return side


def trainee(
    data: list[Path],
    photoset: Photoset,
    device: torch.device,
    *,
    seed: int = 0,
    steps: int | None = None,
    start: Path | None = None,
    weights: Path | None = None,
    batch_size: int = 8,
    crop: int = CROP,
    lr: float = 1e-3,
    adversarial_from: float = 4000,
    adversarial: float = 0.3,
    perceptual: float = 0.3,
) -> Colouring:
    """The colorizer to train on `photoset`; its start is looked for near `data`."""
    return Colouring(
        ColorizeSamples(photoset, seed, crop),
        ColorizeSamples(photoset, seed + SHEET_SEED, crop),
        device,
        start=None if weights else start or find_imagenet(data),
        weights=weights,
        batch_size=batch_size,
        lr=lr,
        adversarial_from=first_adversarial_step(adversarial_from, steps),
        adversarial=adversarial,
        perceptual=perceptual,
    )


def first_adversarial_step(adversarial_from: float, steps: int | None) -> int:
    """A step as it is; a share below 1 of all steps.  Raises ValueError for a share of an unknown number."""
    if adversarial_from >= 1 or adversarial_from == 0:
        return round(adversarial_from)
    if steps is None:
        raise ValueError("--adversarial-from: a share needs --steps; else name a step")
    return round(adversarial_from * steps)


def export(run: Path, out: Path) -> None:
    """Write the averaged weights of a run as fp16 safetensors."""
    training.export(run, build(), out, {"network": "colorize", "architecture": "ChromaUNet"})
