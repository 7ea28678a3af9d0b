from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from ml.contract import Options
from ml.mark import MARKS
from ml.photo import read, write
from ml.photo.xmp import records
from tests.ml.cli import names, run
from tests.ml.pipeline import pixels, restore


@pytest.mark.parametrize("result", MARKS)
def test_the_mark_is_small_in_the_corner_and_on_record(result, scratched_png, tmp_path, fakes):
    plain = restore(scratched_png, tmp_path / "plain", fakes, Options((result,)))
    marked = restore(scratched_png, tmp_path / "marked", fakes, Options((result,), visible_mark=True))

    before, after = pixels(tmp_path / "plain", plain, result), pixels(tmp_path / "marked", marked, result)
    changed_HW = (before != after).any(axis=2)
    height, width = changed_HW.shape
    rows, columns = np.flatnonzero(changed_HW.any(axis=1)), np.flatnonzero(changed_HW.any(axis=0))
    assert rows[0] > 0.7 * height and columns[0] > 0.2 * width
    assert after[changed_HW].max() > 200, "light letters"
    assert 0.005 < changed_HW.mean() < 0.15
    (record,) = records(read(tmp_path / "marked" / "out" / marked.files[result]).metadata.xmp)
    assert record["settings"]["visible_mark"] == MARKS[result]
    (record,) = records(read(tmp_path / "plain" / "out" / plain.files[result]).metadata.xmp)
    assert "visible_mark" not in record["settings"]


def test_a_photograph_that_came_back_as_it_was_has_none(scene_u8, tmp_path, fakes):
    source = tmp_path / "clean.png"
    Image.fromarray(scene_u8).save(source)

    report = restore(source, tmp_path, fakes, Options(("restored",), visible_mark=True))

    assert (tmp_path / "out" / report.files["restored"]).read_bytes() == source.read_bytes()
    assert "visible_mark" not in report.record["results"]["restored"]["settings"]


def test_it_has_the_depth_of_the_photograph(scratched_png, tmp_path, fakes):
    photo = read(scratched_png)
    write(photo.with_pixels(photo.pixels_HWC.astype(np.uint16) * 257), tmp_path / "deep.tif", "tiff")

    report = restore(tmp_path / "deep.tif", tmp_path, fakes, Options(("restored",), visible_mark=True))

    deep = read(tmp_path / "out" / report.files["restored"])
    assert deep.bits == 16 and deep.pixels_HWC[60:, 40:].max() > 200 * 257


def test_the_command_line_marks_where_asked_and_does_it_again_for_it(scratched_png, tmp_path, loaded):
    out = tmp_path / "out"
    assert run("restore", scratched_png, "--out", out, "--only", "restored") == 0
    plain = (out / "granny_restored.png").read_bytes()

    assert run("restore", scratched_png, "--out", out, "--only", "restored", "--visible-mark") == 0

    assert (out / "granny_restored.png").read_bytes() != plain
    assert "granny_restored.png" in names(out)
