from __future__ import annotations

import json

import numpy as np

from ml import bench
from ml.__main__ import main


def test_it_tells_every_stage_the_path_and_the_yardstick(fakes, monkeypatch, capsys):
    monkeypatch.setattr(bench, "PRODUCT_SIZE", 64)
    monkeypatch.setattr(bench, "load_finder", lambda device: fakes.finder)
    monkeypatch.setattr(bench, "load_repairer", lambda device: fakes.repairer)
    monkeypatch.setattr(bench, "load_colorizer", lambda device: fakes.colorizer)
    path = {
        "megapixels": 1.0,
        "total": 2.0,
        "seconds": {"reading": 0.1},
        "defect_share": 0.01,
        "peak_mb": 900,
    }
    monkeypatch.setattr(bench, "path", lambda device, size, photo: path | {"megapixels": size})

    assert main(["bench", "--device", "cpu", "--megapixels", "1,2", "--repeat", "1", "--json"]) == 0

    figures = json.loads(capsys.readouterr().out)
    assert set(figures["stages"]) == {"segment", "inpaint", "colorize"}
    assert set(figures["classical_inpainting"]) == {"telea", "navier_stokes", "biharmonic"}
    assert [path["megapixels"] for path in figures["path"]] == [1.0, 2.0]
    assert set(figures["matrix_product"]["tflops"]) == {"float32", "bfloat16"}
    assert figures["machine"]["processor"]

    assert main(["bench", "--device", "cpu", "--repeat", "1"]) == 0
    text = capsys.readouterr().out
    assert "segment 1024x1024 (with flips)" in text and "biharmonic" in text and "1.0 MP" in text


def test_the_made_scan_is_always_the_same_and_is_damaged():
    first, second = bench.damaged_photo(200, 150), bench.damaged_photo(200, 150)

    assert first.shape == (200, 150, 3) and np.array_equal(first, second)


def test_arithmetic_is_counted(fakes):
    import torch

    weight = torch.randn(32, 3, 3, 3)
    picture = torch.randn(1, 3, 64, 64)
    stage = bench._stage(
        "", 64, lambda: torch.nn.functional.conv2d(picture, weight, padding=1), torch.device("cpu"), 1, 1.0
    )
    assert stage["gflop"] == round(2 * 32 * 3 * 9 * 64 * 64 / 1e9, 1)
