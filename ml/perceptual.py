"""What pictures look like to a network that learned to name things: SqueezeNet 1.1 (Iandola et al. 2016).

Its lower maps serve perceptual and style losses, and the distance that `evaluate` calls `perceptual`. VGG-16, which
the papers use, takes its place for those who have torchvision's file. Frozen, in evaluation mode; gradients reach the
pictures. Suffixes: B batch, C channels, H height, W width.
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from ml.checkpoint import load_weights

MEAN_01, STD_01 = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""ImageNet's, with which both networks were trained."""
SQUEEZE_STAGES = (2, 5, 8, 13)
"""A stage ends before these layers: its features are those of full size before each pooling, and the last."""
FIRES = {3: (64, 16, 64), 4: (128, 16, 64), 6: (128, 32, 128), 7: (256, 32, 128)} | {
    9: (256, 48, 192), 10: (384, 48, 192), 11: (384, 64, 256), 12: (512, 64, 256)
}  # fmt: skip
"""Layer number to channels in, squeezed, and of each expansion (version 1.1)."""
VGG_WIDTHS = ((64, 64), (128, 128), (256, 256, 256))
"""Convolutions of VGG-16 up to its third pooling; the papers compare after each pooling."""


class Fire(nn.Module):
    """SqueezeNet's building block: few channels, then 1x1 and 3x3 side by side. Keys as torchvision's."""

    def __init__(self, channels_in: int, squeezed: int, expanded: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(channels_in, squeezed, 1)
        self.expand1x1 = nn.Conv2d(squeezed, expanded, 1)
        self.expand3x3 = nn.Conv2d(squeezed, expanded, 3, padding=1)

    def forward(self, features: Tensor) -> Tensor:
        few = self.squeeze(features).relu()
        return torch.cat([self.expand1x1(few).relu(), self.expand3x3(few).relu()], dim=1)


class Features(nn.Module):
    """Layers in a row whose maps are kept at the end of every stage."""

    def __init__(self, layers: nn.Sequential, stages: tuple[int, ...]) -> None:
        super().__init__()
        self.features = layers
        self.stages = stages
        self.register_buffer("mean_01", torch.tensor(MEAN_01).reshape(1, 3, 1, 1), persistent=False)
        self.register_buffer("std_01", torch.tensor(STD_01).reshape(1, 3, 1, 1), persistent=False)

    def forward(self, image_01_BCHW: Tensor) -> list[Tensor]:
        """The maps of every stage, fine to coarse.  image_01_BCHW: RGB, 0-1, at least 17 x 17."""
        features = (image_01_BCHW - self.mean_01) / self.std_01
        features = features.contiguous(memory_format=torch.channels_last)
        maps = []
        for number, layer in enumerate(self.features):
            if number in self.stages:
                maps.append(features)
            if number >= self.stages[-1]:
                break
            features = layer(features)
        if len(self.features) in self.stages:
            maps.append(features)
        return maps

    def _load(self, state: dict[str, Tensor]) -> None:
        ours = {key: value.float() for key, value in state.items() if key in self.state_dict()}
        self.load_state_dict(ours)
        self.requires_grad_(False).eval().to(memory_format=torch.channels_last)


class SqueezeFeatures(Features):
    """SqueezeNet 1.1 in four stages: 64, 128, 256 and 512 channels at 1/2, 1/4, 1/8 and 1/16 of the size.

    stages: only so many of the four, from the fine end: the rest is not computed.
    Raises WeightsMissing where ml/weights lacks it.
    """

    def __init__(self, stages: int = len(SQUEEZE_STAGES)) -> None:
        layers: list[nn.Module] = [nn.Conv2d(3, 64, 3, stride=2), nn.ReLU()]
        for number in range(2, 13):
            pooling = number in (2, 5, 8)
            layers.append(nn.MaxPool2d(3, stride=2, ceil_mode=True) if pooling else Fire(*FIRES[number]))
        super().__init__(nn.Sequential(*layers), SQUEEZE_STAGES[:stages])
        self._load(load_weights("squeezenet1_1")[0])


class VGGFeatures(Features):
    """VGG-16 after its first three poolings, from torchvision's `vgg16` weights (.pth or .safetensors)."""

    def __init__(self, weights: Path) -> None:
        layers: list[nn.Module] = []
        stages: list[int] = []
        channels = 3
        for block in VGG_WIDTHS:
            for width in block:
                layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
                channels = width
            layers.append(nn.MaxPool2d(2))
            stages.append(len(layers))
        super().__init__(nn.Sequential(*layers), tuple(stages))
        safe = weights.suffix == ".safetensors"
        self._load(load_file(weights) if safe else torch.load(weights, map_location="cpu", weights_only=True))


def perceptual_distance(a_01_BCHW: Tensor, b_01_BCHW: Tensor, features: Features | None = None) -> Tensor:
    """How different two pictures look, one number per pair (B); 0 for equal ones.

    The mean over SqueezeNet's stages of squared differences of channel-normalised features: those of LPIPS (Zhang et
    al. 2018, arXiv:1801.03924), without its learned weights of channels, and hence not to be called by that name.
    """
    network = features or SqueezeFeatures().to(a_01_BCHW.device)
    stages = zip(network(a_01_BCHW), network(b_01_BCHW), strict=True)
    distances = [(_unit(a) - _unit(b)).square().sum(1).mean((1, 2)) for a, b in stages]
    return torch.stack(distances).mean(0)


def _unit(features_BCHW: Tensor) -> Tensor:
    """Of length 1 over channels at every place."""
    return features_BCHW / (features_BCHW.square().sum(1, keepdim=True) + 1e-10).sqrt()
