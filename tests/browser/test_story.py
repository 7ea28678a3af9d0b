"""The family's whole story with JavaScript, in both languages, on a telephone and on a desk."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from playwright.sync_api import expect

from tests.browser import made
from tests.browser.test_upload import LETTER, photograph
from tests.webapp.files import photo_bytes
from webapp import intake
from webapp.arrivals import Copied
from webapp.models import Photo, Upload

SEEN_WITHIN_MS = 15_000
"""The page asks for news every few seconds, and later on a machine that is busy."""


@pytest.mark.parametrize("locale", ["en", "ru"])
@pytest.mark.parametrize("width", [360, 1440])
def test_from_upload_to_delete(width: int, locale: str, open_page) -> None:
    def say(english: str) -> str:
        with translation.override(locale):
            return translation.gettext(english)

    page = open_page("/", width=width, locale=locale, has_touch=width < 600)
    expect(page.get_by_role("heading", name=say("Bring in an old photograph"))).to_be_visible()
    page.set_input_files("#photos", [photograph("one.jpg"), photograph("two.jpg"), LETTER])
    page.get_by_role("button", name=say("Restore"), exact=True).click()
    page.wait_for_url("**/u/*/")
    expect(page.locator(".refusals", has_text="letter.pdf")).to_be_visible()

    one, two = Photo.objects.order_by("name")
    page.locator(".print-words a", has_text="one.jpg").click()
    made.run(one, "repairing", 0.5)
    expect(page.locator(".stages [aria-current]")).to_contain_text(say("Repairing the damage"))
    page.get_by_role("button", name=say("Stop the work on this photograph")).click()
    expect(page.get_by_text(say("The work on this photograph was stopped"))).to_be_visible()
    page.get_by_text(say("Try once more"), exact=True).click()
    page.get_by_role("button", name=say("Look again")).click()
    expect(page.locator(".waiting")).to_be_visible()
    made.finish(Photo.objects.get(pk=one.pk))
    heading = page.get_by_role("heading", name=say("Take the pictures"))
    expect(heading).to_be_visible(timeout=SEEN_WITHIN_MS)

    expect(page.locator(".deep canvas").first).to_be_visible()
    page.get_by_role("radio", name=say("Restored and coloured"), exact=True).check()
    page.get_by_label(say("Show what was repaired")).check()
    with page.expect_download() as waiting:
        page.locator(".takes a[href$='/restored_colorized.jpg']").click()
    assert waiting.value.suggested_filename == "one_restored_colorized.jpg"
    assert Path(waiting.value.path()).stat().st_size > 0

    page.get_by_role("link", name=say("All photographs of this upload")).click()
    made.finish(two)
    expect(page.locator("[data-live]")).to_have_count(0, timeout=20_000)
    page.get_by_text(say("Make an address for others")).click()
    page.get_by_role("button", name=say("Make the address")).click()
    address = page.locator("input[id^=share-][readonly]").input_value()
    guest = open_page("about:blank", width=width, locale=locale)
    guest.context.clear_cookies()
    guest.goto(address)
    expect(guest.locator(".print")).to_have_count(2)
    expect(guest.locator(".album")).to_have_count(0)

    page.get_by_text(say("Delete all of these"), exact=True).click()
    page.get_by_role("button", name=say("Delete them all for good")).click()
    expect(
        page.get_by_text(say("The photographs and everything made from them are deleted."))
    ).to_be_visible()
    assert not Upload.objects.exists()
    assert re.match(r"http://[^/]+/$", page.url)


def test_work_that_begins_while_the_page_is_drawn_is_seen(open_page, family) -> None:
    photo = intake.submit([Copied(SimpleUploadedFile("one.jpg", photo_bytes()))], family=family).photos[0]
    page = open_page("about:blank")

    def begin(route) -> None:
        if Photo.objects.get().job.state == "queued":
            made.run(photo, "repairing", 0.5)
        route.fallback()

    page.route("**/status.json", begin)
    page.goto(f"/p/{photo.pk}/")

    expect(page.locator(".stages [aria-current]")).to_contain_text("Repairing the damage")
