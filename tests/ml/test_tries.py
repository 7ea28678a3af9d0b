"""Another try of the repair at one place: that place is another, and every other pixel is the one of before."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image

from ml.contract import MOST_TRIES, RESULTS, Options, Stage
from ml.inpaint.infer import Repairer
from ml.networks import Networks, hole_sha256
from ml.photo import read
from tests.ml.cli import pixels_of, run
from tests.ml.conftest import SCRATCH, FakeColorizer, FakeFinder, FakeRepairer
from tests.ml.pipeline import pixels, restore

LEFT = {"tool": "area", "width": 1, "points": [[10, 30], [50, 30], [50, 60], [10, 60]]}
RIGHT = {"tool": "area", "width": 1, "points": [[60, 30], [100, 30], [100, 60], [60, 60]]}
NOWHERE = {"tool": "area", "width": 1, "points": [[0, 0], [9, 0], [9, 9], [0, 9]]}
REACH = 3
"""Of FakeRepairer beyond its hole."""


class SeededRepairer(FakeRepairer):
    """Each seed is another shade of red."""

    def repair(self, photo_HWC, hole_HW, seed=0, on_progress=None):
        repaired = super().repair(photo_HWC, hole_HW, seed)
        if on_progress:
            on_progress(1.0)
        repaired[self.touched(hole_HW), 0] += 10 * seed
        return repaired


class MoodyColorizer(FakeColorizer):
    """Blue by what the whole picture looks like: one pixel that is another changes all the colours."""

    def colorize(self, photo_HWC, saturation=1.0, hints=(), on_progress=None, variant=0, damped=True):
        coloured = super().colorize(photo_HWC, saturation, hints, on_progress, variant, damped)
        coloured[..., 2] = int(photo_HWC.astype(np.int64).sum()) % 251
        return coloured


@pytest.fixture
def networks() -> Networks:
    return Networks(FakeFinder(), SeededRepairer(), MoodyColorizer())


def part(columns: slice, reach: int = 0) -> np.ndarray:
    """bool HW: of the scratch what lies in these columns, and `reach` around it."""
    hole_u8 = np.zeros((96, 128), np.uint8)
    hole_u8[SCRATCH[0], columns] = 1
    return cv2.dilate(hole_u8, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)).astype(bool)


def made(scratched_png, folder, networks, *tries: dict, **options):
    return restore(scratched_png, folder, networks, Options(tries=tries, **options))


@pytest.mark.parametrize("result", ["restored", "restored_colorized"])
def test_the_place_is_another_and_the_rest_is_as_before(scratched_png, tmp_path, networks, result):
    before = made(scratched_png, tmp_path / "a", networks)
    after = made(scratched_png, tmp_path / "b", networks, {"seed": 3, "strokes": [LEFT]})

    was, now = pixels(tmp_path / "a", before, result), pixels(tmp_path / "b", after, result)
    changed_HW = (was != now).any(axis=2)
    assert changed_HW[part(slice(20, 51))].all()
    assert not changed_HW[~part(slice(20, 51), REACH)].any()
    assert after.notes == []


def test_progress_never_goes_back(scratched_png, tmp_path, networks):
    told = []
    tries = ({"seed": 3, "strokes": [LEFT]}, {"seed": 4, "strokes": [RIGHT]})

    restore(scratched_png, tmp_path, networks, Options(tries=tries),
            on_progress=lambda stage, share: told.append((stage, share)))  # fmt: skip

    for stage in Stage:
        shares = [share for of, share in told if of is stage]
        assert shares == sorted(shares) and shares[-1] == 1
    assert len({share for of, share in told if of is Stage.REPAIRING}) == 4


def test_a_second_try_elsewhere_leaves_the_first_one(scratched_png, tmp_path, networks):
    first = {"seed": 3, "strokes": [LEFT]}
    one = made(scratched_png, tmp_path / "a", networks, first)
    two = made(scratched_png, tmp_path / "b", networks, first, {"seed": 4, "strokes": [RIGHT]})

    for result in ("restored", "restored_colorized"):
        was, now = pixels(tmp_path / "a", one, result), pixels(tmp_path / "b", two, result)
        changed_HW = (was != now).any(axis=2)
        assert changed_HW[part(slice(60, 90))].all()
        assert not changed_HW[~part(slice(60, 90), REACH)].any()


def test_what_is_coloured_alone_knows_of_no_try(scratched_png, tmp_path, networks):
    options = {"only": ("colorized",)}
    before = made(scratched_png, tmp_path / "a", networks, **options)
    after = made(scratched_png, tmp_path / "b", networks, {"seed": 3, "strokes": [LEFT]}, **options)

    was, now = (pixels(tmp_path / at, one, "colorized") for at, one in (("a", before), ("b", after)))
    assert np.array_equal(was, now)
    assert after.notes == []


def test_record_and_metadata_name_each_try(scratched_png, tmp_path, networks):
    report = made(scratched_png, tmp_path, networks, {"seed": 3, "strokes": [LEFT]})

    told = report.record["results"]
    tries = [{"seed": 3, "mask_sha256": hole_sha256(part(slice(20, 51)))}]
    assert [told[result]["settings"].get("tries") for result in RESULTS] == [tries, None, tries]
    xmp = read(tmp_path / "out" / report.files["restored"]).metadata.xmp.decode()
    assert "repaired another way at one place; seed 3; 1.009 % of the area" in xmp
    assert tries[0]["mask_sha256"] in xmp


def test_a_try_where_nothing_is_repaired_changes_nothing_and_says_so(scratched_png, tmp_path, networks):
    before = made(scratched_png, tmp_path / "a", networks)
    after = made(scratched_png, tmp_path / "b", networks, {"seed": 3, "strokes": [NOWHERE]})

    for result in RESULTS:
        was, now = (tmp_path / at / "out" / one.files[result] for at, one in (("a", before), ("b", after)))
        assert was.read_bytes() == now.read_bytes()
    assert after.notes == ["tried_nothing"]


@pytest.mark.parametrize(
    ("tries", "sentence"),
    [
        ([{"seed": 1}], "is not"),
        ([{"seed": "1", "strokes": []}], "is not"),
        ([{"seed": -1, "strokes": []}], "a seed is 0 or more; got -1"),
        ([{"seed": 1, "strokes": []}] * (MOST_TRIES + 1), f"at most {MOST_TRIES}"),
    ],
)
def test_what_is_no_try_is_refused_with_a_sentence(tries, sentence):
    with pytest.raises(ValueError, match="tries: ") as refused:
        Options(tries=tries)

    assert sentence in str(refused.value)


def test_on_the_command_line_a_picture_says_where(scratched_png, tmp_path, networks, monkeypatch):
    monkeypatch.setattr("ml.networks.load_finder", lambda device: networks.finder)
    monkeypatch.setattr("ml.networks.load_repairer", lambda device: networks.repairer)
    region_u8 = np.zeros((96, 128), np.uint8)
    region_u8[30:60, 10:51] = 255
    Image.fromarray(region_u8).save(tmp_path / "region.png")
    command = ["restore", scratched_png, "--only", "restored", "--out"]

    assert run(*command, tmp_path / "a") == 0
    assert run(*command, tmp_path / "b", "--retry-region", tmp_path / "region.png", "--retry-seed", 5) == 0

    was, now = (pixels_of(tmp_path / at / "granny_restored.png") for at in "ab")
    changed_HW = (was != now).any(axis=2)
    assert changed_HW[part(slice(20, 51))].all() and not changed_HW[~part(slice(20, 51), REACH)].any()
    assert networks.repairer.seed == 5
    calls = networks.repairer.calls
    assert run(*command, tmp_path / "b", "--retry-region", tmp_path / "region.png", "--retry-seed", 5) == 0
    assert networks.repairer.calls == calls, "what is done is done"
    assert run(*command, tmp_path / "b", "--retry-region", tmp_path / "region.png") == 0
    assert (networks.repairer.calls, networks.repairer.seed) == (calls + 2, 1)


@pytest.mark.parametrize("words", [["--retry-seed", "2"], ["--retry-region", "nowhere.png"]])
def test_on_the_command_line_a_try_needs_its_place(scratched_png, tmp_path, words):
    assert run("restore", scratched_png, "--out", tmp_path / "out", *words) == 2


def test_the_shipped_repairer_changes_the_place_and_nothing_else(scratched_png, tmp_path):
    networks = Networks(FakeFinder(), Repairer.load("cpu"), FakeColorizer())
    options = {"only": ("restored",), "device": "cpu"}
    before = made(scratched_png, tmp_path / "a", networks, **options)
    after = made(scratched_png, tmp_path / "b", networks, {"seed": 1, "strokes": [LEFT]}, **options)

    was, now = (pixels(tmp_path / at, one, "restored") for at, one in (("a", before), ("b", after)))
    changed_HW = (was != now).any(axis=2)
    assert changed_HW[part(slice(20, 51))].mean() > 0.5
    assert not changed_HW[~networks.repairer.touched(part(slice(20, 51)))].any()
