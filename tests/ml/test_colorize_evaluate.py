"""The figures of `evaluate colorize`, on made pictures whose answers are known by hand."""

import json

import cv2
import numpy as np
import pytest
import torch

from ml.colorize import evaluate as room
from ml.colorize.infer import Colorizer
from ml.metrics import PSNR_CAP_DB

FIGURES = {
    "n",
    "mse_cbcr",
    "mse_cbcr_gray",
    "psnr_rgb",
    "psnr_rgb_gray",
    "colourfulness",
    "colourfulness_real",
    "perceptual",
}
ORANGE, BLUE = (200, 120, 40), (30, 60, 180)
ORANGE_GREY = 135
"""0.299 * 200 + 0.587 * 120 + 0.114 * 40 = 134.8"""
ORANGE_MSE = ((40 - 134.8) / 1.772) ** 2 / 2 + ((200 - 134.8) / 1.402) ** 2 / 2


class Leaves:
    """Gives every picture back as it came: grey."""

    device = torch.device("cpu")

    def colorize(self, photo_HWC, damped=True):
        return photo_HWC.copy()


class Knows(Leaves):
    """Knows the two colours by their grey."""

    def colorize(self, photo_HWC, damped=True):
        return np.full_like(photo_HWC, ORANGE if photo_HWC[0, 0, 0] == ORANGE_GREY else BLUE)


@pytest.fixture
def folder(tmp_path):
    """Two people in orange (one large), one scene in blue."""
    lines = ["file,group,people"]
    for name, colour, size, group, people in (
        ("ann", ORANGE, (60, 80), "a", "yes"),
        ("bob", ORANGE, (600, 800), "b", "yes"),
        ("sea", BLUE, (64, 64), "a", "no"),
    ):
        cv2.imwrite(str(tmp_path / f"{name}.png"), np.full((*size, 3), colour[::-1], np.uint8))
        lines.append(f"{name}.png,{group},{people}")
    (tmp_path / "manifest.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


@pytest.fixture
def with_colorizer(monkeypatch):
    def use(colorizer) -> None:
        monkeypatch.setattr(Colorizer, "load", lambda device="auto", weights=None: colorizer)

    return use


def test_the_document_is_the_contracts(folder, with_colorizer):
    with_colorizer(Leaves())

    figures = room.evaluate(folder, device="cpu")

    assert set(figures) == {"people", "rest", "all", "groups"}
    assert set(figures["groups"]) == {"a", "b"}
    assert all(
        set(part) == FIGURES for part in (figures["people"], figures["rest"], *figures["groups"].values())
    )
    assert [figures[part]["n"] for part in ("people", "rest", "all")] == [2, 1, 3]
    json.dumps(figures)


def test_doing_nothing_scores_as_grey(folder, with_colorizer):
    with_colorizer(Leaves())

    people = room.evaluate(folder, device="cpu")["people"]

    assert people["mse_cbcr"] == people["mse_cbcr_gray"] == pytest.approx(ORANGE_MSE, rel=0.01)
    error = np.mean(np.square(np.subtract(ORANGE, ORANGE_GREY)))
    assert people["psnr_rgb"] == people["psnr_rgb_gray"] == pytest.approx(10 * np.log10(255**2 / error))
    assert people["colourfulness"] == 0
    # Hasler & Suesstrunk on an even colour: no spread, 0.3 times the mean's length.
    assert people["colourfulness_real"] == pytest.approx(0.3 * np.hypot(200 - 120, (200 + 120) / 2 - 40))
    assert people["perceptual"] > 0


def test_the_right_colours_score_best(folder, with_colorizer):
    with_colorizer(Knows())

    everything = room.evaluate(folder, device="cpu")["all"]

    assert everything["mse_cbcr"] == 0
    assert everything["psnr_rgb"] == PSNR_CAP_DB
    assert everything["perceptual"] == 0
    assert everything["colourfulness"] == everything["colourfulness_real"]


def test_large_pictures_are_measured_at_512_and_small_ones_as_they_are(folder, with_colorizer):
    sizes = []

    class Looks(Leaves):
        def colorize(self, photo_HWC, damped=True):
            assert (photo_HWC == photo_HWC[..., :1]).all(), "nothing of the colours is given away"
            sizes.append(photo_HWC.shape[:2])
            return photo_HWC

    with_colorizer(Looks())
    room.evaluate(folder, device="cpu")

    assert sizes == [(60, 80), (384, 512), (64, 64)]


def test_a_limit_spreads_over_the_list_and_an_empty_part_says_so(folder, with_colorizer):
    with_colorizer(Leaves())

    figures = room.evaluate(folder, device="cpu", limit=1)

    assert figures["all"]["n"] == 1
    assert figures["rest"] == {"n": 0}


def test_only_the_groups_asked_for_are_measured(folder, with_colorizer):
    with_colorizer(Leaves())
    everything = room.evaluate(folder, device="cpu")["groups"]

    figures = room.evaluate(folder, device="cpu", groups=("a",))

    assert figures["groups"] == {"a": everything["a"]}
    assert figures["all"]["n"] == everything["a"]["n"] < 3
    with pytest.raises(ValueError, match="no such group: c"):
        room.evaluate(folder, device="cpu", groups=("a", "c"))


def test_results_are_kept_side_by_side(folder, with_colorizer, tmp_path):
    with_colorizer(Knows())

    room.evaluate(folder, device="cpu", save=tmp_path / "kept")

    kept = cv2.imread(str(tmp_path / "kept" / "ann.png"))[..., ::-1]
    assert kept.shape == (60, 240, 3)
    assert (kept[0, 0] == ORANGE_GREY).all()
    assert (kept[0, 100] == ORANGE).all()


def test_decibels_are_averaged_over_photographs():
    means = room.summary([{"psnr_rgb": 20.0}, {"psnr_rgb": 30.0}])

    assert means == {"n": 2, "psnr_rgb": 25.0}


def test_labelled_photographs_are_told_by_label_and_the_others_are_left_out(folder, with_colorizer, tmp_path):
    with_colorizer(Leaves())
    labels = tmp_path / "labels.csv"
    labels.write_text(
        "file,skin,who,uniform,hands\nann.png,dark,women,,0 0 1000 1000\nbob.png,light,men,yes,\n"
    )

    figures = room.evaluate(folder, device="cpu", labels=labels)

    assert {name: part["n"] for name, part in figures["labels"].items()} == {
        "labelled": 2, "skin dark": 1, "skin light": 1, "women": 1, "men": 1, "uniform": 1, "no uniform": 1
    }  # fmt: skip
    assert figures["labels"]["women"]["mse_cbcr"] == pytest.approx(ORANGE_MSE, rel=0.01)
    json.dumps(figures)


def test_only_labelled_photographs_are_measured_where_that_is_asked(folder, with_colorizer, tmp_path):
    with_colorizer(Leaves())
    labels = tmp_path / "labels.csv"
    labels.write_text("file,skin,who,uniform,hands\nbob.png,light,men,yes,\n")

    figures = room.evaluate(folder, device="cpu", labels=labels, only_labelled=True)

    assert figures["all"] == {name: pytest.approx(value) for name, value in figures["labels"]["men"].items()}
    assert figures["all"]["n"] == 1
    with pytest.raises(ValueError, match="name none of these"):
        room.evaluate(folder, device="cpu", only_labelled=True)
