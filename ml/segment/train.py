"""Training of the finder: `python -m ml train segment`. The loop is ml.training's; what one step does is here."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ml import training
from ml.checkpoint import read_weights
from ml.devices import autocast
from ml.efficientnet import find_imagenet, load_imagenet
from ml.photoset import Photoset
from ml.runstate import load_state
from ml.segment.data import CROP, SegmentSamples, find_shapes, load_labelled
from ml.segment.losses import defect_bce, kind_loss, soft_dice_loss
from ml.segment.network import build, build_for
from ml.segment.sheet import draw_sheet
from ml.training import SHEET_SEED

ENCODER_LR_SHARE = 0.3
"""The encoder learns more gently than the rest, so as not to forget what it knows."""
KIND_SHARE = 0.1
"""The kinds are told for the user's sake; they must not cost the mask."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--batch-size", type=int, default=8, metavar="N", help="crops per step (default: %(default)s)"
    )
    parser.add_argument(
        "--lr", type=float, default=1e-3, help="learning rate of AdamW (default: %(default)s)"
    )
    parser.add_argument(
        "--crop", type=int, default=CROP, metavar="PX", help="side of a crop (default: %(default)s)"
    )
    parser.add_argument(
        "--weights",
        type=Path,
        default=None,
        metavar="FILE",
        help="a finder's exported weights to go on from (default: the encoder from ImageNet)",
    )
    parser.add_argument(
        "--stem-stride",
        type=int,
        choices=(1, 2),
        default=1,
        help="of the stem; 2 to measure what 1 is worth (default: %(default)s)",
    )


class Finding:
    """What ml.training needs to know of the finder."""

    def __init__(
        self,
        samples: SegmentSamples,
        sheet_samples: SegmentSamples,
        device: torch.device,
        *,
        start: Path | None,
        weights: Path | None = None,
        batch_size: int,
        lr: float,
        stem_stride: int = 1,
    ) -> None:
        network = build(stem_stride)
        if weights is not None:
            network.load_state_dict(read_weights(weights)[0])
        elif start is not None:
            load_imagenet(network.encoder, start)
        network.freeze_early()
        network.to(device, memory_format=torch.channels_last)
        self.modules: dict[str, nn.Module] = {"network": network}
        adam = torch.optim.AdamW(
            [
                {"params": list(network.encoder_parameters()), "lr": lr * ENCODER_LR_SHARE},
                {"params": list(network.other_parameters()), "lr": lr},
            ],
            betas=(0.9, 0.99),
            weight_decay=0.01,
        )
        self.optimizers: dict[str, torch.optim.Optimizer] = {"network": adam}
        self.batch_size = batch_size
        self.samples, self.sheet_samples = samples, sheet_samples
        self.device = device

    def sample(self, index: int) -> dict[str, Tensor]:
        return self.samples[index]

    def step(self, batch: dict[str, Tensor], step: int) -> dict[str, float]:
        network = self.modules["network"].train()
        photo = batch["photo_u8"].to(self.device, memory_format=torch.channels_last).float() / 255
        kinds = batch["kinds_u8"].to(self.device)
        with autocast(self.device):
            logits = network(photo)
        logits = logits.float()
        losses = {
            "bce": defect_bce(logits[:, 0], kinds),
            "dice_loss": soft_dice_loss(logits[:, 0], kinds),
            "kind": kind_loss(logits[:, 1:], kinds),
        }
        optimizer = self.optimizers["network"]
        optimizer.zero_grad(set_to_none=True)
        (losses["bce"] + losses["dice_loss"] + KIND_SHARE * losses["kind"]).backward()
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        return {name: loss.item() for name, loss in losses.items()}

    def sheet(self, network: nn.Module) -> np.ndarray:
        return draw_sheet(network, [self.sheet_samples[index] for index in range(24)], self.device)


def trainee(
    data: list[Path],
    photoset: Photoset,
    device: torch.device,
    *,
    seed: int = 0,
    steps: int | None = None,
    start: Path | None = None,
    weights: Path | None = None,
    crop: int = CROP,
    batch_size: int = 8,
    lr: float = 1e-3,
    stem_stride: int = 1,
) -> Finding:
    """The finder to train on `photoset`, and on the real damage and with the shapes that `data` holds besides."""
    labelled, shapes = load_labelled(data), find_shapes(data)
    return Finding(
        SegmentSamples(photoset, labelled, shapes, seed, crop),
        SegmentSamples(photoset, labelled, shapes, seed + SHEET_SEED, crop),
        device,
        start=None if weights else start or find_imagenet(data),
        weights=weights,
        batch_size=batch_size,
        lr=lr,
        stem_stride=stem_stride,
    )


def export(run: Path, out: Path) -> None:
    """Write the averaged weights of a run as fp16 safetensors."""
    network = build_for((load_state(run) or {}).get("average", {}))
    training.export(run, network, out, {"network": "segment", "architecture": "FinderUNet"})
