"""The finder's figures: against masks, per defect and kind, with intervals; and on photographs without masks."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
import torch

from ml.segment import tophat
from ml.segment.evaluate import evaluate
from ml.segment.infer import Finder
from ml.segment.scores import Scored, by_kind, intervals, pooled
from tests.ml.segment import Bright


@pytest.fixture(autouse=True)
def loads_bright(monkeypatch):
    """A finder that takes what is bright for damage."""
    finder = Finder.of(Bright(), torch.device("cpu"))
    monkeypatch.setattr(Finder, "load", classmethod(lambda cls, *args: finder))


@pytest.fixture
def marked(tmp_path):
    """Two pictures of bright damage; the second one's mask ignores half of it."""
    lines = ["file,mask,group,level,quality(1-5)"]
    for name, quality in (("a", 5), ("b", 2)):
        photo, mask = np.zeros((20, 30, 3), np.uint8), np.zeros((20, 30), np.uint8)
        photo[5:8], mask[5:8] = 255, 255
        if name == "b":
            photo[15:17] = 255
            mask[15] = 128
        cv2.imwrite(str(tmp_path / f"{name}.png"), photo)
        cv2.imwrite(str(tmp_path / f"{name}_mask.png"), mask)
        lines.append(f"{name}.png,{name}_mask.png,{name}group,light,{quality}")
    (tmp_path / "manifest.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_evaluate_pools_pixels_and_ignores_what_the_mask_does_not_know(marked):
    figures = json.loads(json.dumps(evaluate(marked), allow_nan=False))

    assert figures["groups"]["agroup"]["dice"] == 1 and figures["groups"]["agroup"]["roc_auc"] == 1
    # b: 90 true pixels found, one row of 30 false alarms; the other row is ignored.
    assert figures["groups"]["bgroup"]["precision"] == pytest.approx(90 / 120)
    assert figures["all"]["n"] == 2 and figures["all"]["precision"] == pytest.approx(180 / 210)
    assert figures["good_masks"]["n"] == 1 and figures["levels"]["light"]["n"] == 2
    assert figures["intervals"]["dice"] == pytest.approx([180 / 210, 1])


def test_clean_photographs_are_no_part_of_the_damaged_ones(marked):
    """b, where something is found that its mask does not know, is called clean."""
    manifest = marked / "manifest.csv"
    manifest.write_text(manifest.read_text().replace("bgroup,light", "bgroup,clean"))

    figures = evaluate(marked, bootstrap=0)

    assert figures["damaged"]["n"] == 1 and figures["all"]["n"] == 2
    assert figures["damaged"]["boundary_dice"] == 1 > figures["all"]["boundary_dice"]


def test_evaluate_tells_which_mask_does_not_fit(marked):
    cv2.imwrite(str(marked / "a_mask.png"), np.zeros((3, 3), np.uint8))

    with pytest.raises(ValueError, match=r"a_mask\.png"):
        evaluate(marked)


def test_without_masks_the_share_that_is_marked_is_told(tmp_path):
    """a has one bright row of ten, b none; c has it in yellow, which is not bright in every channel."""
    lines = ["file,level"]
    for name, tone in (("a", 255), ("b", 0), ("c", (0, 255, 255))):
        photo = np.zeros((10, 30, 3), np.uint8)
        photo[4] = tone
        cv2.imwrite(str(tmp_path / f"{name}.png"), photo)
        lines.append(f"{name}.png,{'none' if name == 'b' else 'light'}")
    (tmp_path / "manifest.csv").write_text("\n".join(lines) + "\n")

    figures = json.loads(json.dumps(evaluate(tmp_path, save=tmp_path / "sheets"), allow_nan=False))

    assert figures["as_they_are"]["worst"] == pytest.approx(0.1)
    assert figures["as_they_are"]["worst_file"] == "a.png"
    assert figures["levels"]["none"]["mean"] == 0 and figures["levels"]["light"]["n"] == 2
    assert figures["grey"]["n"] == 3
    assert (tmp_path / "sheets" / "a.jpg").is_file()


def scored(defect, found, kinds=None, score=None) -> Scored:
    defect, found = np.array(defect, np.uint8), np.array(found, bool)
    score = found.astype(np.float32) if score is None else np.array(score, np.float32)
    return Scored(score, found, defect, None if kinds is None else np.array(kinds, np.uint8))


def test_a_defect_is_found_where_half_of_it_is():
    photo = scored([[255, 255, 0, 255, 255, 255, 0, 255]], [[1, 0, 0, 1, 0, 0, 1, 0]])

    assert list(photo.touched) == [True, False, False]
    assert pooled([photo])["defect_recall"] == pytest.approx(1 / 3)


def test_a_kind_is_measured_as_if_the_others_were_not_there():
    photo = scored([[255, 255, 255, 0, 0, 0]], [[1, 1, 0, 1, 0, 0]], [[1, 1, 3, 0, 0, 0]])

    figures = by_kind([photo])
    assert set(figures) == {"line", "loss"}
    assert figures["line"]["recall"] == 1 and figures["line"]["precision"] == pytest.approx(2 / 3)
    assert figures["loss"]["recall"] == 0 and figures["loss"]["precision"] == 0


def test_intervals_hold_the_figures_and_shrink_with_more_photographs():
    rng = np.random.default_rng(5)

    def photographs(count: int) -> list[Scored]:
        made = []
        for _ in range(count):
            defect = rng.random((40, 40)) < 0.1
            score = np.clip(0.3 * defect + rng.normal(0.4, rng.uniform(0.05, 0.3), defect.shape), 0, 1)
            made.append(scored(defect * 255, score > 0.6, score=score))
        return made

    few, many = photographs(6), photographs(60)
    narrow, wide = intervals(many, 200), intervals(few, 200)
    figures = pooled(many)
    for name, (low, high) in narrow.items():
        assert low < figures[name] < high
        assert high - low < wide[name][1] - wide[name][0]


def test_the_classical_detector_sees_thin_lines_of_both_tones_and_no_flat_tone():
    photo = np.full((60, 60, 3), 120, np.uint8)
    photo[20], photo[40] = 220, 20
    score, found = tophat.find(photo)

    assert found[20].all() and found[40].all() and found.sum() == 120
    assert score.min() == 0 and 0.3 < score.max() <= 1
    assert not tophat.find(np.full((60, 60, 3), 9, np.uint8))[1].any()
