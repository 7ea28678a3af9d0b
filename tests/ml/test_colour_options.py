"""What a person may say of colours: at which place which one, and whose opinion else. It reaches network and record."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from ml.alternatives import COUNT
from ml.contract import MOST_HINTS, VARIANTS, Options, PhotoRejected
from ml.photo import read
from ml.photo.xmp import records
from tests.ml.cli import run
from tests.ml.pipeline import pixels, restore

HINT = {"x": 10, "y": 20, "rgb": "#7b1e2e"}


@pytest.mark.parametrize("hints", [(HINT,), [HINT], [{**HINT, "x": 1.5}], [HINT] * MOST_HINTS, ()])
def test_hints_are_taken(hints):
    assert Options(hints=hints).hints == hints


@pytest.mark.parametrize(
    ("hints", "sentence"),
    [
        ("red", "a list is needed"),
        ({"x": 1}, "a list is needed"),
        ([1], 'hints: 1 is not {"x":, "y":, "rgb": "#rrggbb"}'),
        ([{"x": 1, "y": 2}], "is not"),
        ([{**HINT, "x": "1"}], "is not"),
        ([{**HINT, "x": True}], "is not"),
        ([{**HINT, "y": float("nan")}], "is not"),
        ([{**HINT, "y": float("inf")}], "is not"),
        ([{**HINT, "rgb": "red"}], "is not"),
        ([{**HINT, "rgb": "#7b1e2e\n"}], "is not"),
        ([{**HINT, "rgb": 7}], "is not"),
        ([HINT] * (MOST_HINTS + 1), f"at most {MOST_HINTS}; got {MOST_HINTS + 1}"),
    ],
)
def test_what_is_no_hint_is_refused_with_a_sentence(hints, sentence):
    with pytest.raises(ValueError, match="hints: ") as refused:
        Options(hints=hints)

    assert sentence in str(refused.value)


@pytest.mark.parametrize("variant", [-1, VARIANTS, "1", 0.5])
def test_there_are_no_other_variants(variant):
    with pytest.raises(ValueError, match=f"variant: 0 to {VARIANTS - 1}"):
        Options(variant=variant)


def test_both_reach_the_network_the_report_and_the_metadata(scratched_png, tmp_path, fakes):
    options = Options(hints=({**HINT, "note": "grandfather's"},), variant=3, saturation=0.8)

    report = restore(scratched_png, tmp_path, fakes, options)

    assert fakes.colorizer.asked == {"saturation": 0.8, "hints": options.hints, "variant": 3, "damped": True}
    told = report.record["results"]
    for result in ("colorized", "restored_colorized"):
        settings = told[result]["settings"]
        assert settings["hints"] == [HINT] and settings["variant"] == 3
        xmp = read(tmp_path / "out" / report.files[result]).metadata.xmp
        assert records(xmp) == [told[result]]
        assert b"saturation 0.8; variant 3; paler where unsure; colours given at 1 places" in xmp
    assert not {"hints", "variant"} & told["restored"]["settings"].keys()


def test_a_hint_outside_the_picture_is_refused_before_any_work(scratched_png, tmp_path, fakes):
    with pytest.raises(PhotoRejected) as refused:
        restore(scratched_png, tmp_path, fakes, Options(hints=({**HINT, "x": 128},)))

    assert str(refused.value) == "The hint at x 128, y 20 lies outside of the picture of 128 x 96 pixels."
    assert fakes.finder.calls == 0


def test_alternatives_are_small_and_stand_beside_the_previews(tmp_path, fakes):
    grey_u8 = np.tile(np.linspace(20, 230, 1600, dtype=np.uint8), (800, 1))
    Image.fromarray(grey_u8).save(tmp_path / "wide.png")
    asked = []
    real = fakes.colorizer.colorize
    fakes.colorizer.colorize = lambda photo, **kw: (asked.append((photo.shape, kw)), real(photo, **kw))[1]

    options = Options(hints=({"x": 800, "y": 400, "rgb": "#7b1e2e"},), variant=2, saturation=0.7)
    report = restore(tmp_path / "wide.png", tmp_path, fakes, options, previews=True)

    small = [kw for shape, kw in asked if shape == (320, 640, 3)]
    hints = [{"x": 320, "y": 160, "rgb": "#7b1e2e"}]
    assert small == [
        {"saturation": 0.7, "hints": hints, "variant": number, "damped": True} for number in range(COUNT)
    ]
    shown = [pixels(tmp_path, report, f"preview_colours_{number}") for number in range(COUNT)]
    assert {one.shape for one in shown} == {(240, 480, 3)}
    assert shown[0].mean() > 1.5 * shown[1].mean(), "the second is the second variant's"


@pytest.mark.parametrize(("only", "count"), [("restored", 0), ("colorized", COUNT)])
def test_alternatives_are_made_only_where_colour_was_asked(scratched_png, tmp_path, fakes, only, count):
    report = restore(scratched_png, tmp_path, fakes, Options(only=(only,)), previews=True)

    assert sum(kind.startswith("preview_colours_") for kind in report.files) == count


def test_no_alternatives_without_previews(scratched_png, tmp_path, fakes):
    assert not any("colours" in kind for kind in restore(scratched_png, tmp_path, fakes).files)


def test_restore_takes_both_from_the_command_line_and_does_it_again(scratched_png, tmp_path, loaded):
    (tmp_path / "hints.json").write_text(json.dumps([HINT]))
    words = ["restore", scratched_png, "--out", tmp_path / "out"]
    assert run(*words) == 0

    assert run(*words, "--hints", tmp_path / "hints.json", "--variant", "5") == 0
    calls = loaded.colorizer.calls
    assert loaded.colorizer.asked == {"saturation": 1.0, "hints": (HINT,), "variant": 5, "damped": True}
    assert run(*words, "--hints", tmp_path / "hints.json", "--variant", "5") == 0
    assert loaded.colorizer.calls == calls, "what is done stays done"


def test_restore_says_which_hint_is_none(scratched_png, tmp_path, loaded, capsys):
    (tmp_path / "hints.json").write_text(json.dumps([{**HINT, "rgb": "red"}]))

    assert run("restore", scratched_png, "--out", tmp_path / "out", "--hints", tmp_path / "hints.json") == 2

    assert '--hints: {"x": 10, "y": 20, "rgb": "red"} is not' in capsys.readouterr().err
