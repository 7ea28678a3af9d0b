"""The commands of one step each: segment, inpaint, colorize."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from ml.networks import hole_sha256
from ml.photo import read
from ml.photo.xmp import records
from tests.ml.cli import names, pixels_of, run

pytestmark = pytest.mark.usefixtures("loaded")


def test_segment_writes_mask_and_probability_as_displayed(tmp_path, scratched_u8, capsys):
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = Image.fromarray(scratched_u8).transpose(Image.Transpose.ROTATE_90)
    turned.save(tmp_path / "a.png", exif=exif)

    assert run("segment", tmp_path / "a.png", "--out", tmp_path / "out", "--json") == 0

    mask = pixels_of(tmp_path / "out" / "a_mask.png")
    probability = pixels_of(tmp_path / "out" / "a_probability.png")
    assert mask.shape == probability.shape == scratched_u8.shape[:2]
    assert mask.dtype == np.uint8 and set(np.unique(mask)) == {0, 255}
    assert probability.dtype == np.uint16 and probability.max() == 65535 and probability[0, 0] == 0
    assert json.loads(capsys.readouterr().out)["files"][0]["files"]["mask"] == "a_mask.png"


def test_inpaint_touches_nothing_but_the_hole(scratched_png, scratched_u8, tmp_path, loaded, capsys):
    hole = (scratched_u8 == 255).all(axis=2)
    Image.fromarray(hole.astype(np.uint8) * 255).save(tmp_path / "mask.png")

    code = run(
        "inpaint",
        scratched_png,
        "--mask",
        tmp_path / "mask.png",
        "--out",
        tmp_path / "deep" / "r.png",
        "--json",
    )

    assert code == 0
    repaired = pixels_of(tmp_path / "deep" / "r.png")
    touched = loaded.repairer.touched(hole)
    assert np.array_equal(repaired[~touched], scratched_u8[~touched]) and (repaired != scratched_u8).any()
    assert json.loads(capsys.readouterr().out)["hole_share"] == pytest.approx(hole.mean())
    (record,) = records(read(tmp_path / "deep" / "r.png").metadata.xmp)
    assert record["settings"]["mask"] == "given" and record["mask_sha256"] == hole_sha256(hole)


def test_inpaint_with_a_mask_of_another_size_is_one(scratched_png, tmp_path, capsys):
    Image.new("L", (40, 40)).save(tmp_path / "mask.png")

    assert run("inpaint", scratched_png, "--mask", tmp_path / "mask.png", "--out", tmp_path / "r.png") == 1

    assert "granny.png: The mask is 40 x 40 pixels, the photograph 128 x 96." in capsys.readouterr().err
    assert not (tmp_path / "r.png").exists()


def test_colorize_and_its_variants(scratched_png, tmp_path, capsys):
    assert run("colorize", scratched_png, "--out", tmp_path / "out", "--variants", "3", "--json") == 0

    files = ["granny_colorized.png", "granny_colorized_2.png", "granny_colorized_3.png"]
    assert names(tmp_path / "out") == files
    told = [records(read(tmp_path / "out" / file).metadata.xmp)[0] for file in files]
    assert [record["settings"]["variant"] for record in told] == [0, 1, 2]
    assert [model["name"] for model in told[0]["models"]] == ["colorize", "confidence"]
    assert json.loads(capsys.readouterr().out)["files"][0]["files"] == files


def test_doubts_are_drawn_and_damping_is_off_where_it_is_said(scratched_png, tmp_path, loaded):
    assert run("colorize", scratched_png, "--out", tmp_path / "out", "--doubts", "--no-damping") == 0

    assert names(tmp_path / "out") == ["granny_colorized.png", "granny_doubts.png"]
    with Image.open(tmp_path / "out" / "granny_doubts.png") as doubts, Image.open(scratched_png) as scan:
        assert doubts.mode == "L" and doubts.size == scan.size
        assert doubts.getextrema() == (127, 127)  # the fake's 0.04 of 0.08
    (record,) = records(read(tmp_path / "out" / "granny_colorized.png").metadata.xmp)
    assert record["settings"]["damped"] is False
    assert [model["name"] for model in record["models"]] == ["colorize"]
    assert loaded.colorizer.asked["damped"] is False


def test_hints_reach_the_network(scratched_png, tmp_path, loaded, monkeypatch):
    given = []
    real = loaded.colorizer.colorize
    monkeypatch.setattr(loaded.colorizer, "colorize", lambda photo, **kw: (given.append(kw), real(photo))[1])
    (tmp_path / "hints.json").write_text('[{"x": 3, "y": 4, "rgb": "#a0b0c0"}]')

    run(
        "colorize",
        scratched_png,
        "--out",
        tmp_path / "out",
        "--hints",
        tmp_path / "hints.json",
        "--saturation",
        "0.5",
    )

    assert given[0]["hints"] == ({"x": 3, "y": 4, "rgb": "#a0b0c0"},) and given[0]["saturation"] == 0.5


def test_a_hint_outside_the_picture_fails_that_file_with_a_sentence(scratched_png, tmp_path, capsys):
    (tmp_path / "hints.json").write_text('[{"x": 128, "y": 4, "rgb": "#a0b0c0"}]')

    assert run("colorize", scratched_png, "--out", tmp_path / "out", "--hints", tmp_path / "hints.json") == 1

    said = "granny.png: The hint at x 128, y 4 lies outside of the picture of 128 x 96 pixels."
    assert said in capsys.readouterr().err.splitlines()
    assert not (tmp_path / "out").exists()


def test_there_are_as_many_variants_as_views():
    from ml.colorize.infer import VIEWS
    from ml.contract import VARIANTS

    assert len(VIEWS) == VARIANTS
