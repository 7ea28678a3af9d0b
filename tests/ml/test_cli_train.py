"""train, export and evaluate: what the rooms are given."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch

from ml.__main__ import main
from ml.training import RunConfig


class Room(ModuleType):
    """A network's train.py and evaluate.py that write down what they were given."""

    def __init__(self):
        super().__init__("room")
        self.calls = []

    def add_arguments(self, parser):
        parser.add_argument("--crop", type=int, default=256)

    def trainee(self, data, photoset, device, **options):
        self.calls.append((data, photoset, device, options))
        return "trainee"

    def export(self, run, out):
        self.calls.append((run, out))

    def evaluate(self, data, **options):
        self.calls.append((data, options))
        return {"groups": {"pif": {"n": 3, "dice": 0.51234}}, "all": {"n": 3, "dice": 0.51234}}


@pytest.fixture
def fitted(monkeypatch):
    """What the loop was given; nothing is trained, and the photographs are how they were asked for."""
    fitted = []
    monkeypatch.setattr("ml.training.fit", lambda *given: fitted.append(given))
    monkeypatch.setattr("ml.photoset.load_photoset", lambda data, **how: (data, how))
    return fitted


@pytest.fixture
def room(monkeypatch):
    room = Room()
    for name in ("segment", "inpaint", "colorize"):
        for module in ("train", "evaluate"):
            monkeypatch.setitem(sys.modules, f"ml.{name}.{module}", room)
    return room


def test_every_shared_option_and_the_rooms_own_arrive(room, fitted, tmp_path):
    (tmp_path / "data").mkdir()
    words = f"train segment --data {tmp_path}/data --run {tmp_path}/run --minutes 5 --resume --hold-out a,b --seed 3"

    assert (
        main(
            [
                *words.split(),
                "--steps",
                "70",
                "--device",
                "cpu",
                "--shard-mb",
                "15",
                "--anneal",
                "--in-memory",
                "--crop",
                "128",
            ]
        )
        == 0
    )

    data = [tmp_path / "data"]
    photoset = (data, {"hold_out": ("a", "b"), "in_memory": True})
    assert room.calls == [
        (data, photoset, torch.device("cpu"), {"seed": 3, "steps": 70, "crop": 128}),
    ]
    config = RunConfig(
        tmp_path / "run",
        minutes=5.0,
        resume=True,
        seed=3,
        steps=70,
        anneal=True,
        device="cpu",
        shard_mb=15.0,
    )
    assert fitted == [("trainee", config)]


def test_a_run_keeps_the_commands_that_made_it_and_export_finds_its_network(room, fitted, tmp_path):
    (tmp_path / "data").mkdir()
    run, out = tmp_path / "run", tmp_path / "weights.safetensors"
    for more in ([], ["--resume"]):
        main(["train", "inpaint", "--data", str(tmp_path / "data"), "--run", str(run), *more])

    record = json.loads((run / "command.json").read_text())
    assert record["network"] == "inpaint"
    assert [entry["command"].endswith("--resume") for entry in record["commands"]] == [False, True]

    for command in (["export"], ["train", "export"]):
        room.calls.clear()
        assert main([*command, str(run), "--out", str(out)]) == 0
        assert room.calls == [(run, out)]


def test_a_run_of_another_network_is_not_written_over(room, fitted, tmp_path):
    (tmp_path / "data").mkdir()
    options = ["--data", str(tmp_path / "data"), "--run", str(tmp_path / "run")]
    main(["train", "inpaint", *options])

    assert main(["train", "segment", *options]) == 2
    assert len(room.calls) == 1


def test_a_data_folder_that_is_none_is_wrong_usage(room, tmp_path):
    assert main(["train", "segment", "--data", str(tmp_path / "absent"), "--run", str(tmp_path / "run")]) == 2
    assert main(["evaluate", "segment", "--data", str(tmp_path)]) == 2
    assert room.calls == []


def test_evaluate_says_which_file_is_not_there(tmp_path, capsys):
    (tmp_path / "manifest.csv").write_text("file,group,people\n")

    assert (
        main(["evaluate", "colorize", "--data", str(tmp_path), "--labels", str(tmp_path / "none.csv")]) == 2
    )
    assert f"there is no {tmp_path / 'none.csv'}" in capsys.readouterr().err


def test_evaluate_prints_the_rooms_document(room, tmp_path, capsys):
    (tmp_path / "manifest.csv").write_text("file,mask,group,level\n")

    assert main(["evaluate", "segment", "--data", str(tmp_path), "--crop", "64", "--json"]) == 0

    assert json.loads(capsys.readouterr().out)["all"] == {"n": 3, "dice": 0.51234}
    assert room.calls == [(Path(tmp_path), {"device": "auto", "crop": 64})]

    main(["evaluate", "segment", "--data", str(tmp_path)])
    assert "n 3  dice 0.5123" in capsys.readouterr().out


def test_the_head_of_errors_has_a_training_of_its_own(monkeypatch, fitted, tmp_path):
    room = Room()
    monkeypatch.setitem(sys.modules, "ml.colorize.confidence_train", room)
    (tmp_path / "data").mkdir()

    assert main(f"train confidence --data {tmp_path}/data --run {tmp_path}/run --steps 7".split()) == 0
    assert main(f"export {tmp_path}/run --out {tmp_path}/head.safetensors".split()) == 0

    (*_, options), exported = room.calls
    assert options["steps"] == fitted[0][1].steps == 7
    assert exported == (tmp_path / "run", tmp_path / "head.safetensors")


@pytest.mark.parametrize("side", ["100", "0", "-32", "half"])
def test_a_crop_that_the_colorizer_cannot_see_is_wrong_usage(tmp_path, side, capsys):
    words = ["train", "colorize", "--data", str(tmp_path), "--run", str(tmp_path / "run"), f"--crop={side}"]

    with pytest.raises(SystemExit, match="2"):
        main(words)
    assert "--crop" in capsys.readouterr().err
