"""A large photograph from close: its own pixels, the divider, the veil and the map as from afar."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from playwright.sync_api import expect

from tests.browser import made
from tests.browser.looking import come_closer, dot, settle, spot
from webapp import cutting, intake
from webapp.arrivals import Copied

SIZE = (3000, 1200)
CHECKS = (2000, 800)
"""Where squares of 8 pixels stand, which no preview of 2048 can show."""

LINE = 700
"""Where a line of two pixels runs, which the median filter takes for damage."""


@pytest.fixture
def photo(transactional_db: None, family):
    """Grey, with a field of fine squares; the mask is a bar under them."""
    picture_u8 = np.full((*SIZE[::-1], 3), 120, np.uint8)
    picture_u8[LINE : LINE + 2, 1900:2200] = 230
    rows, columns = np.mgrid[0:80, 0:80] // 8
    x, y = CHECKS
    picture_u8[y : y + 80, x : x + 80] = np.where((rows + columns) % 2, 230, 20)[..., None]
    file = io.BytesIO()
    Image.fromarray(picture_u8).save(file, "PNG")
    photo = intake.submit([Copied(SimpleUploadedFile("large.png", file.getvalue()))], family=family).photos[0]
    hole_HW = np.zeros(SIZE[::-1], bool)
    hole_HW[900:903, 1900:2200] = True
    made.finish(photo, hole_HW=hole_HW)
    yield photo
    cutting.wait()


@pytest.fixture
def page(open_page, photo):
    page = open_page(f"/p/{photo.pk}/", reduced_motion="reduce")
    page.wait_for_selector(".viewer.live")
    return page


def check(number: int) -> tuple[int, int]:
    """The middle of one of the squares of the upper row."""
    return CHECKS[0] + 8 * number + 4, CHECKS[1] + 4


def sharp(page) -> None:
    """Until tiles were made and came."""
    expect(page.locator("[data-coming]")).to_be_hidden(timeout=60_000)
    page.wait_for_timeout(700)


def greys(page, count: int = 8) -> list[int]:
    return [dot(page, *check(number), SIZE[0])[0] for number in range(count)]


def test_from_close_the_photographs_own_pixels_are_seen(page) -> None:
    page.get_by_role("radio", name="Original", exact=True).check()
    come_closer(page, *check(0), SIZE[0], turns=10)
    sharp(page)

    assert page.locator(".picture").bounding_box()["width"] > 2 * SIZE[0]
    assert greys(page) == pytest.approx([20, 230] * 4, abs=8)
    corners = [
        dot(page, CHECKS[0] + 8 * n + shift, CHECKS[1] + 4, SIZE[0])[0] for n in range(4) for shift in (1, 7)
    ]
    assert corners == pytest.approx([20, 20, 230, 230] * 2, abs=25)  # the squares begin and end where they do


def test_what_is_under_the_pointer_stays_there_when_pictures_are_changed(page) -> None:
    come_closer(page, *check(3), SIZE[0], turns=8)
    before = page.locator(".picture").bounding_box()

    for name in ("Coloured", "Original", "Restored"):
        page.get_by_role("radio", name=name, exact=True).check()
        settle(page)

    assert page.locator(".picture").bounding_box() == before


def test_the_divider_goes_through_the_picture_from_close(page) -> None:
    page.get_by_role("radio", name="Coloured", exact=True).check()
    come_closer(page, *check(2), SIZE[0], turns=8)
    sharp(page)
    x, y = spot(page, *check(2), SIZE[0])
    divider = page.locator(".divider").bounding_box()
    before = page.locator(".picture").bounding_box()

    page.mouse.move(divider["x"] + 22, y)
    page.mouse.down()
    page.mouse.move(x + 2, y, steps=5)
    page.mouse.up()
    page.wait_for_timeout(500)

    assert page.locator(".picture").bounding_box() == before
    around = (x - before["x"]) / before["width"] * SIZE[0]
    left, right = (dot(page, around + shift, CHECKS[1] - 30, SIZE[0]) for shift in (-4, 4))
    assert max(left) - min(left) <= 2  # the original is grey
    assert max(right) - min(right) > 5


def test_a_drag_moves_the_picture_and_keys_bring_it_back(page) -> None:
    come_closer(page, 1500, 600, SIZE[0], turns=6)
    before = page.locator(".picture").bounding_box()

    page.mouse.move(500, 400)
    page.mouse.down()
    page.mouse.move(420, 380, steps=6)
    page.mouse.up()
    settle(page)
    after = page.locator(".picture").bounding_box()
    assert (after["x"] - before["x"], after["y"] - before["y"]) == pytest.approx((-80, -20), abs=2)

    page.keyboard.press("ArrowRight")  # the picture that was taken hold of has the focus
    settle(page)
    assert page.locator(".picture").bounding_box()["x"] < after["x"] - 100
    page.keyboard.press("+")
    settle(page)
    assert page.locator(".picture").bounding_box()["width"] == pytest.approx(1.5 * after["width"], rel=0.01)
    page.keyboard.press("0")
    settle(page)
    assert page.locator(".picture").bounding_box()["width"] == pytest.approx(1440, abs=2)
    expect(page.get_by_role("button", name="Farther")).to_be_disabled()


def test_the_veil_is_as_thin_as_the_mask(page) -> None:
    page.get_by_role("radio", name="Original", exact=True).check()
    page.get_by_label("Show what was repaired").check()
    come_closer(page, 2040, 901, SIZE[0], turns=10)
    sharp(page)

    bar = [dot(page, 2040, 899.5 + row, SIZE[0]) for row in range(5)]

    assert bar[0] == bar[4] == pytest.approx([120] * 3, abs=3)
    assert all(red - blue > 80 for red, _, blue in bar[1:4])


def test_the_map_of_changes_is_told_from_the_tiles(page) -> None:
    page.get_by_role("radio", name="Restored", exact=True).focus()
    come_closer(page, 2050, LINE, SIZE[0], turns=9)
    page.keyboard.press("c")
    sharp(page)
    page.wait_for_timeout(1000)

    assert dot(page, 2050, LINE + 1, SIZE[0]) == pytest.approx([255, 176, 0], abs=5)
    assert dot(page, 2050, LINE + 20, SIZE[0]) == pytest.approx([0.4 * 120] * 3, abs=5)


def test_the_wheel_moves_the_page_where_it_can_and_else_the_picture(page) -> None:
    page.mouse.move(300, 400)
    page.mouse.wheel(0, 300)
    page.wait_for_function("() => window.scrollY > 200")
    assert page.locator(".picture").bounding_box()["width"] == pytest.approx(1440, abs=2)

    page.mouse.wheel(0, -300)
    page.wait_for_function("() => window.scrollY === 0")
    page.mouse.wheel(0, -120)
    settle(page)

    assert page.locator(".picture").bounding_box()["width"] > 1600


def test_the_viewer_takes_the_whole_window_and_gives_it_back(page) -> None:
    page.get_by_role("button", name="Full window").click()
    settle(page)

    stage = page.locator(".stage").bounding_box()
    assert (stage["x"], stage["y"], stage["width"]) == (0, 0, 1440)
    expect(page.get_by_role("button", name="Full window")).to_have_attribute("aria-pressed", "true")
    for _ in range(30):  # nothing behind it is reached
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement.closest('.bench') || document.activeElement === document.body"
        )

    page.get_by_role("button", name="Closer").focus()
    page.keyboard.press("Escape")

    assert page.locator(".stage").bounding_box()["y"] > 50
    expect(page.get_by_role("link", name=re.compile("All photographs"))).to_be_visible()


def test_from_afar_no_tiles_are_asked_for(open_page, photo, data_dir) -> None:
    page = open_page(f"/p/{photo.pk}/")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    page.wait_for_selector(".viewer.live")
    page.wait_for_timeout(1000)

    assert [url for url in asked if "/tiles/" in url] == []
    assert list((data_dir / "tiles").iterdir()) == []
