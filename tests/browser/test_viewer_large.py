"""A photograph of 100 megapixels: the first view is there at once and as sharp as the screen, its dots come after."""

from __future__ import annotations

import io
import time

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from playwright.sync_api import expect

from tests.browser import made
from tests.browser.looking import come_closer, dot
from webapp import cutting, intake, queue
from webapp.arrivals import Copied

SIZE = (11_540, 8_660)
LONGEST_MS = 2_000
SEEN = """() => {
    const canvas = document.querySelector(".viewer.live .deep canvas");
    if (!canvas) return 0;
    const one = new OffscreenCanvas(1, 1).getContext("2d");
    one.drawImage(canvas, canvas.width / 2 + 40, canvas.height / 2, 1, 1, 0, 0, 1, 1);
    return one.getImageData(0, 0, 1, 1).data[3] === 255 ? performance.now() : 0;
}"""


@pytest.fixture
def photo(transactional_db: None, family):
    """Noise that no preview keeps, under a slow ramp; restored is the same picture."""
    noise_u8 = np.random.default_rng(0).integers(0, 60, (866, 1154), dtype=np.uint8)
    picture_u8 = np.tile(noise_u8, (10, 10))
    picture_u8 += np.linspace(20, 170, SIZE[0], dtype=np.uint8)
    picture = Image.fromarray(picture_u8)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=90)
    photo = intake.submit([Copied(SimpleUploadedFile("large.jpg", file.getvalue()))], family=family).photos[0]
    picture.thumbnail((2048, 2048))
    small = io.BytesIO()
    picture.save(small, "JPEG", quality=90)
    job = made.claim(photo)
    contents = {"restored": file, "preview_original": small, "preview_restored": small}
    files = [made.put(job, kind, one.getvalue(), "jpg", "image/jpeg") for kind, one in contents.items()]
    queue.finish(job, {**made.NOTHING, "width": SIZE[0], "height": SIZE[1], "bits": 8, "notes": []}, files)
    photo.column = picture_u8[4330, 5770:5778].tolist()
    yield photo
    cutting.wait()


def until_seen(page) -> float:
    """Milliseconds from the navigation to the first picture on the screen."""
    seen_ms = 0.0
    while not seen_ms:
        seen_ms = page.evaluate(SEEN)
    return seen_ms


def test_the_first_view_is_there_within_two_seconds_and_dots_come_after(open_page, photo) -> None:
    open_page("/")  # the server is warm
    page = open_page(f"/p/{photo.pk}/", reduced_motion="reduce")
    seen_ms = until_seen(page)
    for _ in range(2):  # whatever else the machine does, one of three times shows what the site needs
        if seen_ms >= LONGEST_MS:
            page.reload()
            seen_ms = min(seen_ms, until_seen(page))

    begun = time.monotonic()
    come_closer(page, 5774, 4330, SIZE[0], turns=13)
    expect(page.locator("[data-coming]")).to_be_hidden(timeout=120_000)
    sharp_s = time.monotonic() - begun
    page.wait_for_timeout(1500)

    print(f"first view after {seen_ms:.0f} ms, dots after {sharp_s:.1f} s")  # noqa: T201
    assert seen_ms < LONGEST_MS
    dots = [dot(page, 5770 + n + 0.5, 4330.5, SIZE[0])[0] for n in range(8)]
    assert dots == pytest.approx(photo.column, abs=25)
    assert np.ptp(photo.column) > 30
