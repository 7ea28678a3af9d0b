"""Colours by hand: a tap gives a place its colour, and the version that is made shows it there."""

from __future__ import annotations

import io

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from playwright.sync_api import expect

from ml.contract import Options
from ml.pipeline import restore_file
from tests.browser import made
from tests.browser.test_layout import check as check_layout
from webapp import intake, storage
from webapp.arrivals import Copied
from webapp.models import Job, Photo

SIZE = (320, 240)
DRESS = (slice(80, 200), slice(120, 200))
"""Rows and columns of a dress: even, and unlike what is around it."""
AT = (160, 140)
"""A place on the dress, x and y."""


@pytest.fixture
def photo(transactional_db: None, family) -> Photo:
    """A dark dress before a bright wall."""
    picture_u8 = np.full((SIZE[1], SIZE[0]), 190, np.uint8)
    picture_u8[DRESS] = 90
    file = io.BytesIO()
    Image.fromarray(picture_u8).convert("RGB").save(file, "PNG")
    photo = intake.submit([Copied(SimpleUploadedFile("dress.png", file.getvalue()))], family=family).photos[0]
    made.finish(photo)
    return photo


def opened(open_page, photo: Photo, **options):
    page = open_page(f"/p/{photo.pk}/", **options)
    page.get_by_text("Other colours? Choose them").click()
    page.wait_for_selector("[data-tap-picture] img")
    page.wait_for_function("document.querySelector('[data-tap-picture] img').naturalWidth > 0")
    return page


def tap(page, x: float, y: float) -> None:
    """At a point of the photograph."""
    picture = page.locator("[data-tap-picture]")
    picture.scroll_into_view_if_needed()
    box = picture.locator("img").bounding_box()
    picture.click(position={"x": x * box["width"] / SIZE[0], "y": y * box["height"] / SIZE[1]})


def taps(page) -> list[str]:
    return [" ".join(text.split()) for text in page.locator("[data-taps-list] li").all_inner_texts()]


def queued(photo: Photo) -> Job:
    return Job.objects.get(photo=photo, state=Job.State.QUEUED)


def colour_again(page, photo: Photo) -> Job:
    page.get_by_role("button", name="Colour again").click()
    page.wait_for_selector("text=Yours is next")
    return queued(photo)


def coloured(job: Job, folder) -> np.ndarray:
    """What the worker makes of the job, by the shipped colorizer, as float RGB."""
    options = {**job.options, "only": ("colorized",), "device": "cpu"}
    report = restore_file(storage.locate(job.photo.stored), folder, Options(**options))
    return np.asarray(Image.open(folder / report.files["colorized"])).astype(float)


@pytest.mark.parametrize("width", [1440, 360])
def test_a_tapped_place_and_what_is_like_it_have_the_colour_in_the_next_version(
    open_page, photo, tmp_path, width
) -> None:
    page = opened(open_page, photo, width=width)

    page.get_by_role("radio", name="Wine red").check()
    tap(page, *AT)
    assert len(taps(page)) == 1 and "Wine red 50 % from the left, 5" in taps(page)[0]
    job = colour_again(page, photo)

    (hint,) = job.options["hints"]
    assert abs(hint["x"] - AT[0]) <= 2 and abs(hint["y"] - AT[1]) <= 2 and hint["rgb"] == "#7b1e2e"
    with_HWC = coloured(job, tmp_path / "with")
    job.options = {}
    without_HWC = coloured(job, tmp_path / "without")
    reddish = with_HWC[..., 0] - with_HWC[..., 1:].mean(axis=-1)
    wanted = 0x7B - (0x1E + 0x2E) / 2
    assert abs(reddish[hint["y"], hint["x"]] - wanted) < 12, "the very colour at the very place"
    inside = (slice(100, 180), slice(135, 185))
    assert reddish[inside].mean() > 0.5 * wanted, "and the dress around it"
    wall = (slice(0, 60), slice(0, 90))
    assert np.abs(with_HWC[wall] - without_HWC[wall]).mean() < 8, "not the wall"


def test_taps_are_listed_taken_away_and_undone(open_page, photo) -> None:
    page = opened(open_page, photo)

    tap(page, 20, 20)
    page.get_by_role("radio", name="Sky").check()
    tap(page, 304, 30)
    tap(page, 160, 140)
    assert [text[:6] for text in taps(page)] == ["Fair s", "Sky 95", "Sky 50"]
    assert page.locator(".tap-marks circle").count() == 3

    page.get_by_role("button", name="Take away Sky").first.click()
    assert len(taps(page)) == 2 and "50 %" in taps(page)[1]
    page.get_by_role("button", name="Undo").click()
    assert len(taps(page)) == 3
    page.keyboard.press("Control+z")
    assert len(taps(page)) == 2 and "95 %" in taps(page)[1]

    assert [hint["rgb"] for hint in colour_again(page, photo).options["hints"]] == ["#e2b093", "#8fb3d4"]


def test_the_keyboard_alone_gives_a_colour(open_page, photo) -> None:
    page = open_page(f"/p/{photo.pk}/")
    page.get_by_text("Other colours? Choose them").focus()
    page.keyboard.press("Enter")
    page.locator("[name=colour]:checked").focus()
    page.keyboard.press("ArrowDown")

    page.locator("[data-tap-picture]").focus()
    for _ in range(4):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowUp")
    expect(page.locator("[data-cross-words]")).to_have_text("70 % from the left, 48 % from the top")
    expect(page.locator(".cross").first).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")

    assert colour_again(page, photo).options["hints"] == [{"x": 224, "y": 116, "rgb": "#c08a62"}]


def test_another_opinion_is_looked_at_and_then_taken(open_page, photo) -> None:
    page = opened(open_page, photo)
    before = page.locator("[data-tap-picture] img").get_attribute("src")

    page.get_by_role("radio", name="Colours 4").check()
    assert "preview_colours_3" in page.locator("[data-tap-picture] img").get_attribute("src")
    page.get_by_role("radio", name="Colours 1").check()
    assert page.locator("[data-tap-picture] img").evaluate("image => image.src").endswith(before)
    page.get_by_role("radio", name="Colours 4").check()

    assert colour_again(page, photo).options == {"variant": 3}


def test_guesses_are_as_strong_where_that_is_ticked(open_page, photo) -> None:
    page = opened(open_page, photo)

    page.get_by_label("As strong where the computer is only guessing").check()

    assert colour_again(page, photo).options == {"damped": False}


def test_the_strength_is_seen_before_it_is_asked_for(open_page, photo) -> None:
    page = opened(open_page, photo)
    slider = page.get_by_label("Strength of the colours")

    slider.fill("50")

    for shown in ("[data-tap-picture] img", ".viewer .is-restored_colorized"):
        assert page.locator(shown).evaluate("image => getComputedStyle(image).filter") == "saturate(0.5)"
    assert page.locator(".viewer .is-restored").evaluate("image => getComputedStyle(image).filter") == "none"
    expect(page.locator("[data-strength]")).to_have_text("50 %")
    assert colour_again(page, photo).options == {"saturation": 0.5}


def test_what_the_version_has_is_there_to_go_on_from(open_page, photo) -> None:
    Job.objects.update(options={"hints": [{"x": 30, "y": 30, "rgb": "#123456"}], "saturation": 0.8})
    page = open_page(f"/p/{photo.pk}/")

    assert taps(page) == ["#123456 9 % from the left, 13 % from the top Take away #123456"]
    tap(page, 200, 100)

    options = colour_again(page, photo).options
    assert options["saturation"] == 0.8 and len(options["hints"]) == 2


@pytest.mark.parametrize("locale", ["en", "ru"])
@pytest.mark.parametrize("light", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_open_it_is_neither_faint_nor_small_and_nothing_sticks_out(
    open_page, photo, width, light, locale
) -> None:
    hints = [{"x": 30, "y": 30, "rgb": "#5e3d26"}, {"x": 99, "y": 200, "rgb": "#123456"}]
    Job.objects.update(options={"hints": hints, "saturation": 0.8})
    page = open_page(f"/p/{photo.pk}/", width=width, color_scheme=light, locale=locale)

    assert len(taps(page)) == 2
    check_layout(page, width)


def test_without_a_script_numbers_do(open_page, photo) -> None:
    page = open_page(f"/p/{photo.pk}/", java_script_enabled=False)

    page.get_by_text("Other colours? Choose them").click()
    page.get_by_label("Per cent from the left").fill("50")
    page.get_by_label("Per cent from the top").fill("25")
    page.get_by_role("radio", name="Brick").check()
    page.get_by_label("Strength of the colours").fill("120")
    page.get_by_role("button", name="Colour again").click()
    page.wait_for_selector("text=Yours is next")

    hints = [{"x": 160, "y": 60, "rgb": "#a4523b"}]
    assert queued(photo).options == {"hints": hints, "saturation": 1.2}
