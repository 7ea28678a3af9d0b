"""What every result says of itself: profile, steps, weights, version."""

from __future__ import annotations

import hashlib
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ml.contract import RESULTS, Options
from ml.networks import SOFTWARE
from ml.photo import read
from ml.photo.xmp import records
from tests.ml.pipeline import restore

ROOT = Path(__file__).resolve().parents[2]


def test_the_results_carry_the_profile_of_the_photograph(scratched_u8, tmp_path, fakes):
    import imagecodecs

    profile = imagecodecs.cms_profile("adobergb")
    Image.fromarray(scratched_u8).save(tmp_path / "adobe.jpg", icc_profile=profile, dpi=(600, 600))

    report = restore(tmp_path / "adobe.jpg", tmp_path, fakes)

    for result in ("restored", "colorized", "restored_colorized"):
        metadata = read(tmp_path / "out" / report.files[result]).metadata
        assert metadata.icc == profile and metadata.ppi == (600, 600)


@pytest.mark.parametrize("format", ["png", "jpeg", "tiff"])
def test_each_result_says_what_was_done_to_it(scratched_png, tmp_path, fakes, monkeypatch, format):
    known = {"segment": "5e9", "inpaint": "1b4", "colorize": "c01", "confidence": "d0b"}
    monkeypatch.setattr("ml.record.weights_sha256", lambda names: {name: known[name] for name in names})

    report = restore(scratched_png, tmp_path, fakes, Options(format=format))

    found, repaired, coloured = (
        "segment weights sha256 5e9",
        "inpaint weights sha256 1b4",
        "colorize weights sha256 c01",
    )
    for result, steps in {
        "restored": (found, repaired),
        "colorized": (coloured,),
        "restored_colorized": (found, repaired, coloured),
    }.items():
        xmp = read(tmp_path / "out" / report.files[result]).metadata.xmp.decode()
        assert xmp.count("stEvt:parameters") == len(steps) and all(step in xmp for step in steps)
        assert "compositeWithTrainedAlgorithmicMedia" in xmp and "photo-restorer" in xmp
        assert (report.mask_sha256 in xmp) == (result != "colorized")


def test_a_mask_of_ones_own_is_told_and_the_finder_is_not(scratched_png, tmp_path, fakes):
    hole = np.zeros((96, 128), np.uint8)
    hole[10:20, 10:20] = 255
    Image.fromarray(hole).save(tmp_path / "mask.png")

    report = restore(scratched_png, tmp_path, fakes, mask=tmp_path / "mask.png")

    xmp = read(tmp_path / "out" / report.files["restored"]).metadata.xmp
    assert b"mask given" in xmp and b"segment" not in xmp
    assert "segment" not in report.weights


def test_the_version_is_that_of_the_project(scratched_png, tmp_path, fakes):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    report = restore(scratched_png, tmp_path, fakes)

    assert report.versions[project["name"]] == project["version"]
    assert {"torch", "numpy"} <= report.versions.keys()


def record_in(tmp_path, report, result):
    (record,) = records(read(tmp_path / "out" / report.files[result]).metadata.xmp)
    return record


@pytest.mark.parametrize("format", ["png", "jpeg", "tiff"])
def test_report_and_results_carry_the_same_record(scratched_png, tmp_path, fakes, monkeypatch, format):
    known = {"segment": "5e9", "inpaint": "1b4", "colorize": "c01", "confidence": "d0b"}
    monkeypatch.setattr("ml.record.weights_sha256", lambda names: {name: known[name] for name in names})

    report = restore(scratched_png, tmp_path, fakes, Options(format=format, saturation=0.5))

    told = report.record["results"]
    assert told == {result: record_in(tmp_path, report, result) for result in RESULTS}
    both = told["restored_colorized"]
    assert {model["name"]: model["weights_sha256"] for model in both["models"]} == known
    assert both["settings"] == {
        "format": format,
        "saturation": 0.5,
        "hints": [],
        "variant": 0,
        "damped": True,
        "mask": "found",
        "finding": "normal",
        "seed": 0,
    }
    assert both["mask_sha256"] == report.mask_sha256 and both["software"] == SOFTWARE
    assert both["source_sha256"] == hashlib.sha256(scratched_png.read_bytes()).hexdigest()
    assert both["digital_source_type"].endswith("/compositeWithTrainedAlgorithmicMedia")
    assert "mask_sha256" not in told["colorized"] and "saturation" not in told["restored"]["settings"]


def test_the_date_is_in_the_report_and_in_no_result(scratched_png, tmp_path, fakes):
    before = datetime.now(UTC).replace(microsecond=0)

    report = restore(scratched_png, tmp_path, fakes)

    date = report.record["date"]
    assert before <= datetime.fromisoformat(date) <= datetime.now(UTC)
    for result in RESULTS:
        content = (tmp_path / "out" / report.files[result]).read_bytes()
        assert date[:10].encode() not in content


def test_an_unchanged_photograph_is_no_composite(scene_u8, tmp_path, fakes):
    Image.fromarray(scene_u8).save(tmp_path / "clean.png")

    report = restore(tmp_path / "clean.png", tmp_path, fakes)

    told = report.record["results"]
    assert told["restored"]["digital_source_type"] is None
    assert told["restored_colorized"] == record_in(tmp_path, report, "restored_colorized")
    assert "inpaint" not in [model["name"] for model in told["restored_colorized"]["models"]]


def test_a_result_that_is_restored_again_keeps_the_older_record(scratched_png, tmp_path, fakes):
    first = restore(scratched_png, tmp_path, fakes, Options(only=("colorized",)))
    again = tmp_path / "out" / first.files["colorized"]

    second = restore(again, tmp_path, fakes, Options(only=("colorized",), saturation=0.25))

    xmp = read(tmp_path / "out" / second.files["colorized"]).metadata.xmp
    assert [record["settings"]["saturation"] for record in records(xmp)] == [1.0, 0.25]


def test_another_seed_reaches_the_repairer_and_the_record(scratched_png, tmp_path, fakes):
    report = restore(scratched_png, tmp_path, fakes, Options(seed=3))

    assert fakes.repairer.seed == 3
    assert report.record["results"]["restored"]["settings"]["seed"] == 3
    with pytest.raises(ValueError, match="0 or more"):
        Options(seed=-1)
