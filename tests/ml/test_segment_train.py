"""The finder's training: one step learns, and it goes on from exported weights at any size of crop."""

import numpy as np
import pytest
import torch

from ml import training
from ml.checkpoint import read_weights
from ml.photoset import Sample
from ml.segment import train
from ml.segment.data import SegmentSamples
from ml.segment.train import Finding


class Photographs:
    weights = np.ones(1)

    def __getitem__(self, index: int) -> Sample:
        return Sample("even", "made", False, (), np.full((120, 160, 3), 120, np.uint8))


def trainee(crop: int = 64, **options) -> Finding:
    torch.manual_seed(5)
    samples = SegmentSamples(Photographs(), [], None, 0, crop)
    return Finding(
        samples, samples, torch.device("cpu"), start=None, **({"batch_size": 2, "lr": 3e-3} | options)
    )


@pytest.fixture
def exported(tmp_path, monkeypatch):
    monkeypatch.setattr(Finding, "sheet", lambda *_: np.zeros((8, 8, 3), np.uint8))
    training.fit(trainee(), training.RunConfig(tmp_path / "run", minutes=5, steps=1, device="cpu"))
    train.export(tmp_path / "run", tmp_path / "segment.safetensors")
    return tmp_path / "segment.safetensors"


def test_it_learns_its_samples():
    finding = trainee()
    samples = [finding.sample(number) for number in range(2)]
    batch = {key: torch.stack([sample[key] for sample in samples]) for key in samples[0]}

    losses = [finding.step(batch, step) for step in range(10)]

    assert losses[-1]["bce"] + losses[-1]["dice_loss"] < 0.9 * (losses[0]["bce"] + losses[0]["dice_loss"])


def test_it_goes_on_from_exported_weights_at_another_size_of_crop(exported):
    later = trainee(crop=96, weights=exported)

    weights, _ = read_weights(exported)
    network = later.modules["network"].state_dict()
    assert all(torch.equal(network[key], value.to(network[key].dtype)) for key, value in weights.items())
    assert later.sample(0)["photo_u8"].shape == (3, 96, 96)
