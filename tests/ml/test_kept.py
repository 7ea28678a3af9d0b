"""What was repaired once is not repaired again for other colours, and is never taken for another repair."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from ml.contract import RESULTS, Options
from ml.results import REPAIR
from tests.ml.conftest import SCRATCH
from tests.ml.pipeline import restore


@pytest.fixture
def kept(scratched_png, tmp_path, fakes):
    """What the site's first version leaves, with its mask beside it."""
    restore(scratched_png, tmp_path / "first", fakes, previews=True)
    fakes.repairer.calls = 0
    return tmp_path / "first" / "out" / f"granny_{REPAIR}"


def again(scratched_png, tmp_path, fakes, kept, options=None, mask="granny_mask.png"):
    given = {"mask": kept.with_name(mask), "kept": kept, "previews": True}
    return restore(scratched_png, tmp_path, fakes, options, **given)


def test_other_colours_begin_where_the_repair_ended(scratched_png, tmp_path, fakes, kept):
    options = Options(saturation=0.5)
    with_it = again(scratched_png, tmp_path / "a", fakes, kept, options)
    assert fakes.repairer.calls == 0
    kept.rename(kept.with_suffix(".away"))
    without = again(scratched_png, tmp_path / "b", fakes, kept, options)
    assert fakes.repairer.calls == 1

    for result in RESULTS:
        one, other = (
            tmp_path / at / "out" / made.files[result] for at, made in (("a", with_it), ("b", without))
        )
        assert one.read_bytes() == other.read_bytes()
    assert kept.name not in with_it.files.values()
    assert (tmp_path / "a" / "out" / kept.name).is_file(), "the version after this one begins there too"


def test_another_try_at_a_place_repairs_the_place_alone(scratched_png, tmp_path, fakes, kept):
    place = {"tool": "area", "width": 1, "points": [[10, 30], [50, 30], [50, 60], [10, 60]]}

    again(scratched_png, tmp_path, fakes, kept, Options(tries=({"seed": 3, "strokes": [place]},)))

    assert (fakes.repairer.calls, fakes.repairer.seed) == (1, 3)


@pytest.mark.parametrize("other", ["seed", "mask", "photograph", "broken", "empty"])
def test_of_another_repair_or_broken_it_is_not_taken(scratched_png, tmp_path, fakes, kept, other):
    options, mask = Options(seed=1 if other == "seed" else 0), "granny_mask.png"
    if other == "mask":
        hole_u8 = np.zeros((96, 128), np.uint8)
        hole_u8[SCRATCH] = 255
        hole_u8[0, 0] = 255
        Image.fromarray(hole_u8).save(kept.with_name("other.png"))
        mask = "other.png"
    elif other == "photograph":
        Image.open(scratched_png).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(scratched_png)
    elif other == "broken":
        kept.write_bytes(kept.read_bytes()[:-30])
    elif other == "empty":
        kept.write_bytes(b"")

    again(scratched_png, tmp_path, fakes, kept, options, mask)

    assert fakes.repairer.calls == 1


def test_on_the_command_line_nothing_is_kept(scratched_png, tmp_path, fakes):
    restore(scratched_png, tmp_path, fakes)

    assert not list((tmp_path / "out").glob("*.npz"))
