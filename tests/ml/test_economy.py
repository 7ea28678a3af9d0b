"""Memory that runs out: less at a time, said so, and a failure where even that is too much."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from ml import economy
from ml.contract import NOTES, Options, PhotoRejected
from ml.networks import Networks
from ml.photo import read
from ml.photo.xmp import records
from ml.segment.infer import SMALL_TILE, TILE, Finder
from tests.ml.pipeline import restore

ERRORS = [
    MemoryError(),
    torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
    RuntimeError("[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: can't allocate memory"),
    RuntimeError("std::bad_alloc"),
]


class SmallEngine:
    """White is a defect. Takes pictures up to `most` pixels on their longer side."""

    def __init__(self, most: int, error: Exception) -> None:
        self.most, self.error = most, error
        self.seen: list[tuple[int, ...]] = []

    def __call__(self, picture_BCHW):
        self.seen.append(tuple(picture_BCHW.shape[2:]))
        if max(picture_BCHW.shape[2:]) > self.most:
            raise self.error
        white = (picture_BCHW[:, :1] > 0.9) * 18.0 - 9
        return torch.cat([white, white * 0, white * 0 - 9, white * 0 - 9], dim=1)


def scene(height: int = 700, width: int = 1100) -> np.ndarray:
    photo = np.full((height, width, 3), 60, np.uint8)
    photo[100:110, 200:900] = 255
    return photo


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: f"{type(error).__name__} {error}"[:40])
def test_the_finder_takes_smaller_tiles_and_says_so(error):
    engine = SmallEngine(SMALL_TILE, error)

    with economy.watched() as given_up:
        found = Finder(engine, torch.device("cpu")).find(scene(), far=False)

    assert given_up == ["finding:tiles"]
    assert max(max(shape) for shape in engine.seen[1:]) <= SMALL_TILE < max(engine.seen[0]) <= TILE + 32
    assert found.probability_01_HW[105, 210:890].min() > 0.5 > found.probability_01_HW[300:].max()


def test_then_it_looks_without_turning():
    photo = scene()
    photo[:, :40] = 128  # brighter at the left: a turned view is brighter at the bottom

    class Unturned(SmallEngine):
        def __call__(self, picture_BCHW):
            top, bottom = picture_BCHW[0, 0, :8].mean(), picture_BCHW[0, 0, -8:].mean()
            if bottom > top + 20 / 255:
                raise self.error
            return super().__call__(picture_BCHW)

    with economy.watched() as given_up:
        Finder(Unturned(SMALL_TILE, MemoryError()), torch.device("cpu")).find(photo, far=False)

    assert given_up == ["finding:turns"]


def test_where_nothing_helps_it_is_a_failure_and_no_result(scratched_png, tmp_path, fakes):
    finder = Finder(SmallEngine(0, MemoryError()), torch.device("cpu"))

    with pytest.raises(PhotoRejected) as refusal:
        restore(scratched_png, tmp_path, Networks(finder, fakes.repairer, fakes.colorizer))

    assert refusal.value.code == "out_of_memory"
    assert not (tmp_path / "out").exists()


def test_another_error_is_not_tried_again():
    engine = SmallEngine(0, RuntimeError("kernel fault"))

    with economy.watched() as given_up, pytest.raises(RuntimeError, match="kernel fault"):
        Finder(engine, torch.device("cpu")).find(scene(), far=False)

    assert (len(engine.seen), given_up) == (1, [])


def test_the_repairer_takes_smaller_cells_and_touches_no_more(monkeypatch):
    from ml.inpaint.infer import Repairer
    from ml.inpaint.windows import SMALL_CORE_PX

    repairer = Repairer.load("cpu")
    see, sizes = repairer._see_upright, []

    def limited(photo_HWC, hole_HW):
        sizes.append(max(hole_HW.shape))
        if sizes[-1] > SMALL_CORE_PX + 2 * 64 + 32:
            raise MemoryError
        return see(photo_HWC, hole_HW)

    monkeypatch.setattr(repairer, "_see_upright", limited)
    photo = scene(600, 900)
    hole_HW = photo[..., 0] == 255

    with economy.watched() as given_up:
        repaired = repairer.repair(photo, hole_HW)

    touched_HW = repairer.touched(hole_HW)
    assert given_up == ["repairing:cells"]
    assert np.array_equal(repaired[~touched_HW], photo[~touched_HW])
    assert (repaired[hole_HW] != 255).any(axis=1).mean() > 0.9


def test_the_colorizer_takes_a_smaller_view_and_keeps_luma(monkeypatch):
    from ml.colorize.gamut import rounded_luma
    from ml.colorize.infer import SMALL_SIDE, Colorizer

    colorizer = Colorizer.load("cpu")
    run = colorizer._run

    def limited(luma_B1HW):
        if max(luma_B1HW.shape) > SMALL_SIDE + 32:
            raise MemoryError
        return run(luma_B1HW)

    monkeypatch.setattr(colorizer, "_run", limited)
    photo = np.random.default_rng(0).integers(0, 256, (300, 400, 3), np.uint8)

    with economy.watched() as given_up:
        coloured = colorizer.colorize(photo)

    assert given_up == ["colouring:view"]
    assert np.array_equal(rounded_luma(coloured), rounded_luma(photo))


@pytest.mark.parametrize(
    ("result", "stages"),
    [
        ("restored", ["finding:tiles"]),
        ("colorized", ["colouring:view"]),
        ("restored_colorized", ["finding:tiles", "colouring:view"]),
    ],
)
def test_what_was_given_up_is_on_record(result, stages, scratched_png, tmp_path, fakes):
    class Short(type(fakes.finder)):
        def find(self, photo_u8_HWC, on_progress=None):
            return _second(lambda: super(Short, self).find(photo_u8_HWC), "finding:tiles")

    class Pale(type(fakes.colorizer)):
        def colorize(self, photo_HWC, **options):
            return _second(lambda: super(Pale, self).colorize(photo_HWC, **options), "colouring:view")

    report = restore(scratched_png, tmp_path, Networks(Short(), fakes.repairer, Pale()), Options((result,)))

    assert report.degraded == stages
    assert "degraded" in report.notes and NOTES["degraded"]
    (record,) = records(read(tmp_path / "out" / report.files[result]).metadata.xmp)
    assert record["degraded"] == report.record["results"][result]["degraded"] == stages
    json.dumps(report.as_json())


def test_with_enough_memory_nothing_is_said(scratched_png, tmp_path, fakes):
    report = restore(scratched_png, tmp_path, fakes)

    assert report.degraded == [] and "degraded" not in report.notes
    assert all("degraded" not in record for record in report.record["results"].values())


def _second(work, given_up):
    def first():
        raise MemoryError

    return economy.sparing([("", first), (given_up, work)])


def test_between_the_stages_of_a_large_picture_memory_goes_back_and_nothing_else_changes(
    scratched_png, tmp_path, fakes, monkeypatch
):
    released = []
    monkeypatch.setattr("ml.pipeline.release", lambda: released.append(economy.release()))
    plain = restore(scratched_png, tmp_path / "plain", fakes)
    assert not released

    monkeypatch.setattr("ml.pipeline.LARGE", 1000)
    large = restore(scratched_png, tmp_path / "large", fakes)

    assert len(released) == 2
    for file in plain.files.values():
        assert (tmp_path / "plain/out" / file).read_bytes() == (tmp_path / "large/out" / file).read_bytes()
    assert plain.files == large.files


@pytest.mark.parametrize("alpha", [False, True])
def test_rounding_and_laying_on_white_hold_no_wide_copy_of_the_picture(alpha):
    """16 bits of 8 megapixels: a copy of 4 bytes per channel would be twice the picture, of 8 bytes four times."""
    import tracemalloc

    from ml.photo.reading import _on_white
    from ml.photo.writing import to_u8

    picture = np.random.default_rng(3).integers(0, 65536, (2000, 2000, 4 if alpha else 3), np.uint16)
    tracemalloc.start()
    result = _on_white(picture)[0] if alpha else to_u8(picture)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 1.7 * picture.nbytes
    wide = picture[..., :3].astype(np.float64)
    expected = (
        (wide * picture[..., 3:] + 65535.0 * (65535 - picture[..., 3:])) / 65535 if alpha else wide / 257
    )
    assert np.abs(result - expected).max() <= 0.5 + 1e-6
