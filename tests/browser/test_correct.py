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
from webapp import intake, storage
from webapp.models import Job

SIZE = (640, 480)
BROOCH = (slice(100, 140), slice(120, 170))
SCRATCH = (slice(300, 306), slice(200, 500))


@pytest.fixture
def photo(transactional_db: None, family):
    """A brooch that was found beside a scratch; both white on a ramp."""
    picture_u8 = np.tile(np.linspace(60, 180, SIZE[0], dtype=np.uint8), (SIZE[1], 1))
    for part in (BROOCH, SCRATCH):
        picture_u8[part] = 255
    file = io.BytesIO()
    Image.fromarray(picture_u8).convert("RGB").save(file, "PNG")
    photo = intake.submit([SimpleUploadedFile("brooch.png", file.getvalue())], family=family).photos[0]
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
    box = page.locator(".correction").bounding_box()
    return box["x"] + x * box["width"] / SIZE[0], box["y"] + y * box["height"] / SIZE[1]


def draw(page, *points: tuple[float, float]) -> None:
    page.mouse.move(*at(page, *points[0]))
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*at(page, *point), steps=12)
    page.mouse.up()


def amber_at(page, x: int, y: int) -> bool:
    """Whether the canvas is amber there."""
    return page.evaluate(
        """([x, y]) => document.querySelector(".correction").getContext("2d").getImageData(x, y, 1, 1).data[3] > 127""",
        [x, y],
    )


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
        Options(only=("restored",), device="cpu"),
        mask=storage.locate(job.mask),
        strokes=job.strokes,
    )
    return np.asarray(Image.open(folder / report.files["restored"])), np.asarray(Image.open(source))


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
    page.wait_for_function("document.querySelector('.correction').width > 300")
    assert amber_at(page, 145, 120)
    assert photo.jobs.count() == 1
