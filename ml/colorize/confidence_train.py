"""Training of the colorizer's head of errors: `python -m ml train confidence`. The loop is ml.training's.

The colorizer itself stands still. It has seen the training photographs and errs less on them than on any other: so a
part of its decoder's maps is left out, as in its own training, and each sample is brought to it aged.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ml import training
from ml.checkpoint import load_weights, read_weights
from ml.colorize.confidence import DoubtingUNet, ErrorHead, negative_log_likelihood
from ml.colorize.data import ColorizeSamples
from ml.colorize.network import ChromaUNet, build
from ml.colorize.sheet import draw_doubts
from ml.devices import autocast
from ml.photoset import Photoset
from ml.shipped import shipped_sha256
from ml.training import SHEET_SEED

SHEET_SAMPLES = 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--batch-size", type=int, default=8, metavar="N", help="crops of 224 per step (default: %(default)s)"
    )
    parser.add_argument("--lr", type=float, default=2e-3, help="learning rate (default: %(default)s)")
    parser.add_argument(
        "--weights",
        type=Path,
        default=None,
        metavar="FILE",
        help="the colorizer's exported weights (default: the shipped ones)",
    )


class Doubting:
    """What ml.training needs to know of the head."""

    def __init__(
        self,
        samples: ColorizeSamples,
        sheet_samples: ColorizeSamples,
        device: torch.device,
        *,
        weights: Path | None,
        batch_size: int,
        lr: float,
    ) -> None:
        self.colorizer = build()
        self.colorizer.load_state_dict((read_weights(weights) if weights else load_weights("colorize"))[0])
        self.colorizer.to(device).requires_grad_(False)
        head = ErrorHead().to(device, memory_format=torch.channels_last)
        self.modules: dict[str, nn.Module] = {"network": head}
        self.optimizers: dict[str, torch.optim.Optimizer] = {
            "network": torch.optim.AdamW(head.parameters(), lr=lr, betas=(0.9, 0.99), weight_decay=0.01)
        }
        self.samples, self.sheet_samples = samples, sheet_samples
        self.batch_size, self.device = batch_size, device

    def sample(self, index: int) -> dict[str, Tensor]:
        return self.samples[index]

    def step(self, batch: dict[str, Tensor], step: int) -> dict[str, float]:
        luma = batch["luma_u8"].to(self.device).float() / 255
        truth = (batch["chroma_u8"].to(self.device).float() - 128) / 255
        with torch.no_grad(), autocast(self.device):
            maps = with_dropout(self.colorizer).maps(luma)
            chroma = self.colorizer.chroma(maps)
        with autocast(self.device):
            log_variance = self.modules["network"](maps, chroma)
        loss = negative_log_likelihood(log_variance, chroma, truth)
        optimizer = self.optimizers["network"]
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        error = float((chroma - truth).square().mean()) * 255**2
        expected = float(log_variance.detach().exp().mean()) * 255**2
        return {"loss": loss.item(), "mse_cbcr": error, "expected": expected}

    def sheet(self, network: nn.Module) -> np.ndarray:
        doubting = DoubtingUNet(self.colorizer.eval(), network)
        return draw_doubts(
            doubting, [self.sheet_samples[index] for index in range(SHEET_SAMPLES)], self.device
        )


def trainee(
    data: list[Path],
    photoset: Photoset,
    device: torch.device,
    *,
    seed: int = 0,
    steps: int | None = None,
    weights: Path | None = None,
    batch_size: int = 8,
    lr: float = 2e-3,
) -> Doubting:
    """The head to train on `photoset`."""
    return Doubting(
        ColorizeSamples(photoset, seed),
        ColorizeSamples(photoset, seed + SHEET_SEED),
        device,
        weights=weights,
        batch_size=batch_size,
        lr=lr,
    )


def export(run: Path, out: Path) -> None:
    """Write the averaged weights of a run as fp16 safetensors; they go with the colorizer's shipped ones alone."""
    metadata = {
        "network": "confidence",
        "architecture": "ErrorHead",
        "colorize_sha256": shipped_sha256().get("colorize", ""),
    }
    training.export(run, ErrorHead(), out, metadata)


def with_dropout(colorizer: ChromaUNet) -> ChromaUNet:
    """The network itself: norms and spectral vectors stand still, dropout is at work."""
    colorizer.eval()
    for level in colorizer.levels:
        level.training = True
    return colorizer
