"""Before and after: the divider, the pictures, the veil and the loupe, by keyboard and by pointer."""

from __future__ import annotations

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from playwright.sync_api import expect

from tests.browser import made
from tests.browser.looking import dot
from tests.webapp.files import photo_bytes
from webapp import delivery, intake, storage
from webapp.arrivals import Copied


@pytest.fixture
def photo(transactional_db: None, family):
    file = SimpleUploadedFile("grandmother.jpg", photo_bytes(size=(640, 480)))
    photo = intake.submit([Copied(file)], family=family).photos[0]
    hole_HW = np.zeros((480, 640), bool)
    hole_HW[400:440, 300:600] = True
    made.finish(photo, hole_HW=hole_HW)
    return photo


@pytest.fixture
def page(open_page, photo):
    page = open_page(f"/p/{photo.pk}/")
    page.wait_for_selector(".viewer.live")
    return page


def picture(photo, kind: str) -> np.ndarray:
    return np.asarray(Image.open(storage.locate(delivery.find(photo, kind).stored)).convert("RGB")).astype(
        int
    )


def shows(page, at: tuple[int, int], wanted: np.ndarray) -> None:
    """Within a moment, the picture's colour at (x, y)."""
    x, y = at
    for _ in range(50):
        if dot(page, x, y, 640) == pytest.approx(wanted[y][x], abs=4):
            return
        page.wait_for_timeout(100)
    assert dot(page, x, y, 640) == pytest.approx(wanted[y][x], abs=4)


def divider_share(page) -> float:
    """Where the divider stands, as a share of the picture's width."""
    return page.evaluate(
        """() => {
            const box = document.querySelector(".picture").getBoundingClientRect();
            const line = document.querySelector(".divider").getBoundingClientRect();
            return (line.left + line.width / 2 - box.left) / box.width;
        }"""
    )


def test_the_divider_obeys_the_keys(page) -> None:
    slider = page.get_by_role("slider")
    slider.focus()

    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert divider_share(page) == pytest.approx(0.52, abs=0.003)
    page.keyboard.press("Home")
    assert divider_share(page) == pytest.approx(0, abs=0.003)
    page.keyboard.press("End")
    assert divider_share(page) == pytest.approx(1, abs=0.003)


def test_the_divider_follows_the_pointer(page) -> None:
    box = page.locator(".picture").bounding_box()
    middle = box["y"] + box["height"] / 2

    page.mouse.move(box["x"] + 0.5 * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.25 * box["width"], middle)
    page.mouse.up()
    page.mouse.move(box["x"] + 0.9 * box["width"], middle)

    assert divider_share(page) == pytest.approx(0.25, abs=0.003)
    assert page.get_by_role("slider").input_value() == "25"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("Restored", "restored"), ("Coloured", "colorized"), ("Restored and coloured", "restored_colorized")],
)
def test_each_result_is_compared_with_the_original_in_the_same_place(
    name: str, kind: str, page, photo
) -> None:
    page.get_by_role("radio", name=name, exact=True).check()

    expect(page.locator(".between [data-after]")).to_have_text(name)
    page.wait_for_timeout(500)
    original, other = (picture(photo, f"preview_{one}") for one in ("original", kind))
    assert dot(page, 100, 300, 640) == pytest.approx(original[300, 100], abs=3)
    assert dot(page, 500, 300, 640) == pytest.approx(other[300, 500], abs=3)
    assert (kind == "restored") or np.abs(other[300, 500] - original[300, 500]).max() > 10


def test_keys_choose_flicker_lift_and_magnify(page, photo) -> None:
    page.get_by_role("slider").focus()

    page.keyboard.press("3")
    expect(page.get_by_role("radio", name="Coloured", exact=True)).to_be_checked()
    coloured, plain = picture(photo, "preview_colorized"), picture(photo, "preview_original")
    shows(page, (500, 300), coloured)
    page.keyboard.down("Space")
    shows(page, (500, 300), plain)
    page.keyboard.up("Space")
    shows(page, (500, 300), coloured)
    page.keyboard.press("m")
    shows(page, (500, 420), 0.41 * coloured + 0.59 * np.array(made.AMBER))
    shows(page, (500, 300), coloured)
    page.keyboard.press("l")
    expect(page.locator(".loupe")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".loupe")).to_be_hidden()


def test_the_loupe_shows_what_lies_under_it(page) -> None:
    box = page.locator(".picture").bounding_box()
    page.get_by_role("slider").focus()
    page.keyboard.press("l")

    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 0.9 * box["height"])
    page.wait_for_timeout(800)

    grey = page.evaluate(
        """() => {
            const glass = document.querySelector(".loupe canvas");
            return glass.getContext("2d").getImageData(glass.width / 2, glass.height / 2, 1, 1).data[0];
        }"""
    )
    assert grey == pytest.approx(
        0.9 * 255, abs=12
    )  # the picture is a ramp from black to white, top to bottom


def test_the_change_map_says_how_much_was_touched(page, photo) -> None:
    page.get_by_role("radio", name="Coloured", exact=True).focus()
    page.keyboard.press("2")
    page.keyboard.press("c")
    shows(page, (320, 200), 0.4 * picture(photo, "preview_original"))
    expect(page.locator(".map-words")).to_contain_text("Amber: every place whose light is not the original’s")

    page.keyboard.press("1")

    expect(page.locator(".map-words")).to_contain_text(", 0% of the picture.")


def test_the_page_turns_to_the_results_by_itself(open_page, family) -> None:
    photo = intake.submit([Copied(SimpleUploadedFile("b.jpg", photo_bytes()))], family=family).photos[0]
    page = open_page(f"/p/{photo.pk}/")
    expect(page.get_by_text("Yours is next.")).to_be_visible()

    made.finish(photo)

    expect(page.get_by_role("heading", name="Take the pictures")).to_be_visible()


def test_an_uploads_page_follows_the_work_without_touching_the_other_pictures(open_page, family) -> None:
    files = [SimpleUploadedFile(f"{name}.jpg", photo_bytes()) for name in "ab"]
    taken = intake.submit(map(Copied, files), family=family)
    page = open_page(f"/u/{taken.upload.pk}/")
    page.evaluate("document.querySelector('.print:last-child img').same = true")

    made.run(taken.photos[0], "finding", 0.5)
    expect(page.locator(".print progress")).to_have_count(1)
    made.fail(taken.photos[1])
    expect(page.get_by_text("The photograph took longer than 20 minutes")).to_be_visible()

    assert page.evaluate("document.querySelector('.print:last-child img').same")


def test_deleting_waits_for_a_second_word(page, photo) -> None:
    expect(page.get_by_role("button", name="Delete for good")).to_be_hidden()

    page.get_by_text("Delete this photograph").click()
    page.get_by_role("button", name="Delete for good").click()

    page.wait_for_url("**/")
    expect(page.get_by_text("everything made from it are deleted")).to_be_visible()


def test_the_private_link_is_copied(open_page, photo) -> None:
    page = open_page(f"/u/{photo.upload_id}/", permissions=["clipboard-read", "clipboard-write"])

    page.get_by_role("button", name="Copy").click()

    expect(page.locator("#copied")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").endswith(f"/u/{photo.upload_id}/")


def test_a_viewer_that_nobody_touches_draws_nothing(page) -> None:
    """Else an open tab would keep a processor busy, and warm a lap, for as long as it is open."""
    page.evaluate(
        """() => {
            const draw = CanvasRenderingContext2D.prototype.drawImage;
            window.drawn = 0;
            CanvasRenderingContext2D.prototype.drawImage = function (...given) {
                window.drawn += 1;
                return draw.apply(this, given);
            };
        }"""
    )
    page.wait_for_timeout(1500)  # what its beginning asked for is drawn
    page.evaluate("window.drawn = 0")
    page.wait_for_timeout(1000)

    assert page.evaluate("window.drawn") == 0
    page.get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(500)
    assert page.evaluate("window.drawn") > 0
