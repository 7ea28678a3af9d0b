"""A mask corrected by hand, at the photograph's own pixels."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from ml.contract import Options, PhotoRejected
from ml.inpaint.margins import USUAL
from ml.pipeline import restore_file
from ml.strokes import Stroke, redraw


def told(tool: str, width: float, *points: tuple[float, float]) -> dict:
    return {"tool": tool, "width": width, "points": [list(point) for point in points]}


def stroke(tool: str, width: float, *points: tuple[float, float]) -> Stroke:
    return Stroke.of(told(tool, width, *points))


@pytest.fixture
def hole_HW() -> np.ndarray:
    hole_HW = np.zeros((60, 80), bool)
    hole_HW[20:30, 10:70] = True
    return hole_HW


def test_a_brush_adds_a_line_of_its_width(hole_HW):
    redrawn_HW = redraw(hole_HW, [stroke("brush", 5, (5, 45), (75, 45))])

    assert redrawn_HW[45, 5:76].all()
    assert redrawn_HW[:, 40].sum() == 10 + 5
    assert (redrawn_HW & hole_HW).sum() == hole_HW.sum()


def test_an_eraser_takes_away_and_leaves_the_rest(hole_HW):
    redrawn_HW = redraw(hole_HW, [stroke("eraser", 21, (40, 0), (40, 59))])

    assert not redrawn_HW[:, 31:50].any()
    assert redrawn_HW[20:30, 10:29].all() and redrawn_HW[20:30, 52:70].all()
    assert not (redrawn_HW & ~hole_HW).any()


def test_an_area_is_filled(hole_HW):
    redrawn_HW = redraw(hole_HW, [stroke("area", 1, (10, 40), (30, 40), (30, 55), (10, 55))])

    assert redrawn_HW[40:56, 10:31].all()
    assert redrawn_HW.sum() == hole_HW.sum() + 16 * 21


def test_later_strokes_lie_over_earlier_ones(hole_HW):
    line = (5, 45), (75, 45)

    assert np.array_equal(redraw(hole_HW, [stroke("brush", 9, *line), stroke("eraser", 11, *line)]), hole_HW)


def test_what_is_protected_wins_over_every_stroke_and_keeps_the_repair_away(hole_HW):
    square = (30, 15), (50, 15), (50, 40), (30, 40)
    strokes = [stroke("protect", 1, *square), stroke("brush", 21, (5, 35), (75, 35))]  # as wide as a loss

    redrawn_HW = redraw(hole_HW, strokes)

    protected_HW = redraw(np.zeros_like(hole_HW), [stroke("area", 1, *square)])
    assert not (USUAL.touched(redrawn_HW) & protected_HW).any()
    assert redrawn_HW[35, 5:23].all() and redrawn_HW[35, 58:76].all() and redrawn_HW[20:30, 10:23].all()


@pytest.mark.parametrize("width", [1, 9])
def test_a_dot_is_a_round_spot(hole_HW, width):
    redrawn_HW = redraw(np.zeros_like(hole_HW), [stroke("brush", width, (40.5, 30.5))])

    assert redrawn_HW[30, 40]
    assert redrawn_HW[30].sum() == redrawn_HW[:, 40].sum() == width


def test_the_given_hole_is_not_modified_and_strokes_outside_do_nothing(hole_HW):
    before_HW = hole_HW.copy()

    redrawn_HW = redraw(hole_HW, [stroke("brush", 3, (-50, -50), (-20, -9)), stroke("eraser", 9, (500, 500))])

    assert np.array_equal(redrawn_HW, before_HW) and np.array_equal(hole_HW, before_HW)


@pytest.mark.parametrize(
    "wrong", [{"tool": "hammer"}, {"points": []}, {"points": [[1, 2, 3]]}, {"width": "wide"}], ids=str
)
def test_other_things_are_no_strokes(wrong):
    with pytest.raises(ValueError):
        Stroke.of({"tool": "brush", "width": 3, "points": [[1, 1]], **wrong})


def test_the_repair_obeys_the_strokes_and_nothing_is_looked_for(scratched_png, scratched_u8, tmp_path, fakes):
    """Nothing but what was drawn is touched; the scratch stays."""
    report = restore_file(
        scratched_png,
        tmp_path,
        Options(only=("restored",)),
        strokes=[told("brush", 5, (2, 2), (20, 2))],
        networks=replace(fakes, finder=None),
    )

    assert 0 < report.defect_share < 0.1
    assert "segment" not in report.weights


def test_protecting_alone_is_laid_over_what_is_found(scratched_png, scratched_u8, tmp_path, fakes):
    """Damage is looked for as ever; of what is found the protected part stays as it was, to the pixel."""
    height, width = scratched_u8.shape[:2]
    left = told("protect", 1, (0, 0), (width // 2, 0), (width // 2, height), (0, height))

    reports = [
        restore_file(
            scratched_png, tmp_path, Options(only=("restored",)), strokes=strokes, networks=fakes, name=name
        )
        for name, strokes in (("free", []), ("kept", [left]))
    ]

    free_u8, kept_u8 = (np.asarray(Image.open(tmp_path / report.files["restored"])) for report in reports)
    half = slice(0, width // 2)
    assert (free_u8[:, half] != scratched_u8[:, half]).any()
    assert np.array_equal(kept_u8[:, half], scratched_u8[:, half])
    assert 0 < reports[1].defect_share < reports[0].defect_share


def test_erasing_all_gives_the_photograph_as_it_was(scratched_png, scratched_u8, tmp_path, fakes):
    report = restore_file(
        scratched_png,
        tmp_path,
        Options(only=("restored",)),
        strokes=[told("eraser", 5, (2, 2))],
        networks=fakes,
    )

    assert (tmp_path / report.files["restored"]).read_bytes() == scratched_png.read_bytes()


def test_drawing_over_everything_is_refused(scratched_png, scratched_u8, tmp_path, fakes):
    height, width = scratched_u8.shape[:2]
    all_of_it = told("area", 1, (-1, -1), (width + 1, -1), (width + 1, height + 1), (-1, height + 1))

    with pytest.raises(PhotoRejected, match="whole picture"):
        restore_file(scratched_png, tmp_path, Options(), strokes=[all_of_it], networks=fakes)
