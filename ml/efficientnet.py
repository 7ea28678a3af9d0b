"""EfficientNet-lite2 (Tan & Le 2019; no squeeze-and-excitation) as an encoder that knows ImageNet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from safetensors.torch import load_file
from torch import nn

from ml.backbones import import_smp

ENCODER = "tu-tf_efficientnet_lite2"
ENCODER_FILE = "tf_efficientnet_lite2.encoder.fp16.safetensors"
"""What the encoder starts from; looked for in a folder `weights` near the data."""
FROZEN_BLOCKS = 2
"""The encoder's first stages keep what ImageNet taught them: edges and textures."""


def build_encoder() -> nn.Module:
    """smp's encoder, fresh (nothing is fetched): B3HW of -1..1 to the input and five levels, 1/2 to 1/32."""
    return import_smp().encoders.get_encoder(ENCODER, in_channels=3, depth=5, weights=None)


def load_imagenet(encoder: nn.Module, start: Path) -> None:
    """ImageNet's weights into the encoder.  Raises ValueError where the file is not of this encoder."""
    state = {key: value.float() for key, value in load_file(start).items()}
    missing, _ = encoder.model.load_state_dict(state, strict=False)
    if missing:
        raise ValueError(
            f"{start}: {len(missing)} of the encoder's weights are not in it, first {missing[0]}"
        )


def find_imagenet(data: Sequence[Path]) -> Path:
    """ENCODER_FILE in a folder `weights` beside one of the data's folders or of those above.

    Raises FileNotFoundError with the remedy.
    """
    for folder in data:
        for parent in (folder.resolve(), *folder.resolve().parents):
            if (parent / "weights" / ENCODER_FILE).is_file():
                return parent / "weights" / ENCODER_FILE
    raise FileNotFoundError(
        f"no weights/{ENCODER_FILE} near {data[0]}: name the encoder's weights by --start FILE"
    )


def freeze_early(encoder: nn.Module, blocks: int = FROZEN_BLOCKS) -> None:
    """No gradient for the first stages, nor for any depthwise filter.

    They are what ImageNet taught; and on a CPU a depthwise filter's gradient in bf16 costs more than all the rest of
    the encoder.
    """
    model = encoder.model
    for module in (model.conv_stem, model.bn1, *list(model.blocks)[:blocks]):
        module.requires_grad_(False)
    for module in model.modules():
        if isinstance(module, nn.Conv2d) and module.groups > 1:
            module.requires_grad_(False)
