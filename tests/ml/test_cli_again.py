"""`restore` run again: what is done is skipped, what changed is done anew, the report has it all."""

from __future__ import annotations

import csv
import json

import pytest
from PIL import Image

from tests.ml.cli import names, run

pytestmark = pytest.mark.usefixtures("loaded")


def test_what_is_done_is_skipped_and_what_failed_is_tried_again(folder, tmp_path, loaded, capsys):
    run("restore", folder, "--out", tmp_path / "out")
    calls = loaded.finder.calls
    before = {name: (tmp_path / "out" / name).stat().st_mtime_ns for name in names(tmp_path / "out")}
    Image.open(folder / "a.png").save(folder / "c.jpg")

    assert run("restore", folder, "--out", tmp_path / "out", "--json") == 0

    document = json.loads(capsys.readouterr().out)
    assert (document["done"], document["skipped"]) == (1, 2)
    assert loaded.finder.calls == calls + 1
    assert all(
        (tmp_path / "out" / name).stat().st_mtime_ns == time
        for name, time in before.items()
        if name != "report.csv"
    )


@pytest.mark.parametrize("change", ["options", "input", "result", "again"])
def test_it_is_done_again_where_something_changed(change, scratched_png, tmp_path, loaded):
    run("restore", scratched_png, "--out", tmp_path / "out")
    more = []
    if change == "options":
        more = ["--saturation", "0.5"]
    elif change == "input":
        Image.open(scratched_png).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(scratched_png)
    elif change == "result":
        (tmp_path / "out" / "granny_colorized.png").unlink()
    else:
        more = ["--again"]

    run("restore", scratched_png, "--out", tmp_path / "out", *more)

    assert loaded.finder.calls == 2


def test_an_interrupted_run_goes_on_where_it_was(folder, tmp_path, loaded, monkeypatch, capsys):
    real = loaded.colorizer.colorize

    def interrupted(*args, **kwargs):
        if loaded.colorizer.calls >= 2:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    monkeypatch.setattr(loaded.colorizer, "colorize", interrupted)
    assert run("restore", folder, "--out", tmp_path / "out") == 130
    monkeypatch.undo()
    monkeypatch.setattr("ml.networks.load_finder", lambda device: loaded.finder)
    monkeypatch.setattr("ml.networks.load_repairer", lambda device: loaded.repairer)
    monkeypatch.setattr("ml.networks.load_colorizer", lambda device: loaded.colorizer)

    run("restore", folder, "--out", tmp_path / "out", "--json")

    statuses = {file["file"]: file["status"] for file in json.loads(capsys.readouterr().out)["files"]}
    assert statuses == {"a.png": "skipped", "c.jpg": "failed", "deeper/b.jpg": "done"}


def test_the_report_has_one_row_per_file(folder, tmp_path):
    run("restore", folder, "--out", tmp_path / "out")
    run("restore", folder, "--out", tmp_path / "out", "--again")

    with (tmp_path / "out" / "report.csv").open(newline="") as file:
        rows = {row["file"]: row for row in csv.DictReader(file)}
    assert set(rows) == {"a.png", "c.jpg", "deeper/b.jpg"}
    assert rows["a.png"]["status"] == "done" and rows["a.png"]["restored"] == "a_restored.png"
    assert rows["deeper/b.jpg"]["mask"] == "deeper/b_mask.png"
    assert float(rows["a.png"]["defect_share"]) > 0
    assert rows["c.jpg"]["status"] == "failed" and "damaged" in rows["c.jpg"]["reason"]
