"""The mask loop: a stroke of the eraser brings back what was taken for damage, a stroke of the brush repairs more."""

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
from tests.browser.looking import come_closer, spot
from webapp import intake, storage, versions
from webapp.arrivals import Copied
from webapp.models import Job

SIZE = (640, 480)
BROOCH = (slice(100, 140), slice(120, 170))
SCRATCH = (slice(300, 306), slice(200, 500))


AMBER_AT = """([x, y]) => {
    const canvas = document.querySelector(".correction");
    const box = canvas.getBoundingClientRect();
    const scale = canvas.width / box.width;
    const dots = canvas.getContext("2d").getImageData((x - box.left) * scale, (y - box.top) * scale, 1, 1);
    return dots.data[3] > 127 && dots.data[0] > 200 && dots.data[2] < 60;
}"""


@pytest.fixture
def photo(transactional_db: None, family):
    """A brooch that was found beside a scratch; both white on a ramp."""
    picture_u8 = np.tile(np.linspace(60, 180, SIZE[0], dtype=np.uint8), (SIZE[1], 1))
    for part in (BROOCH, SCRATCH):
        picture_u8[part] = 255
    file = io.BytesIO()
    Image.fromarray(picture_u8).convert("RGB").save(file, "PNG")
    photo = intake.submit([Copied(SimpleUploadedFile("brooch.png", file.getvalue()))], family=family).photos[
        0
    ]
    made.finish(photo, hole_HW=picture_u8 == 255)
    return photo


def opened(open_page, photo, **options):
    page = open_page(f"/p/{photo.pk}/", **options)
    page.wait_for_selector(".viewer.live")
    page.get_by_role("button", name="Correct what was found").click()
    expect(page.get_by_role("radio", name="Eraser")).to_be_focused()
    return page


def at(page, x: float, y: float) -> tuple[float, float]:
    """A point of the photograph, in pixels of the window."""
    return spot(page, x, y, SIZE[0])


def draw(page, *points: tuple[float, float]) -> None:
    page.mouse.move(*at(page, *points[0]))
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*at(page, *point), steps=12)
    page.mouse.up()


def amber_at(page, x: int, y: int) -> bool:
    """Whether the canvas is amber there."""
    page.wait_for_timeout(100)  # what was drawn may still be on its way to the canvas
    return page.evaluate(AMBER_AT, [*spot(page, x + 0.5, y + 0.5, SIZE[0])])


def over_the_brooch() -> list[tuple[float, float]]:
    return [(110, 105), (180, 105), (180, 120), (110, 120), (110, 136), (180, 136)]


@pytest.mark.parametrize("width", [1440, 360])
def test_the_eraser_brings_the_brooch_back(open_page, photo, tmp_path, width) -> None:
    page = opened(open_page, photo, width=width)
    assert amber_at(page, 145, 120) and amber_at(page, 300, 303)

    for _ in range(6):
        page.keyboard.press("]")
    draw(page, *over_the_brooch())
    assert not amber_at(page, 145, 120) and amber_at(page, 300, 303)
    page.get_by_role("button", name="Repair again").click()
    page.wait_for_selector("text=Yours is next")

    job = Job.objects.get(photo=photo, state=Job.State.QUEUED)
    restored_u8, source_u8 = repaired(job, tmp_path)
    assert np.array_equal(restored_u8[BROOCH], source_u8[BROOCH])
    assert (restored_u8[SCRATCH] < 200).mean() > 0.95


def repaired(job: Job, folder) -> tuple[np.ndarray, np.ndarray]:
    """What the worker makes of the job, by the shipped repairer, and the photograph."""
    source = storage.locate(job.photo.stored)
    report = restore_file(
        source,
        folder,
        Options(**job.options | {"only": ("restored",), "device": "cpu"}),
        mask=storage.locate(job.mask),
        strokes=job.strokes,
    )
    return np.asarray(Image.open(folder / report.files["restored"])), np.asarray(Image.open(source))


@pytest.mark.parametrize("width", [1440, 360])
def test_another_try_changes_what_was_repaired_inside_the_outline_and_nothing_else(
    open_page, photo, tmp_path, width
) -> None:
    before_u8, _ = repaired(mask_of_first(photo), tmp_path / "before")
    page = opened(open_page, photo, width=width)
    page.keyboard.press("r")
    draw(page, (320, 280), (540, 280), (540, 330), (320, 330), (320, 285))
    assert amber_at(page, 420, 303) and not amber_at(page, 420, 290)

    page.get_by_role("button", name="Repair again").click()
    page.wait_for_selector("text=Yours is next")

    after_u8, _ = repaired(Job.objects.get(photo=photo, state=Job.State.QUEUED), tmp_path / "after")
    changed = (before_u8 != after_u8).any(axis=2)
    assert changed[300:306, 326:494].mean() > 0.1
    changed[290:316, 310:510] = False
    assert not changed.any()


def mask_of_first(photo) -> Job:
    """A job that repairs as version 1 did, of which the test knows the mask alone."""
    (first,) = versions.of(photo)
    return Job(photo=photo, mask=versions.mask_of(first))


def test_brush_outline_undo_and_redo(open_page, photo) -> None:
    page = opened(open_page, photo)

    page.keyboard.press("b")
    draw(page, (300, 400), (400, 400))
    page.keyboard.press("o")
    draw(page, (450, 380), (550, 380), (550, 450), (450, 450), (450, 385))
    assert amber_at(page, 350, 400) and amber_at(page, 500, 420)

    page.keyboard.press("Control+z")
    assert amber_at(page, 350, 400) and not amber_at(page, 500, 420)
    page.get_by_role("button", name="Redo").click()
    assert amber_at(page, 500, 420)
    for _ in range(2):
        page.get_by_role("button", name="Undo").click()
    assert not amber_at(page, 350, 400)
    expect(page.get_by_role("button", name="Repair again")).to_be_disabled()


def test_leaving_changes_nothing(open_page, photo) -> None:
    page = opened(open_page, photo)
    draw(page, *over_the_brooch())

    page.get_by_role("button", name="Leave it as it was").click()

    expect(page.locator(".correction")).to_be_hidden()
    expect(page.get_by_role("button", name="Correct what was found")).to_be_focused()
    page.get_by_role("button", name="Correct what was found").click()
    page.wait_for_function("() => document.querySelector('.correction').width > 300")
    assert amber_at(page, 145, 120)
    assert photo.jobs.count() == 1


def test_strokes_drawn_close_up_land_on_the_same_dots_of_the_photograph(open_page, photo) -> None:
    page = opened(open_page, photo)
    come_closer(page, 560, 420, SIZE[0], turns=6)
    assert page.locator(".picture").bounding_box()["width"] > 3000

    page.keyboard.press("b")
    draw(page, (540, 410), (580, 410))
    page.get_by_role("button", name="Repair again").click()
    page.wait_for_selector("text=Yours is next")

    (stroke,) = Job.objects.get(photo=photo, state=Job.State.QUEUED).strokes
    assert stroke["tool"] == "brush" and stroke["width"] < 10  # a closer look makes a finer brush
    assert np.abs(np.array(stroke["points"][0]) - (540, 410)).max() < 0.6
    assert np.abs(np.array(stroke["points"][-1]) - (580, 410)).max() < 0.6


def test_space_held_moves_the_picture_and_draws_nothing(open_page, photo) -> None:
    page = opened(open_page, photo)
    come_closer(page, 320, 240, SIZE[0], turns=4)
    before = page.locator(".picture").bounding_box()
    page.locator(".openseadragon-canvas").first.focus()

    page.keyboard.down("Space")
    page.mouse.move(700, 400)
    page.mouse.down()
    page.mouse.move(600, 350, steps=8)
    page.mouse.up()
    page.keyboard.up("Space")
    page.wait_for_timeout(500)

    after = page.locator(".picture").bounding_box()
    assert (after["x"] - before["x"], after["y"] - before["y"]) == pytest.approx((-100, -50), abs=3)
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def test_a_second_finger_moves_the_picture_and_takes_the_stroke_back(open_page, photo) -> None:
    page = opened(open_page, photo, width=360, has_touch=True)
    before = page.locator(".picture").bounding_box()
    (x1, y1), (x2, y2) = at(page, 280, 240), at(page, 360, 240)
    touch = page.context.new_cdp_session(page)

    def fingers(kind: str, *points: tuple[float, float]) -> None:
        told = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": told})

    fingers("touchStart", (x1, y1))
    fingers("touchMove", (x1 + 3, y1))
    fingers("touchStart", (x1 + 3, y1), (x2, y2))
    for step in range(1, 9):
        fingers("touchMove", (x1 - 8 * step, y1), (x2 + 8 * step, y2))
    fingers("touchEnd")
    page.wait_for_timeout(600)

    assert page.locator(".picture").bounding_box()["width"] > 1.5 * before["width"]
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def test_a_protected_place_is_free_of_strokes_and_is_there_in_the_next_version(open_page, photo) -> None:
    page = opened(open_page, photo)
    page.keyboard.press("p")
    draw(page, (100, 90), (190, 90), (190, 150), (100, 150))
    page.keyboard.press("b")
    draw(page, (60, 120), (240, 120))
    assert amber_at(page, 70, 120) and not amber_at(page, 145, 120)
    page.get_by_role("button", name="Repair again").click()
    page.wait_for_selector("text=Yours is next")
    job = Job.objects.get(photo=photo, state=Job.State.QUEUED)
    assert [stroke["tool"] for stroke in job.strokes] == ["protect", "brush"]

    made.finish(photo, hole_HW=np.ones(SIZE[::-1], bool))
    page = opened(open_page, photo)

    assert amber_at(page, 70, 120) and not amber_at(page, 145, 120)
    expect(page.get_by_role("button", name="Repair again")).to_be_disabled()
    page.get_by_role("button", name="Undo").click()
    assert amber_at(page, 145, 120)
