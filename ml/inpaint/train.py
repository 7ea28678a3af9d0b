"""Training of the repairer: `python -m ml train inpaint`. The loop is ml.training's; what one step does is here."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ml import training
from ml.checkpoint import read_weights
from ml.devices import autocast
from ml.inpaint.data import InpaintSamples
from ml.inpaint.losses import (
    Weights,
    composite,
    feature_losses,
    log_error,
    pixel_losses,
    structure_loss,
    total_variation,
)
from ml.inpaint.network import PartialUNet, build
from ml.inpaint.sheet import draw_sheet
from ml.perceptual import SqueezeFeatures
from ml.photoset import Photoset
from ml.training import SHEET_SEED

LR_SHARES = {"lane.": 0.02, "detail.": 0.1, "affinity.": 0.1, "fine_affinity.": 0.1, "half_affinity": 0.1}
"""What begins as a good filling takes shorter steps than the rest, or Adam's first ones would lose it: the lane's
weights are 1/16 each, and a detail that begins at 0 shifts whole pictures."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--batch-size", type=int, default=8, metavar="N", help="crops of 256 per step (default: %(default)s)"
    )
    parser.add_argument("--lr", type=float, default=5e-4, help="learning rate of Adam (default: %(default)s)")
    parser.add_argument(
        "--perceptual-from",
        type=int,
        default=2000,
        metavar="STEP",
        help="pixel losses alone until then (default: %(default)s)",
    )
    parser.add_argument(
        "--perceptual-every",
        type=int,
        default=4,
        metavar="N",
        help="perceptual and style loss every N-th step (default: %(default)s)",
    )
    parser.add_argument(
        "--weights",
        type=Path,
        default=None,
        metavar="FILE",
        help="a repairer's exported weights to go on from (default: from scratch)",
    )


class Repair:
    """What ml.training needs to know of the repairer."""

    def __init__(
        self,
        samples: InpaintSamples,
        sheet_samples: InpaintSamples,
        device: torch.device,
        *,
        batch_size: int,
        lr: float,
        perceptual_from: int,
        perceptual_every: int,
        start: Path | None = None,
        loss_weights: Weights | None = None,
    ) -> None:
        network = build()
        if start is not None:
            network.load_state_dict(read_weights(start)[0])
        network.to(device)
        adam = torch.optim.Adam(parameter_groups(network, lr), betas=(0.9, 0.99))
        self.modules: dict[str, nn.Module] = {"network": network}
        self.optimizers: dict[str, torch.optim.Optimizer] = {"network": adam}
        self.batch_size = batch_size
        self.samples, self.sheet_samples = samples, sheet_samples
        self.device = device
        self.loss_weights = loss_weights or Weights()
        self.perceptual_from, self.perceptual_every = perceptual_from, perceptual_every
        self.features: SqueezeFeatures | None = None

    def sample(self, index: int) -> dict[str, Tensor]:
        return self.samples[index]

    def step(self, batch: dict[str, Tensor], step: int) -> dict[str, float]:
        network = self.modules["network"]
        network.train()
        truth = batch["photo_u8"].to(self.device, memory_format=torch.channels_last).float() / 255
        valid = batch["valid"].to(self.device).float()
        with autocast(self.device):
            output = network(truth, valid)
        losses = pixel_losses(output, truth, valid)
        repaired = composite(output, truth, valid)
        losses["variation"] = total_variation(repaired, valid)
        losses["decibel"] = log_error(output, truth, valid)
        losses["structure"] = structure_loss(repaired, truth, valid)
        if self._is_perceptual(step):
            with autocast(self.device):
                losses |= feature_losses(self._squeeze(), (repaired,), truth)
        self._descend(losses)
        figures = {name: float(loss.detach()) for name, loss in losses.items()}
        figures["psnr_hole"] = float(hole_psnr(output, truth, valid))
        return figures

    def sheet(self, network: nn.Module) -> np.ndarray:
        return draw_sheet(network, [self.sheet_samples[index] for index in range(8)], self.device)

    def _is_perceptual(self, step: int) -> bool:
        return step >= self.perceptual_from and step % self.perceptual_every == 0

    def _squeeze(self) -> SqueezeFeatures:
        if self.features is None:
            self.features = SqueezeFeatures().to(self.device)
        return self.features

    def _descend(self, losses: dict[str, Tensor]) -> None:
        weights = vars(self.loss_weights)
        # A loss that is taken every N-th step counts N-fold there.
        rare = {"perceptual": self.perceptual_every, "style": self.perceptual_every}
        total = sum(loss * weights[name] * rare.get(name, 1) for name, loss in losses.items())
        assert isinstance(total, Tensor)
        optimizer = self.optimizers["network"]
        optimizer.zero_grad(set_to_none=True)
        total.backward()
        nn.utils.clip_grad_norm_(self.modules["network"].parameters(), 10.0)
        optimizer.step()


def parameter_groups(network: PartialUNet, lr: float) -> list[dict[str, Any]]:
    """The parameters by their learning rates."""
    groups: dict[float, list[nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        share = next((share for part, share in LR_SHARES.items() if name.startswith(part)), 1.0)
        groups.setdefault(share, []).append(parameter)
    return [{"params": parameters, "lr": lr * share} for share, parameters in groups.items()]


def hole_psnr(output_01_BCHW: Tensor, truth_01_BCHW: Tensor, valid_B1HW: Tensor) -> Tensor:
    """PSNR inside the holes in dB, mean over the pictures of the batch that have any."""
    with torch.no_grad():
        hole = 1 - valid_B1HW
        squares = ((output_01_BCHW.clamp(0, 1) - truth_01_BCHW) ** 2).mean(1, keepdim=True)
        counts = hole.sum((1, 2, 3))
        errors = ((squares * hole).sum((1, 2, 3)) / counts.clamp(min=1))[counts > 0]
        return (-10 * torch.log10(errors.clamp(min=1e-10))).mean()


def trainee(
    data: list[Path],
    photoset: Photoset,
    device: torch.device,
    *,
    seed: int = 0,
    steps: int | None = None,
    batch_size: int = 8,
    lr: float = 5e-4,
    perceptual_from: int = 2000,
    perceptual_every: int = 4,
    weights: Path | None = None,
) -> Repair:
    """The repairer to train on `photoset`."""
    return Repair(
        InpaintSamples(photoset, seed),
        InpaintSamples(photoset, seed + SHEET_SEED),
        device,
        batch_size=batch_size,
        lr=lr,
        perceptual_from=perceptual_from,
        perceptual_every=perceptual_every,
        start=weights,
    )


def export(run: Path, out: Path) -> None:
    """Write the averaged weights of a run as fp16 safetensors."""
    training.export(run, build(), out, {"network": "inpaint", "architecture": "PartialUNet"})
