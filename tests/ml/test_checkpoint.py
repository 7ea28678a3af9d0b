"""Weights files: what is read is what was shipped, or nothing."""

from __future__ import annotations

import hashlib

import pytest
import torch

from ml import checkpoint, shipped
from ml.contract import WeightsMissing


@pytest.fixture
def weights(tmp_path, monkeypatch):
    monkeypatch.setattr(shipped, "WEIGHTS", tmp_path)
    path = tmp_path / "net.safetensors"
    checkpoint.save_weights(path, {"a": torch.tensor([1.0, 2.5]), "n": torch.tensor(7)}, {"network": "net"})
    (tmp_path / "SHA256SUMS").write_text(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  net.safetensors\n"
    )
    return path


def test_weights_come_back_in_fp32_with_their_metadata(weights):
    state, metadata = checkpoint.load_weights("net")

    assert state["a"].dtype == torch.float32 and state["a"].tolist() == [1.0, 2.5]
    assert state["n"].dtype == torch.int64 and int(state["n"]) == 7
    assert metadata == {"network": "net"}


def test_a_file_that_is_not_the_shipped_one_is_refused(weights):
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)

    with pytest.raises(WeightsMissing, match="SHA256SUMS"):
        checkpoint.load_weights("net")


def test_absent_and_unlisted_files_are_told(weights, tmp_path):
    with pytest.raises(WeightsMissing, match="not there"):
        checkpoint.load_weights("other")
    (tmp_path / "SHA256SUMS").unlink()
    with pytest.raises(WeightsMissing):
        checkpoint.load_weights("net")


def test_a_torn_file_is_told_as_such(weights):
    weights.write_bytes(weights.read_bytes()[:20])

    with pytest.raises(WeightsMissing, match="cannot be read"):
        checkpoint.read_weights(weights)


def test_a_weight_that_fp16_cannot_hold_is_not_written(tmp_path):
    with pytest.raises(ValueError, match="huge"):
        checkpoint.save_weights(tmp_path / "x.safetensors", {"huge": torch.tensor([1e6])}, {})
    assert list(tmp_path.glob("x*")) == []
