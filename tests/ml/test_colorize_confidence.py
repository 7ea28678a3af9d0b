"""The colorizer's doubts: learned from errors, paler colours where they are large, off by a switch."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ml import shipped, training
from ml.checkpoint import load_weights, read_weights, save_weights
from ml.colorize import confidence_train
from ml.colorize.confidence import (
    SURE_ERROR,
    DoubtingUNet,
    ErrorHead,
    kept,
    negative_log_likelihood,
)
from ml.colorize.data import ColorizeSamples
from ml.colorize.infer import Colorizer, View
from ml.colorize.network import build
from tests.ml.test_colorize_train import Photographs

CPU = torch.device("cpu")


def colorizer_and_head() -> tuple[torch.nn.Module, ErrorHead]:
    torch.manual_seed(7)
    network, head = build().eval(), ErrorHead()
    torch.nn.init.normal_(network.head.weight, std=0.2)  # a fresh one colours next to nothing
    torch.nn.init.normal_(head.head.weight, std=0.3)
    return network, head


@pytest.fixture
def picture_u8() -> np.ndarray:
    rng = np.random.default_rng(2)
    grey = np.clip(np.linspace(30, 220, 150)[None, :, None] + rng.normal(0, 9, (110, 150, 1)), 0, 255)
    return grey.astype(np.uint8).repeat(3, axis=2)


def test_sure_colours_stay_and_the_others_are_paler_the_more_they_may_err():
    errors = np.linspace(0, 0.4, 50, dtype=np.float32)

    factors = kept(errors)

    assert np.all(factors[errors <= SURE_ERROR] == 1)
    unsure = factors[errors > SURE_ERROR]
    assert np.all(np.diff(unsure) < 0) and 0 < unsure[-1] < 0.1
    assert kept(np.float32(0.1)) == pytest.approx(0.5, abs=0.01)
    assert np.allclose(kept(torch.from_numpy(errors)).numpy(), factors)


def test_it_learns_where_errors_are_large():
    """The chroma errs by 0.1 in the left half and by 0.02 in the right one; the maps tell the halves."""
    torch.manual_seed(1)
    maps = [
        torch.zeros(1, channels, 8 >> 2 - step, 8 >> 2 - step) for step, channels in enumerate((256, 160, 96))
    ]
    maps = [*maps, torch.zeros(1, 32, 16, 16)]
    for one in maps:
        one[..., : one.shape[-1] // 2] = 1
    chroma = torch.zeros(1, 2, 16, 16)
    truth = torch.full_like(chroma, 0.02)
    truth[..., :8] = 0.1
    head = ErrorHead()
    optimizer = torch.optim.Adam(head.parameters(), lr=0.02)
    for _ in range(200):
        optimizer.zero_grad()
        negative_log_likelihood(head(maps, chroma), chroma, truth).backward()
        optimizer.step()

    error = (0.5 * head(maps, chroma)).exp()[0, 0]

    assert error.shape == (8, 8)
    assert error[4, 1].item() == pytest.approx(0.1, rel=0.25)
    assert error[4, 6].item() == pytest.approx(0.02, rel=0.25)


@pytest.mark.parametrize("size", [(32, 32), (96, 64)])
def test_chroma_is_that_of_the_network_alone(size):
    network, head = colorizer_and_head()
    luma = torch.rand(2, 1, *size)
    with torch.inference_mode():
        alone = network(luma)
        both = DoubtingUNet(network, head)(luma)

    assert torch.equal(both[:, :2], alone)
    assert both.shape == (2, 3, size[0] // 2, size[1] // 2)
    assert (both[:, 2] > 0).all() and both[:, 2].std() > 0


def test_damping_is_off_by_a_switch_and_keeps_the_hue(picture_u8):
    network, head = colorizer_and_head()
    bare = Colorizer(network, CPU)
    doubting = Colorizer(colorizer_and_head()[0], CPU, head)

    undamped = doubting.colorize(picture_u8, damped=False)
    luma, chroma = doubting.small(picture_u8, damped=False)
    _, paler = doubting.small(picture_u8)
    assert np.allclose(paler, chroma * kept(doubting.doubt(picture_u8))[..., None])
    assert not np.array_equal(doubting.colorize(picture_u8), undamped)
    assert doubting.doubt(picture_u8).shape == luma.shape
    with pytest.raises(ValueError, match="no head of errors"):
        bare.doubt(picture_u8)


def test_a_mirrored_opinion_damps_its_own_places(picture_u8):
    """The error is flipped back with the chroma that it belongs to."""
    network, head = colorizer_and_head()
    colorizer = Colorizer(network, CPU, head)
    _, chroma, error = colorizer._seen(picture_u8, View(mirrored=True))
    _, flipped_chroma, flipped_error = colorizer._seen(picture_u8[:, ::-1].copy(), View())
    # The padding lies on the other side of the mirrored picture: compare where it does not reach.
    assert chroma.shape == flipped_chroma.shape and error.shape == flipped_error.shape
    assert np.corrcoef(error.ravel(), flipped_error[:, ::-1].ravel())[0, 1] > 0.9


def test_the_shipped_head_is_of_the_shipped_colorizer():
    assert "confidence" in shipped.shipped_sha256()
    metadata = load_weights("confidence")[1]
    assert metadata["colorize_sha256"] == shipped.shipped_sha256()["colorize"]


@pytest.fixture
def doubting_run(tmp_path, monkeypatch):
    weights = tmp_path / "colorize.safetensors"
    torch.manual_seed(3)
    save_weights(weights, build().state_dict(), {})

    def make() -> confidence_train.Doubting:
        samples = ColorizeSamples(Photographs(), 0, crop=32)
        torch.manual_seed(4)
        return confidence_train.Doubting(samples, samples, CPU, weights=weights, batch_size=2, lr=1e-2)

    return make


def test_training_moves_the_head_alone_and_expects_what_it_sees(doubting_run):
    doubting = doubting_run()
    before = {key: value.clone() for key, value in doubting.colorizer.state_dict().items()}
    batch = {
        key: torch.stack([doubting.sample(number)[key] for number in range(2)]) for key in doubting.sample(0)
    }
    first = doubting.step(batch, 0)
    for step in range(1, 60):
        last = doubting.step(batch, step)

    assert last["loss"] < first["loss"]
    assert not 0.5 < first["expected"] / first["mse_cbcr"] < 2
    assert 0.5 < last["expected"] / last["mse_cbcr"] < 2
    after = doubting.colorizer.state_dict()
    assert all(torch.equal(after[key], value) for key, value in before.items())


def test_a_run_is_exported_and_draws_its_sheet(doubting_run, tmp_path):
    run = tmp_path / "run"
    training.fit(doubting_run(), training.RunConfig(run, minutes=5, steps=2))
    confidence_train.export(run, tmp_path / "confidence.safetensors")

    state, metadata = read_weights(tmp_path / "confidence.safetensors")
    ErrorHead().load_state_dict(state)
    assert metadata["network"] == "confidence" and metadata["step"] == "2"
    assert list(run.glob("sheet-*.png"))
