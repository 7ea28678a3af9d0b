from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ml.contract import RESULTS, Options, Stage
from ml.networks import hole_sha256
from tests.ml.pipeline import pixels, restore

ROOT = Path(__file__).resolve().parents[2]


def test_three_results_and_a_mask_are_written(scratched_png, tmp_path, fakes):
    report = restore(scratched_png, tmp_path, fakes)

    assert report.files == {
        "restored": "granny_restored.png",
        "colorized": "granny_colorized.png",
        "restored_colorized": "granny_restored_colorized.png",
        "mask": "granny_mask.png",
    }
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(report.files.values())


def test_outside_of_what_the_repair_touches_restored_is_the_original(
    scratched_png, scratched_u8, tmp_path, fakes
):
    report = restore(scratched_png, tmp_path, fakes)

    restored = pixels(tmp_path, report, "restored")
    touched = fakes.repairer.touched((scratched_u8 == 255).all(axis=2))
    assert np.array_equal(restored[~touched], scratched_u8[~touched])
    assert (restored[touched] != scratched_u8[touched]).any()


def test_colorized_is_of_the_scan_and_restored_colorized_of_the_repair(
    scratched_png, scratched_u8, tmp_path, fakes
):
    report = restore(scratched_png, tmp_path, fakes)

    colorize = fakes.colorizer.colorize
    assert np.array_equal(pixels(tmp_path, report, "colorized"), colorize(scratched_u8))
    restored = pixels(tmp_path, report, "restored")
    assert np.array_equal(pixels(tmp_path, report, "restored_colorized"), colorize(restored))


def test_the_mask_is_white_where_damage_was_found(scratched_png, scratched_u8, tmp_path, fakes):
    report = restore(scratched_png, tmp_path, fakes)

    mask = pixels(tmp_path, report, "mask")
    assert mask.dtype == np.uint8 and mask.ndim == 2
    assert np.array_equal(mask == 255, (scratched_u8 == 255).all(axis=2))
    assert set(np.unique(mask)) == {0, 255}
    assert report.mask_sha256 == hole_sha256(mask == 255)
    assert report.defect_share == pytest.approx((mask == 255).mean())
    assert report.kinds["line"] == pytest.approx(report.defect_share)


@pytest.mark.parametrize(
    ("only", "used"),
    [
        (("colorized",), (0, 0, 1)),
        (("restored",), (1, 1, 0)),
        (("restored_colorized",), (1, 1, 1)),
    ],
)
def test_only_the_networks_that_are_needed_run(scratched_png, tmp_path, fakes, only, used):
    report = restore(scratched_png, tmp_path, fakes, Options(only=only))

    assert (fakes.finder.calls, fakes.repairer.calls, fakes.colorizer.calls) == used
    assert set(report.files) - {"mask"} == set(only)
    assert (
        "finding" in report.seconds,
        "repairing" in report.seconds,
        "colouring" in report.seconds,
    ) == tuple(bool(count) for count in used)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_a_clean_photograph_comes_back_byte_for_byte(scene_u8, tmp_path, fakes, format):
    source = tmp_path / f"clean.{format.lower()}"
    Image.fromarray(scene_u8).save(source, format)

    report = restore(source, tmp_path, fakes)

    assert report.found_nothing and report.defect_share == 0
    assert (tmp_path / "out" / report.files["restored"]).read_bytes() == source.read_bytes()
    assert fakes.repairer.calls == 0
    assert fakes.colorizer.calls == 1, "both coloured results are the same picture"


def test_a_clean_photograph_with_a_place_in_it_keeps_its_pixels_and_loses_the_place(
    scene_u8, tmp_path, fakes
):
    source = tmp_path / "clean.png"
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    Image.fromarray(scene_u8).save(source, exif=exif)

    report = restore(source, tmp_path, fakes, Options(only=("restored",)))

    assert np.array_equal(pixels(tmp_path, report, "restored"), scene_u8)
    with Image.open(tmp_path / "out" / report.files["restored"]) as restored:
        assert not restored.getexif().get_ifd(0x8825)


@pytest.mark.parametrize("kind", ["plain", "grey", "progressive", "without_jfif", "adobe_rgb"])
def test_a_jpeg_with_a_place_in_it_is_not_compressed_anew(kind, scene_u8, tmp_path, fakes):
    source = tmp_path / "clean.jpg"
    exif = Image.Exif()
    exif[270] = "caption"
    exif.get_ifd(0x8825)[1] = "N"
    options = {"progressive": kind == "progressive", "keep_rgb": kind == "adobe_rgb", "dpi": (300, 300)}
    picture = Image.fromarray(scene_u8).convert("L" if kind == "grey" else "RGB")
    picture.save(source, quality=60, exif=exif, **options)
    if kind == "without_jfif":
        content = source.read_bytes()
        source.write_bytes(content[:2] + content[20:])
    source.write_bytes(
        source.read_bytes() + source.read_bytes()
    )  # a larger preview behind it, with the place too

    report = restore(source, tmp_path, fakes, Options(only=("restored",)))

    result = tmp_path / "out" / report.files["restored"]
    with Image.open(source) as before, Image.open(result) as after:
        assert np.array_equal(np.asarray(after), np.asarray(before))
        assert after.quantization == before.quantization
        assert after.getexif()[270] == "caption" and not after.getexif().get_ifd(0x8825)
        assert after.info.get("dpi") == (300, 300) or kind in ("without_jfif", "adobe_rgb")
    assert 0 < result.stat().st_size < 0.6 * source.stat().st_size


def test_a_speck_below_notice_leaves_the_photograph_alone(tmp_path, fakes):
    picture = np.full((400, 400, 3), 90, np.uint8)
    picture[200, 200] = 255
    Image.fromarray(picture).save(tmp_path / "speck.png")

    report = restore(tmp_path / "speck.png", tmp_path, fakes)

    assert report.found_nothing
    assert not pixels(tmp_path, report, "mask").any()


def test_a_given_mask_replaces_finding(scratched_png, scratched_u8, tmp_path, fakes):
    hole = np.zeros(scratched_u8.shape[:2], np.uint8)
    hole[10:20, 10:20] = 255
    Image.fromarray(hole).save(tmp_path / "mask.png")

    report = restore(scratched_png, tmp_path, fakes, mask=tmp_path / "mask.png")

    assert fakes.finder.calls == 0 and "finding" not in report.seconds
    assert np.array_equal(pixels(tmp_path, report, "mask"), hole)
    restored = pixels(tmp_path, report, "restored")
    assert np.array_equal(restored[40:44, 20:90], scratched_u8[40:44, 20:90]), (
        "the scratch was not in the mask"
    )


def test_an_empty_mask_is_a_round_trip(scratched_png, scratched_u8, tmp_path, fakes):
    Image.fromarray(np.zeros(scratched_u8.shape[:2], np.uint8)).save(tmp_path / "mask.png")

    report = restore(scratched_png, tmp_path, fakes, mask=tmp_path / "mask.png")

    assert np.array_equal(pixels(tmp_path, report, "restored"), scratched_u8)


def test_a_grey_photograph_stays_grey_and_takes_colour_only_where_asked(scratched_u8, tmp_path, fakes):
    source = tmp_path / "grey.tif"
    Image.fromarray(scratched_u8[..., 0]).save(source)

    report = restore(source, tmp_path, fakes)

    restored = pixels(tmp_path, report, "restored")
    assert restored.ndim == 2
    assert pixels(tmp_path, report, "colorized").shape == (96, 128, 3)
    red, other = 255 // 2, 255 // 3
    assert restored[42, 50] == round(0.299 * red + 0.701 * other), "the luma of what the network made"


def test_sixteen_bits_stay_sixteen_bits(scratched_u8, tmp_path, fakes):
    import tifffile

    deep = scratched_u8.astype(np.uint16) * 257
    deep[0, 0] = (1, 2, 3)
    source = tmp_path / "deep.tif"
    tifffile.imwrite(source, deep, photometric="rgb")

    report = restore(source, tmp_path, fakes)

    assert report.bits == 16
    for result in ("restored", "colorized", "restored_colorized"):
        assert tifffile.imread(tmp_path / "out" / report.files[result]).dtype == np.uint16
    restored = tifffile.imread(tmp_path / "out" / report.files["restored"])
    assert tuple(restored[0, 0]) == (1, 2, 3)


def test_progress_goes_through_the_stages_in_order_and_ends_at_one(scratched_png, tmp_path, fakes):
    told = []

    restore(scratched_png, tmp_path, fakes, on_progress=lambda stage, share: told.append((stage, share)))

    assert list(dict.fromkeys(stage for stage, _ in told)) == list(Stage)
    for stage in Stage:
        shares = [share for told_stage, share in told if told_stage is stage]
        assert shares == sorted(shares) and shares[0] == 0 and shares[-1] == 1


def test_previews_are_small_srgb_and_listed(tmp_path, fakes):
    picture = np.full((1500, 3000, 3), 90, np.uint8)
    picture[700:720, 100:2000] = 255
    Image.fromarray(picture).save(tmp_path / "wide.png")

    report = restore(tmp_path / "wide.png", tmp_path, fakes, previews=True)

    for kind in ("original", "restored", "colorized", "restored_colorized"):
        with Image.open(tmp_path / "out" / report.files[f"preview_{kind}"]) as preview:
            assert preview.format == "JPEG" and preview.size == (2048, 1024)
    with Image.open(tmp_path / "out" / report.files["preview_print"]) as one_of_many:
        assert one_of_many.size == (400, 200)
    veil = pixels(tmp_path, report, "preview_mask")
    assert veil.shape == (1024, 2048, 4)
    assert veil[0, 0, 3] == 0 and veil[485, 500, 3] > 100


@pytest.mark.parametrize(
    ("only", "of"),
    [(RESULTS, "restored"), (("colorized",), "colorized"), (RESULTS[1:], "restored_colorized")],
)
def test_one_small_picture_is_of_the_best_result_that_is_wanted(scratched_png, tmp_path, fakes, only, of):
    report = restore(scratched_png, tmp_path, fakes, Options(only=only), previews=True)

    small, result = (pixels(tmp_path, report, f"preview_{kind}") for kind in ("print", of))
    assert np.array_equal(small, result), "the photograph is smaller than either"


def test_colours_are_noted_and_sepia_is_not(tmp_path, fakes, scene_u8):
    colourful = (
        np.random.default_rng(0).integers(0, 200, (6, 8, 3)).repeat(16, 0).repeat(16, 1).astype(np.uint8)
    )
    for name, picture in (("colour", colourful), ("sepia", scene_u8)):
        Image.fromarray(picture).save(tmp_path / f"{name}.png")

    assert "already_coloured" in restore(tmp_path / "colour.png", tmp_path, fakes).notes
    assert "already_coloured" not in restore(tmp_path / "sepia.png", tmp_path, fakes).notes


def test_the_input_is_not_modified(scratched_png, tmp_path, fakes):
    before = scratched_png.read_bytes()

    restore(scratched_png, tmp_path, fakes)

    assert scratched_png.read_bytes() == before
    assert [path.name for path in scratched_png.parent.iterdir()] == [scratched_png.name]


def test_twice_the_same_bytes(scratched_png, tmp_path, fakes):
    first = restore(scratched_png, tmp_path, fakes, Options(format="tiff"))
    before = {file: (tmp_path / "out" / file).read_bytes() for file in first.files.values()}

    second = restore(scratched_png, tmp_path, fakes, Options(format="tiff"))

    assert {file: (tmp_path / "out" / file).read_bytes() for file in second.files.values()} == before


def test_how_readily_damage_is_seen_reaches_the_finder_and_the_record(scratched_png, tmp_path, fakes):
    report = restore(scratched_png, tmp_path, fakes, Options(finding="thorough"))

    assert fakes.finder.setting == "thorough"
    assert report.record["results"]["restored"]["settings"]["finding"] == "thorough"
    with pytest.raises(ValueError, match="careful, normal, thorough"):
        Options(finding="bold")
