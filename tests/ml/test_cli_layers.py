"""`restore --layers`: one more file per photograph, counted like the others."""

from __future__ import annotations

import csv
import json

import pytest

from ml.commands.ledger import Ledger
from ml.results import LAYER_WRITERS
from tests.ml.cli import names, run

pytestmark = pytest.mark.usefixtures("loaded")


def restore(source, tmp_path, *words):
    return run("restore", source, "--out", tmp_path / "out", *words)


def row(tmp_path):
    with (tmp_path / "out" / "report.csv").open(newline="") as file:
        return next(csv.DictReader(file))


@pytest.mark.parametrize("layers", ["ora", "tiff"])
def test_layers_lie_beside_the_results_and_stand_in_the_report(layers, scratched_png, tmp_path, capsys):
    assert restore(scratched_png, tmp_path, "--layers", layers, "--json") == 0

    assert f"granny_layers.{layers}" in names(tmp_path / "out")
    assert row(tmp_path)["layers"] == f"granny_layers.{layers}"
    report = json.loads(capsys.readouterr().out)["files"][0]["report"]
    assert report["files"]["layers"] == f"granny_layers.{layers}"


def test_without_being_asked_there_are_none(scratched_png, tmp_path):
    restore(scratched_png, tmp_path)

    assert not [name for name in names(tmp_path / "out") if "layers" in name]
    assert row(tmp_path)["layers"] == ""


@pytest.mark.parametrize(
    ("change", "calls"), [("nothing", 1), ("other layers", 2), ("no layers", 2), ("file gone", 2)]
)
def test_what_is_done_is_skipped_and_missing_layers_are_made(change, calls, scratched_png, tmp_path, loaded):
    restore(scratched_png, tmp_path, "--layers", "ora")
    words = {"other layers": ["--layers", "tiff"], "no layers": []}.get(change, ["--layers", "ora"])
    if change == "file gone":
        (tmp_path / "out" / "granny_layers.ora").unlink()

    restore(scratched_png, tmp_path, *words)

    assert loaded.finder.calls == calls
    assert (tmp_path / "out" / "granny_layers.ora").exists()


def test_a_report_of_an_older_version_is_gone_on_with(scratched_png, tmp_path, loaded):
    restore(scratched_png, tmp_path)
    report = tmp_path / "out" / "report.csv"
    with report.open(newline="") as file:
        rows = [line[:-1] for line in csv.reader(file)]
    assert "layers" not in rows[0]
    with report.open("w", newline="") as file:
        csv.writer(file).writerows(rows)

    restore(scratched_png, tmp_path)
    assert loaded.finder.calls == 1, "done then, done now"
    with report.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    Ledger(tmp_path / "out", "")

    assert row(tmp_path)["layers"] == "", "headings of now, before a row of now is appended"


def test_an_unknown_kind_of_layers_is_wrong_usage(scratched_png, tmp_path, capsys):
    with pytest.raises(SystemExit) as end:
        restore(scratched_png, tmp_path, "--layers", "psd")

    assert end.value.code == 2
    assert "argument --layers: invalid choice: 'psd'" in capsys.readouterr().err


def test_a_folder_that_is_a_file_is_told_before_any_work(scratched_png, tmp_path, loaded, capsys):
    (tmp_path / "out").write_text("not a folder")

    assert restore(scratched_png, tmp_path, "--layers", "ora") == 2

    assert f"--out: the folder {tmp_path / 'out'} cannot be made: File exists" in capsys.readouterr().err
    assert loaded.finder.calls == 0


@pytest.mark.parametrize("layers", ["ora", "tiff"])
def test_layers_that_cannot_be_written_fail_the_file_with_a_sentence(layers, scratched_png, tmp_path, capsys):
    in_the_way = tmp_path / "out" / f"granny_layers.{layers}"
    in_the_way.mkdir(parents=True)

    assert restore(scratched_png, tmp_path, "--layers", layers) == 1

    assert f"granny.png: Is a directory: {in_the_way}" in capsys.readouterr().err
    assert not [name for name in names(tmp_path / "out") if name.endswith(".part")]


@pytest.mark.parametrize("layers", ["ora", "tiff"])
def test_a_full_disk_leaves_no_half_of_a_file(layers, scratched_png, tmp_path, capsys, monkeypatch):
    write = LAYER_WRITERS[layers]

    def on_full_disk(file, layered):
        file.write(b"begun")
        with open("/dev/full", "w+b", buffering=0) as full:
            write(full, layered)

    monkeypatch.setitem(LAYER_WRITERS, layers, on_full_disk)

    assert restore(scratched_png, tmp_path, "--layers", layers) == 1

    assert "granny.png: No space left on device" in capsys.readouterr().err
    assert not [name for name in names(tmp_path / "out") if "granny_" in name or name.endswith(".part")]
