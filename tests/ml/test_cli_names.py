"""Whatever files are called, no result overwrites another or an original."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ml.__main__ import main
from ml.commands.batch import ENDINGS, collect
from ml.commands.console import UsageError


def files(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    return folder


@pytest.mark.parametrize(
    ("inputs", "names"),
    [
        (["a.jpg", "b.png"], ["a", "b"]),
        (["a.jpg", "a.png"], ["a.jpg", "a.png"]),
        (["A.jpg", "a.png"], ["A.jpg", "a.png"]),
        (["a.jpg", "a.png", "a.png.tif"], ["a.jpg", "a.png", "a.png.tif"]),
        (["x.png", "x_restored.png"], ["x", "x_restored.png"]),
        (["one/a.jpg", "two/a.jpg"], ["a", "a"]),
    ],
)
def test_every_photograph_has_results_of_its_own(inputs, names, tmp_path):
    items = collect([files(tmp_path / "in", *inputs)], tmp_path / "out")

    assert [item.name for item in items] == names
    results = [str(item.folder / f"{item.name}_{ending}").lower() for item in items for ending in ENDINGS]
    assert len(results) == len(set(results))


def test_what_is_named_twice_is_done_once(tmp_path):
    folder = files(tmp_path / "in", "a.jpg")

    assert len(collect([folder, folder / "a.jpg", folder], tmp_path / "out")) == 1


def test_two_of_one_name_are_refused(tmp_path):
    folder = files(tmp_path / "in", "one/a.jpg", "two/a.jpg")

    with pytest.raises(UsageError, match=r"both called a\.jpg"):
        collect([folder / "one/a.jpg", folder / "two/a.jpg"], tmp_path / "out")


def test_a_later_run_spares_the_results_of_an_earlier_one(tmp_path, scratched_u8, fakes, monkeypatch, capsys):
    monkeypatch.setattr("ml.networks.load_finder", lambda device: fakes.finder)
    monkeypatch.setattr("ml.networks.load_repairer", lambda device: fakes.repairer)
    for name, picture in (("a.png", scratched_u8), ("a.tif", np.ascontiguousarray(scratched_u8[::-1]))):
        Image.fromarray(picture).save(tmp_path / name)
    words = ["--out", str(tmp_path / "out"), "--only", "restored", "--json"]
    main(["restore", str(tmp_path / "a.png"), *words])
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").glob("a_*")}

    main(["restore", str(tmp_path / "a.tif"), *words])
    capsys.readouterr()
    main(["restore", str(tmp_path / "a.png"), str(tmp_path / "a.tif"), *words])

    assert {path.name: path.read_bytes() for path in (tmp_path / "out").glob("a_*")} == before
    assert (tmp_path / "out" / "a.tif_restored.tif").exists()
    assert json.loads(capsys.readouterr().out)["skipped"] == 2, "each under the name it had"


def test_the_report_lies_beside_the_results(scratched_png, tmp_path, fakes, monkeypatch, capsys):
    monkeypatch.setattr("ml.networks.load_finder", lambda device: fakes.finder)
    monkeypatch.setattr("ml.networks.load_repairer", lambda device: fakes.repairer)
    main(["restore", str(scratched_png), "--out", str(tmp_path / "out"), "--only", "restored", "--json"])

    report = json.loads((tmp_path / "out" / "granny_report.json").read_text())
    document = json.loads(capsys.readouterr().out)
    assert report == {"file": "granny.png"} | document["files"][0]["report"]
    assert report["versions"]["photo-restorer"] and report["mask_sha256"]
    assert document["peak_mb"] > 10
