"""The colorizer's training: one step learns, phases begin when they should, resuming goes on exactly."""

import numpy as np
import pytest
import torch

from ml import training
from ml.checkpoint import read_weights
from ml.colorize import train
from ml.colorize.data import ColorizeSamples
from ml.colorize.network import build
from ml.colorize.trainee import Colouring
from ml.photoset import Sample


class Photographs:
    """Two halves in two colours, told apart by luma."""

    weights = np.ones(1)

    def __getitem__(self, index: int) -> Sample:
        photo = np.full((96, 128, 3), (200, 90, 60), np.uint8)
        photo[:, 64:] = (40, 60, 140)
        return Sample("halves", "made", False, (), photo)


def trainee(adversarial_from: int = 1, **options) -> Colouring:
    torch.manual_seed(5)
    samples = ColorizeSamples(Photographs(), 0, crop=32)
    settings = {"batch_size": 2, "lr": 3e-3, "adversarial": 0.3, "perceptual": 0.3} | options
    return Colouring(
        samples, samples, torch.device("cpu"), start=None, adversarial_from=adversarial_from, **settings
    )


def batch(colouring: Colouring, step: int) -> dict[str, torch.Tensor]:
    samples = [colouring.sample(step * 2 + number) for number in range(2)]
    return {key: torch.stack([sample[key] for sample in samples]) for key in samples[0]}


def state(colouring: Colouring) -> dict[str, torch.Tensor]:
    return {
        f"{name}.{key}": value.clone()
        for name, module in colouring.modules.items()
        for key, value in module.state_dict().items()
    }


def test_l1_alone_first_then_the_discriminator_and_the_perceptual_loss():
    colouring = trainee(adversarial_from=1)
    discriminator = state(colouring)

    before = colouring.step(batch(colouring, 0), 0)
    untouched = state(colouring)
    after = colouring.step(batch(colouring, 1), 1)

    assert set(before) == {"l1", "mse_cbcr", "mse_cbcr_gray"}
    assert set(after) - set(before) == {"discriminator", "adversarial", "perceptual"}
    theirs = [key for key in discriminator if key.startswith("discriminator")]
    assert all(torch.equal(untouched[key], discriminator[key]) for key in theirs)
    assert any(not torch.equal(state(colouring)[key], discriminator[key]) for key in theirs)


def test_it_learns_what_luma_tells():
    colouring = trainee(adversarial_from=10**6)
    same = batch(colouring, 0)

    losses = [colouring.step(same, step)["l1"] for step in range(12)]

    assert losses[-1] < 0.6 * losses[0]


def test_figures_are_in_the_units_of_evaluate():
    """Grey against these two colours, by hand from the sample itself."""
    colouring = trainee()
    given = batch(colouring, 0)

    figures = colouring.step(given, 0)

    truth = (given["chroma_u8"].double() - 128).square().mean().item()
    assert figures["mse_cbcr_gray"] == pytest.approx(truth, rel=1e-4)


class Stopped(Exception):
    """The machine went away."""


def test_a_resumed_training_equals_one_that_was_not_stopped(tmp_path, monkeypatch):
    """Across the beginning of the adversarial phase, to the bit."""
    monkeypatch.setattr("ml.colorize.trainee.SHEET_SAMPLES", 2)

    def config(name: str, **options) -> training.RunConfig:
        return training.RunConfig(tmp_path / name, minutes=5, steps=3, device="cpu", **options)

    whole = trainee()
    training.fit(whole, config("whole"))

    stopped = trainee()
    step = stopped.step

    def interrupted(given, number):
        if number == 2:
            raise Stopped
        return step(given, number)

    stopped.step = interrupted
    with pytest.raises(Stopped):
        training.fit(stopped, config("parts", save_every_s=0))
    resumed = trainee()
    training.fit(resumed, config("parts", resume=True))

    expected = state(whole)
    assert all(torch.equal(value, expected[key]) for key, value in state(resumed).items())


def test_export_writes_what_the_colorizer_loads(tmp_path, monkeypatch):
    monkeypatch.setattr("ml.colorize.trainee.SHEET_SAMPLES", 2)
    training.fit(trainee(), training.RunConfig(tmp_path / "run", minutes=5, steps=1, device="cpu"))

    train.export(tmp_path / "run", tmp_path / "colorize.safetensors")

    weights, metadata = read_weights(tmp_path / "colorize.safetensors")
    build().load_state_dict(weights)
    assert metadata["network"] == "colorize"
    assert metadata["step"] == "1"


def test_the_sheet_shows_luma_colours_and_truth(monkeypatch):
    monkeypatch.setattr("ml.colorize.trainee.SHEET_SAMPLES", 2)
    colouring = trainee()
    network = colouring.modules["network"]

    sheet = colouring.sheet(network)

    assert sheet.shape == (32, 2 * 3 * 32, 3)
    assert sheet.dtype == np.uint8
    assert (sheet[:, :32, 0] == sheet[:, :32, 2]).all()
    assert not (sheet[:, 64:96, 0] == sheet[:, 64:96, 2]).all()


@pytest.mark.parametrize("given, steps, expected", [(0.5, 4000, 2000), (1500, None, 1500), (0, 100, 0)])
def test_the_adversarial_phase_begins_at_a_step_or_a_share(given, steps, expected):
    assert train.first_adversarial_step(given, steps) == expected


def test_a_share_of_unknown_steps_is_refused():
    with pytest.raises(ValueError, match="--steps"):
        train.first_adversarial_step(0.5, None)


def test_it_goes_on_from_exported_weights(tmp_path, monkeypatch):
    monkeypatch.setattr("ml.colorize.trainee.SHEET_SAMPLES", 2)
    training.fit(trainee(), training.RunConfig(tmp_path / "run", minutes=5, steps=1, device="cpu"))
    train.export(tmp_path / "run", tmp_path / "colorize.safetensors")

    later = trainee(weights=tmp_path / "colorize.safetensors")

    weights, _ = read_weights(tmp_path / "colorize.safetensors")
    network = later.modules["network"].state_dict()
    assert all(torch.equal(network[key], value.to(network[key].dtype)) for key, value in weights.items())
    assert not torch.equal(network["head.weight"], trainee().modules["network"].state_dict()["head.weight"])
