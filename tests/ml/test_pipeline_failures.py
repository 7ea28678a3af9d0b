from __future__ import annotations

import time
from pathlib import Path

import pytest
from PIL import Image

from ml.contract import PhotoRejected, Stage
from ml.course import Course
from ml.networks import Networks
from tests.ml.pipeline import restore

ROOT = Path(__file__).resolve().parents[2]


def test_a_mask_of_another_size_is_refused(scratched_png, tmp_path, fakes):
    Image.new("L", (50, 60)).save(tmp_path / "mask.png")

    with pytest.raises(PhotoRejected) as refusal:
        restore(scratched_png, tmp_path, fakes, mask=tmp_path / "mask.png")

    assert refusal.value.code == "mask_size"
    assert not (tmp_path / "out").exists()


def test_a_mask_that_covers_everything_is_refused(scratched_png, tmp_path, fakes):
    Image.new("L", (128, 96), 255).save(tmp_path / "mask.png")

    with pytest.raises(PhotoRejected) as refusal:
        restore(scratched_png, tmp_path, fakes, mask=tmp_path / "mask.png")

    assert refusal.value.code == "all_hole"


def test_colouring_that_fails_leaves_nothing_of_the_repair(scratched_png, tmp_path, fakes):
    class Broken:
        def colorize(self, *args, **kwargs):
            raise RuntimeError("kernel fault")

    with pytest.raises(RuntimeError, match="kernel fault"):
        restore(scratched_png, tmp_path, Networks(fakes.finder, fakes.repairer, Broken()))

    assert not list((tmp_path / "out").iterdir())


def test_each_second_counts_for_one_stage():
    course = Course(None)
    start = time.perf_counter()
    with course.stage(Stage.COLOURING):
        time.sleep(0.02)
        with course.aside(Stage.WRITING):
            time.sleep(0.05)
    with course.stage(Stage.WRITING):
        time.sleep(0.02)
    passed = time.perf_counter() - start

    assert course.seconds["writing"] >= 0.07
    assert 0.02 <= course.seconds["colouring"] < 0.05
    assert sum(course.seconds.values()) == pytest.approx(passed, abs=0.005)


def test_a_failing_network_is_a_failure_and_leaves_no_result(scratched_png, tmp_path, fakes):
    class Broken:
        def repair(self, *args, **kwargs):
            raise RuntimeError("kernel fault")

    with pytest.raises(RuntimeError, match="kernel fault"):
        restore(scratched_png, tmp_path, Networks(fakes.finder, Broken(), fakes.colorizer))

    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: can't allocate memory"),
    ],
)
def test_too_little_memory_is_told_as_such(scratched_png, tmp_path, fakes, error):
    class Hungry:
        def find(self, *args, **kwargs):
            raise error

    with pytest.raises(PhotoRejected) as refusal:
        restore(scratched_png, tmp_path, Networks(Hungry(), fakes.repairer, fakes.colorizer))

    assert refusal.value.code == "out_of_memory"


def test_a_repair_that_changes_other_pixels_is_caught(scratched_png, tmp_path, fakes):
    class Careless(type(fakes.repairer)):
        def repair(self, photo_HWC, hole_HW, seed=0, on_progress=None):
            repaired = photo_HWC.copy()
            repaired[0, 0] += 1
            return repaired

    with pytest.raises(AssertionError, match="outside"):
        restore(scratched_png, tmp_path, Networks(fakes.finder, Careless(), fakes.colorizer))
