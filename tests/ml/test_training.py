"""The training loop with a network of one line: what it promises about resuming, budgets, averages and logs."""

from __future__ import annotations

import csv
import itertools
import os
import signal
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from ml import training
from ml.checkpoint import read_weights
from ml.runstate import load_state
from ml.training import RunConfig, export, fit, learning_rate_share


class Line:
    """Learns y = 3x; draws a random number in every step, so that generators matter."""

    def __init__(self, seed: int = 0, broken_at: int | None = None) -> None:
        torch.manual_seed(seed)
        network = nn.Sequential(nn.Linear(1, 1), nn.BatchNorm1d(1), nn.Linear(1, 1))
        self.modules = {"network": network}
        self.optimizers = {"network": torch.optim.Adam(network.parameters(), lr=0.01)}
        self.batch_size = 4
        self.broken_at = broken_at
        self.seen: list[float] = []

    def sample(self, index: int) -> dict[str, torch.Tensor]:
        return {"x": torch.tensor([float(index)])}

    def step(self, batch, step):
        self.seen += batch["x"].flatten().tolist()
        x = batch["x"] / 100
        y = self.modules["network"](x + 0.01 * torch.randn(x.shape))
        loss = (y - 3 * x).square().mean()
        self.optimizers["network"].zero_grad()
        loss.backward()
        self.optimizers["network"].step()
        return {"loss": float("nan") if step == self.broken_at else loss.item()}

    def sheet(self, network):
        assert not network.training
        return np.full((4, 6, 3), (200, 10, 20), np.uint8)


def _config(run, **options) -> RunConfig:
    return RunConfig(run, **{"minutes": 5, "steps": 10, "device": "cpu", "log_every_s": 0.0} | options)


def _equal(one: dict, other: dict) -> bool:
    return all(torch.equal(one[key], other[key]) for key in one)


def test_resuming_goes_on_exactly(tmp_path, monkeypatch):
    whole, first = Line(), Line()
    fit(whole, _config(tmp_path / "whole"))
    stop_after(monkeypatch, first, 4)
    fit(first, _config(tmp_path / "parts"))
    second = Line(seed=99)
    fit(second, _config(tmp_path / "parts", resume=True))

    assert first.seen + second.seen == whole.seen == [float(index) for index in range(40)]
    states = load_state(tmp_path / "whole"), load_state(tmp_path / "parts")
    assert _equal(states[0]["modules"]["network"], states[1]["modules"]["network"])
    assert _equal(states[0]["average"], states[1]["average"])
    rows = csv.DictReader((tmp_path / "parts" / "log.csv").read_text().splitlines())
    assert [int(row["step"]) for row in rows] == list(range(1, 11))


def stop_after(monkeypatch, trainee, steps):
    """The operator's Ctrl-C during a step."""
    step = trainee.step

    def interrupted(batch, number):
        figures = step(batch, number)
        if number + 1 == steps:
            os.kill(os.getpid(), signal.SIGINT)
        return figures

    monkeypatch.setattr(trainee, "step", interrupted)


def test_the_budget_of_minutes_ends_it_with_a_checkpoint_and_a_sheet(tmp_path):
    fit(Line(), _config(tmp_path, minutes=0, steps=None))

    assert load_state(tmp_path)["step"] == 1
    assert len(list(tmp_path.glob("sheet-*.png"))) == 1 and (tmp_path / "curves.png").is_file()


def test_a_run_is_never_overwritten_and_never_resumed_from_nothing(tmp_path):
    with pytest.raises(FileNotFoundError, match="no checkpoint"):
        fit(Line(), _config(tmp_path, resume=True))
    fit(Line(), _config(tmp_path, steps=1))
    with pytest.raises(FileExistsError, match="--resume"):
        fit(Line(), _config(tmp_path))


def test_a_figure_that_is_not_finite_stops_it_and_spares_the_checkpoint(tmp_path):
    fit(Line(), _config(tmp_path, steps=3))

    with pytest.raises(FloatingPointError, match="loss"):
        fit(Line(broken_at=5), _config(tmp_path, resume=True, save_every_s=999))
    assert load_state(tmp_path)["step"] == 3


def test_export_writes_the_average_and_not_the_last_step(tmp_path):
    trainee = Line()
    fit(trainee, _config(tmp_path))
    export(tmp_path, Line(seed=5).modules["network"], tmp_path / "out.safetensors", {"network": "line"})

    weights, metadata = read_weights(tmp_path / "out.safetensors")
    average = load_state(tmp_path)["average"]
    assert metadata["network"] == "line" and metadata["step"] == "10"
    assert torch.allclose(weights["0.weight"], average["0.weight"], rtol=1e-3)
    assert not torch.equal(average["0.weight"], trainee.modules["network"].state_dict()["0.weight"])


def test_a_checkpoint_in_pieces_is_small_and_joins_again(tmp_path):
    trainee = Line()
    trainee.modules["ballast"] = nn.Linear(300, 300)
    fit(trainee, _config(tmp_path, shard_mb=0.05))

    pieces = sorted(tmp_path.glob("checkpoint.pt.*"))
    assert len(pieces) > 2 and max(piece.stat().st_size for piece in pieces) <= 50_000
    other = Line(seed=3)
    other.modules["ballast"] = nn.Linear(300, 300)
    fit(other, _config(tmp_path, resume=True, steps=11))
    assert torch.allclose(other.modules["ballast"].weight, trainee.modules["ballast"].weight, rtol=1e-2)

    fit(trainee, _config(tmp_path / "b", shard_mb=0.05))
    sorted((tmp_path / "b").glob("checkpoint.pt.*"))[0].unlink()
    with pytest.raises(ValueError, match="pieces"):
        load_state(tmp_path / "b")


def test_the_learning_rate_warms_up_and_falls_to_nothing():
    shares = [learning_rate_share(step, 1000) for step in range(1001)]

    assert shares[0] == pytest.approx(1 / training.WARM_UP_STEPS, rel=0.01)
    assert max(shares) == shares[199] and shares[1000] == pytest.approx(0, abs=1e-9)
    assert learning_rate_share(5000, None) == 1


@pytest.mark.parametrize("anneal", [True, False])
def test_the_learning_rate_falls_to_nothing_towards_the_end_of_the_minutes(tmp_path, monkeypatch, anneal):
    """A clock that ticks at each look: 2 s per step, 60 steps in 2 minutes."""
    monkeypatch.setattr(training, "time", SimpleNamespace(monotonic=itertools.count(0.0).__next__))
    monkeypatch.setattr(training, "WARM_UP_STEPS", 1)
    trainee, rates = Line(), []
    group, step = trainee.optimizers["network"].param_groups[0], trainee.step
    monkeypatch.setattr(trainee, "step", lambda *batch: rates.append(group["lr"]) or step(*batch))

    fit(trainee, _config(tmp_path, minutes=2, steps=None, anneal=anneal, log_every_s=999))

    assert len(rates) == 60 and rates[0] == pytest.approx(0.01)
    assert rates[30] == pytest.approx(0.005 if anneal else 0.01, rel=0.1)
    assert rates[-1] == pytest.approx(0 if anneal else 0.01, abs=1e-4)
