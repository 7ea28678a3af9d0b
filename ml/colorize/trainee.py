"""One training step of the colorizer, for ml.training's loop.

L1 on Cb and Cr first. From `adversarial_from` on, SAGAN's discriminator and the perceptual loss join it: L1 alone
leaves patches and pale colours, since doing little is often cheapest.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ml.checkpoint import read_weights
from ml.colorize import ycc
from ml.colorize.data import ColorizeSamples
from ml.colorize.discriminator import Discriminator
from ml.colorize.losses import (
    LOWER_MAPS,
    chroma_l1,
    hinge_discriminator,
    hinge_generator,
    joined_gradient,
    perceptual_mse,
)
from ml.colorize.network import build
from ml.colorize.sheet import draw_sheet
from ml.devices import autocast
from ml.efficientnet import load_imagenet
from ml.perceptual import SqueezeFeatures

ENCODER_LR_SHARE = 0.3
"""The encoder learns more gently than the decoder, so as not to forget what it knows."""
RAMP_STEPS = 500
"""The discriminator's and the perceptual loss's shares grow over so many steps: the former must learn first."""
SHEET_SAMPLES = 12


class Colouring:
    """What ml.training needs to know of the colorizer."""

    def __init__(
        self,
        samples: ColorizeSamples,
        sheet_samples: ColorizeSamples,
        device: torch.device,
        *,
        start: Path | None,
        weights: Path | None = None,
        batch_size: int,
        lr: float,
        adversarial_from: int,
        adversarial: float,
        perceptual: float,
    ) -> None:
        network = build()
        if weights is not None:
            network.load_state_dict(read_weights(weights)[0])
        elif start is not None:
            load_imagenet(network.encoder, start)
        network.to(device)
        network.freeze_stem()
        discriminator = Discriminator().to(device, memory_format=torch.channels_last)
        self.modules: dict[str, nn.Module] = {"network": network, "discriminator": discriminator}
        self.optimizers: dict[str, torch.optim.Optimizer] = {
            "network": torch.optim.AdamW(
                [
                    {"params": list(network.encoder_parameters()), "lr": lr * ENCODER_LR_SHARE},
                    {"params": list(network.decoder_parameters()), "lr": lr},
                ],
                betas=(0.9, 0.99),
                weight_decay=0.01,
            ),
            # SAGAN's: no momentum, and four times the generator's usual rate.
            "discriminator": torch.optim.Adam(discriminator.parameters(), lr=4e-4, betas=(0.0, 0.9)),
        }
        self.batch_size = batch_size
        self.samples, self.sheet_samples = samples, sheet_samples
        self.device = device
        self.adversarial_from = adversarial_from
        self.shares = {"adversarial": adversarial, "perceptual": perceptual}
        self.features: SqueezeFeatures | None = None

    def sample(self, index: int) -> dict[str, Tensor]:
        return self.samples[index]

    def step(self, batch: dict[str, Tensor], step: int) -> dict[str, float]:
        network = self.modules["network"].train()
        luma = batch["luma_u8"].to(self.device).float() / 255
        truth = (batch["chroma_u8"].to(self.device).float() - 128) / 255
        with autocast(self.device):
            chroma = network(luma)
        given = chroma.detach().requires_grad_()
        loss = chroma_l1(given, truth)
        figures = {"l1": loss.item()}
        others: dict[str, tuple[Tensor, float]] = {}
        if step >= self.adversarial_from:
            half_luma = F.avg_pool2d(luma, 2)
            figures["discriminator"] = self._judge(half_luma, given.detach(), truth)
            others = self._others(
                half_luma, given, truth, min(1.0, (step - self.adversarial_from) / RAMP_STEPS)
            )
            figures |= {name: other.item() for name, (other, _) in others.items()}
        self._descend(chroma, joined_gradient(loss, others, given))
        figures["mse_cbcr"] = float((given.detach() - truth).square().mean()) * 255**2
        figures["mse_cbcr_gray"] = float(truth.square().mean()) * 255**2
        return figures

    def sheet(self, network: nn.Module) -> np.ndarray:
        return draw_sheet(network, [self.sheet_samples[index] for index in range(SHEET_SAMPLES)], self.device)

    def _judge(self, luma: Tensor, fake: Tensor, real: Tensor) -> float:
        """One step of the discriminator."""
        discriminator = self.modules["discriminator"].train().requires_grad_(True)
        with autocast(self.device):
            both = discriminator(torch.cat([luma, luma]), torch.cat([real, fake]))
            loss = hinge_discriminator(*both.chunk(2))
        optimizer = self.optimizers["discriminator"]
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss.item()

    def _others(
        self, luma: Tensor, given: Tensor, truth: Tensor, ramp: float
    ) -> dict[str, tuple[Tensor, float]]:
        """The losses beside L1 and their shares."""
        losses: dict[str, Tensor] = {}
        with autocast(self.device):
            if self.shares["adversarial"]:
                discriminator = self.modules["discriminator"].requires_grad_(False)
                losses["adversarial"] = hinge_generator(discriminator(luma, given))
            if self.shares["perceptual"]:
                self.features = self.features or SqueezeFeatures(LOWER_MAPS).to(self.device)
                losses["perceptual"] = perceptual_mse(
                    self.features, ycc.rgb(luma, given), ycc.rgb(luma, truth)
                )
        return {name: (loss, self.shares[name] * ramp) for name, loss in losses.items()}

    def _descend(self, chroma: Tensor, gradient: Tensor) -> None:
        optimizer = self.optimizers["network"]
        optimizer.zero_grad(set_to_none=True)
        chroma.backward(gradient)
        nn.utils.clip_grad_norm_(self.modules["network"].parameters(), 1.0)
        optimizer.step()
