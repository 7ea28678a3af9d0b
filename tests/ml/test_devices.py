"""Where and how precisely a network computes."""

from __future__ import annotations

import pytest
import torch

from ml.devices import SMALL_PX, autocast, choose_device


@pytest.mark.parametrize(
    ("side", "kind"), [(None, torch.bfloat16), (SMALL_PX, torch.float32), (SMALL_PX + 1, torch.bfloat16)]
)
def test_small_pictures_are_seen_in_single_precision(side, kind):
    one = torch.ones(4, 4)
    with autocast(torch.device("cpu"), side):
        assert (one @ one).dtype == kind


def test_a_gpu_that_is_not_there_is_told(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)

    assert choose_device("auto").type == choose_device("cpu").type == "cpu"
    with pytest.raises(ValueError, match="no CUDA device"):
        choose_device("cuda")
