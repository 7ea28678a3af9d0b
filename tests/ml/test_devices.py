"""Where and how precisely a network computes."""

from __future__ import annotations

import pytest
import torch

from ml.devices import SMALL_PX, autocast, choose_device


@pytest.mark.parametrize(
    ("side", "kind"), [(None, torch.bfloat16), (SMALL_PX, torch.float32), (SMALL_PX + 1, torch.bfloat16)]
)
def test_small_pictures_are_seen_in_single_precision(monkeypatch, side, kind):
    monkeypatch.setattr("ml.devices.knows_bf16", lambda: True)
    one = torch.ones(4, 4)
    with autocast(torch.device("cpu"), side):
        assert (one @ one).dtype == kind


@pytest.mark.parametrize(("knows", "asked"), [(False, None), (True, "fp32")])
def test_half_precision_is_left_where_it_is_slow_or_not_wanted(monkeypatch, knows, asked):
    monkeypatch.setattr("ml.devices.knows_bf16", lambda: knows)
    if asked:
        monkeypatch.setenv("RESTORER_PRECISION", asked)

    one = torch.ones(4, 4)
    with autocast(torch.device("cpu")):
        assert (one @ one).dtype == torch.float32


def test_a_gpu_that_is_not_there_is_told(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)

    assert choose_device("auto").type == choose_device("cpu").type == "cpu"
    with pytest.raises(ValueError, match="no CUDA device"):
        choose_device("cuda")
