from __future__ import annotations

import json

import numpy as np
import torch

from ml import bench
from ml.__main__ import main


def test_it_tells_every_stage_the_path_and_the_yardstick(fakes, monkeypatch, capsys):
    monkeypatch.setattr(bench, "PRODUCT_SIZE", 64)
    monkeypatch.setattr(bench, "PAINTED", 2)
    monkeypatch.setattr(bench, "STAGES", dict.fromkeys(bench.STAGES, ("alone", 512)))
    for network in ("finder", "repairer", "colorizer"):
        loaded = getattr(fakes, network)
        monkeypatch.setattr(bench, f"load_{network}", lambda *_, loaded=loaded: loaded)
        monkeypatch.setattr(f"ml.networks.load_{network}", lambda device, loaded=loaded: loaded)
    monkeypatch.setattr(bench, "alone", lambda work, *arguments: bench._with_peaks(work, arguments))
    words = ["bench", "--device", "cpu", "--megapixels", "0.1,0.2", "--repeat", "1"]

    assert main([*words, "--json"]) == 0

    figures = json.loads(capsys.readouterr().out)
    assert list(figures["stages"]) == ["segment", "inpaint", "colorize"]
    assert all(part["peak_mb"] > 10 for part in [*figures["stages"].values(), *figures["path"]])
    assert all(stage["seconds"] > 0 for stage in figures["stages"].values())
    assert set(figures["classical_inpainting"]) == {"telea", "navier_stokes", "biharmonic"}
    assert figures["painter"]["samples_per_s_of_a_core"] > 0
    assert [path["megapixels"] for path in figures["path"]] == [0.1, 0.2]
    assert set(figures["path"][0]["seconds"]) >= {"reading", "finding", "writing"}
    assert set(figures["matrix_product"]["tflops"]) == {"float32", "bfloat16"}
    assert figures["machine"]["processor"]

    from ml.commands.bench import table

    text = "\n".join(table(figures))
    assert (
        "segment 512x512 (alone)" in text
        and "biharmonic" in text
        and "samples a second" in text
        and "0.1 MP" in text
    )


def test_a_process_of_its_own_tells_its_peak():
    figures = bench.alone(_figures, 7)

    assert figures["number"] == 7 and figures["peak_mb"] > 10


def _figures(number):
    return {"number": number}


def test_the_made_scan_is_always_the_same_and_is_damaged():
    first, second = bench.damaged_photo(200, 150), bench.damaged_photo(200, 150)

    assert first.shape == (200, 150, 3) and np.array_equal(first, second)


def test_arithmetic_is_counted():
    weight, picture = torch.randn(32, 3, 3, 3), torch.randn(1, 3, 64, 64)

    gflop = bench.counted_gflop(lambda: torch.nn.functional.conv2d(picture, weight, padding=1))

    assert gflop == 2 * 32 * 3 * 9 * 64 * 64 / 1e9
