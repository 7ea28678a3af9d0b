"""The encoder that knows ImageNet: where its weights come from and what stays as it was."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import save_file

from ml.efficientnet import ENCODER_FILE, build_encoder, find_imagenet, load_imagenet


def test_encoder_weights_are_found_near_the_data_or_asked_for(tmp_path):
    data = tmp_path / "photos" / "train"
    data.mkdir(parents=True)
    with pytest.raises(FileNotFoundError, match="--start FILE"):
        find_imagenet([data])

    (tmp_path / "weights").mkdir()
    file = tmp_path / "weights" / ENCODER_FILE
    file.touch()

    assert find_imagenet([data]) == file


def test_another_networks_weights_are_refused(tmp_path):
    save_file({"conv_stem.weight": torch.zeros(32, 3, 3, 3)}, tmp_path / "other.safetensors")

    with pytest.raises(ValueError, match="encoder's weights are not in it"):
        load_imagenet(build_encoder(), tmp_path / "other.safetensors")


def test_the_encoder_starts_from_the_files_weights(tmp_path):
    encoder = build_encoder()
    given = {key: torch.full_like(value, 0.5) for key, value in encoder.model.state_dict().items()}
    given = {key: value.contiguous() for key, value in given.items()}
    save_file(given, tmp_path / "encoder.safetensors")

    load_imagenet(encoder, tmp_path / "encoder.safetensors")

    assert (encoder.model.conv_stem.weight == 0.5).all()
