"""The command line's contract: files, exit codes, what goes to which stream."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from ml.__main__ import COMMANDS, main
from ml.contract import WeightsMissing
from tests.ml.cli import names, pixels_of, run

pytestmark = pytest.mark.usefixtures("loaded")


def test_a_folder_is_restored_and_a_bad_file_does_not_stop_it(folder, tmp_path, capsys):
    assert run("restore", folder, "--out", tmp_path / "out") == 1

    assert names(tmp_path / "out") == sorted(
        [
            "a_restored.png",
            "a_colorized.png",
            "a_restored_colorized.png",
            "a_mask.png",
            "a_report.json",
            "deeper/b_restored.jpg",
            "deeper/b_colorized.jpg",
            "deeper/b_restored_colorized.jpg",
            "deeper/b_mask.png",
            "deeper/b_report.json",
            "report.csv",
        ]
    )
    streams = capsys.readouterr()
    assert streams.out == ""
    assert (
        "c.jpg: The file is damaged or was cut off; it cannot be read to its end." in streams.err.splitlines()
    )


def test_all_well_is_zero_and_json_is_all_of_standard_output(scratched_png, tmp_path, capsys):
    assert run("restore", scratched_png, "--out", tmp_path / "out", "--json") == 0

    document = json.loads(capsys.readouterr().out)
    assert (document["done"], document["failed"], document["skipped"]) == (1, 0, 0)
    (file,) = document["files"]
    assert file["file"] == "granny.png" and file["status"] == "done"
    assert file["report"]["files"]["restored"] == "granny_restored.png"
    assert file["report"]["bits"] == 8 and 0 < file["report"]["defect_share"] < 1


def test_a_failed_file_is_in_the_json_with_its_reason(folder, tmp_path, capsys):
    run("restore", folder, "--out", tmp_path / "out", "--json")

    by_name = {file["file"]: file for file in json.loads(capsys.readouterr().out)["files"]}
    assert by_name["c.jpg"]["status"] == "failed" and by_name["c.jpg"]["code"] == "broken"


def test_only_and_format(scratched_png, tmp_path):
    assert (
        run("restore", scratched_png, "--out", tmp_path / "out", "--only", "restored", "--format", "tiff")
        == 0
    )

    assert names(tmp_path / "out") == [
        "granny_mask.png",
        "granny_report.json",
        "granny_restored.tiff",
        "report.csv",
    ]


def test_a_mask_of_ones_own(scratched_png, scratched_u8, tmp_path, loaded):
    hole = np.zeros(scratched_u8.shape[:2], np.uint8)
    hole[5:9, 5:9] = 255
    Image.fromarray(hole).save(tmp_path / "mask.png")

    assert run("restore", scratched_png, "--out", tmp_path / "out", "--mask", tmp_path / "mask.png") == 0

    assert loaded.finder.calls == 0
    assert np.array_equal(pixels_of(tmp_path / "out" / "granny_mask.png"), hole)


def test_photographs_that_share_a_stem_do_not_overwrite_each_other(tmp_path, scratched_u8):
    (tmp_path / "in").mkdir()
    for name in ("a.png", "a.tif"):
        Image.fromarray(scratched_u8).save(tmp_path / "in" / name)

    run("restore", tmp_path / "in", "--out", tmp_path / "out", "--only", "restored")

    assert names(tmp_path / "out") == [
        "a.png_mask.png",
        "a.png_report.json",
        "a.png_restored.png",
        "a.tif_mask.png",
        "a.tif_report.json",
        "a.tif_restored.tif",
        "report.csv",
    ]


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["nonsense"],
        ["restore"],
        ["restore", "{in}"],
        ["restore", "{in}", "--out", "{out}", "--only", "beautified"],
        ["restore", "{in}", "--out", "{out}", "--only", ","],
        ["restore", "{in}", "--out", "{out}", "--format", "gif"],
        ["restore", "{in}", "--out", "{out}", "--saturation", "2"],
        ["restore", "{in}", "--out", "{out}", "--mask", "{out}/absent.png"],
        ["restore", "{in}", "--out", "{out}", "--device", "abacus"],
        ["restore", "{folder}", "--out", "{folder}"],
        ["restore", "{empty}", "--out", "{out}"],
        ["colorize", "{in}", "--out", "{out}", "--saturation", "-1"],
        ["restore", "{in}", "--out", "{out}", "--mask", "{text}"],
        ["restore", "{in}", "--out", "{out}", "--max-mb", "0"],
        ["restore", "{in}", "--out", "{out}", "--max-megapixels", "many"],
        ["colorize", "{in}", "--out", "{out}", "--variants", "0"],
        ["colorize", "{in}", "--out", "{out}", "--variants", "9"],
        ["train", "export", "{empty}", "--out", "{out}/a.safetensors"],
        ["colorize", "{in}", "--out", "{out}", "--hints", "{in}"],
        ["restore", "{in}", "--out", "{out}", "--hints", "{text}"],
        ["restore", "{in}", "--out", "{out}", "--variant", "8"],
        ["restore", "{in}", "--out", "{out}", "--variant", "-1"],
        ["inpaint", "{in}", "--mask", "{in}", "--out", "{out}/a.gif"],
        ["inpaint", "{in}", "--mask", "{out}/absent.png", "--out", "{out}/a.png"],
        ["export", "{empty}", "--out", "{out}/a.safetensors"],
        ["train"],
        ["evaluate"],
    ],
)
def test_wrong_usage_is_two_and_writes_nothing(words, scratched_png, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.png").write_text("no mask")
    places = {
        "text": tmp_path / "text.png",
        "in": scratched_png,
        "folder": scratched_png.parent,
        "out": tmp_path / "out",
        "empty": tmp_path / "empty",
    }
    words = [word.format(**places) for word in words]

    try:
        code = main(words)
    except SystemExit as error:
        code = error.code

    assert code == 2
    streams = capsys.readouterr()
    assert streams.out == "" and streams.err
    assert not (tmp_path / "out").exists()


def test_a_result_never_overwrites_a_photograph(tmp_path, scratched_u8):
    for name in ("a.png", "a_restored.png"):
        Image.fromarray(scratched_u8).save(tmp_path / name)

    assert run("restore", tmp_path / "a.png", tmp_path / "a_restored.png", "--out", tmp_path) == 2


def test_an_absent_file_fails_and_the_rest_is_done(scratched_png, tmp_path, capsys):
    assert run("restore", tmp_path / "absent.png", scratched_png, "--out", tmp_path / "out") == 1

    assert "absent.png: No such file or directory" in capsys.readouterr().err
    assert (tmp_path / "out" / "granny_restored.png").exists()


def test_missing_weights_stop_the_run_with_one_line(scratched_png, tmp_path, monkeypatch, capsys):
    def missing(device):
        raise WeightsMissing("ml/weights/segment.safetensors is not there")

    monkeypatch.setattr("ml.networks.load_finder", missing)

    assert run("restore", scratched_png, "--out", tmp_path / "out", "--json") == 1

    streams = capsys.readouterr()
    assert "ml/weights/segment.safetensors is not there" in streams.err.splitlines()
    assert json.loads(streams.out) == {"error": "ml/weights/segment.safetensors is not there"}


def test_a_fault_of_ours_fails_that_file_alone(folder, tmp_path, loaded, monkeypatch, capsys):
    real = loaded.finder.find
    monkeypatch.setattr(
        loaded.finder, "find", lambda photo, **kw: real(photo, **kw) if loaded.finder.calls else _fail(loaded)
    )

    assert run("restore", folder, "--out", tmp_path / "out") == 1

    error = capsys.readouterr().err
    assert "a.png: Something went wrong on our side." in error and "RuntimeError: kernel fault" in error
    assert (tmp_path / "out" / "deeper" / "b_restored.jpg").exists()


def _fail(loaded):
    loaded.finder.calls += 1
    raise RuntimeError("kernel fault")


def test_a_gpu_that_is_not_there_is_wrong_usage(scratched_png, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)

    assert run("restore", scratched_png, "--out", tmp_path / "out", "--device", "cuda") == 2

    assert "--device cuda" in capsys.readouterr().err


@pytest.mark.parametrize("limit", [("--max-megapixels", "0.01"), ("--max-mb", "0.0001")])
@pytest.mark.parametrize("command", ["restore", "segment", "colorize"])
def test_limits_can_be_set(command, limit, scratched_png, tmp_path, capsys):
    assert run(command, scratched_png, "--out", tmp_path / "out", *limit) == 1

    assert "are accepted" in capsys.readouterr().err


def test_help_names_every_command_and_loads_no_network():
    program = (
        "import sys, contextlib, io; from ml.__main__ import main\n"
        "for words in (['--help'], ['restore', '--help'], ['train', '--help'], ['bench', '--help']):\n"
        "    with contextlib.suppress(SystemExit): main(words)\n"
        "loaded = {'torch', 'numpy', 'cv2'} & set(sys.modules)\n"
        "sys.exit(f'loaded {loaded}' if loaded else 0)"
    )

    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert result.returncode == 0, result.stderr
    assert all(command in result.stdout for command in COMMANDS)
